# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-01-05 : a (by Ann Lee)
# 2025-01-04 : b, by Bo
# 2025-01-03 : c by @cy
# 2025-01-02 : made by hand
# 2025-01-01 Di Doe <di@example.org>: e
