"""Rules over what files say: pure functions of values, no I/O, no state."""
