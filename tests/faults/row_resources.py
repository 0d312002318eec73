"""Rows 12, 14 and 45: what is short: processes, descriptors, room in pipes."""

import fcntl
import os
import resource
import subprocess
import time

import processes
from alone import alone
from backoff import mostly_asleep
from playground import binaries
from rows import NotRun, row

NO_FORK = 'fork: Resource temporarily unavailable'
NO_DESCRIPTOR = 'Too many open files'


def may_fork(trial, pid, processes_allowed):
    """For root the limit does not count."""
    subprocess.run(['prlimit', '--pid', str(pid), f'--nproc={processes_allowed}:'], check=True, **trial.pg.identity)


class NoForks:
    """While it lasts, a process can't fork; tells how long its service took to be as it should after that."""

    def __init__(self, trial, pid):
        self.trial, self.pid = trial, pid

    def __enter__(self):
        may_fork(self.trial, self.pid, 0)
        return self

    def __exit__(self, *error):
        may_fork(self.trial, self.pid, 4096)
        self.over = time.monotonic()

    def lasts(self):
        mostly_asleep(self.trial, self.pid)

    def until(self, condition, awaited):
        self.trial.pg.wait_until(condition, awaited)
        self.trial.figure('again', time.monotonic() - self.over, at_most=2)


def said(trial, text):
    return text in trial.pg.run('status').succeeded().stdout


def runs_again(trial, name):
    """And from here on goes on as it does."""
    trial.pg.wait_until(lambda: trial.pg.state(name) == 'ready', f'{name} is ready')
    trial.before[name] = trial.main(name)


@row(12, 'fork fails for a while in the keeper of the playground')
def fork_fails(trial):
    trial.pg.become_ordinary_user()
    trial.pg.service('a')
    trial.start_writers(1)
    trial.but('a')
    trial.pg.stop('a')
    with NoForks(trial, trial.ours('keeper')) as shortage:
        told = trial.pg.run('start', 'a', env={'PGCTL_TIMEOUT': '1'}).failed()
        assert any("'a'" in line and NO_FORK in line for line in told.errors), told.stderr
        start = trial.pg.begin('start', 'a')
        trial.pg.wait_until(lambda: said(trial, NO_FORK), 'status says why')
        shortage.lasts()
        trial.check()
        assert start.running(), 'a start did not wait for the shortage to end'
    shortage.until(lambda: trial.pg.status('a')['a']['pid'], 'a runs')
    start.result().succeeded()
    runs_again(trial, 'a')
    assert not said(trial, NO_FORK), 'what is over is still said'
    trial.finish()


@row(12, 'fork fails for a while in the keeper of a service')
def fork_fails_for_run(trial):
    trial.pg.become_ordinary_user()
    trial.pg.service('a')
    trial.start_writers(1)
    main = trial.before.pop('a')
    keeper = processes.parent(main.pid)
    with NoForks(trial, keeper) as shortage:
        processes.kill([main.pid])
        trial.pg.wait_until(lambda: said(trial, NO_FORK), 'status says why')
        shortage.lasts()
        assert trial.pg.status('a')['a']['pid'] is None
        trial.check()
    shortage.until(lambda: trial.pg.status('a')['a']['pid'], 'a runs again')
    runs_again(trial, 'a')
    assert processes.parent(trial.main('a').pid) == keeper
    assert trial.pg.log('a').count(f'pgctl: ./run: {NO_FORK}') == 1, f'said once, however often it fails: {trial.pg.log("a")}'
    trial.finish()


@row(12, 'fork fails for a while in the supervisor, which runs the checks')
def fork_fails_for_check(trial):
    trial.pg.become_ordinary_user()
    checked = trial.file('checked')
    # With the helper, a check that fails for half a second restarts the service.
    trial.pg.service('a', f'exec pgctl-poll-ready {trial.pg.sleep}', ready=f'echo >> {trial.quoted(checked)}',
                     files={'poll-down': 0.1, 'timeout-ready': 0.5})
    trial.start_writers(1)
    with NoForks(trial, trial.ours('supervisor')) as shortage:
        trial.pg.wait_until(lambda: said(trial, './ready: Resource temporarily unavailable'), 'status says why')
        before = checked.stat().st_size
        shortage.lasts()
        assert checked.stat().st_size == before
        trial.check()
    shortage.until(lambda: checked.stat().st_size > before, 'a is checked again')
    trial.pg.wait_until(lambda: not said(trial, './ready: '), 'status does not say so any more')
    trial.finish()


@row(12, 'fork fails for a while in the keeper of the playground, which has lost its supervisor')
def fork_fails_for_supervisor(trial):
    trial.pg.become_ordinary_user()
    trial.start_writers(2)
    with NoForks(trial, trial.ours('keeper')) as shortage:
        trial.kill('supervisor')
        asked = trial.pg.begin('status')
        shortage.lasts()
        assert trial.ours('supervisor') is None
        trial.wait_until_written('w1')
    shortage.until(lambda: trial.ours('supervisor'), 'there is another supervisor')
    told = asked.result().succeeded()
    assert told.stdout.count('ready') == 2, f'who asked meanwhile was not told: {told}'
    trial.finish()


@row(12, 'fork fails in the command that would start the first of ours')
def fork_fails_for_command(trial):
    trial.pg.become_ordinary_user()
    trial.writer('w1')
    told = trial.pg.begin('--nproc=0:', str(binaries() / 'pgctl'), 'start', program='prlimit').result().failed()
    assert 'fork: ' in told.error, told.stderr
    left = processes.mentioning(trial.root)
    assert not left, processes.describe(left)
    trial.start_writers(1)
    trial.finish()


# What a service may have that takes descriptors of ours: its log does, and with it a check or a notification.
KINDS = {'have neither checks nor notifications': ('', {}), 'have checks': ('', {'ready': 'exit 0'}),
         'notify that they are ready': ('echo >&3\n', {'files': {'notification-fd': 3}})}


def hungry_services(trial, kinds):
    names = [f's{number}' for number in range(30)]
    for number, name in enumerate(names):
        says_it, files = kinds[number % len(kinds)]
        trial.pg.service(name, f'echo >> {trial.quoted(lives_of(trial, name))}\necho hello\n{says_it}exec {trial.pg.sleep}', **files)
    return names


def lives_of(trial, name):
    return trial.root / f'{name}.lives'


def few_descriptors(pid, limit):
    subprocess.run(['prlimit', '--pid', str(pid), f'--nofile={limit}:'], check=True)


def each_is_told(trial, told, names):
    """One that does not run is a clear error of the command, or of status where it has run since; one whose log can't be written is said to
    be by status."""
    shown = trial.pg.run('status').succeeded().stdout
    remarks = {name: shown.partition(f'● {name}: ')[2].partition('●')[0] for name in names}
    status = trial.pg.status()
    for name in names:
        if status[name]['state'] == 'down':
            said = [line for line in told.errors if f"'{name}'" in line] + [remarks[name]]
            assert any(NO_DESCRIPTOR in line for line in said), f'{name} was not started, and why is not said: {said}'
    for name in names:
        if status[name]['state'] != 'down' and 'hello' not in trial.pg.log(name):
            assert NO_DESCRIPTOR in remarks[name], f'{name} writes to no log, and status does not say so: {remarks[name]}'
    assert (told.returncode == 0) == all(status[name]['state'] == 'ready' for name in names), f'{told}: {status}'


def is_served(trial):
    """However many ask at once, and each is a descriptor more."""
    asking = [trial.pg.begin('status') for _ in range(10)]
    for command in asking:
        command.result().succeeded()


def all_is_logged(trial, name, told):
    """But for what a stop has said that it lost, of a service that nobody could read from any more."""
    lost = told.stderr.count(f'/{name}/logs/current: {NO_DESCRIPTOR}; the last ')
    return trial.pg.log(name).count('hello') + lost == len(lives_of(trial, name).read_text().splitlines())


def no_descriptors_for(kind):
    @row(14, f'no file descriptors are left in the supervisor and the logger, for services that {kind}')
    def no_descriptors(trial):
        trial.start_writers(1)
        starved = [trial.ours(role) for role in ('supervisor', 'logger')]
        for pid in starved:
            few_descriptors(pid, 20)
        names = hungry_services(trial, [KINDS[kind]])
        told = trial.pg.run('start', *names, env={'PGCTL_TIMEOUT': '2'})
        each_is_told(trial, told, names)
        is_served(trial)
        trial.check()
        for pid in starved:
            few_descriptors(pid, 1024)
        trial.pg.start()
        trial.pg.wait_until(lambda: all(all_is_logged(trial, name, told) for name in names), 'every line is logged')
        trial.check()
        trial.pg.stop(*names)
        trial.finish()
    return no_descriptors


for some_kind in KINDS:
    no_descriptors_for(some_kind)


@row(14, 'ours may open no more than 20 files, from the first on')
def never_many_descriptors(trial):
    trial.pg.become_ordinary_user()
    names = hungry_services(trial, list(KINDS.values()))
    trial.writer('w1')
    trial.pg.begin('--nofile=20', str(binaries() / 'pgctl'), 'start', 'w1', program='prlimit').result().succeeded()
    trial.remember()
    told = trial.pg.run('start', *names, env={'PGCTL_TIMEOUT': '2'})
    each_is_told(trial, told, names)
    is_served(trial)
    trial.check()
    trial.pg.stop(*names)
    trial.finish()


# Makes pipes until even a new one gets but a page or two (man 7 pipe, pipe-user-pages-soft), and two hundred more, so that some
# that others give back change nothing; holds them until its input ends.
HOLD_PIPES = r'''
import fcntl, os, sys
pipes = []
def small():
    pipes.append(os.pipe())
    return fcntl.fcntl(pipes[-1][0], fcntl.F_GETPIPE_SZ) <= 2 * os.sysconf('SC_PAGESIZE')
try:
    while not small():
        pass
    for _ in range(200):
        small()
    print(len(pipes), flush=True)
except OSError as error:
    print(error, flush=True)
sys.stdin.read()
'''


class NoPipeBudget:
    """While it lasts, a process of the same user holds so many pipes that new ones are as small as can be."""

    def __init__(self, trial):
        self.identity = trial.pg.identity

    def __enter__(self):
        self.holder = subprocess.Popen(['/usr/bin/python3', '-c', HOLD_PIPES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                       preexec_fn=self._may_have_many, **self.identity)
        told = self.holder.stdout.readline().strip()
        if not told.isdigit():
            self.__exit__()
            raise NotRun(f'the budget for pipes can not be used up: {told}')
        return self

    @staticmethod
    def _may_have_many():
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def __exit__(self, *error):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()


def pipe_sizes(pids):
    """Of the named pipes that these processes hold open: path → bytes."""
    sizes = {}
    for pid in pids:
        for number, path in processes.open_files(pid).items():
            if not path.endswith(('/output', '/events', '/keeper', '/logger')):
                continue
            end = os.open(f'/proc/{pid}/fd/{number}', os.O_RDONLY | os.O_NONBLOCK)
            sizes[path] = fcntl.fcntl(end, fcntl.F_GETPIPE_SZ)
            os.close(end)
    return sizes


@row(45, "the user's budget for pipes is used up")
def no_pipe_budget(trial):
    trial.pg.become_ordinary_user()
    with alone("an ordinary user's budget for pipes"), NoPipeBudget(trial):
        names = [f's{number}' for number in range(60)]
        for name in names:
            # Each start and each end is a report, and all of them wait in one pipe that is soon full.
            trial.pg.service(name, 'echo hello\nexit 0')
        trial.writer('w1', pause=0.001)
        trial.writer('w2', pause=0.001)
        trial.pg.start('w1', 'w2')
        trial.remember()
        sizes = pipe_sizes(trial.pg.our_processes())
        assert len(sizes) >= 5 and max(sizes.values()) <= 2 * os.sysconf('SC_PAGESIZE'), f'our pipes are not small: {sizes}'
        trial.pg.start(*names)
        trial.wait_until_written('w1', 200)
        trial.wait_until_written('w2', 200)
        trial.check()
        # What comes in their place gets small pipes of its own.
        for role in trial.random.sample(('supervisor', 'logger'), 2):
            trial.recovered(role, trial.kill(role))
        trial.pg.restart(*names)
        trial.wait_until_written('w1', 200)
        trial.wait_until_written('w2', 200)
        trial.pg.stop(*names)
        assert all('hello' in trial.pg.log(name) for name in names)
        trial.finish()
