#!/usr/bin/python
# Copyright 2020 X
# Permission is hereby granted, free of charge, to any person

'''Mends
nets.'''
