# [Source file intent]
# Names its friends.
# [Dependencies]
# - kind: codebase
#   dependency: doc/N.md
# - kind: system
#   dependency: yaml
