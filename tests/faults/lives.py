"""Services that tell of their lives: one that ends when the test says so, each time with another code; one that can't run twice; and one
that writes as fast as it can."""

import errno
import os

import observer


class Ending:
    """The service `a`: each life waits, and ends with a code of its own."""

    def __init__(self, trial):
        self.trial = trial
        self.gate = trial.file('gate')
        os.mkfifo(self.gate)
        count = trial.quoted(trial.file('life'))
        trial.pg.service('a', f'life=$(($(cat {count}) + 1)); echo $life > {count}.new; mv {count}.new {count}\n'
                              f'read line < {trial.quoted(self.gate)}\nexit $((life % 200 + 10))')
        trial.file('life').write_text('0\n')

    def life(self):
        return int(self.trial.pg.text('life'))

    def await_life(self, number):
        self.trial.pg.wait_until(lambda: self.life() == number, f'life {number} of a has begun')

    def end_lives(self, times, end_one):
        """`end_one` is given the number of a life, ends it, and says whether `status` was asked soon enough to show how; until it was
        so many times."""
        life = seen = 0
        while seen < times:
            life += 1
            self.await_life(life)
            seen += end_one(life)

    def end_life(self):
        self.trial.pg.wait_until(self.opened, 'the life waits')

    def opened(self):
        """Whoever reads it gets to its end then."""
        try:
            os.close(os.open(self.gate, os.O_WRONLY | os.O_NONBLOCK))
            return True
        except OSError as error:
            assert error.errno == errno.ENXIO, error
            return False

    def told_rightly(self, life):
        """Whether `status` shows how that life ended. It does until the next one begins, a second after this one: later there is
        nothing to be seen. Nothing else may be shown meanwhile."""
        told = self.trial.pg.status('a')['a']
        if told['pid'] is not None:
            return False
        assert told['exitcode'] == life % 200 + 10, f'life {life} of a ended with {life % 200 + 10}, and status says {told}'
        return True


# Without a pause, for as many lines as the log keeps. It would rather go on than be ended by SIGPIPE, and tells why a write failed.
HASTY = r'''#!/usr/bin/perl
use Time::HiRes 'sleep';
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { $end = 1 };
open(my $count, '+>', 'ROOT/NAME.count') or die;
while (!$end) {
    my ($line, $done) = (sprintf("NAME %d %s\n", ++$n, 'x' x 20), 0);
    while ($done < length $line) {
        my $written = syswrite(STDOUT, $line, length($line) - $done, $done);
        if (defined $written) { $done += $written; next }
        next if $!{EINTR};
        open(my $errors, '>>', 'ROOT/NAME.errors'); syswrite($errors, "$!\n"); exit 1;
    }
    seek($count, 0, 0); syswrite($count, $n);
    sleep(0.01) if $n > MOST;
}
'''
MOST_HASTY = 800_000  # lines of each; six files of 10 MiB hold them


def start_hasty_writers(trial, count):
    """And with them whatever else the playground has."""
    for number in range(1, count + 1):
        name = f'w{number}'
        trial.pg.service(name, HASTY.replace('ROOT', str(trial.root)).replace('NAME', name).replace('MOST', str(MOST_HASTY)))
        trial.writers.append(name)
    trial.pg.start()
    trial.remember()


def at_full_rate(trial):
    """Whether none of them has come to where it pauses."""
    return all(observer.counted(trial.root / f'{name}.count') < MOST_HASTY for name in trial.writers)


def no_write_failed(trial):
    for name in trial.writers:
        assert not trial.pg.text(f'{name}.errors'), f'{name} saw: {trial.pg.text(f"{name}.errors")}'


# An abstract socket is free the moment its process has ended, and not before.
SOLE = r'''#!/usr/bin/perl
use Socket;
sub note { my ($name, $text) = @_; open(my $file, '>>', "ROOT/NAME.$name") or die; syswrite($file, "$$ $text\n") }
$SIG{TERM} = sub { exit 0 };
socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die;
bind($socket, pack_sockaddr_un("\0ROOT/NAME")) or do { note('refused', "$!"); exit 1 };
listen($socket, 5) or die;
note('lives', '');
select(undef, undef, undef, undef) while 1;
'''


class Sole:
    """A service that listens at an address, so that a second copy of it finds that in use, and leaves a note."""

    def __init__(self, trial, name='a', **files):
        self.trial, self.name = trial, name
        trial.pg.service(name, SOLE.replace('ROOT', str(trial.root)).replace('NAME', name), ready='exit 0',
                         files={'poll-ready': 0.01, **files})

    def lives(self):
        return len(self.trial.pg.lines(f'{self.name}.lives'))

    def lived(self, times):
        """So often it was started, and not more often; it may have been told to be ready before it was."""
        self.trial.pg.wait_until(lambda: self.lives() >= times, f'{self.name} lives')
        assert self.lives() == times, f'I1: {self.name} was started {self.lives()} times, and not {times}'

    def check(self):
        refused = self.trial.pg.text(f'{self.name}.refused')
        assert not refused, f'I1: a second {self.name} was started: {refused}'
