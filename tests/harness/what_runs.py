"""Which program each of our processes runs, and whether services and their keepers stayed what they were."""

import contextlib
import http.client
import json
import os
import socket

import processes


def roles(pg):
    """The pids of the playground's keeper, the supervisor and the logger, those that there are."""
    found = {}
    for pid in pg.our_processes():
        words = processes.command_line(pid)
        if len(words) > 2 and words[2] == str(pg.path) and processes.alive(pid):
            found.setdefault(words[1], []).append(pid)
    # Whom one has forked shows the same until that executes something, or shows its own title.
    return {role: next(pid for pid in pids if processes.parent(pid) not in pids) for role, pids in found.items()}


def program(pid):
    return processes.link(pid, 'exe')


def programs(pg):
    """What those three run."""
    return [program(pid) for pid in roles(pg).values()]


def supervisor_status(pg):
    """As the supervisor tells it itself, or the next one, where it ends under the request as an upgrade has it end."""
    told = []

    def is_told():
        with contextlib.suppress(ConnectionError):
            told.append(_asked_directly(pg))
        return told
    return pg.wait_until(is_told, 'a supervisor answers')[0]


def _asked_directly(pg):
    runtime = pg.pghome / str(pg.path).lstrip('/') / '.pgctl'
    connection = http.client.HTTPConnection('pgctl')
    connection.sock = socket.socket(socket.AF_UNIX)
    directory = os.open(runtime, os.O_PATH)
    try:
        connection.sock.connect(f'/proc/self/fd/{directory}/control.sock')
        connection.request('GET', '/v1/status')
        return json.loads(connection.getresponse().read())
    finally:
        os.close(directory)
        connection.close()


class Kept:
    """Services as they are now: the same processes below the same keepers."""

    def __init__(self, pg):
        self.pg = pg
        self.before = {name: self._processes(name) for name in pg.status()}

    def _processes(self, name):
        pid = self.pg.pid(name)
        return pid, processes.parent(pid)

    def check(self, *names, keepers=True):
        assert len(self.pg.sleepers()) >= len(names or self.before)
        for name in names or self.before:
            pid, keeper = self._processes(name)
            assert pid == self.before[name][0], f'{name} was started again'
            assert not keepers or keeper == self.before[name][1], f'{name} has lost its keeper'
            assert self.pg.state(name) == 'ready'
