x = 1
# [Source file intent]
# too late
