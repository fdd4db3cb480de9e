# syntax=docker/dockerfile:1
# Runs the box office.
FROM a
