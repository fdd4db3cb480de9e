#!/usr/bin/env python3
# -*- coding: utf-8 -*-
r'''[Source file intent]
Escapes what a shell would read.

[Source file design principles]
- Quotes, never \ alone

[Source file constraints]
- POSIX
'''
