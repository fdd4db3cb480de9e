# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase:a/b.py
# codebase : c.py
# CODEBASE:   d.py
# System:os
# other :the moon
