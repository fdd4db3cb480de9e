// SPDX-License-Identifier: GPL-2.0-only
/*
 *  linux/drivers/mill.c
 *
 *  Driver for wind mills.
 *
 *  Copyright (C) 2001 X
 */
#include <a.h>
