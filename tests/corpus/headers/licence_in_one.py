# Copyright 2023 Somebody
# Licensed under the Apache License, Version 2.0
#
# [Source file intent]
# Opens the gate.
# [Source file constraints]
# - At dawn
