# [Source file intent]
# Ends at once.
# [Source file constraints]
# - short