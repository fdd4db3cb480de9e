// [Source file intent]
// The header.

// [Function intent]
// Not the header.
// [Design principles]
// - nor this
function f() {}
