# +--------------------------------+
# | [Source file intent]           |
# | Draws the chart of a day.      |
# | [Source file design principles]|
# | - No colours                   |
# | [Source file constraints]      |
# | - 80 columns                   |
# +--------------------------------+
