# [Source file intent]
# <Describe the detailed purpose of this file.
#  All of it.>
# [Source file design principles]
# - <List the key principles>
# - <and more of them>
# [Source file constraints]
# TODO: write them down
# [Dependencies]
# <codebase|system|other>:<dependency>
# codebase: <path>
# [GenAI tool change history]
# YYYY-MM-DDThh:mm:ssZ : <summary of change> by SomeTool
# * <change detail>
