# -*- coding: utf-8 -*-
#
# Tunes a piano.
#
# Slowly.
x = 1
