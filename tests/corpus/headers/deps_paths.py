# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase: ./w.py
# codebase: ../x/
# system: std::io, std::fs
# other: https://example.org/a
