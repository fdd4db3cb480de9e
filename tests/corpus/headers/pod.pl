#!/usr/bin/perl
=pod

[Source file intent]
Merges address books.

[Source file design principles]
- The newer entry wins

[Source file constraints]
- Perl 5.10

=cut
use strict;
