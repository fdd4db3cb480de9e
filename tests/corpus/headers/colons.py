# [Source file intent]:
# With a colon.
# [Source file design principles]: - beside it
# [Source file constraints] : one line
