# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase: o.py, p.py
# system: os; sys
# system: json and re
# q.py, r.py
