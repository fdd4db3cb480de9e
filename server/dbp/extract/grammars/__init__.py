"""What the walk over a syntax tree needs to know of each language: tables and small functions."""
