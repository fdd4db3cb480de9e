# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2024-01-01T00:00:00Z : A by Bob
# 2024-01-02T00:00:00Z : B by Bob
