'use strict'
import { a } from './a'

/**
 * [Source file intent]
 * Rounds money.
 *
 * [Source file design principles]
 * - Half to even
 *
 * [Source file constraints]
 * - No floats
 */

export const x = a
