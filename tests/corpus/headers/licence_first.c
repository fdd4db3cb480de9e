// SPDX-License-Identifier: MIT
/*
 * Copyright 2024 Somebody. All rights reserved.
 */

/*
 * [Source file intent]
 * Rings the bell.
 * [Source file design principles]
 * - Once
 * [Source file constraints]
 * - No floating point
 */
int bell;
