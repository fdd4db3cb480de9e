// Copyright 2011 X. All Rights Reserved.

/**
 * @fileoverview Kneads
 * dough.
 */
goog.provide('a');
