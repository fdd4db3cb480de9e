# [File intent]
# Of the file.
# [File design principles]
# - A
# [File constraints]
# - B
# [File dependencies]
# system: os
