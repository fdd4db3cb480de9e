/* [Source file intent]
   Fills the calendar.
   [Source file design principles]
   - Leap years first
   [Source file constraints]
   - One statement */
SELECT 1;
