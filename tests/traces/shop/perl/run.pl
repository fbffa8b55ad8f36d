use strict;
use warnings;
use lib 'lib';
use Pay;

sub total {
    my $sum = 0;
    $sum += Pay::charge_card($_) for @_;
    return $sum;
}

my $none;
print "total: " . $none . "\n";
print total(1, -2), "\n";
