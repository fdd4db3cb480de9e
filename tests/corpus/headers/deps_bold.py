# [Source file intent]
# Names its friends.
# [Dependencies]
# - **codebase:** g.py
# - **system**: zlib
# * _other_: luck
