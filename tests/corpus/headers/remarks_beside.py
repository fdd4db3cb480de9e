# [Source file intent] <!-- one or two sentences -->
# With remarks.
# [Dependencies] <!-- Never name drafts -->
# codebase: a/b.py
# [GenAI tool change history] <!-- newest first -->
# 2025-04-01T00:00:00Z : Said so by Di
