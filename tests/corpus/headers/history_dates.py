# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-03-02: one
# 2025/03/01 - two
# [2025-02-28] three
# - 2025-02-27 — four
# 2025-02-26 12:30 five
# 2025-02-25T08:00:00+02:00 : six
# 2025.02.24 | seven
