from __future__ import annotations
import os

# [Source file intent]
# Late, but a header.
# [Source file constraints]
# - comes after imports
