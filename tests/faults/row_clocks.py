"""Rows 19 and 46: clocks that jump, for processes of ours alone (clocks.py), or that differ from the start, for all of them."""

import os
import signal
import subprocess
import sys
import time

import clocks
import observer
import processes
from playground import binaries
from rows import NotRun, row

YEAR = 366 * 24 * 3600
NIGHT = 10 * 3600
ROLES = ('keeper', 'supervisor', 'logger')
ASK = 'import sys, time; print(flush=True); sys.stdin.readline(); print(int(time.clock_gettime(int(sys.argv[1]))), flush=True)'


def jump(pid, clock, seconds):
    processes.kill([pid], signal.SIGSTOP)
    try:
        clocks.jump(pid, clock, seconds)
    except (clocks.Unsupported, PermissionError) as reason:
        raise NotRun(str(reason)) from reason
    finally:
        processes.kill([pid], signal.SIGCONT)


def make_sure_that_it_jumps(clock):
    """On a process that tells its time: else what follows proves nothing."""
    child = subprocess.Popen([sys.executable, '-c', ASK, str(clock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        child.stdout.readline()
        jump(child.pid, clock, YEAR)
        told, _ = child.communicate('\n', timeout=60)
        if abs(int(told) - time.clock_gettime(clock) - YEAR) > 60:
            raise NotRun('a jump of the clock has no effect here')
    finally:
        child.kill()
        child.wait()


def everybody(trial, clock, seconds):
    for role in ROLES:
        jump(trial.pg.wait_until(lambda role=role: trial.ours(role), f'there is one {role}'), clock, seconds)


def no_timer_jumps(trial):
    """A timer of the kernel goes by the machine's clock, which does not jump here: so none may be on one that can."""
    found = {pid: clocks.timers(pid) for pid in trial.pg.our_processes()}
    assert found[trial.ours('supervisor')], f'the supervisor has no timer to look at: {found}'
    assert all(clock == clocks.MONOTONIC for used in found.values() for clock in used), f'timers by process, as clocks: {found}'


def last_year(trial, name):
    lines = trial.pg.log_file(name).read_text().splitlines()
    return int(lines[-1][:4]) if lines else 0


class Pending:
    """A start and a stop that wait, with time-outs that a jumping clock would make fire, and a check that is due again and again."""

    def __init__(self, trial, name):
        self.trial, self.name, self.gate = trial, name, f'{name}-go'
        # Longer than all of this takes on a busy machine, and shorter than any jump.
        patient = {'timeout-ready': 600, 'timeout-stop': 600}
        trial.pg.service(f'{name}-starts', ready=f'test -e {trial.quoted(trial.file(self.gate))}', files=patient)
        trial.pg.service(f'{name}-stops', f'trap "{trial.waits(self.gate)}; exit" TERM\necho ready\n{trial.pg.sleep} & wait\nwait',
                         files=patient)
        trial.pg.service(f'{name}-checked', ready=f'echo >> {trial.quoted(trial.file(f"{name}-checks"))}', files={'poll-down': 0.1})
        trial.pg.start(f'{name}-stops', f'{name}-checked')
        trial.pg.wait_until(lambda: 'ready' in trial.pg.log(f'{name}-stops'), 'it has its trap')
        self.stop = self._begin('stop', 'Stopping')
        self.start = self._begin('start', 'Starting')
        trial.pg.wait_until(lambda: trial.pg.state(f'{name}-starts') == 'up', 'it is starting')

    def _begin(self, command, says):
        begun = self.trial.pg.begin(command, f'{self.name}-{command}s')
        begun.read_stderr_until(says)
        return begun

    def goes_on(self):
        """Nothing fired that was not due, and what was due did."""
        checks = len(self.trial.pg.lines(f'{self.name}-checks'))
        self.trial.pg.wait_until(lambda: len(self.trial.pg.lines(f'{self.name}-checks')) > checks + 2, 'it is checked again and again')
        ended = [command.result() for command in (self.start, self.stop) if not command.running()]
        assert not ended, f'a time-out fired: {ended}'

    def ends(self):
        self.trial.open(self.gate)
        self.start.result().succeeded()
        told = self.stop.result().succeeded()
        assert 'Killing' not in told.stderr, told.stderr
        seconds = self.trial.pg.status()[f'{self.name}-starts']['seconds']
        assert seconds < NIGHT, f'it is said to be up for {seconds} seconds'
        self.trial.pg.stop(f'{self.name}-starts', f'{self.name}-checked')


def a_life_as_always(trial, name):
    """Start, check, restart and stop, after the clock has jumped; and a time-out that is due fires."""
    trial.pg.service(name, f'trap "sleep 0.3; exit" TERM\n{trial.pg.sleep} & wait', ready='sleep 0.1',
                     files={'timeout-ready': 60, 'timeout-stop': 60})
    trial.pg.start(name)
    assert trial.pg.state(name) == 'ready'
    for command in ('restart', 'stop'):
        told = trial.pg.run(command, name).succeeded()
        assert 'Killing' not in told.stderr, told.stderr
    trial.pg.service(f'{name}-never', ready='exit 1', files={'timeout-ready': 0.5})
    told = trial.pg.run('start', f'{name}-never').failed()
    assert 'failed to start' in told.stderr, told.stderr


def jumping_wall_clock(seconds, word):
    @row(19, f'the wall clock jumps a year {word}')
    def wall_clock(trial):
        make_sure_that_it_jumps(clocks.REALTIME)
        trial.start_writers(2)
        trial.wait_until_written('w1')
        no_timer_jumps(trial)
        now = time.localtime().tm_year
        then = time.localtime(time.time() + seconds).tm_year
        assert then != now
        for jumped_by, year in ((seconds, then), (0, now)):
            pending = Pending(trial, f'in{year}')
            everybody(trial, clocks.REALTIME, jumped_by)
            trial.pg.wait_until(lambda year=year: last_year(trial, 'w1') == year, f'the log shows the year {year}')
            pending.goes_on()
            trial.check()
            pending.ends()
            a_life_as_always(trial, f'of{year}')
        no_timer_jumps(trial)
        trial.finish()
    return wall_clock


jumping_wall_clock(YEAR, 'ahead')
jumping_wall_clock(-YEAR, 'back')


# As much at a time as makes its log be rotated once, whenever the next gate is opened; and in large writes, a hundred lines each.
IN_BURSTS = r'''#!/usr/bin/perl
$SIG{TERM} = sub { exit };
open(my $count, '+>', 'ROOT/bursts.count') or die;
for (my $gate = 0;; $gate++) {
    select undef, undef, undef, 0.02 while !-e "ROOT/burst$gate";
    for (1 .. 1700) {
        my ($lines, $done) = (join('', map { sprintf("bursts %d %s\n", ++$n, 'x' x 20) } 1 .. 100), 0);
        while ($done < length $lines) { $done += syswrite(STDOUT, $lines, length($lines) - $done, $done) // 0 }
        seek($count, 0, 0);
        syswrite($count, $n);
    }
}
'''


@row(19, 'the wall clock jumps to and fro while a log is rotated')
def rotation(trial):
    make_sure_that_it_jumps(clocks.REALTIME)
    trial.pg.service('bursts', IN_BURSTS.replace('ROOT', str(trial.root)))
    trial.writers.append('bursts')
    trial.start_writers(1)
    logs = trial.pg.path / 'bursts/logs'
    logger = trial.ours('logger')
    for number, seconds in enumerate((0, YEAR, -YEAR, 0)):
        jump(logger, clocks.REALTIME, seconds)
        trial.open(f'burst{number}')
        trial.pg.wait_until(lambda number=number: observer.counted(trial.root / 'bursts.count') == 170_000 * (number + 1), 'all is written')
        trial.pg.wait_until(lambda number=number: len(list(logs.glob('@*'))) == number + 1, f'the log was rotated {number + 1} times')
    # That the lines are in order is in order of the files' names, which everybody's `cat` goes by.
    trial.finish()


@row(46, 'the laptop sleeps a night: the clock of the boot time jumps, the monotonic one does not')
def sleeping_laptop(trial):
    make_sure_that_it_jumps(clocks.BOOTTIME)
    trial.start_writers(1)
    no_timer_jumps(trial)
    pending = Pending(trial, 'before')
    everybody(trial, clocks.BOOTTIME, NIGHT)
    everybody(trial, clocks.REALTIME, NIGHT)
    pending.goes_on()
    trial.check()
    pending.ends()
    a_life_as_always(trial, 'after')
    no_timer_jumps(trial)
    trial.finish()


def command_after_a_night(trial):
    """A pgctl for whose processes, and for all that come of it, the boot was a night longer ago than the monotonic clock says."""
    program = trial.root / 'bin/pgctl'
    program.parent.mkdir()
    words = ['unshare', '-T', '--boottime', str(NIGHT), '--fork', '--']
    if subprocess.run([*words, 'true'], capture_output=True).returncode != 0:
        raise NotRun('no time namespaces here')
    trial.pg.script(program, f'exec {" ".join(words)} {trial.quoted(binaries() / "pgctl")} "$@"')
    trial.pg.env['PATH'] = f'{program.parent}:{trial.pg.env["PATH"]}'


@row(46, 'the laptop has slept before: in a time namespace whose boot time is a night ahead', namespaces=True)
def slept_before(trial):
    command_after_a_night(trial)
    trial.start_writers(2)
    ours = [processes.link(trial.ours(role), 'ns/time') for role in ROLES]
    assert '' not in ours and os.readlink('/proc/self/ns/time') not in ours, 'they are in our time'
    Pending(trial, 'slow').ends()
    a_life_as_always(trial, 'a')
    trial.recovered('supervisor', trial.kill('supervisor'))
    seconds = trial.pg.status()['w1']['seconds']
    assert seconds < NIGHT, f'it is said to be up for {seconds} seconds'
    a_life_as_always(trial, 'b')
    trial.finish()
