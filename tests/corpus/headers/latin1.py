# -*- coding: latin-1 -*-
# [Source file intent]
# Größen.
# [Source file design principles]
# - à la carte
# [Source file constraints]
# - naïf
