/*****************************************
 * [Source file intent]                  *
 * Names the pins of the board.          *
 * [Source file design principles]       *
 * - One name for one pin                *
 * [Source file constraints]             *
 * - Boards of revision C                *
 *****************************************/
#pragma once
