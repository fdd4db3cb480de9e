/* Adds. */
int add(int a);
