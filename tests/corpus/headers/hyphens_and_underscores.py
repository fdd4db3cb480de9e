# [source-file-intent]
# Hyphens.
# [source_file_design_principles]
# - Underscores
# [Gen AI tool change-history]
# 2025-03-01 : Both
