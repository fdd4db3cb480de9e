# [Intent]
# Short.
# [Design principles]
# - A
# [Constraints]
# - B
# [Change history]
# 2025-02-03 : Made by Cy
