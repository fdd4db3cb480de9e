# [Source file intent]
# Names its friends.
# [Dependencies]
# - codebase: [the design](doc/DESIGN.md#goals)
# - [API](<doc/API.md>)
