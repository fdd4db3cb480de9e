# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-01-02T00:00:00Z : 修正 🐛 by 田中@example
# * 細部
