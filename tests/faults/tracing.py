"""Processes under strace, which has one of their calls fail, or kills them there: the program itself has no code for tests.

What strace tells is kept: from it a sweep learns which calls there are, and whether the fault happened at all."""

import contextlib
import itertools
import re
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import processes
from playground import binaries
from rows import NotRun
from succession import finish_beside_keepers

# strace counts the calls of each process apart, and those of each name.
FORKS = ('-f', '--detach-on=execve')  # also what it forks, for as long as that executes nothing
EVERYTHING = ('-f',)  # also what it forks, whatever that executes
# What is injected, and what strace then tells.
KILL = 'signal=KILL'
DELAY = 'delay_enter=100000'  # microseconds
MARKS = {'signal': '+++ killed by SIGKILL', 'error': '(INJECTED)', 'retval': '(INJECTED)', 'delay_enter': '(DELAYED)'}
CALL = re.compile(r'^(?:(\d+) +)?(?:(\d+\.\d+) )?(\w+)\((.*)', re.MULTILINE)
END = re.compile(r'^(?:(\d+) +)?(?:\d+\.\d+ )?\+\+\+ (exited with \d+|killed by \w+)', re.MULTILINE)
_number = itertools.count()


@dataclass(frozen=True, order=True)
class Call:
    """The n-th call of this name, n = 1…, that a process makes while it is traced."""
    number: int
    name: str
    arguments: str = field(default='', compare=False)  # as strace shows them, descriptors with what they lead to

    def has(self, fault):
        """What strace understands as an injection (man 1 strace, --inject)."""
        return f'{self.name}:{fault}:when={self.number}'


def end_strace(pid, ended):
    """It waits for ever for a process that waits in vfork for another one that it has stopped."""
    processes.kill([pid], signal.SIGTERM)
    patience = time.monotonic() + 5
    while not ended():
        if time.monotonic() > patience:
            processes.kill([pid])
        time.sleep(0.01)


class Trace:
    """What strace tells of a process, and with `follow` of those that it forks. An `injection`, or several with a space in between,
    happens in each of them."""

    def __init__(self, trial, injection=None, follow=(), times=False):
        if not shutil.which('strace'):
            raise NotRun('needs strace')
        self.injection = injection
        self.file = trial.file(f'strace.{next(_number)}')
        self.words = ['strace', '-y', '-o', str(self.file), *follow, *(['-ttt'] if times else [])]
        for one in (injection or '').split():
            self.words += ['-e', f'inject={one}']

    @property
    def text(self):
        return self.file.read_text(errors='replace') if self.file.exists() else ''

    def calls(self):
        """In their order, each once, whichever process made it."""
        counts, found = Counter(), {}
        for pid, _, name, arguments in CALL.findall(self.text):
            counts[pid, name] += 1
            call = Call(counts[pid, name], name, arguments)
            found.setdefault(call, call)
        return list(found)

    def moments(self, *names, word=''):
        """When one of these was called, in seconds, by whichever process, with the word among the arguments."""
        return [float(at) for _, at, called, arguments in CALL.findall(self.text) if called in names and word in arguments]

    def happened(self):
        """Whether the injection did."""
        return self.injection is not None and bool(self.what())

    def what(self):
        """The lines that tell of it."""
        mark = MARKS[self.injection.split(':')[1].partition('=')[0]]
        return [line for line in self.text.splitlines() if mark in line]

    def ends(self, pid):
        """How this process ended, if it did; strace may have been let go before it could say."""
        return [how for number, how in END.findall(self.text) if number in ('', str(pid))] or ([] if processes.alive(pid) else ['unseen'])

    def executed(self, program):
        """Who of them did."""
        return {int(pid) for pid, _, name, arguments in CALL.findall(self.text) if pid and name == 'execve' and f'"{program}"' in arguments}

    def exited(self):
        """Who of them ended by itself."""
        return {int(number) for number, how in END.findall(self.text) if number and how.startswith('exited')}

    def killed(self):
        """Who of them was, by the injection or by others."""
        return {int(number) for number, how in END.findall(self.text) if number and how == 'killed by SIGKILL'}

    def crashes(self):
        """Ends by a signal that nobody of ours and nobody of the test sends."""
        return [how for _, how in END.findall(self.text) if how.startswith('killed') and how.split()[-1] not in ('SIGKILL', 'SIGTERM')]


class Traced(Trace):
    """A process that runs already, for as long as this lasts."""

    def __init__(self, trial, pid, injection=None, follow=(), times=False):
        super().__init__(trial, injection, follow, times)
        self.pid = pid
        self.watch = threading.Thread(target=self.end_when_happened)
        self.ending = threading.Lock()
        self.words += ['-p', str(pid)]

    def __enter__(self):
        self.strace = subprocess.Popen(self.words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        said = ''
        while 'attached' not in said:
            line = self.strace.stderr.readline()
            said += line
            if 'not permitted' in line:
                self.end()
                raise NotRun(f'this user may not trace: {line.strip()}')
            assert line, f'{self.words}: {said}'
        if self.injection and '-f' in self.words:
            self.watch.start()
        return self

    def __exit__(self, *error):
        self.end()
        if self.watch.ident:
            self.watch.join()

    def end_when_happened(self):
        """Who is forked after that is not traced: it would meet the same."""
        while self.strace.poll() is None and not self.happened():
            time.sleep(0.01)
        self.end()

    def end(self):
        """What is traced goes on by itself."""
        with self.ending:
            if self.strace.poll() is None:
                end_strace(self.strace.pid, lambda: self.strace.poll() is not None)
            self.strace.stderr.close()


class TracedCommand(Trace):
    """`pgctl`, from its first call on; strace stands beside it, so that its end and its words are its own."""

    def run(self, trial, arguments, **options):
        """Where it is followed, an injection is to happen once: nobody is traced any more after that."""
        words = [*self.words[1:], '-D', str(binaries() / 'pgctl'), *arguments]
        command = trial.pg.begin(*words, program='strace', **options)
        try:
            trial.pg.wait_until(lambda: not command.running() or ('-f' in self.words and self.happened()), f'{arguments} end')
        finally:
            self.end()
        return command.result()

    def end(self):
        for pid in processes.all_pids():
            words = processes.command_line(pid)
            if words[0].endswith('strace') and str(self.file) in words:
                end_strace(pid, lambda: not processes.alive(pid))


@contextlib.contextmanager
def naming(traces):
    """A miss tells what had happened until then."""
    try:
        yield
    except AssertionError as error:
        lines = [f'{one.injection}: {line[:200]}' for one in traces for line in one.what()[:3] or ['not yet']]
        raise AssertionError('\n'.join([*lines, str(error)])) from None


def swept(trial, sweep, count, inject):
    """Injects this round's part of a sweep, so that enough rounds do all of it, and something at random. `inject` is called with each
    fault and a list, to which it appends the trace before it judges. Something has to have happened: a call is not always made as often
    as it was, and where none of the faults did, the others are tried until one does."""
    traces = []
    chosen = [*trial.places(len(sweep), count), trial.random.randrange(len(sweep))]
    others = [place for place in range(len(sweep)) if place not in chosen]
    trial.random.shuffle(others)
    with naming(traces):
        for number, place in enumerate([*chosen, *others]):
            if number >= len(chosen) and any(trace.happened() for trace in traces):
                break
            inject(sweep[place], traces)
            assert not traces[-1].crashes(), f'ended: {traces[-1].crashes()}'
        trial.pg.start()
        finish_beside_keepers(trial)
    assert any(trace.happened() for trace in traces), f'nothing happened, of {len(sweep)} faults'
