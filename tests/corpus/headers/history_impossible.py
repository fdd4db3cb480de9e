# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-13-40T00:00:00Z : no such day by Ann
# sometime : undated
