#!/usr/bin/env python
# -*- coding: utf-8 -*-
# pylint: disable=all
# flake8: noqa
