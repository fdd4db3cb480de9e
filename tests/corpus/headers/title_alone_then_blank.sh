# [Source file intent]

# The words follow later.

# [Source file constraints]
# - sh
