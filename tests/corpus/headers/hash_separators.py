###############################################################################
# IMPORTANT: keep this comment in step with the code below it
###############################################################################
# [GenAI coding tool directive]
# - Keep this header
###############################################################################
# [Source file intent]
# Counts the words of a book, chapter by chapter.
###############################################################################
# [Source file design principles]
# - One pass over the text
# - No regular expressions
###############################################################################
# [Source file constraints]
# - Books of up to a gigabyte
###############################################################################
# [Dependencies]
# codebase: doc/COUNTING.md
# system: collections
###############################################################################
# [GenAI tool change history]
# 2025-05-02T08:15:00Z : Chapters are found by their titles by CodeAssistant
# * Roman numerals are read
# * Prologues count
# 2025-05-01T10:00:00Z : First version by Ann Lee
###############################################################################
import collections
