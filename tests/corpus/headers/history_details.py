# [Source file intent]
# Remembers.
# [GenAI tool change history]
# 2025-01-02T00:00:00Z : Long
# summary by Ann
# * first
#   goes on
#   * nested
# - second
# + third
