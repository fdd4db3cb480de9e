#!/bin/sh
# [Function intent]
# x = f(1)
f() { :; }
