"""dbp: the live documentation memory of a codebase."""

__version__ = "0.1.0"
