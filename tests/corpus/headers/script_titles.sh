#!/bin/sh
# [Script intent]
# Of the script.
# [Script constraints]
# - dash
