"""What all compared programs have in common, as seen by somebody who injects faults: a few verbs, and where to look.

A program that is compared is a class below this one, in a file of its own; nothing here knows one of them."""

import shutil
import subprocess
import time
from pathlib import Path

import processes

PATIENCE = 90  # seconds; a program that does not do by then what is awaited does not do it


class Peer:
    name = ''
    programs = ()  # what has to be installed; the names that its own processes run as
    package = ''  # Debian's, named where it is missing
    stop_seconds = 2  # how long a service may take before it may be killed

    def __init__(self, root, identity):
        self.root = Path(root)
        self.identity = identity  # options of subprocess.Popen: who runs it all
        self.scan = self.root / 'services'
        self.scan.mkdir()
        self.launched = []

    @classmethod
    def missing(cls):
        return [program for program in cls.programs if not shutil.which(program, path=cls.path())]

    @staticmethod
    def path():
        return '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'

    # --- what a program below this says

    def add(self, name, run):
        """A service whose `run` is this script; before launch()."""
        raise NotImplementedError

    def launch(self):
        """Begins to supervise, and starts every service."""
        raise NotImplementedError

    def stop(self, name):
        """Returns the exit code of the command, as its documentation says to stop a service for good."""
        raise NotImplementedError

    def status(self, name):
        """The pid that it shows for the service; 0 where it says that it is down, None where it does not answer."""
        raise NotImplementedError

    def supervisor(self, name):
        raise NotImplementedError

    def logger(self, name):
        """None where it has none of its own."""
        raise NotImplementedError

    def log_directory(self, name):
        """Nothing else is in it; it is there after add()."""
        return self.root / 'log' / name

    def control(self, name):
        """The files and directories through which commands reach it."""
        raise NotImplementedError

    def recover(self):
        """What init, or the next command, does when all of it is gone."""
        self.launch()

    # --- what they share

    def own_processes(self):
        """Its own, not those of services, told by the program they run."""
        found = []
        for pid in processes.mentioning(self.root):
            words = [Path(word).name for word in ' '.join(processes.command_line(pid)).split()[:2]]
            if set(words) & set(self.programs):
                found.append(pid)
        return found

    def own_process(self, program, word):
        """The one that runs so and has the word among its arguments; None where there is none."""
        for pid in self.own_processes():
            line = processes.command_line(pid)
            if line[0] == program and word in line:
                return pid
        return None

    def command(self, *arguments):
        return subprocess.run([str(word) for word in arguments], cwd=self.root, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=2 * PATIENCE, **self.identity)

    def begin(self, *arguments):
        with open(self.root / f'{self.name}.out', 'ab') as output:
            self.launched.append(subprocess.Popen([str(word) for word in arguments], cwd=self.root, env=self.environment(),
                                                  stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                                                  **self.identity))

    def environment(self):
        return {'PATH': self.path(), 'HOME': str(self.root), 'LANG': 'C.UTF-8'}

    def script(self, path, body):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\n{body}\n')
        path.chmod(0o755)

    def give(self):
        """All files to whoever runs it."""
        if self.identity:
            subprocess.run(['chown', '-R', f"{self.identity['user']}:{self.identity['group']}", str(self.root)], check=True)

    def leave(self):
        """Ends what is left, services first asked and then killed."""
        left = processes.mentioning(self.root)
        while left:
            processes.kill(left)
            left = processes.mentioning(self.root)
        for one in self.launched:
            one.wait()


def await_condition(condition, seconds=PATIENCE):
    """The seconds it took; None where it did not become true."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        if condition():
            return time.monotonic() - begin
        time.sleep(0.02)
    return None
