' [Source file intent]
' Prints the invoice.
' [Source file design principles]
' - Cents are whole
' [Source file constraints]
' - One page
Module Invoice
