# [Source file intent]
# Remembers.
# [GenAI tool change history]
