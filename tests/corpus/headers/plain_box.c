/**********/
/* box.c  */
/*        */
/* Stacks crates. */
/**********/

int a;
