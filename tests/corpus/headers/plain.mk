# Builds the posters.
#
all:
