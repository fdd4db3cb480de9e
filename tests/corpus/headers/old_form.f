C     [Source file intent]
C     Solves the heat equation on a rod.
C     [Source file design principles]
C     - Explicit steps
C     [Source file constraints]
C     - Fixed form
      PROGRAM ROD
