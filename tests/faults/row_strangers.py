"""Row 40: another user: he connects, was there first, or has put a link where our directory is to be."""

import os
import subprocess
import sys

from another_user import AS_NOBODY, NO_ANSWER, asked
from playground import NOBODY
from control_socket import runtime, socket_path
from rows import NotRun, row

# The kernel notes who listens, whoever made the socket. Says how much it got of whoever came.
LISTEN = '''
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
os.setgroups([])
os.setresgid(*[int(sys.argv[2])] * 3)
os.setresuid(*[int(sys.argv[2])] * 3)
listener.listen(100)
print('listens', flush=True)
sys.stdin.readline()
listener.setblocking(False)
got = 0
try:
    while True:
        client, _ = listener.accept()
        client.settimeout(60)
        got += len(client.recv(1 << 16))
except BlockingIOError:
    pass
print(got, 'bytes')
'''


def need_two_users():
    if os.geteuid() != 0:
        raise NotRun('needs root, to be two users')


def refused(trial, words):
    told = trial.pg.run('start').failed()
    assert words in told.stderr, told.stderr
    assert trial.pg.our_processes() == [], 'nothing was started'


@row(40, 'another user connects')
def stranger_connects(trial):
    need_two_users()
    trial.start_writers(1)
    assert asked(socket_path(trial), **AS_NOBODY) == 'PermissionError', 'the directory keeps him out'
    # Also where all modes on the way were opened: who he is counts.
    for path in [socket_path(trial), *socket_path(trial).parents]:
        if trial.root in path.parents or path == trial.root:
            path.chmod(0o777)
    assert asked(socket_path(trial), **AS_NOBODY) in NO_ANSWER, 'he is an answered client'
    told = trial.pg.run('status').failed()
    assert 'writable for other users' in told.stderr, told.stderr
    for path in [socket_path(trial), *socket_path(trial).parents]:
        if trial.root in path.parents or path == trial.root:
            path.chmod(0o755 if path == trial.root or path in trial.root.parents else 0o700)
    trial.finish()


@row(40, 'another user has created our directory first')
def stranger_was_first(trial):
    need_two_users()
    trial.writer('w1')
    trial.pg.runtime.chmod(0o1777)
    runtime(trial).mkdir(parents=True)
    every = [path for path in runtime(trial).parents if trial.pg.pghome in path.parents] + [trial.pg.pghome, runtime(trial)]
    for path in every:
        path.chmod(0o700)
    # Each directory on the way in turn, and one that he lets us write to.
    for path in every:
        for mode in (0o755, 0o777):
            os.chown(path, NOBODY, NOBODY)
            path.chmod(mode)
            refused(trial, 'belongs to another user')
            os.chown(path, 0, 0)
            path.chmod(0o700)
    # One that is ours, and that others may write to: a group with the number of its owner is his own.
    for path in every:
        for group, mode in ((NOBODY, 0o770), (0, 0o707), (0, 0o702)):
            os.chown(path, 0, group)
            path.chmod(mode)
            refused(trial, 'writable for other users')
            os.chown(path, 0, 0)
            path.chmod(0o700)
    trial.pg.start()
    trial.remember()
    trial.finish()


@row(40, 'another user has put a link where our directory is to be')
def stranger_made_a_link(trial):
    need_two_users()
    trial.writer('w1')
    trial.pg.runtime.chmod(0o1777)
    victim = trial.root / 'victim'
    victim.mkdir(mode=0o700)
    way = [trial.pg.pghome, trial.pg.pghome / 'tmp', runtime(trial)]
    for path in way:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.symlink_to(victim)
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        refused(trial, str(path))
        path.unlink()
        assert list(victim.iterdir()) == [], 'it was followed'
    trial.pg.start()
    trial.remember()
    trial.finish()


@row(40, 'another user listens where our keeper would')
def stranger_listens(trial):
    need_two_users()
    trial.pg.service('a')
    trial.pg.start()
    trial.pg.stop()
    socket_path(trial).unlink(missing_ok=True)
    stranger = subprocess.Popen([sys.executable, '-c', LISTEN, str(socket_path(trial)), str(NOBODY)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
    try:
        assert stranger.stdout.readline() == 'listens\n'
        for command in ('status', 'start', 'stop'):
            told = trial.pg.run(command).failed()
            assert f'another user (uid {NOBODY}) listens there' in told.stderr, told.stderr
        assert stranger.communicate('\n', timeout=60)[0] == '0 bytes\n', 'he was told something'
    finally:
        stranger.kill()
        stranger.wait()
    trial.start_writers(1)
    trial.finish()
