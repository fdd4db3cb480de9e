/**
 * Everything about bees.
 */

package bees;

class A {}
class B {}
