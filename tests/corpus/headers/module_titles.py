"""
[Module intent]
Of the module.

[Design principles]
Keeps still.
"""
