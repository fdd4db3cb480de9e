# [Source file intent]
# Known.
#
# [Owner]
# The night shift
#
# [Source file constraints]
# - none of the owner's words here
