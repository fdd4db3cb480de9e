# syntax=docker/dockerfile:1
# [Source file intent]
# Builds the image of the kiosk.
# [Source file design principles]
# - Two stages
# [Source file constraints]
# - Alpine
FROM alpine
