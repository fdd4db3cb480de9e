/**
 * Helpers for maps.
 */

package maps

fun a() {}
