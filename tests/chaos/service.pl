#!/usr/bin/perl
# A service of the chaos run: service.pl KIND NAME LEDGER. Every kind writes numbered lines, and keeps in LEDGER, which is on a disk
# that is never full, what the judge goes by: who has lived, and how many lines were certainly written.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :flock SEEK_SET);
use POSIX ();
use Time::HiRes qw(sleep time);

my ($kind, $name, $ledger) = @ARGV;

sub started {    # clock ticks since boot; nothing where the process is dead
    my ($pid) = @_;
    open(my $file, '<', "/proc/$pid/stat") or return '';
    my $line = <$file> // '';
    return '' unless $line =~ /.*\) (.*)/s;
    my @fields = split ' ', $1;
    return $fields[0] =~ /[ZX]/ ? '' : $fields[19];
}

# One line a life: pid and start time. Whoever finds the life before him alive says so.
sub register {
    open(my $lives, '+>>', "$ledger/$name.lives") or die;
    flock($lives, LOCK_EX);
    seek($lives, 0, SEEK_SET);
    my @lines = <$lives>;
    if (@lines) {
        my ($pid, $start) = split ' ', $lines[-1];
        if (started($pid) eq $start) {
            open(my $twice, '>>', "$ledger/twice") or die;
            syswrite($twice, "$name: $pid lives while $$ is started\n");
        }
    }
    syswrite($lives, "$$ " . started($$) . "\n");
    return @lines + 1;
}

my $life = register();
my $ends = 0;
srand($$ + $life);
$SIG{TERM} = $kind eq 'stubborn' ? 'IGNORE' : sub { $ends = 1 };

sub leave_child {    # in a session of its own where it hides; it ignores TERM where its parent does
    my ($hides) = @_;
    my $child = fork // return;
    return if $child;
    if ($hides) { POSIX::setsid(); exit if fork }
    $SIG{TERM} = $kind eq 'stubborn' ? 'IGNORE' : 'DEFAULT';
    open(STDOUT, '>', '/dev/null');
    open(STDERR, '>', '/dev/null');
    exec "$ledger/sleepers/$name", 'infinity' or exit;
}

leave_child($kind eq 'task') if $kind =~ /forker|stubborn|task/;

sysopen(my $counts, "$ledger/$name.counts", O_RDWR | O_CREAT) or die;
my $born  = time;
my $until = $kind eq 'crasher' ? 0.2 + rand 3 : 1e9;
my $ready = $kind eq 'slow' ? 0.2 + rand 0.8 : undef;
my $n     = 0;
while (!$ends && time - $born < $until) {
    my $line = sprintf "%s %d %d %s\n", $name, $life, ++$n, 'x' x 20;
    my $done = 0;
    while ($done < length $line) { $done += syswrite(STDOUT, $line, length($line) - $done, $done) // 0 }
    sysseek($counts, 12 * $life, SEEK_SET);    # a place for each life
    syswrite($counts, sprintf '%11d ', $n);
    if (defined $ready && time - $born > $ready) { open(my $flag, '>', "$ledger/$name.ready.$life"); undef $ready }
    leave_child(1) if $kind eq 'task' && rand() < 0.01;
    sleep($kind eq 'writer' ? 0.02 : 0.2);
}
exit($ends ? 0 : 1 + int rand 100);
