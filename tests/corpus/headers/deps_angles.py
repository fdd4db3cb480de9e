# [Source file intent]
# Names its friends.
# [Dependencies]
# <codebase>: pkg.module for constants
# <system>: os, pathlib for paths
# <other>:a human
