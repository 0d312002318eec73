"""The fixture of verbs: a private home, a playground in it, and what a user does there with pgctl."""

import json
import os
import select
import shlex
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import processes
from executables import await_no_writer
from terminal import Terminal
from texts import log_texts

REPOSITORY = Path(__file__).resolve().parents[2]
DEADLINE = 60  # seconds; how long anything is awaited before the test fails
NOBODY = 65534


def binaries():
    return Path(os.environ.get('PGCTL_BIN') or REPOSITORY / 'build/release/bin').resolve()


@dataclass
class Result:
    returncode: int
    stdout: str
    stderr: str

    def succeeded(self):
        assert self.returncode == 0, f'exit {self.returncode}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}'
        return self

    def failed(self, code=1):
        """As a user's error does: with this exit code, one clear line, and no trace of our insides."""
        assert self.returncode == code, f'exit {self.returncode}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}'
        for word in ('terminate called', 'Assertion', 'Traceback', 'Sanitizer'):
            assert word not in self.stderr
        return self

    @property
    def errors(self):
        return [line for line in self.stderr.splitlines() if line.startswith('[pgctl] ERROR: ')]

    @property
    def error(self):
        """The one line that a user's error ends as."""
        assert self.errors and self.stderr.splitlines()[-1] == self.errors[-1], f'does not end as an error:\n{self.stderr}'
        return self.errors[-1].removeprefix('[pgctl] ERROR: ')


class Command:
    """A pgctl that goes on while the test does something else."""

    def __init__(self, arguments, **options):
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        **options)
        self.pid = self.process.pid
        self.seen = b''

    def running(self):
        return self.process.poll() is None

    def read_stderr_until(self, text):
        os.set_blocking(self.process.stderr.fileno(), False)
        end = time.monotonic() + DEADLINE
        while text.encode() not in self.seen:
            assert time.monotonic() < end, f'never said {text!r} on stderr, but:\n{self.seen.decode(errors="replace")}'
            chunk = os.read(self.process.stderr.fileno(), 65536) if _readable(self.process.stderr, end) else b''
            assert chunk or self.running(), f'ended and never said {text!r} on stderr, but:\n{self.seen.decode(errors="replace")}'
            self.seen += chunk
        os.set_blocking(self.process.stderr.fileno(), True)

    def result(self, deadline=2 * DEADLINE):
        try:
            stdout, stderr = self.process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f'{self.process.args} goes on and on, or something keeps its output open') from None
        return Result(self.process.returncode, _text(stdout), _text(self.seen + stderr))


class Playground:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.home = self.directory / 'home'
        self.runtime = self.directory / 'run'
        self.pghome = self.runtime / 'pgctl'
        self.project = self.directory / 'project'
        self.path = self.project / 'playground'
        self.identity = {}  # who runs the commands: options of subprocess.Popen
        self.programs = [binaries() / 'pgctl']  # that our processes may run
        self._background = []
        for made in (self.home, self.runtime, self.path):
            made.mkdir(parents=True)
        self.runtime.chmod(0o700)
        # Under this name a sleeping process shows the test's directory in its command line, even without an environment.
        self.sleeper = self.directory / 'sleep'
        self.sleeper.symlink_to('/bin/sleep')
        self.env = {
            'PATH': f'{binaries()}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
            'HOME': str(self.home),
            'XDG_RUNTIME_DIR': str(self.runtime),
            'LANG': 'C.UTF-8',
            'PGCTL_NO_GLOBAL_CONFIG': 'true',
            # Far more than anything takes on a slow machine; a test of a timeout sets its own.
            'PGCTL_TIMEOUT': str(DEADLINE),
        }

    # --- building

    @property
    def sleep(self):
        """For a script: a command that goes on until it is stopped."""
        return f'{shlex.quote(str(self.sleeper))} infinity'

    def service(self, name, run='', *, ready=None, files=None, scripts=None, under=None):
        """`run` and the other scripts are the lines of a shell script, or a whole file when they begin with #!; None is no file.
        Without lines, the service sleeps until it is stopped."""
        directory = (under or self.path) / name
        directory.mkdir(parents=True, exist_ok=True)
        if run is not None:
            self.script(directory / 'run', run or f'exec {self.sleep}')
        if ready is not None:
            self.script(directory / 'ready', ready)
        for script, body in (scripts or {}).items():
            self.script(directory / script, body)
        for file, content in (files or {}).items():
            (directory / file).write_text(f'{content}\n')
        self._give(directory)
        return directory

    def hook(self, name, body):
        return self.script(self.path / name, body)

    def script(self, path, body):
        content = body if isinstance(body, bytes) else body.encode()
        if not content.startswith(b'#!'):
            content = b'#!/bin/sh\n' + content + b'\n'
        # Written beside and renamed: a running script is not changed under its shell's feet.
        beside = path.with_name(path.name + '.new')
        beside.write_bytes(content)
        beside.chmod(0o755)
        await_no_writer(beside)
        beside.rename(path)
        return path

    def file(self, name):
        """Where a script of a service tells the test something, or waits for it."""
        return self.directory / name

    def waiting_for(self, name):
        """For a script: go on only when the test opens this gate."""
        return f'while ! test -e {shlex.quote(str(self.file(name)))}; do sleep 0.05; done'

    def open(self, name):
        self.file(name).touch()

    def config(self, content, name='pgctl.yaml', directory=None):
        path = (directory or self.project) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def become_ordinary_user(self):
        """Root reads and writes everything; a test of permissions goes on as nobody."""
        if os.geteuid() != 0:
            return
        self.identity = {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}
        self._give(self.directory)

    def _give(self, path):
        if self.identity:
            subprocess.run(['chown', '-Rh', f'{NOBODY}:{NOBODY}', str(path)], check=True)

    # --- commanding

    def environment(self, changes=None):
        merged = dict(self.env, **(changes or {}))
        return {name: value for name, value in merged.items() if value is not None}

    def run(self, *arguments, cwd=None, env=None, program='pgctl', **options):
        """`env` changes the test's environment; None takes a variable away."""
        return self.begin(*arguments, cwd=cwd, env=env, program=program, **options).result()

    def begin(self, *arguments, cwd=None, env=None, program='pgctl', **options):
        executable = shutil.which(program, path=self.env['PATH'])
        assert executable, f'no {program} in {binaries()}: build it, or set PGCTL_BIN'
        command = Command([executable, *arguments], cwd=cwd or self.project, env=self.environment(env),
                          **{**self.identity, **options})
        self._background.append(command)
        return command

    def shell(self, line, cwd=None, env=None, **options):
        command = Command(['/bin/sh', '-c', line], cwd=cwd or self.project, env=self.environment(env),
                          **{**self.identity, **options})
        self._background.append(command)
        return command.result()

    def terminal(self, *arguments, env=None, cwd=None, **options):
        executable = shutil.which(arguments[0], path=self.env['PATH'])
        assert executable, f'no {arguments[0]}'
        terminal = Terminal([executable, *arguments[1:]], cwd=cwd or self.project,
                            env=self.environment({'TERM': 'xterm-256color', **(env or {})}), **options)
        self._background.append(terminal)
        return terminal

    def start(self, *services, **options):
        return self.run('start', *services, **options).succeeded()

    def stop(self, *services, **options):
        return self.run('stop', *services, **options).succeeded()

    def restart(self, *services, **options):
        return self.run('restart', *services, **options).succeeded()

    # --- looking

    def status(self, *services, **options):
        return json.loads(self.run('--json', 'status', *services, **options).succeeded().stdout)

    def state(self, name):
        return self.status(name)[name]['state']

    def pid(self, name):
        pid = self.status(name)[name]['pid']
        assert pid is not None, f'{name} has no pid'
        return pid

    def log_file(self, name):
        return self.path / name / 'logs' / 'current'

    def log(self, name):
        """The texts in the service's log, without the stamps."""
        try:
            return log_texts(self.log_file(name).read_text(errors='surrogateescape'))
        except FileNotFoundError:
            return []

    def log_ends_with(self, name, line):
        """For logs too large to be read again and again."""
        try:
            with self.log_file(name).open('rb') as file:
                file.seek(max(os.fstat(file.fileno()).st_size - 200, 0))
                return file.read().endswith(f'  {line}\n'.encode())
        except FileNotFoundError:  # not yet, or it is just being rotated
            return False

    def text(self, name):
        """What a script wrote to one of the test's files; empty while it has not."""
        path = self.file(name)
        return path.read_text() if path.exists() else ''

    def lines(self, name):
        return self.text(name).splitlines()

    def our_processes(self, role=None):
        """Supervisor, logger and keepers of this test, told by the program that they run."""
        programs = [path.resolve() for path in self.programs]
        # Of all processes there are, most run something else: that is seen at less cost than which test they belong to.
        running = [pid for pid in processes.all_pids() if any(processes.runs(pid, program) for program in programs)]
        return [pid for pid in processes.mentioning(self.directory, among=running)
                if role is None or role in ' '.join(processes.command_line(pid)).split()[:2]]

    def sleepers(self):
        """The living processes that run the test's own sleep, however they hide."""
        return [pid for pid in processes.all_pids() if str(self.sleeper) in processes.command_line(pid) and processes.alive(pid)]

    def kill_everything_of_ours(self, *also):
        """Supervisor, logger and keepers at one moment, and with them these pids: nobody is left to notice."""
        ours = self.our_processes()
        processes.kill(ours, signal.SIGSTOP)
        processes.kill([*also, *ours])
        self.wait_until(lambda: not any(processes.alive(pid) for pid in [*also, *ours]), 'all of ours are dead')
        assert processes.describe(self.our_processes()) == []

    def wait_until(self, condition, awaited):
        """`awaited`: words, or what gives them when it is too late."""
        begin = time.monotonic()
        while True:
            value = condition()
            if value:
                return value
            waited = time.monotonic() - begin
            assert waited < DEADLINE, f'waited for {DEADLINE} seconds: {awaited() if callable(awaited) else awaited}'
            # Most look at all of /proc: what takes long is not looked at as often.
            time.sleep(min(0.02 + waited / 20, 0.2))

    @contextmanager
    def within(self, seconds=DEADLINE / 2):
        """What is done meanwhile takes no longer: a time-out of its own holds, not the minute of this test's PGCTL_TIMEOUT."""
        begun = time.monotonic()
        yield
        taken = time.monotonic() - begun
        assert taken < seconds, f'took {taken:.2f} seconds, not less than {seconds:.0f}'

    # --- leaving

    def leave(self):
        """Stops what runs, and returns what is left even so: processes that should not be there."""
        for one in self._background:
            if isinstance(one, Terminal):
                one.end()
            elif one.running():
                # Not communicate(): what it has left running may hold its output open.
                one.process.kill()
                one.process.wait()
        complaints, stopped = self._stop_at_last()
        left = processes.mentioning(self.directory)
        complaints += [f'left running: {line}' for line in processes.describe(left)]
        # A playground that a test made unusable can't be stopped, and need not be when nothing runs.
        if left and stopped and stopped.returncode != 0:
            complaints.append(f'the last stop failed: {_text(stopped.stderr)}')
        while left:
            processes.kill(left)
            left = processes.mentioning(self.directory)
        return complaints

    def _stop_at_last(self):
        """Complaints, and what the command was told; one that goes on and on must not keep from killing what is left."""
        if not self.path.is_dir() or not any(entry.is_dir() for entry in self.path.iterdir()):
            return [], None
        try:
            return [], subprocess.run([str(binaries() / 'pgctl'), '--pgdir', str(self.path), 'stop'], cwd='/',
                                      env=self.environment({'PGCTL_TIMEOUT': '5'}), stdin=subprocess.DEVNULL,
                                      capture_output=True, timeout=2 * DEADLINE, **self.identity)
        except subprocess.TimeoutExpired as error:
            return [f'could not be stopped: {error}'], None


def _readable(stream, end):
    poll = select.poll()  # select() takes no descriptor above 1,023
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(1000 * max(end - time.monotonic(), 0)))


def _text(content):
    return content.decode('utf-8', errors='surrogateescape')
