"""What the services have noted about themselves, and which of their main processes live now: looked up in /proc again and again
while the run goes on, so that an answer can be compared with what was so before, during and after it."""

import threading
import time
from dataclasses import dataclass

import observer
import zoo

SAMPLE = 0.2  # seconds
COUNT = 12  # bytes that service.pl writes for a life


@dataclass
class Life:
    number: int
    one: observer.Identity
    first_alive: float = 0  # monotonic seconds; 0: was never seen alive
    last_alive: float = 0
    first_dead: float = 0


class Ledger:
    def __init__(self, directory):
        self.directory = directory
        self.lives = {name: [] for name in zoo.names()}
        self.lock = threading.Lock()
        self.done = threading.Event()

    def watch(self):
        while not self.done.wait(SAMPLE):
            self.look()

    def look(self):
        with self.lock:
            for name in self.lives:
                self._look_at(name)

    def _look_at(self, name):
        known = self.lives[name]
        for number, (pid, started) in enumerate(self.registered(name)[len(known):], start=len(known) + 1):
            known.append(Life(number, observer.Identity(pid, started)))
        for life in known[-5:]:
            if life.first_dead:
                continue
            if observer.lives(life.one):
                life.last_alive = time.monotonic()
                life.first_alive = life.first_alive or life.last_alive
            else:
                life.first_dead = time.monotonic()

    def registered(self, name):
        try:
            lines = (self.directory / f'{name}.lives').read_text().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [tuple(int(word) for word in line.split()) for line in lines if line.endswith('\n')]

    def life(self, name, pid):
        """The last one that had this pid."""
        with self.lock:
            return next((life for life in reversed(self.lives[name]) if life.one.pid == pid), None)

    def lives_since(self, name, moment):
        """Those that had not ended by then."""
        with self.lock:
            return [life for life in self.lives[name] if not life.first_dead or life.first_dead >= moment]

    def latest(self, name):
        with self.lock:
            return self.lives[name][-1] if self.lives[name] else None

    def was_ready(self, name, life):
        return (self.directory / f'{name}.ready.{life.number}').exists()

    def written(self, name, number):
        try:
            counts = (self.directory / f'{name}.counts').read_bytes()
        except FileNotFoundError:
            return 0
        return int(counts[COUNT * number:COUNT * (number + 1)].replace(b'\0', b' ').strip() or 0)

    def ran_twice(self):
        file = self.directory / 'twice'
        return file.read_text().splitlines() if file.exists() else []
