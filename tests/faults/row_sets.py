"""Rows 32, 33 and 35: services whose processes hide, refuse and multiply."""

import signal
import time

import observer
import processes
from rows import row

# What a process can do to get away; what is left of it is a sleeping one.
WAYS = {'double fork': 'exit if fork; exit if fork;',
        'session': 'exit if fork; POSIX::setsid(); exit if fork;',
        'process group': 'exit if fork; setpgrp;',
        'files': 'exit if fork; POSIX::close($_) for 0 .. 63;',
        'directory': 'exit if fork; chdir "/";',
        'environment': 'exit if fork; %ENV = ();',
        'everything': 'exit if fork; POSIX::setsid(); exit if fork; setpgrp; chdir "/"; %ENV = (); POSIX::close($_) for 0 .. 63;'}


def hidden(trial, way):
    """For a script: a process hides in this way."""
    return f"""perl -e 'use POSIX (); {WAYS[way]} exec {{ "{trial.pg.sleeper}" }} "{trial.pg.sleeper}", "infinity"' """


def is_stopped_whole(trial, name, killed, at_most, others=()):
    """Nothing of it is left when the command returns; those that do not listen are killed and shown, the others not."""
    begin = time.monotonic()
    told = trial.pg.stop(name)
    trial.figure('cleared', time.monotonic() - begin, at_most)
    left = [*trial.pg.sleepers(), *(one.pid for one in observer.of_service(trial.pg.path / name))]
    left = [pid for pid in left if pid not in others]
    assert not left, f'I6: left of {name}: {processes.describe(left)}'
    assert ('Killing these runaway processes' in told.stderr) == killed, told.stderr
    trial.but(name)


def all_hide(trial, name, sleepers):
    """So many of them; who has made a session of its own may still be about to end, and leads that as a main process does."""
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == sleepers, f'{sleepers} hidden ones run')
    trial.pg.wait_until(lambda: len(observer.main_processes(trial.pg.path / name)) == 1, 'those that they came from have ended')


def start_hiding(trial, sleepers):
    """The service `a`, of which so many processes will sleep, and a writer."""
    trial.writer('w1')
    trial.pg.start()
    all_hide(trial, 'a', sleepers)
    trial.remember()


def goes_on(trial, name, sleepers=None):
    """It is started once more, and is ended by the last stop."""
    trial.check()
    trial.pg.start(name)
    if sleepers:
        all_hide(trial, name, sleepers)
    # While a process executes another program, nothing can be read of it.
    trial.pg.wait_until(lambda: observer.main_processes(trial.pg.path / name), f'{name} runs again')
    trial.before[name] = trial.main(name)
    trial.finish()


@row(32, 'processes hide in every way, and in all of them at once')
def hiding(trial):
    hide = '\n'.join(hidden(trial, way) for way in WAYS)
    trial.pg.service('a', f'{hide}\nexec {trial.pg.sleep}')
    start_hiding(trial, len(WAYS) + 1)
    trial.check()
    is_stopped_whole(trial, 'a', killed=False, at_most=1)
    goes_on(trial, 'a', len(WAYS) + 1)


# Orphans below a subreaper (PR_SET_CHILD_SUBREAPER is 36) are its children, and never come to ours as long as it lives.
SUBREAPER = '''#!/usr/bin/python3
import ctypes, os, subprocess
assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
subprocess.run(['/bin/sh', '-c', HIDE], check=True)
if BETWEEN and os.fork():
    os.execv(SLEEP, [SLEEP, 'infinity'])
if BETWEEN:
    os.setpgid(0, 0)
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0
    subprocess.run(['/bin/sh', '-c', HIDE], check=True)
os.execv(SLEEP, [SLEEP, 'infinity'])
'''


def subreaper(trial, between):
    body = SUBREAPER.replace('HIDE', repr(hidden(trial, 'everything'))).replace('SLEEP', repr(str(trial.pg.sleeper)))
    trial.pg.service('a', body.replace('BETWEEN', str(between)))
    start_hiding(trial, 4 if between else 2)
    return trial.main('a').pid


@row(32, 'the main process is a subreaper, and so is one below it; processes hide below both')
def subreapers(trial):
    main = subreaper(trial, between=True)
    parents = {pid: processes.parent(pid) for pid in trial.pg.sleepers()}
    below = [pid for pid, parent in parents.items() if parent == main]
    assert len(below) == 2 and sum(parent in below for parent in parents.values()) == 1, f'nothing hides below both: {parents} of {main}'
    is_stopped_whole(trial, 'a', killed=False, at_most=1)
    goes_on(trial, 'a', 4)


@row(32, 'the main process is a subreaper, and ends')
def subreaper_ends(trial):
    main = subreaper(trial, between=False)
    assert sorted(processes.parent(pid) == main for pid in trial.pg.sleepers()) == [False, True]
    processes.kill([main])
    all_hide(trial, 'a', 3)  # the hidden one of the first life, and a second life that hides once more
    trial.before['a'] = trial.main('a')
    trial.check()
    is_stopped_whole(trial, 'a', killed=False, at_most=1)
    goes_on(trial, 'a', 2)


SOON = {'timeout-stop': 0.5}


@row(33, 'TERM is ignored')
def term_ignored(trial):
    trial.pg.service('a', f'trap "" TERM\n{trial.pg.sleep} & {trial.pg.sleep} & wait', files=SOON)
    trial.start_writers(1)
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 2, 'the children run')
    is_stopped_whole(trial, 'a', killed=True, at_most=1.5)
    goes_on(trial, 'a')


@row(33, 'the leader ends first, and its child does not listen')
def leader_first(trial):
    trial.pg.service('a', f'trap "" TERM\n{trial.pg.sleep} & trap "exit 0" TERM\nwait', files=SOON)
    trial.start_writers(1)
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 1, 'the child runs')
    is_stopped_whole(trial, 'a', killed=True, at_most=1.5)
    goes_on(trial, 'a')


@row(33, 'the leader ends first, and its child listens')
def leader_first_of_two(trial):
    trial.pg.service('a', f'{trial.pg.sleep} & trap "exit 0" TERM\nwait')
    trial.start_writers(1)
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 1, 'the child runs')
    is_stopped_whole(trial, 'a', killed=False, at_most=1)
    goes_on(trial, 'a')


# Each goes on as its child and ends, five thousand times a second, and leaves a byte where it was.
HOPS = r'''#!/usr/bin/perl
$SIG{TERM} = 'IGNORE';
open(my $hops, '>>', 'ROOT/hops') or die;
sleep if fork;
while (1) { syswrite($hops, '.'); exit if fork; select undef, undef, undef, 0.0002 }
'''


@row(33, 'it forks faster than it can be looked at')
def forks_fast(trial):
    trial.pg.service('a', HOPS.replace('ROOT', str(trial.root)), files=SOON)
    trial.start_writers(1)
    hops = trial.file('hops')
    trial.pg.wait_until(lambda: hops.stat().st_size > 1000, 'it hops')
    trial.check()
    is_stopped_whole(trial, 'a', killed=True, at_most=1.5)
    then = hops.stat().st_size
    trial.check()
    assert hops.stat().st_size == then, f'I6: one got away, and hopped {hops.stat().st_size - then} times since the stop'
    goes_on(trial, 'a')


def stopped(who, which):
    @row(33, f'{who} stopped when the service is to end')
    def stopped_processes(trial):
        trial.pg.service('a', f'{trial.pg.sleep} & wait')
        trial.start_writers(1)
        trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 1, 'the child runs')
        pids = which(trial.main('a').pid, trial.pg.sleepers()[0])
        processes.kill(pids, signal.SIGSTOP)
        trial.pg.wait_until(lambda: all(processes.state(pid) == 'T' for pid in pids), 'they are stopped')
        is_stopped_whole(trial, 'a', killed=False, at_most=1)
        goes_on(trial, 'a')
    return stopped_processes


stopped('the leader is', lambda leader, child: [leader])
stopped('a child is', lambda leader, child: [child])
stopped('the leader and a child are', lambda leader, child: [leader, child])


# 1,000 children that nobody waits for; then it ends and leaves them, or stays as it is.
BREEDER = r'''for (1 .. 1000) { my $pid = fork; exit if defined $pid && !$pid; redo if !defined $pid }
select undef, undef, undef, 0.02 while !-e "ROOT/NAME-go";'''


def breeder(trial, name):
    return f"perl -e '{BREEDER.replace('ROOT', str(trial.root)).replace('NAME', name)}'"


def zombies_below(pid):
    return sum(processes.state(child) == 'Z' for child in processes.children(pid))


@row(35, '1,000 zombies are left by a service')
def zombies(trial):
    trial.pg.service('a', f'{breeder(trial, "a")}\nexec {trial.pg.sleep}')
    trial.pg.service('b', f'exec {breeder(trial, "b")}')
    trial.start_writers(1)
    main, keeper = trial.main('a').pid, processes.parent(trial.main('a').pid)
    trial.pg.wait_until(lambda: sum(zombies_below(child) for child in processes.children(main)) == 1000, 'they are a child\'s')
    trial.open('a-go')
    trial.pg.wait_until(lambda: processes.children(main) == [] and zombies_below(keeper) == 0, 'they were left to us, and are reaped')
    trial.check()
    # And those of one that has them still when it is stopped.
    trial.pg.wait_until(lambda: zombies_below(trial.main('b').pid) == 1000, 'they are the service\'s own')
    is_stopped_whole(trial, 'b', killed=False, at_most=1, others=[main])
    goes_on(trial, 'b')
