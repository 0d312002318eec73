"""Rows 23, 24 and 44: many commands at once, and sessions that end."""

import fcntl
import json
import os
import re
import signal
import struct
import termios
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import observer
import processes
from rows import row
from serial_order import Step, explained

COMMANDS = [('start',), ('stop',), ('restart',), ('--json', 'status'), ('reload',), ('log',)]
AT_ONCE = 100
OVERTAKEN = re.compile(r"\[pgctl\] ERROR: service '(.+)' (?:failed to start after [\d.]+ seconds,|was not started again:) "
                       r'another pgctl command has asked it to stop')
REFUSED = re.compile(r'\[pgctl\] ERROR: another pgctl command is currently managing this service: \(playground/(.+)\)')
MANAGER = re.compile(r'\S+ +(\d+) .* restart .*')  # its row in the table that follows, unless it has just ended


@dataclass
class Told:
    """What one command was told, and when it was there."""
    command: str
    services: list
    pid: int
    result: object
    begin: float
    end: float

    def lines(self, pattern):
        """What the pattern's group is in each line of stderr that is like it."""
        return [match[1] for match in map(re.compile(pattern).fullmatch, self.result.stderr.splitlines()) if match]

    def listed(self, text):
        """The services in a line such as `[pgctl] Already stopped: a, b`."""
        return [name for line in self.lines(rf'\[pgctl\] {text}: (.*)') for name in line.split(', ')]

    @property
    def refused(self):
        return self.lines(REFUSED)

    @property
    def manager(self):
        """Whom a refusal shows, if anybody."""
        return next(map(int, self.lines(MANAGER)), None)

    def overlaps(self, other):
        return self.begin <= other.end and other.begin <= self.end


def tell(trial, command, services, pause=0):
    time.sleep(pause)
    begin = time.monotonic()
    running = trial.pg.begin(*command, *services)
    result = running.result()
    return Told(command[-1], services, running.pid, result, begin, time.monotonic())


def steps_of(told, name):
    """What the command did to the service and saw of it, by what it was told."""
    when = {'begin': told.begin, 'end': told.end}
    if told.refused:
        # It may have lost what it held to another one when all of ours had ended, and come again.
        return [Step(**when, runs=False)] if name in told.listed('Stopped') else []
    if told.command == 'status':
        one = json.loads(told.result.stdout)[name]
        runs = one['process'] == 'starting' or one['state'] != 'down'
        return [] if one['process'] == 'stopping' else [Step(**when, runs=runs, sees=True)]
    if told.command == 'reload':
        return [Step(**when, runs=name in told.listed('Unchanged'), sees=True)]
    stopped = started = []
    if told.command in ('stop', 'restart'):
        stopped = [Step(**when, runs=False, sees=name in told.listed('Already stopped'))]
    if told.command in ('start', 'restart'):
        overtaken = name in told.lines(OVERTAKEN)
        started = [Step(**when, runs=True, sees=name in told.listed('Already started'), perhaps=overtaken,
                        after=stopped[0] if stopped else None)]
    return stopped + started


def assert_decided(told):
    """Its exit code is what it was told, and that is one thing for each service."""
    stderr = told.result.stderr
    if told.refused:
        assert told.command == 'restart' and told.result.returncode == 1, stderr
        return
    overtaken = told.lines(OVERTAKEN)
    assert told.result.returncode == (1 if overtaken else 0), f'{told.command} {told.services}: {told.result}'
    for wanted, word in ((('stop', 'restart'), 'stopped'), (('start', 'restart'), 'started')):
        if told.command in wanted:
            decisions = told.listed(f'Already {word}') + told.listed(word.capitalize()) + (overtaken if word == 'started' else [])
            # A stop that comes when the last one has ended ours has nobody to tell it anything.
            complete = decisions or word == 'started'
            assert sorted(decisions) == sorted(told.services if complete else []), f'{told.command} {told.services}: {stderr}'


def in_the_way(told, name, every, *commands):
    others = [other for other in every if other is not told and other.command in commands]
    return [other for other in others if name in other.services and other.overlaps(told)]


def managers(told, every):
    """Who may have kept it from restarting: whom it shows, or else anybody who did the same."""
    others = [other for name in told.refused for other in in_the_way(told, name, every, 'restart')]
    return [other for other in others if told.manager in (None, other.pid)]


def is_explained(told, every, asked=()):
    """Whether it was refused for one that was not, or that was refused later, when it had lost what it held."""
    return not told.refused or any(is_explained(other, every, (*asked, told.pid))
                                   for other in managers(told, every) if other.pid not in asked)


def assert_somebody_was_in_the_way(told, every):
    assert set(told.refused) <= set(told.services)
    assert is_explained(told, every), f'nobody restarts {told.refused} but pid {told.pid}: {told.result.stderr}'
    for name in told.lines(OVERTAKEN):
        others = [other for other in in_the_way(told, name, every, 'stop', 'restart') if not other.refused]
        assert others, f'nobody stops {name}: {told.result.stderr}'


def in_words(steps):
    begin = min(step.begin for step in steps)
    return '\n'.join(f'{step.begin - begin:.4f} to {step.end - begin:.4f}: '
                     f'{"sees" if step.sees else "perhaps makes" if step.perhaps else "makes"} it {"run" if step.runs else "down"}'
                     for step in sorted(steps, key=lambda step: step.begin))


def mixed(trial, names):
    """One hundred commands on services that all run, and all that they were told. In every other round they do not come quite at
    once, so that there are fewer orders that could explain it."""
    apart = 0.5 * trial.places(2, 1)[0]  # seconds
    chosen = [(trial.random.choice(COMMANDS), trial.random.sample(names, trial.random.randrange(1, len(names) + 1)),
               trial.random.uniform(0, apart)) for _ in range(AT_ONCE)]
    begin = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        every = list(pool.map(lambda one: tell(trial, *one), chosen))
    trial.figure('all', time.monotonic() - begin, at_most=30)
    every.append(tell(trial, ('--json', 'status'), list(names)))
    return every


def assert_serial(every, names):
    for told in every:
        assert_decided(told)
        assert_somebody_was_in_the_way(told, every)
    for name in names:
        steps = [step for told in every if name in told.services and told.command != 'log' for step in steps_of(told, name)]
        assert explained(steps, runs=True), f'no order explains what became of {name}:\n{in_words(steps)}'


def counted_service(trial, name):
    """Each life notes its pid, and whether it found another one alive."""
    lives, doubled = trial.quoted(trial.file(f'{name}.lives')), trial.quoted(trial.file('doubled'))
    trial.pg.service(name, f'kill -0 "$(tail -n 1 {lives})" && echo {name} >> {doubled}\necho $$ >> {lives}\nexec {trial.pg.sleep}')


def assert_single_lives(trial, every, name):
    """One at a time, no more than were asked for, and no other was ever seen."""
    lives = [int(pid) for pid in trial.pg.lines(f'{name}.lives')]
    asked = [told for told in every if told.command in ('start', 'restart') and name in told.services and not told.refused]
    assert len(lives) <= 1 + len(asked), f'{name} had {len(lives)} lives, {len(asked)} were asked for'
    last = json.loads(every[-1].result.stdout)[name]
    running = [one.pid for one in observer.main_processes(trial.pg.path / name)]
    assert running == ([last['pid']] if last['pid'] else []), f'{name} is said to be {last}, and {running} run'
    assert not trial.file('doubled').exists(), f'two lives at once: {trial.pg.lines("doubled")}'


def hundred_commands(title, before):
    @row(23, f'100 commands at once, mixed{title}')
    def commands_at_once(trial):
        """What else runs keeps the supervisor; without it, all of ours may end and come again in between."""
        before(trial)
        names = 'abcd'
        for name in names:
            counted_service(trial, name)
        trial.pg.start()
        trial.remember()
        every = mixed(trial, names)
        assert_serial(every, names)
        for name in names:
            assert_single_lives(trial, every, name)
        trial.pg.start()
        cost, runs = trial.cost_before, dict(trial.before)
        trial.remember()
        trial.cost_before = cost
        for writer in trial.writers:
            assert trial.before[writer] == runs[writer], f'{writer} was started again'
        assert len(trial.pg.sleepers()) == len(names)
        trial.finish()
    return commands_at_once


hundred_commands('', lambda trial: None)
hundred_commands(', beside a service that goes on', lambda trial: trial.writer('w1'))


class Barrier:
    """Commands that wait in a shell, and all go on when it is opened. It is bash, as others take no descriptor above 9."""

    def __init__(self, trial):
        self.trial = trial
        self.here, self.arrive = os.pipe()
        self.gate, self.opener = os.pipe()
        self.count = 0

    def begin(self, *arguments):
        self.count += 1
        return self.trial.pg.begin('-c', f'echo >&{self.arrive}; read line <&{self.gate}; exec "$@" {self.arrive}>&- {self.gate}<&-',
                                   'bash', *arguments, program='bash', pass_fds=(self.arrive, self.gate))

    def open(self):
        self.trial.pg.wait_until(self._all_are_here, 'all wait at the barrier')
        self.leave()

    def _all_are_here(self):
        held, = struct.unpack('i', fcntl.ioctl(self.here, termios.FIONREAD, bytes(4)))
        return held == self.count

    def leave(self):
        for fd in (self.here, self.arrive, self.gate, self.opener):
            if fd is not None:
                os.close(fd)
        self.here = self.arrive = self.gate = self.opener = None


@row(24, '50 first starts at once')
def first_starts(trial):
    names = 'abcd'
    lives = trial.file('lives')
    for name in names:
        trial.pg.service(name, f'echo {name} >> {trial.quoted(lives)}\nexec {trial.pg.sleep}')
    trial.writer('w1')
    every = [*names, 'w1']
    barrier = Barrier(trial)
    try:
        commands = [barrier.begin('pgctl', 'start') for _ in range(50)]
        barrier.open()
    finally:
        barrier.leave()
    for command in commands:
        told = command.result().succeeded().stderr
        assert all(f'[pgctl] Started: {name}\n' in told or f'[pgctl] Already started: {", ".join(every)}\n' in told for name in every), told
    trial.remember()
    keepers = [pid for pid in trial.pg.our_processes() if processes.command_line(pid)[1:] == ['keeper', str(trial.pg.path)]]
    assert len(keepers) == 1, processes.describe(keepers)
    assert len(trial.pg.our_processes()) == 3 + len(every), processes.describe(trial.pg.our_processes())
    assert sorted(trial.pg.lines('lives')) == list(names) and len(trial.pg.sleepers()) == len(names)
    trial.finish()


def session(trial):
    """A shell at a terminal, which a hang-up ends even where it does not end this test, as under nohup."""
    return trial.pg.terminal('env', '--default-signal=HUP', 'sh')


def of_session(leader):
    return [pid for pid in processes.all_pids() if processes.session(pid) == leader and processes.alive(pid)]


def hang_up(trial, terminal):
    """As at a logout: every process of the session is told, and the terminal is gone."""
    leader = terminal.process.pid
    processes.kill(of_session(leader), signal.SIGHUP)
    terminal.close()
    terminal.wait()
    trial.pg.wait_until(lambda: not of_session(leader), lambda: f'the session has ended: {processes.describe(of_session(leader))}')


@row(44, 'the session ends: its terminal is closed, and all of it is hung up')
def session_ends(trial):
    trial.writer('w1')
    trial.pg.service('a')
    terminal = session(trial)
    terminal.type('pgctl start\n')
    terminal.read_until('Started: w1')
    trial.pg.wait_until(lambda: not trial.pg.our_processes('start'), 'the command has ended')
    trial.wait_until_logged()
    trial.remember()
    hang_up(trial, terminal)
    trial.wait_until_written('w1')
    trial.finish()


@row(44, 'the session ends while a command waits')
def session_ends_under_a_command(trial):
    go = trial.file('go')
    trial.pg.service('slow', ready=f'test -e {trial.quoted(go)}')
    trial.open('go')
    trial.start_writers(1)
    trial.but('slow')
    terminal = session(trial)
    go.unlink()
    terminal.type('pgctl restart slow\n')
    terminal.read_until('Starting: slow')
    trial.pg.wait_until(lambda: trial.pg.state('slow') == 'up', 'the command waits')
    hang_up(trial, terminal)
    trial.wait_until_written('w1')
    trial.check()
    trial.open('go')
    trial.pg.wait_until(lambda: trial.pg.state('slow') == 'ready',
                        lambda: f'slow is ready without a command: {trial.pg.status("slow")}')
    assert len(trial.pg.sleepers()) == 1
    trial.finish()
