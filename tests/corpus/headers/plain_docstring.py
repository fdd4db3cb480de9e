"""Finds lost keys.

Looks in every pocket.
"""
import os
