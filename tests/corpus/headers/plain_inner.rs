// Copyright X

//! Weighs flour.
//!
//! In grams.

use std::io;
