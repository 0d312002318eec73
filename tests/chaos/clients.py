"""Four users who start, stop, restart and ask at random; every answer is judged at once."""

import json
import os
import re
import time
from dataclasses import dataclass

import processes
import zoo

HANGS = 80  # seconds; three times as long as any time-out here
MARGIN = 2.0  # seconds; how long ours may take to learn of an end on a machine that is short of everything
TELLS = 20.0  # seconds; within which a service that was started has noted that it lives
# What a command may complain of here.
EXPECTED = re.compile(r'another pgctl command is currently managing this service|another pgctl command has asked it to stop|'
                      r'No space left on device|is not responding|failed to (start|stop) after|Some services (failed to (start|stop)|were not restarted)|'
                      r'listen at|a stop overtook')


@dataclass
class Ending:
    """A stop, or a restart."""
    user: int
    services: list
    end: float = float('inf')  # monotonic seconds


class Client:
    def __init__(self, run, number, random):
        self.run, self.random, self.number = run, random, number
        self.counts = {}

    def work(self):
        while not self.run.done.is_set():
            try:
                self._one_command()
            except AssertionError as error:
                self.run.violation(f'{error}' + ('' if self.run.violations else f'\n{self.run.standing()}'))

    def _services(self):
        every = zoo.names()
        return [] if self.random.random() < 0.03 else self.random.sample(every, self.random.randrange(1, 7))

    def _one_command(self):
        command = self.random.choices(['status', 'start', 'stop', 'restart'], [6, 4, 1.5, 1.5])[0]
        services = self._services()
        begin, begin_ticks = time.monotonic(), self.run.ticks()
        arguments = ['--json', 'status'] if command == 'status' else [command]
        ending = Ending(self.number, services or zoo.names())
        if command in ('stop', 'restart'):
            self.run.endings.append(ending)
        result = self.run.playground.begin(*arguments, *services).result(HANGS)
        end = ending.end = time.monotonic()
        self.counts[command, result.returncode] = self.counts.get((command, result.returncode), 0) + 1
        what = f'{begin:.2f} to {end:.2f}: pgctl {command} {" ".join(services)}'
        self._judge_exit(what, result)
        if result.returncode != 0:
            return
        if command == 'status':
            self._judge_status(what, json.loads(result.stdout), begin, end)
        if command in ('start', 'restart'):
            self._judge_start(what, services or zoo.names(), begin, begin_ticks if command == 'restart' else 0)
        if command == 'stop':
            self._judge_stop(what, services or zoo.names(), begin_ticks)

    def _judge_exit(self, what, result):
        errors = [line for line in result.stderr.splitlines() if line.startswith('[pgctl] ERROR')]
        odd = [line for line in errors if not EXPECTED.search(line)]
        if result.returncode not in (0, 1) or odd or (result.returncode == 1 and not errors):
            self.run.violation(f'{what}: exit {result.returncode}: {result.stderr}')
        for line in errors:
            self.run.complaint(line)

    def _judge_status(self, what, answer, begin, end):
        self.run.ledger.look()
        for name, one in answer.items():
            wrong = self._wrong(name, one, begin, end)
            if wrong:
                self.run.violation(f'{what}: {name} is said to be {one}, and {wrong}')

    def _wrong(self, name, one, begin, end):
        # A keeper that is stopped can't tell what it has seen.
        if self.run.killer.around(begin - MARGIN, end, what=('stop',), whom=(name, 'keeper')):
            return ''
        life = self.run.ledger.life(name, one['pid']) if one['pid'] else None
        latest = self.run.ledger.latest(name)
        if one['pid'] and life and life.first_dead and life.first_dead < begin - MARGIN:
            return f'{life} was dead before it was asked'
        if latest and latest.first_alive and latest.first_alive < begin - MARGIN and not latest.first_dead and one['pid'] != latest.one.pid:
            return f'{latest} lived all the time'
        if one['state'] == 'ready' and life and zoo.kind_of(name) == 'slow' and not self.run.ledger.was_ready(name, life):
            return f'{life} was never ready'
        # One that has not come so far as to register shows whose it is all the same; one that is ending shows nothing.
        environment = processes.read(one['pid'], 'environ').split(b'\0') if one['pid'] and not life else [b'']
        if environment != [b''] and f'PGCTL_SERVICE={self.run.playground.path / name}'.encode() not in environment:
            return f'it is {processes.describe([one["pid"]])}'
        return ''

    def _judge_start(self, what, services, begin, not_before):
        """What was started has lived since, and been ready where it has a check; what was restarted, in a life that began after that. One
        without a check counts as started when it has lived for a moment, which may be before it has come to tell of itself; and then
        another user may stop it."""
        def missing():
            self.run.ledger.look()
            stopped = {name for ending in list(self.run.endings) if ending.user != self.number and ending.end >= begin for name in ending.services}
            return [name for name in services if name not in stopped and not any(
                life.one.started >= not_before and (zoo.kind_of(name) != 'slow' or self.run.ledger.was_ready(name, life))
                for life in self.run.ledger.lives_since(name, begin - MARGIN))]
        end = time.monotonic() + TELLS
        while (left := missing()) and time.monotonic() < end:
            time.sleep(0.2)
        if left:
            self.run.violation(f'{what}: it said that {left} started, of which nothing was seen')

    def _judge_stop(self, what, services, begin_ticks):
        """What lived before must not live after it: in the set, by the mark, or by the name of a child that hides."""
        for pid in processes.all_pids():
            started = self.run.started(pid)
            if started is None or started >= begin_ticks or not processes.alive(pid):
                continue
            name = self.run.service_of(pid)
            if name in services and self.run.started(pid) == started and processes.alive(pid):
                self.run.violation(f'{what}: it said that {name} has stopped, and left {processes.describe([pid])}')


def started_by(random, run):
    return [Client(run, number, type(random)(random.random())) for number in range(4)]


def service_in(environment, command_line, playground, sleepers):
    """The service that a process belongs to, by what it shows; nothing where it shows none."""
    for variable in environment:
        if variable.startswith(f'PGCTL_SERVICE={playground}/'):
            return os.path.basename(variable)
    return os.path.basename(command_line[0]) if command_line[0].startswith(f'{sleepers}/') else None
