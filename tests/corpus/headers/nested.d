/+
[Source file intent]
Compares scores.
[Source file design principles]
- Bars, not notes
[Source file constraints]
- D2
+/
module scores;
