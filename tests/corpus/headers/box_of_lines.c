/**********************************************/
/* [Source file intent]                       */
/* Drives the pump.                           */
/* [Source file design principles]            */
/* - Never runs dry                           */
/* [Source file constraints]                  */
/* - 8 bit                                    */
/**********************************************/
int pump;
