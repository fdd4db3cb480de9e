# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase: None
# system: N/A
# None yet, they come later
# No external dependencies
# - none
