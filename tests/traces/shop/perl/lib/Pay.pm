package Pay;
# Payments.
use strict;
use warnings;
use Carp qw(confess);

sub charge_card {
    my ($cents) = @_;
    confess "negative amount: $cents" if $cents < 0;
    return $cents;
}

1;
