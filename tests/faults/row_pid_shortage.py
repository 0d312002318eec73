"""Row 21: the numbers of processes run out, and come round, while services crash. In a pid namespace of our own."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import observer
import processes
from alone import alone
from backoff import mostly_asleep
from control_socket import connected
from playground import NOBODY
from rows import ROWS, NotRun, row

PID_MAX = '/proc/sys/kernel/pid_max'
LAST_PID = '/proc/sys/kernel/ns_last_pid'
MOST = 400
ENTERED = 'PGCTL_FAULTS_ENTERED'
# Takes every number that is or becomes free, until its input ends.
HOG = r'''
use IO::Select;
my $input = IO::Select->new(\*STDIN);
my ($told, @held);
while (!$input->can_read(0.001)) {
    while (defined(my $pid = fork)) { if (!$pid) { sleep } push @held, $pid }
    syswrite STDOUT, "full\n" unless $told++;
}
kill 'KILL', @held;
1 while wait > 0;
'''
CRASHERS = ('c1', 'c2', 'c3')


@contextlib.contextmanager
def as_its_user(trial):
    """The supervisor talks to nobody else, not even to root."""
    if not trial.pg.identity:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def asked_directly(trial):
    """No client can be started any more, so the test itself is one."""
    with as_its_user(trial), connected(trial) as client:
        client.sendall(b'GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        answer = b''
        while part := client.recv(65536):
            answer += part
    return answer.decode()


def lives(trial):
    return len(trial.pg.lines('lives'))


def start_crashers(trial):
    for name in CRASHERS:
        # Each life of it uses up a fourth of all numbers, so that they come round again and again.
        trial.pg.service(name, f'{trial.waits("go")}\necho >> {trial.quoted(trial.file("lives"))}\n'
                               'for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do (exit); done; done\nexit 1')
    trial.pg.service('a')
    trial.start_writers(1)
    trial.but('a', *CRASHERS)
    trial.pg.stop('a')
    trial.open('go')


def come_round(trial):
    """The numbers of a hundred processes a life."""
    trial.pg.wait_until(lambda: lives(trial) >= 12, 'the services crash and are started again')
    assert 100 * lives(trial) > max(processes.all_pids()), f'the numbers do not come round: {max(processes.all_pids())}'


def run_out(trial):
    """From here on not even a client can be started."""
    keeper = processes.parent(trial.main('w1').pid)
    ours = [observer.identity(pid) for pid in trial.pg.our_processes()]
    hog = subprocess.Popen(['perl', '-e', HOG], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **trial.pg.identity)
    try:
        assert hog.stdout.readline() == b'full\n'
        trial.pg.wait_until(lambda: asked_directly(trial).count('Resource temporarily unavailable') >= len(CRASHERS),
                            lambda: f'status says why nothing is started: {asked_directly(trial)}')
        crashers = [one.pid for one in ours if processes.command_line(one.pid)[0].endswith(CRASHERS)]
        assert len(crashers) == len(CRASHERS), processes.describe([one.pid for one in ours])
        mostly_asleep(trial, trial.random.choice(crashers))
        trial.wait_until_written('w1')
    finally:
        hog.stdin.close()
        hog.wait()
        hog.stdout.close()
    begin, before = time.monotonic(), lives(trial)
    trial.pg.start('a')
    trial.pg.wait_until(lambda: lives(trial) > before, 'they are started again')
    trial.figure('again', time.monotonic() - begin, at_most=2)
    assert all(observer.lives(one) for one in ours), f'one of ours has died of it: {ours}'
    assert processes.parent(trial.main('w1').pid) == keeper
    trial.before['a'] = trial.main('a')
    trial.check()
    trial.finish()


def linux():
    return tuple(int(part) for part in os.uname().release.split('.')[:2])


@row(21, f'no process numbers are left, of {MOST} in a namespace, while services crash', namespaces=True)
def by_pid_max(trial):
    if linux() < (6, 14):
        raise NotRun('before Linux 6.14, how many there may be is said for the whole machine')
    Path(PID_MAX).write_text(str(MOST))
    start_crashers(trial)
    come_round(trial)
    run_out(trial)


class ComeRound:
    """While it lasts, new processes get small numbers again and again."""

    def __init__(self):
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._wind_back)

    def _wind_back(self):
        while not self.over.wait(0.02):
            Path(LAST_PID).write_text('100')

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()


@row(21, f'a user may have no more than {MOST} processes, and their numbers come round, while services crash')
def by_limit(trial):
    # A limit counts for no root, not even for one who has made himself a namespace; so root becomes an ordinary user in it.
    if ENTERED not in os.environ:
        with alone('how many processes an ordinary user has'):
            return in_a_namespace(trial, by_limit)
    if os.environ[ENTERED] == 'root':
        trial.pg.become_ordinary_user()
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (MOST, hard))
    with ComeRound():
        start_crashers(trial)
        come_round(trial)
    run_out(trial)


def in_a_namespace(trial, function):
    """The same row in a process of its own there, which tells what came of it (./run, --inside)."""
    whose = 'root' if trial.is_root() else 'user'
    words = ['unshare', '-mpf' if trial.is_root() else '-Urmpf', '--mount-proc', '--kill-child', 'sh', '-c', '"$@"; exit $?', 'sh']
    if subprocess.run([*words, 'true'], capture_output=True).returncode != 0:
        raise NotRun('this user may not make namespaces here')
    place = [one.inject for one in ROWS[21]].index(function)
    ended = subprocess.run([*words, sys.executable, str(Path(__file__).with_name('run')), '--inside', f'21.{place}.{trial.round}',
                            '--seed', str(trial.random.randrange(10**6)), *(['--short'] if trial.short else [])],
                           capture_output=True, text=True, env={**os.environ, ENTERED: whose})
    try:
        told = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise AssertionError(f'ended with {ended.returncode}: {ended.stdout}{ended.stderr}') from error
    if told['not_run']:
        raise NotRun(told['not_run'])
    trial.figures, trial.limits = told['figures'], told['limits']
    assert not told['wrong'], told['wrong']
