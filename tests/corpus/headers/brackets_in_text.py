# [Source file intent]
# Reads [Dependencies] tables and the [tool.x] section of a file.
# [Source file design principles]
# - [x] is done and [ ] is open
# - see [Constraints](other.md#constraints)
# [Source file constraints]
# - [a-z] only
