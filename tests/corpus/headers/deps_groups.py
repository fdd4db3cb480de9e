# [Source file intent]
# Names its friends.
# [Dependencies]
# codebase:
# - i.py
# - j/k.py
# system:
# - lxml
# - requests (HTTP)
