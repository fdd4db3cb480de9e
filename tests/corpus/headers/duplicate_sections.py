# [Source file intent]
# Begins here
# [Source file constraints]
# - one
# [Source file intent]
# and ends there.
# [Source file constraints]
# - two
