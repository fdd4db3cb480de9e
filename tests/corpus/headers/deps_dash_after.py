# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase:- doc/DESIGN.md
# codebase:- src/x.py (the queue)
# system:- json
