/*
[Source file intent]
Reads the thermometer.

[Source file design principles]
- One reading a second

[Source file constraints]
- 2 kB of memory
*/
#include <stdio.h>
