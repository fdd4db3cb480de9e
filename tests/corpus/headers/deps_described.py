# [Source file intent]
# Names its friends.
# [Dependencies]
# - src/s.py - the store
# - t/u.py: the view
# - alembic: migrations
# - system: numpy # arrays
# - codebase: v.py -- last
