/*
 * Copyright 2020 X
 */

/**
 * What bees do in winter.
 */
package bees.winter;
