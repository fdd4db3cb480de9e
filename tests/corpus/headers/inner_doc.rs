//! [Source file intent]
//! Packs boxes tightly.
//!
//! [Source file design principles]
//! - Largest first
//!
//! [Source file constraints]
//! - no_std
#![no_std]
