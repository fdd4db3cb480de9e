# [Source file intent]
# <Describe the purpose>
# Folds paper cranes.
# [Source file design principles]
# - TBD
# [Source file constraints]
# - Todo lists of any length
