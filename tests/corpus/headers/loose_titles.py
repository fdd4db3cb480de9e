# [Source file intent]
# Loosely named sections below.
# [Limitations]
# - small
# [Depends on]
# codebase: x/y.py
# [References]
# doc/A.md
# [Changelog]
# 2025-01-01: A by Ed
