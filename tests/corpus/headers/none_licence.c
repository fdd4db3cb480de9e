/*
 * Copyright 2020 X
 *
 * Licensed under the MIT license, see the LICENSE file.
 */

int a;
