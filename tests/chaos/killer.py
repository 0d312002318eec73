"""Kills, stops and continues our processes at random, and fills the disk and frees it; remembers when it did what."""

import os
import signal
import threading
import time
from dataclasses import dataclass

import processes


@dataclass
class Deed:
    what: str  # 'kill', 'stop', 'kill all', 'kill main', 'fill'
    whom: str  # 'supervisor', 'logger', 'keeper', or the name of a service for its keeper
    begin: float
    end: float

    def __str__(self):
        return f'{self.begin:.2f} to {self.end:.2f}: {self.what} {self.whom}'


class Killer:
    def __init__(self, playground, disk, ledger, random):
        self.playground, self.disk, self.ledger, self.random = playground, disk, ledger, random
        self.deeds = []
        self.done = threading.Event()

    def work(self):
        deeds = self._turns()
        while not self.done.wait(self.random.uniform(0.2, 1.2)):
            next(deeds)()

    def _turns(self):
        """In each turn as many of each, in another order."""
        turn = [self._kill] * 8 + [self._stop] * 4 + [self._kill_main] * 3 + [self._kill_all] + ([self._fill] if self.disk else [])
        while True:
            self.random.shuffle(turn)
            yield from turn

    def ours(self):
        """Role, or name of the service, and pid."""
        found = []
        for pid in self.playground.our_processes():
            words = ' '.join(processes.command_line(pid)).split(' ')
            if len(words) == 3 and words[1] in ('keeper', 'supervisor', 'logger'):
                of_playground = words[2] == str(self.playground.path)
                found.append((words[1] if of_playground else os.path.basename(words[2]), pid))
        return found

    def _one_of_ours(self):
        """A role as often as a service's keeper: of those there are forty."""
        ours = self.ours()
        roles = [one for one in ours if one[0] in ('keeper', 'supervisor', 'logger')]
        keepers = [one for one in ours if one not in roles]
        chosen = roles if roles and (not keepers or self.random.random() < 0.6) else keepers
        return self.random.choice(chosen) if chosen else (None, None)

    def _note(self, what, whom, begin):
        self.deeds.append(Deed(what, whom, begin, time.monotonic()))

    def _kill(self):
        whom, pid = self._one_of_ours()
        if pid:
            begin = time.monotonic()
            processes.kill([pid])
            self._note('kill', whom, begin)

    def _kill_all(self):
        begin = time.monotonic()
        pids = [pid for _, pid in self.ours()]
        processes.kill(pids, signal.SIGSTOP)
        processes.kill(pids)
        self._note('kill all', 'of ours', begin)

    def _kill_main(self):
        name = self.random.choice(list(self.ledger.lives))
        life = self.ledger.latest(name)
        if life and not life.first_dead:
            begin = time.monotonic()
            processes.kill([life.one.pid])
            self._note('kill main', name, begin)

    def _stop(self):
        whom, pid = self._one_of_ours()
        if not pid:
            return
        begin = time.monotonic()
        # Noted at once, and its end once it is over: who asks meanwhile must know.
        deed = Deed('stop', whom, begin, float('inf'))
        self.deeds.append(deed)
        processes.kill([pid], signal.SIGSTOP)
        self.done.wait(self.random.uniform(0.05, 2))
        processes.kill([pid], signal.SIGCONT)
        deed.end = time.monotonic()

    def _fill(self):
        deed = Deed('fill', 'the disk', time.monotonic(), float('inf'))
        self.deeds.append(deed)
        file = self.disk / 'fill'
        try:
            with file.open('wb', buffering=0) as full:
                while full.write(bytes(1 << 20)):
                    pass
        except OSError:
            pass
        self.done.wait(self.random.uniform(0.5, 3))
        file.unlink()
        deed.end = time.monotonic()

    def around(self, begin, end, *, what=None, whom=None):
        """Its deeds in this time."""
        return [deed for deed in self.deeds if deed.begin <= end and deed.end >= begin
                and (what is None or deed.what in what) and (whom is None or deed.whom in whom)]
