# [Source file intent]
# Names its friends.
# [Dependencies]
# - `codebase`: `a b/c.py`
# - codebase: "d.py" - the core
# - `system: boto3`
# - 'codebase': 'e.py', 'f.py'
