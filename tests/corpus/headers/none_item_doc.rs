/// Adds one.
pub fn add() {}
