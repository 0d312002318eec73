"""One round of one row: a playground with services that tell on us, and the invariants that hold after every fault.

I1 each wanted service runs exactly once, the same process as before; I2 `status` tells what /proc shows; I3 every line that a service
wrote is in its log, once, whole, in order; I4 our processes' fds, memory and zombies return to where they were; I5 a command answers,
with the right exit code; I6 after `stop`, nothing of the service is left."""

import os
import random
import shlex
import shutil
import tempfile
import time
from pathlib import Path

import observer
import processes
from playground import Playground

# Each line is one write; what was written for certain is counted in a file that outlives the writer.
WRITER = r'''#!/usr/bin/perl
use Time::HiRes 'sleep';
$SIG{TERM} = sub { $end = 1 };
open(my $count, '+>', $ENV{COUNT_FILE_DIRECTORY} . '/' . $ENV{WRITER} . '.count') or die;
while (!$end) {
    my $line = sprintf("%s %d %s\n", $ENV{WRITER}, ++$n, 'x' x 20);
    my $done = 0;
    while ($done < length $line) { my $w = syswrite(STDOUT, $line, length($line) - $done, $done); next unless defined $w; $done += $w }
    seek($count, 0, 0); syswrite($count, $n);
    # Even a sleep of 0 gives up the processor, and a busy machine gives it back late.
    my $pause = PAUSE;
    sleep($pause) if $pause;
}
'''
ROLES = ('keeper', 'supervisor', 'logger')
SHORTER = 5  # times as much of a sweep, or of the same again, is in a round that is not short


class Trial:
    def __init__(self, seed, number=0, scratch='/tmp', short=False, whole=False):
        self.random = random.Random(seed)
        self.round = number  # from 0; where a row is a sweep, which part of it is next
        self.short = short
        self.whole = whole
        self.root = Path(tempfile.mkdtemp(prefix='pgfault', dir=scratch))
        self.root.chmod(0o755)
        self.pg = Playground(self.root)
        self.figures = {}  # name → seconds, each time
        self.limits = {}  # name → seconds
        self.writers = []
        self.before = {}
        self.ready_before = set()
        self.ours_before = {}
        self.harmed = set()  # the roles of ours that the row itself ends
        self.cost_before = None

    # --- services

    def writer(self, name, pause=0.01):
        body = WRITER.replace('PAUSE', str(pause)).replace('$ENV{WRITER}', f"'{name}'")
        self.pg.service(name, body.replace('$ENV{COUNT_FILE_DIRECTORY}', f"'{self.root}'"))
        self.writers.append(name)

    def start_writers(self, count=3, pause=0.01):
        """And with them whatever else the playground has."""
        for number in range(1, count + 1):
            self.writer(f'w{number}', pause)
        self.pg.start()
        self.wait_until_logged()
        self.remember()

    def start_writers_only(self):
        self.writer('w1')
        self.pg.start('w1')
        self.wait_until_logged()
        self.remember()

    def remember(self):
        """From here on every service is expected to go on as it does now."""
        status = self.pg.status()
        self.before = self.mains(name for name, one in status.items() if one['pid'])
        self.ready_before = {name for name, one in status.items() if one['state'] == 'ready'}
        ours = self.pg.wait_until(lambda: self._ours_when_settled(status), 'the keepers of services that are down have ended')
        self.cost_before = observer.cost(ours)
        self.ours_before = {role: observer.identity(self.in_role(role, ours)) for role in ROLES}

    def _ours_when_settled(self, status):
        """A stop does not wait for the keeper that has nothing to keep any more, but it ends."""
        stopped = {name for name, one in status.items() if one['pid'] is one['process'] is one['exitcode'] is None}
        titles = {f'pgctl keeper {self.pg.path}/{name}' for name in stopped}
        ours = self.pg.our_processes()
        return ours if not any(' '.join(processes.command_line(pid)) in titles for pid in ours) else []

    def but(self, *services):
        """These are not expected to go on as they were."""
        for name in services:
            self.before.pop(name, None)

    def main(self, name):
        return self.mains([name])[name]

    def mains(self, names):
        """The main process of each service, from one look at /proc. That shows nothing of a process while it executes another program,
        so for one that is not there it is looked again, until a deadline; two of one are a miss at once."""
        directories = {name: self.pg.path / name for name in names}
        found = {}

        def each_has_one():
            found.update(observer.main_processes_of(directories.values()))
            doubled = {name: found[directory] for name, directory in directories.items() if len(found[directory]) > 1}
            assert not doubled, f'I1: {[(name, processes.describe(one.pid for one in every)) for name, every in doubled.items()]}'
            return all(found.values())

        self.pg.wait_until(each_has_one, lambda: f'{[name for name, directory in directories.items() if not found[directory]]} '
                                                 'have a main process')
        return {name: found[directory][0] for name, directory in directories.items()}

    def wait_until_written(self, name, more=5):
        file = self.root / f'{name}.count'
        wanted = observer.counted(file) + more
        self.pg.wait_until(lambda: observer.counted(file) >= wanted, f'{name} writes on')

    def wait_until_logged(self):
        """A log is opened when there is something to be written, so from then on the logger holds no more than before."""
        for name in self.writers:
            self.pg.wait_until(lambda name=name: self.pg.log_file(name).exists(), f'{name} has a log')

    # --- faults

    def ours(self, role):
        """The pid of the playground's keeper, of the supervisor or of the logger."""
        return self.in_role(role, self.pg.our_processes())

    def in_role(self, role, pids):
        found = [pid for pid in pids if processes.command_line(pid)[1:3] == [role, str(self.pg.path)]]
        # Whom it has forked shows the same until that executes something, a check for instance.
        found = [pid for pid in found if processes.parent(pid) not in found]
        return found[0] if len(found) == 1 else None

    def kill(self, role):
        pid = self.pg.wait_until(lambda: self.ours(role), f'there is one {role}')
        self.harms(role)
        one = observer.identity(pid)
        processes.kill([pid])
        return one

    def kill_all(self):
        """All of ours at once, services' keepers and all."""
        self.harms(*ROLES)
        self.pg.kill_everything_of_ours()

    def harms(self, *roles):
        """This fault ends these processes of ours: others take their place. With its keeper the logger goes, too."""
        self.harmed.update(roles)
        if 'keeper' in roles:
            self.harmed.update(ROLES)

    def recovered(self, role, gone):
        """Until another one has taken the place of the process that is gone. Returns seconds."""
        begin = time.monotonic()
        self.pg.wait_until(lambda: self.ours(role) not in (None, gone.pid), f'there is another {role}')
        self.pg.status()
        return time.monotonic() - begin

    def figure(self, name, seconds, at_most=None):
        """`at_most`: what it should be on an idle machine; it is shown, and a miss only where the machine was said to be idle."""
        self.figures.setdefault(name, []).append(seconds)
        if at_most is not None:
            self.limits[name] = at_most

    # --- invariants

    def check(self, restarted=()):
        """I1, I2 and I5, now; and of our processes none was lost but those that the row has ended."""
        begin = time.monotonic()
        status = self.pg.status()
        self.figure('answer', time.monotonic() - begin, at_most=1)
        mains = self.mains(self.before)
        for name, one in self.before.items():
            now = mains[name]
            if name not in restarted:
                assert now == one, f'I1: {name} runs as {now}, and did as {one}'
            assert status[name]['pid'] == now.pid, f'I2: {name} is said to be {status[name]}, and runs as {now}'
            assert status[name]['state'] in ('up', 'ready'), f'I2: {name} is said to be {status[name]["state"]}'
        # Who has lost all that he knew of a service has to see its readiness once more.
        ready = self.ready_before & set(self.before)
        if any(status[name]['state'] != 'ready' for name in ready):
            self.pg.wait_until(lambda: all(self.pg.state(name) == 'ready' for name in ready),
                               f'I2: {sorted(ready)} are ready, as they were')
        ours = self.pg.our_processes() if set(self.ours_before) - self.harmed else []
        for role, one in self.ours_before.items():
            if role not in self.harmed:
                pid = self.in_role(role, ours)
                assert pid and observer.identity(pid) == one, f'our {role} was {one}, and is {pid and observer.identity(pid)}'

    def check_cost(self, fds_more=1):
        """I4: what our processes hold returns to what it was, with some room for the memory that allocators keep."""
        def returned():
            now = observer.cost(self.pg.our_processes())
            return (now.processes == self.cost_before.processes and now.fds <= self.cost_before.fds + fds_more and now.zombies == 0
                    and now.kibibytes <= self.cost_before.kibibytes * 1.5 + 4096)
        self.pg.wait_until(returned, lambda: f'I4: our processes hold what they held, {self.cost_before}, '
                                             f'and not {observer.cost(self.pg.our_processes())}: {self.what_ours_hold()}')

    def what_ours_hold(self):
        ours = self.pg.our_processes()
        lines = [*processes.describe(ours), 'with', *processes.describe([child for pid in ours for child in processes.children(pid)])]
        return '\n'.join([*lines, *(f'{pid}: {sorted(processes.open_files(pid).values())}' for pid in ours)])

    def finish(self, restarted=()):
        """All six, as after nearly every fault."""
        self.check(restarted)
        self.check_cost()
        self.stop()

    def stop(self):
        """I6 and I3: nothing is left, and the logs are whole."""
        self.pg.stop()
        left = processes.mentioning(self.root)
        assert not left, f'I6: left: {processes.describe(left)}'
        self.check_logs()

    def check_logs(self):
        """I3, of writers that have ended."""
        for name in self.writers:
            wrong = observer.misses(observer.numbers_in_log(self.pg.path / name), observer.counted(self.root / f'{name}.count'))
            assert not wrong, f'I3: {name}: {wrong}'

    def leave(self):
        for pid in self.pg.our_processes():
            if processes.state(pid) == 'T':
                processes.kill([pid], 18)
        complaints = self.pg.leave()
        shutil.rmtree(self.root, ignore_errors=True)
        return complaints

    # --- how much of it is done in a round

    def times(self, count, shorter=SHORTER):
        """How often something is done again in this round, which is `count` times but in a short one."""
        return max(count // shorter, 1) if self.short else count

    def places(self, size, count):
        """Those of this round in a sweep of so many, 0, 1 …: enough rounds do all of it, and one that is to do the whole. A short one
        does fewer, from anywhere on."""
        if self.whole:
            return list(range(size))
        begin = self.random.randrange(size) if self.short else self.round * count
        return [place % size for place in range(begin, begin + min(self.times(count), size))]

    # --- small things

    def file(self, name):
        return self.pg.file(name)

    def open(self, name):
        self.pg.open(name)

    def waits(self, name):
        """For a script: go on only when open(name) was called."""
        return self.pg.waiting_for(name)

    def is_root(self):
        return os.geteuid() == 0

    def quoted(self, path):
        return shlex.quote(str(path))

    def is_blocked(self, name):
        """Whether the writer waits in the kernel for room in its pipe."""
        pid = self.main(name).pid
        # The name of the function in the kernel that it waits in.
        return processes.state(pid) == 'S' and b'pipe_w' in processes.read(pid, 'wchan')  # pipe_write, by whatever prefix
