##########################
# [Source file intent]
##########################
# [Source file design principles]
#
# [Source file constraints]
# -
##########################
