# [Source file intent]
# Rules that all parts share.
# [Source file design principles]
# - No recursion
# [Source file constraints]
# - GNU make
all:
