# [SOURCE FILE INTENT]
# Shouts.
# [source file Design Principles]
# - Loudly
# [ Source  file   constraints ]
# - Spaces
# [GENAI TOOL CHANGE HISTORY]
# 2025-02-03T04:05:06Z : Louder by Bo
