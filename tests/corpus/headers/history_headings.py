# [Source file intent]
# Remembers.
# [GenAI tool change history]
# ## 2025-01-02 - A
# - a1
# **2025-01-01** B
# - b1
