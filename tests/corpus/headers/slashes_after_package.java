package org.example.tides;

import java.util.List;

// [Source file intent]
// Finds the next high water.
// [Source file design principles]
// - Pure functions
// [Source file constraints]
// - Java 11

public class Tides {}
