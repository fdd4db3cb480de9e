#!/usr/bin/env node
/**
 * @file Bakes bread.
 * @author X
 */
const a = 1
