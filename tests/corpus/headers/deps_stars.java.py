# [Source file intent]
# Names its friends.
# [Dependencies]
# * codebase: b.java
# * system: java.util.List
# + other: x
