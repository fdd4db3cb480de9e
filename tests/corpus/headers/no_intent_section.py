"""Turns pages.

[Design principles]
Never tears one.
"""
