// Copyright X

/// Strings of a harp.
///
/// Six of them.
library harp;
