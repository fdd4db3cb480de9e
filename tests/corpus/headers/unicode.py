# [Source file intent]
# Zählt Äpfel 🍎 und 梨.
# [Source file design principles]
# - 一つずつ数える
# [Source file constraints]
# - größer als 0
# [Dependencies]
# codebase: doc/äpfel.md
x = 1
