"""Rows 38 and 39: odd names of services, and odd paths of playgrounds."""

import os
import shutil

import processes
from control_socket import runtime, socket_path
from rows import row

ODD = ['a b', 'ü', 'x' * 255, "it's", '"', 'a.b', '...', '.hidden', '50%', '$HOME', '`id`', '#1', '%2F', '..%2F..%2Fw1', '%2e%2e', '~',
       '*', '[w1]', 'a\\b', '\\n', '=', 'a,b', 'a:b', '日本', 'w1 ', ' w1', 'null', 'not-(all services)']
# What no service may be called, and how a person is told.
FORBIDDEN = {b'-rf': '-rf', b'--rf': '--rf', b'a\nb': r'a\nb', b'\xff\xfe': r'\xff\xfe', b'\x1b]0;title\x07': r'\x1b]0;title\x07',
             b'\x7f': r'\x7f', b'\t': r'\t', b'a\xc0\x80': r'a\xc0\x80', b'-' + b'x' * 254: '-' + 'x' * 254}
# What leads out of the playground, or nowhere; and to a service of it.
ASTRAY = ['..', '.', '../w1', '../../w1', '../beside', 'w1/../..', 'w1/../../w1', './../w1', 'w1/logs', 'up', 'loop', 'loop/w1',
          'self/../..', '', '/', '/..']
ROUNDABOUT = ['w1/', './w1', 'w1/../w1', '../playground/w1', '../playground/../playground//w1']


def beside(trial):
    """All paths that are neither in the playground nor in what is ours for it."""
    ours = [os.fsencode(path) for path in (runtime(trial).parent, trial.pg.path)]
    found = set()
    for directory, names, files in os.walk(os.fsencode(trial.root)):
        found.update(os.path.join(directory, name) for name in [*names, *files])
        names[:] = [name for name in names if os.path.join(directory, name) not in ours]
    return found


class NothingEscapes:
    """While it lasts, nothing is made but in the playground and in our directory for it."""

    def __init__(self, trial):
        self.trial = trial

    def __enter__(self):
        runtime(self.trial).parent.mkdir(parents=True, mode=0o700)
        self.before = beside(self.trial)

    def __exit__(self, *error):
        made = beside(self.trial) - self.before - {os.fsencode(self.trial.root / 'w1.count')}
        assert not made, f'made outside of the playground: {made}'


@row(38, 'odd names of services')
def odd_names(trial):
    for name in ODD:
        trial.pg.service(name, f'printf "%s\\n" "$PGCTL_SERVICE"\nexec {trial.pg.sleep}')
    with NothingEscapes(trial):
        trial.start_writers(1)
        assert set(trial.before) == {*ODD, 'w1'}, set(trial.before) ^ {*ODD, 'w1'}
        mains = trial.mains(ODD)
        for name in ODD:
            directory = str(trial.pg.path / name)
            trial.pg.wait_until(lambda: trial.pg.log(name) == [directory], lambda: f'{name} is itself: {trial.pg.log(name)}')
            assert processes.link(mains[name].pid, 'cwd') == directory
        one = trial.random.choice(ODD)
        assert trial.pg.restart(one).stderr.splitlines()[-1] == f'[pgctl] Started: {one}'
        trial.finish(restarted=[one])


def forbidden_directories(trial):
    """Each with a `run` that tells on us."""
    ran = trial.file('ran')
    for name in FORBIDDEN:
        directory = os.path.join(os.fsencode(trial.pg.path), name)
        os.mkdir(directory)
        trial.pg.script(trial.root / 'body', f'touch {trial.quoted(ran)}\nexec {trial.pg.sleep}').rename(os.fsdecode(directory + b'/run'))
    (trial.pg.path / 'loop').symlink_to('loop')
    (trial.pg.path / 'up').symlink_to('..')
    (trial.pg.path / 'self').symlink_to('.')
    trial.pg.service('broken')
    (trial.pg.path / 'broken/run').unlink()
    (trial.pg.path / 'broken/run').symlink_to('run')


def is_plain(text):
    """A terminal would do no more with it than show it."""
    return not any(character < ' ' and character != '\n' or '\x7f' <= character < '\xa0' for character in text)


def assert_names_the_bad(told):
    """Each of them, on a line of its own."""
    for shown in FORBIDDEN.values():
        about = [line for line in told.errors if f"not a service name: '{shown}'" in line]
        assert len(about) == 1, f'{shown}: {told.stderr}'
    assert len([line for line in told.errors if 'playground/broken/run: Too many levels of symbolic links' in line]) == 1, told.stderr
    assert is_plain(told.stderr), f'{told.stderr!r}'


@row(38, 'directories with names that no service can have, and loops of links')
def forbidden_names(trial):
    forbidden_directories(trial)
    for name in ('a', 'b'):
        trial.pg.service(name)
    trial.writer('w1')
    with NothingEscapes(trial):
        told = trial.pg.run('start').failed()
        assert_names_the_bad(told)
        trial.remember()
        assert set(trial.before) == {'a', 'b', 'w1'}, 'the others start'
        again = trial.pg.run('start').failed()
        assert_names_the_bad(again)
        trial.check()
        assert_names_the_bad(trial.pg.run('restart').failed())
        cost = trial.cost_before
        trial.remember()
        trial.cost_before = cost
        assert set(trial.before) == {'a', 'b', 'w1'}, 'the others start again'
        told = trial.pg.run('check').failed()
        assert all(f'playground/{shown}: not a service name' in told.stdout for shown in FORBIDDEN.values()), told.stdout
        trial.writers.clear()  # it has counted anew in its second life
        trial.finish()
    assert not trial.file('ran').exists() and len(trial.pg.sleepers()) == 0
    for name in FORBIDDEN:
        assert os.listdir(os.path.join(os.fsencode(trial.pg.path), name)) == [b'run']


@row(38, 'odd names given to commands')
def names_given(trial):
    forbidden_directories(trial)
    trial.pg.service('w1', under=trial.pg.project)
    trial.pg.service('beside', under=trial.pg.project)
    trial.start_writers_only()
    before = beside(trial)
    for command in ('start', 'stop', 'restart', 'status', 'log', 'reload'):
        for name in [*ASTRAY, *FORBIDDEN]:
            said = os.fsencode(name) if isinstance(name, str) else name
            told = trial.pg.run(command, said).failed(2 if said.startswith(b'-') else 1)
            assert told.stderr and is_plain(told.stderr), f'{command} {name}: {told.stderr!r}'
        trial.check()
    for name in ROUNDABOUT:
        assert trial.pg.start(name).stderr == '[pgctl] Already started: w1\n'
        assert list(trial.pg.status(name)) == ['w1']
    assert beside(trial) == before
    assert len(trial.pg.our_processes()) == 4 and not trial.file('ran').exists()
    shutil.rmtree(trial.pg.path / 'broken')
    trial.finish()


@row(39, 'a path so deep that the socket\'s exceeds 107 bytes, with spaces, quotes and newlines')
def deep_path(trial):
    deep = trial.pg.project.joinpath(*['a "long" \'name\' with\nnewline and a \\ and a %2F and a $HOME'] * 8)
    deep.mkdir(parents=True)
    playground = deep / 'playground'
    trial.pg.path.rename(playground)
    trial.pg.path = playground
    trial.pg.project = deep
    trial.pg.service('a')
    trial.start_writers(2)
    assert len(os.fsencode(socket_path(trial))) > 107
    trial.check()
    trial.recovered('supervisor', trial.kill('supervisor'))
    trial.check()
    trial.pg.restart('a')
    trial.pg.restart(str(playground / 'a'))
    trial.pg.wait_until(lambda: trial.pg.run('log', 'w1').succeeded().stdout.count('w1 '), 'its log is shown')
    trial.finish(restarted=['a'])
