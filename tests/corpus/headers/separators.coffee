################################
# [Source file intent]
# Brews.
################################
# [Source file design principles]
# - Hot
################################
# [Source file constraints]
# - One cup
################################
x = 1
