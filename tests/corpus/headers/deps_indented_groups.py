# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase:
#   l.py
#   m.py
# system:
#   re
