# Ships and harbours.

"""Loads ships."""
