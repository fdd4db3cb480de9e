# [Source file intent]
# <https://example.org/spec> in code.
# [Dependencies]
# <codebase>: <lib/core.py>
# system: <stdio.h>
