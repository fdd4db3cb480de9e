! [Source file intent]
! Adds up rain.
! [Source file design principles]
! - Double precision
! [Source file constraints]
! - No modules
program rain
