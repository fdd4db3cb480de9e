# [Source file intent]
# In pieces.

# [Source file design principles]
# - First piece

# [Source file constraints]
# - Second piece


# A comment about the code below
x = 1
