# [Source file constraints]
# - Only constraints and a principle
# [Source file design principles]
# - Order does not matter
