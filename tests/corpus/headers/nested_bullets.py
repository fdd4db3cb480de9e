# [Source file intent]
# - Bulleted intent
# - in two parts
# [Source file design principles]
# 1. Numbered
# 2) Also numbered
#   - nested
#     deeper words
# • dotted
# [Source file constraints]
# Without bullets
# each line is one
