"""Rows 17 and 18: a storm of signals, and the ends of many services at one moment."""

import os
import signal
import subprocess
import time

import observer
import processes
from rows import row

# Each life writes ten lines, numbered on from those of the life before, and ends with a code of its own; the first waits for the
# gate, and the last stays.
LOOPER = r'''#!/usr/bin/perl
use Fcntl;
select undef, undef, undef, 0.05 while !-e 'ROOT/go';
sleep while -e 'ROOT/calm';
sysopen(my $count, 'ROOT/NAME.count', O_RDWR | O_CREAT) or die;
sysread($count, my $n, 20);
for (1 .. 10) {
    syswrite(STDOUT, sprintf("NAME %d %s\n", ++$n, 'x' x 20));
    seek($count, 0, 0);
    syswrite($count, $n);
}
exit CODE;
'''

# To each of the processes as many signals as that, a thousand a second; what came late is made up for.
STORM = r'''
use Time::HiRes 'time';
my ($number, @pids) = @ARGV;
my @signals = qw(CHLD WINCH USR1 ALRM);
my $begin = time;
for (0 .. $number - 1) {
    my $early = $begin + $_ / 1000 - time;
    select undef, undef, undef, $early if $early > 0;
    kill($signals[$_ % 4], @pids) == @pids or die "one of them is gone\n";
}
'''
SIGNALS = 3000


def start_loopers(trial, count):
    """Name → the code that its lives end with. Beside them a service that leaves orphans, and one that is checked all the time."""
    codes = {f'c{number}': 10 + number for number in range(count)}
    for name, code in codes.items():
        body = LOOPER.replace('ROOT', str(trial.root)).replace('NAME', name).replace('CODE', str(code))
        trial.pg.service(name, body)
        trial.writers.append(name)
    trial.pg.service('orphans', 'while :; do (sleep 0.02 &); sleep 0.02; done')
    trial.pg.service('checked', ready=f'echo >> {trial.quoted(trial.file("checks"))}', files={'poll-down': 0.03})
    trial.start_writers(2, pause=0.0005)
    trial.but(*codes)
    return codes


def take_codes(trial, codes, seen):
    for name, one in trial.pg.status().items():
        if name in codes and one['exitcode'] is not None:
            assert one['exitcode'] == codes[name], f'{name} ends with {codes[name]}, and is said to have ended with {one["exitcode"]}'
            seen.add(name)


def goes_on(trial, codes, checks_before):
    """No end was lost: each was started again after the storm, and is checked again, and its orphans are reaped."""
    counts = {name: observer.counted(trial.root / f'{name}.count') for name in codes}
    trial.pg.wait_until(lambda: all(observer.counted(trial.root / f'{name}.count') >= counts[name] + 20 for name in codes),
                        'every service ends and is started again')
    trial.pg.wait_until(lambda: len(trial.pg.lines('checks')) > checks_before, 'it is checked again')
    trial.open('calm')
    trial.pg.wait_until(lambda: all(trial.pg.status()[name]['state'] == 'ready' for name in codes), 'all have calmed down')
    for name in codes:
        trial.before[name] = trial.main(name)


@row(17, 'a storm of signals')
def signal_storm(trial):
    codes = start_loopers(trial, 10)
    keepers = [observer.identity(processes.parent(trial.main(name).pid)) for name in ('w1', 'c0', 'orphans')]
    trial.open('go')
    hit = [*(trial.ours(role) for role in ('keeper', 'supervisor', 'logger')), *(one.pid for one in keepers)]
    begin = time.monotonic()
    storm = subprocess.Popen(['perl', '-e', STORM, str(SIGNALS), *map(str, hit)], stderr=subprocess.PIPE, text=True, **trial.pg.identity)
    seen = set()
    try:
        while storm.poll() is None:
            take_codes(trial, codes, seen)
        trial.figure('storm', time.monotonic() - begin, at_most=1.2 * SIGNALS / 1000)
        wrong = storm.stderr.read()
        assert storm.returncode == 0, f'the signals were not borne: {wrong}'
    finally:
        storm.kill()
        storm.wait()
        storm.stderr.close()
    assert all(observer.lives(one) for one in keepers), f'a keeper of a service has died of it: {processes.describe(hit)}'
    checks = len(trial.pg.lines('checks'))

    def all_seen():
        take_codes(trial, codes, seen)
        return seen == set(codes)
    trial.pg.wait_until(all_seen, lambda: f'status tells how each service ended: {set(codes) - seen} are missing')
    goes_on(trial, codes, checks)
    trial.finish()


MANY = 500


def start_many(trial):
    """Name → the code that each of its lives ends with, the first when the gate is opened and the others at once."""
    codes = {f's{number}': number % 200 + 10 for number in range(MANY)}
    gate, over = trial.quoted(trial.file('gate')), trial.quoted(trial.file('over'))
    for name, code in codes.items():
        trial.pg.service(name, f'test -e {over} -o -e {over}.{name} && exec {trial.pg.sleep}\n'
                               f'test -e {gate}.began || read line < {gate}\nexit {code}')
    os.mkfifo(trial.file('gate'))
    trial.start_writers_only()
    # Who has opened the gate waits at it until nobody holds its other side.
    held = os.open(trial.file('gate'), os.O_RDWR)
    trial.pg.start(*codes)
    pids = [one['pid'] for name, one in trial.pg.status().items() if name in codes]
    trial.pg.wait_until(lambda: all(processes.link(pid, 'fd/0') == str(trial.file('gate')) for pid in pids), 'all wait at the gate')
    return codes, pids, held


def end_all(trial, pids, held):
    processes.kill(pids, signal.SIGSTOP)
    trial.file('gate.began').touch()
    os.close(held)
    processes.kill(pids, signal.SIGCONT)


def each_runs_once(trial, codes):
    """By one look at /proc: so many services would take one for each of them."""
    found = {name: [] for name in codes}
    for pid in processes.all_pids():
        directory, _, name = processes.environment(pid).get('PGCTL_SERVICE', '').rpartition('/')
        if directory == str(trial.pg.path) and name in found and processes.session(pid) == pid and processes.alive(pid):
            found[name].append(pid)
    status = trial.pg.status()
    wrong = {name: (pids, status[name]) for name, pids in found.items() if pids != [status[name]['pid']]}
    assert not wrong, f'I1, I2: what runs, and what status says: {wrong}'


def all_calm_down(trial, codes):
    trial.open('over')
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == MANY, 'all were started again and stay')
    trial.pg.wait_until(lambda: all(one['state'] == 'ready' for one in trial.pg.status().values()), 'all are ready')
    each_runs_once(trial, codes)
    trial.check()
    trial.pg.stop(*codes)
    assert trial.pg.sleepers() == []
    trial.finish()


@row(18, '500 services end at one moment, again and again')
def all_end_at_once(trial):
    # The lives after the first end at once, within their second: while they rest, status tells how they ended. One of which it
    # was told stays from then on.
    codes, pids, held = start_many(trial)
    end_all(trial, pids, held)
    missing = set(codes)

    def all_seen():
        for name, one in trial.pg.status(*codes).items():
            if one['exitcode'] is not None:
                assert one['exitcode'] == codes[name], f'{name} ended with {codes[name]}, and is said to be {one}'
                missing.discard(name)
                trial.open(f'over.{name}')
        return not missing
    trial.pg.wait_until(all_seen, lambda: f'status tells how each of them ended; it does not of {missing}')
    all_calm_down(trial, codes)


@row(18, '500 services end at one moment, and nobody is there to see it')
def all_end_unseen(trial):
    codes, pids, held = start_many(trial)
    keepers = [processes.parent(pid) for pid in pids]
    supervisor = trial.ours('supervisor')
    processes.kill([supervisor], signal.SIGSTOP)
    end_all(trial, pids, held)
    trial.pg.wait_until(lambda: not any(processes.state(pid) for pid in pids), 'their keepers have reaped them all')
    trial.pg.wait_until(lambda: all(processes.state(pid) == 'S' for pid in keepers), 'and told of it')
    # Not one of them can be started again, so that what status tells of is this end and no later one.
    processes.kill(keepers, signal.SIGSTOP)
    processes.kill([supervisor], signal.SIGCONT)
    told = {}

    def each_is_told():
        told.update(trial.pg.status(*codes))
        return all(one['process'] == 'starting' for one in told.values())
    trial.pg.wait_until(each_is_told, 'the supervisor knows of all')
    processes.kill(keepers, signal.SIGCONT)
    wrong = {name: one for name, one in told.items() if one['exitcode'] != codes[name]}
    assert not wrong, wrong
    all_calm_down(trial, codes)
