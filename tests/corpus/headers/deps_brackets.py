# [Source file intent]
# Names its friends.
# [Dependencies]
# [codebase] h.py
# (system) sqlite3
# - [other] coffee
