package Flute;
use strict;

=head1 NAME

Flute - plays one note

=cut

sub a {}
