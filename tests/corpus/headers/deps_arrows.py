# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase -> a.py
# system - curl
# other = wind
