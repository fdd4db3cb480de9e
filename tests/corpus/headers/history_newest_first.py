# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-03-02T00:00:00Z : B by Ann
# * b1
# 2025-03-01T00:00:00Z : A by Ann
# * a1
# * a2
