# [Source file intent]
# Points at papers.
# [Reference documentation]
# - doc/A.md
# - [B](doc/b.md) about b
# - `doc/c d.md`
# doc/E.md - the fifth
# - None
