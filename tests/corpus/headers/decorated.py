# **[Source file intent]**
# Bold.
# == [Source file design principles] ==
# - Underlined
# - [Source file constraints]
# - a bullet
