"""Rows 36 and 47: what our callers give us, and services that are our callers themselves."""

import os
import re
import resource

import processes
from control_socket import runtime
from rows import row

NICER = 5
# What a caller may have that no service, and none of ours, can do with. The limits are given as what `resource` calls them.
ODD = r'''
import os, resource, signal, sys
foreign, limits = sys.argv[1], eval(sys.argv[2])
for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
for _ in range(50):
    os.set_inheritable(os.open(foreign, os.O_RDONLY), True)
os.umask(0)
os.nice(NICER)
for name, limit in limits.items():
    resource.setrlimit(getattr(resource, name), limit)
os.execvp('pgctl', ['pgctl', *sys.argv[3:]])
'''.replace('NICER', str(NICER))
LIMITS = {'RLIMIT_NOFILE': (300, 700), 'RLIMIT_CORE': (4096, 8192), 'RLIMIT_STACK': (1 << 20, 1 << 22), 'RLIMIT_MEMLOCK': (4096, 8192),
          'RLIMIT_CPU': (600, 700), 'RLIMIT_NPROC': (2500, 3000)}
FILE_SIZE = {'RLIMIT_FSIZE': (8192, resource.RLIM_INFINITY)}
# As /proc/<pid>/limits calls them.
NAMES = {'RLIMIT_NOFILE': 'Max open files', 'RLIMIT_CORE': 'Max core file size', 'RLIMIT_STACK': 'Max stack size',
         'RLIMIT_MEMLOCK': 'Max locked memory', 'RLIMIT_CPU': 'Max cpu time', 'RLIMIT_NPROC': 'Max processes',
         'RLIMIT_FSIZE': 'Max file size'}


def odd_start(trial, *services, limits=None):
    limits = limits or LIMITS
    trial.file('foreign').touch()
    words = ['-c', ODD, str(trial.file('foreign')), repr(limits), 'start', *services]
    trial.pg.begin(*words, program='python3').result().succeeded()


def limits_of(pid, names):
    found = {}
    for line in processes.read(pid, 'limits').decode().splitlines():
        words = re.split(r'\s{2,}', line)
        found[words[0]] = tuple(resource.RLIM_INFINITY if word == 'unlimited' else int(word) for word in words[1:3] if words[0] != 'Limit')
    return {name: found[NAMES[name]] for name in names}


def inherited(pid):
    """All that a process has from who made it."""
    return {'blocked': processes.status_field(pid, 'SigBlk').strip('0'), 'ignored': processes.status_field(pid, 'SigIgn').strip('0'),
            'umask': processes.status_field(pid, 'Umask'), 'niceness': os.getpriority(os.PRIO_PROCESS, pid),
            'files': sorted(processes.open_files(pid)), 'session': processes.session(pid) == pid, 'directory': processes.link(pid, 'cwd'),
            'input': processes.link(pid, 'fd/0'), 'limits': limits_of(pid, LIMITS)}


def odd_niceness():
    """Of those whom the odd caller has started: he is nicer than this test, and nobody is nicer than 19."""
    return min(os.getpriority(os.PRIO_PROCESS, 0) + NICER, 19)


def documented(trial, name, **given):
    """What a service is given, whatever its caller is like; the rest is its caller's."""
    return {'blocked': '', 'ignored': '', 'files': [0, 1, 2], 'session': True, 'directory': str(trial.pg.path / name),
            'input': '/dev/null', **given}


def has_environment(trial, pid, name):
    environment = processes.environment(pid)
    wanted = {**trial.pg.environment(), 'PGCTL_SERVICE': str(trial.pg.path / name), 'PGCTL_SERVICE_PROCESS': 'true'}
    wrong = {key: environment.get(key) for key, value in wanted.items() if environment.get(key) != value}
    assert not wrong and environment['PGCTL_SCRATCH'].endswith(f'/{name}'), f'{wrong}: {environment}'


def ours_have_nothing_foreign(trial):
    for pid in trial.pg.our_processes():
        files = processes.open_files(pid)
        assert str(trial.file('foreign')) not in files.values(), f'{processes.describe([pid])} has files of its caller: {files}'


def nobody_else_may_write(trial):
    """Whatever umask our caller has: his services have that, our files do not."""
    made = [path for place in (runtime(trial), *trial.pg.path.glob('*/logs')) for path in (place, *place.rglob('*'))]
    assert len(made) > 10
    wrong = [f'{path}: {path.lstat().st_mode:o}' for path in made if path.lstat().st_mode & 0o022]
    assert not wrong, wrong


def normal_limits():
    return {name: resource.getrlimit(getattr(resource, name)) for name in LIMITS}


def lowered(wanted, most):
    """What an ordinary user gets who wants one limit, and may at most have the other."""
    unlimited = resource.RLIM_INFINITY
    return tuple(most[1] if limit == unlimited or limit > most[1] != unlimited else limit for limit in wanted)


@row(36, 'the first start is by a caller with odd signals, 50 foreign descriptors, umask 0, a niceness and limits')
def odd_first_caller(trial):
    trial.pg.become_ordinary_user()
    trial.writer('w1')
    trial.pg.service('a')
    odd_start(trial)
    trial.remember()
    odd = documented(trial, 'a', umask='0000', niceness=odd_niceness(), limits=LIMITS)
    first = trial.main('a')
    assert inherited(first.pid) == odd, f'{inherited(first.pid)}, and not {odd}'
    has_environment(trial, first.pid, 'a')
    ours_have_nothing_foreign(trial)
    nobody_else_may_write(trial)
    # Nothing that was ignored or blocked is so for us: its end is seen, and a life that nobody has asked for is like the first.
    processes.kill([first.pid])
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'] not in (None, first.pid), 'a is started again')
    trial.before['a'] = trial.main('a')
    assert inherited(trial.main('a').pid) == odd, f'{inherited(trial.main("a").pid)}, and not {odd}'
    another_caller(trial)
    trial.finish()


def another_caller(trial):
    """Gets what he has himself, as far as an ordinary user can be given it by processes of a niceness and with hard limits."""
    trial.pg.service('b')
    trial.pg.start('b', umask=0o027)
    normal = documented(trial, 'b', umask='0027', niceness=odd_niceness(),
                        limits={name: lowered(limit, LIMITS[name]) for name, limit in normal_limits().items()})
    found = inherited(trial.main('b').pid)
    assert found == normal, f'{found}, and not {normal}'
    trial.pg.stop('b')


@row(36, 'a later start is by a caller with odd signals, 50 foreign descriptors, umask 0, a niceness and limits')
def odd_later_caller(trial):
    trial.pg.become_ordinary_user()
    trial.pg.service('a')
    trial.start_writers(1)
    trial.but('a')
    before = {pid: inherited(pid) for pid in (trial.ours(role) for role in ('keeper', 'supervisor', 'logger'))}
    trial.pg.stop('a')
    odd_start(trial, 'a')
    odd = documented(trial, 'a', umask='0000', niceness=odd_niceness(), limits=LIMITS)
    main = trial.main('a')
    assert inherited(main.pid) == odd, f'{inherited(main.pid)}, and not {odd}'
    has_environment(trial, main.pid, 'a')
    ours_have_nothing_foreign(trial)
    nobody_else_may_write(trial)
    for pid, one in before.items():
        kept = {key: value for key, value in one.items() if key != 'files'}
        assert kept.items() <= inherited(pid).items(), f'{processes.describe([pid])}: {inherited(pid)}, and before {one}'
    trial.before['a'] = main
    trial.finish()


@row(36, 'the first start is by a caller who may not write large files')
def small_files(trial):
    # That is his limit, and his services'; it is not one that our log has to keep to, as it can be lifted.
    trial.pg.become_ordinary_user()
    trial.writer('w1', pause=0.001)
    odd_start(trial, limits=FILE_SIZE)
    trial.remember()
    trial.wait_until_written('w1', 500)
    assert limits_of(trial.main('w1').pid, FILE_SIZE) == FILE_SIZE
    trial.pg.wait_until(lambda: trial.pg.log_file('w1').exists() and trial.pg.log_file('w1').stat().st_size > 8192,
                        'the log has more than he may write himself')
    trial.finish()


@row(47, 'a service runs pgctl on its own playground')
def nested(trial):
    trial.pg.service('b')
    trial.pg.service('a', 'pgctl start b && pgctl restart b && pgctl log b || exit\n'
                          f'pgctl status > {trial.quoted(trial.file("status"))}\n'
                          f'echo >> {trial.quoted(trial.file("lives"))}\nexec {trial.pg.sleep}', ready='pgctl status b | grep -q ready')
    trial.writer('w1')
    trial.pg.start('w1', 'a')
    trial.remember()
    assert ' ● b: ready' in trial.pg.text('status'), trial.pg.text('status')
    assert len(trial.pg.lines('lives')) == 1
    trial.check()
    trial.finish()


@row(47, 'a service restarts itself, and stops its siblings and the whole playground')
def nested_ends(trial):
    once = trial.quoted(trial.file('once'))
    trial.pg.service('again', f'test -e {once} && exec {trial.pg.sleep}\n{trial.waits("go")}\ntouch {once}\nexec pgctl restart again')
    trial.pg.service('sibling')
    trial.pg.service('stops', f'{trial.waits("stop-sibling")}\npgctl stop sibling\ntouch {trial.quoted(trial.file("stopped"))}\n'
                              f'{trial.waits("stop-all")}\nexec pgctl stop')
    trial.start_writers(1)
    trial.but('again', 'sibling')
    trial.open('go')
    trial.pg.wait_until(lambda: trial.file('once').exists() and trial.pg.state('again') == 'ready' and len(trial.pg.sleepers()) == 2,
                        'it has come back')
    trial.before['again'] = trial.main('again')
    trial.check()
    trial.open('stop-sibling')
    trial.pg.wait_until(lambda: trial.file('stopped').exists(), 'its sibling is stopped')
    assert trial.pg.state('sibling') == 'down' and len(trial.pg.sleepers()) == 1
    trial.pg.start('sibling')
    trial.check()
    trial.check_cost()
    trial.open('stop-all')
    trial.pg.wait_until(lambda: not processes.mentioning(trial.root), 'all of it is gone, and it itself')
    trial.stop()
