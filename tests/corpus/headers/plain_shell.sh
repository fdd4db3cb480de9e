#!/bin/bash
#
# Cleans the stage.
#
# Usage: plain_shell.sh DIR
set -e
