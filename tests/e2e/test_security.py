"""What other users of the machine can see and do, with a second one where there is root to be two: docs/security.md."""

import os
import re
import stat
import subprocess

import pytest

import processes
from another_user import AS_NOBODY, NO_ANSWER, asked
from playground import NOBODY

SECRET = 'correct-horse-battery-staple'
# Of the caller's environment, and what tells a process of ours its place.
KEPT = {'PATH', 'TZ', 'LANG', 'LC_ALL', 'HOME', 'USER', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LLVM_PROFILE_FILE',
        'PGCTL_RUNTIME', 'PGCTL_STARTER', 'PGCTL_ROOM'}
two_users = pytest.mark.skipif(os.geteuid() != 0, reason='needs root, to be two users')


def runtime(pg):
    return pg.pghome / str(pg.path.resolve()).lstrip('/') / '.pgctl'


def files_below(directory):
    return [path for path in directory.rglob('*') if not path.is_symlink() and path.is_file()]


def with_secret(pg):
    pg.service('a', f'echo hello\nexec {pg.sleep}', ready='true', files={'notification-fd': 3})
    pg.env['SECRET'] = SECRET
    return pg


# --- who is let in

@two_users
@pytest.mark.parametrize('opened', [False, True])
def test_another_user_gets_no_answer_whatever_the_modes_are(pg, opened):
    pg.service('a')
    pg.start()
    if opened:
        for path in [runtime(pg) / 'control.sock', *runtime(pg).parents, runtime(pg)]:
            if pg.directory in path.parents or path == pg.directory:
                path.chmod(0o777)
    assert asked(runtime(pg) / 'control.sock', **AS_NOBODY) in (NO_ANSWER if opened else {'PermissionError'})
    if opened:
        for path in [pg.directory, *(path for path in runtime(pg).parents if pg.directory in path.parents), runtime(pg)]:
            path.chmod(0o700)


@two_users
def test_root_gets_no_answer_from_an_ordinary_users_supervisor(pg):
    pg.become_ordinary_user()
    pg.service('a')
    pg.start()
    assert asked(runtime(pg) / 'control.sock') in NO_ANSWER
    assert asked(runtime(pg) / 'control.sock', **AS_NOBODY).startswith("b'HTTP/1.1 200"), 'else that shows nothing'


@two_users
def test_another_users_commands_see_and_stop_nothing(pg):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    other = pg.directory / 'other'
    other.mkdir()
    os.chown(other, NOBODY, NOBODY)
    for pghome in (pg.pghome, other / 'pgctl'):
        for command in ('status', 'stop'):
            told = pg.run(command, env={'XDG_RUNTIME_DIR': None, 'PGCTL_PGHOME': str(pghome), 'HOME': str(other)}, **AS_NOBODY)
            assert str(pid) not in told.stdout and (told.returncode == 0) == (pghome != pg.pghome), told
    assert pg.pid('a') == pid


# --- what is written where

def test_everything_of_ours_is_for_its_owner_alone(pg):
    with_secret(pg).start()
    open_to_others = [path for path in [pg.pghome, *pg.pghome.rglob('*')] if path.lstat().st_mode & 0o077 and not path.is_symlink()]
    assert not any(path.is_dir() for path in open_to_others), open_to_others
    assert runtime(pg).stat().st_mode & 0o777 == 0o700
    for path in runtime(pg).rglob('*'):
        assert path.lstat().st_mode & 0o077 == 0, path
    assert (pg.pghome / str(pg.path / 'a').lstrip('/')).stat().st_mode & 0o777 == 0o700, 'the scratch directory'


def test_values_of_the_environment_are_in_no_file_that_others_can_read(pg):
    with_secret(pg).start()
    pg.restart()
    processes.kill(pg.our_processes('supervisor'))
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is adopted')
    with_it = [path for path in files_below(pg.directory) if SECRET.encode() in path.read_bytes()]
    assert all(path.stat().st_mode & 0o077 == 0 and path.is_relative_to(runtime(pg)) for path in with_it), with_it
    pg.service('b')
    pg.start('b', env={'SECRET': None})
    pg.stop('a')
    assert [path for path in files_below(pg.directory) if SECRET.encode() in path.read_bytes()] == [], 'after its stop in none at all'


@pytest.mark.seen_otherwise_under_valgrind  # which has variables of its own
def test_values_of_the_environment_are_in_no_output_and_no_title(pg):
    with_secret(pg)
    pg.service('fails', f'trap "" TERM\n{pg.sleep} & wait', ready='exit 1', files={'timeout-ready': 0.3, 'timeout-stop': 0.3})
    said = [pg.run(*arguments) for arguments in
            (['start'], ['start', 'a'], ['status'], ['--json', 'status'], ['restart', 'a'], ['log'], ['config'], ['check'], ['reload'],
             ['--verbose', 'status'], ['status', 'nothing'])]
    titles = [part for pid in pg.our_processes() for part in processes.command_line(pid)]
    assert SECRET not in ''.join(one.stdout + one.stderr for one in said) + ''.join(titles)
    for pid in pg.our_processes():
        of_service = len(processes.command_line(pid)) == 1
        # A service's keeper has written its title over its environment.
        assert not set(processes.environment(pid)) - KEPT or of_service, f"ours keep of the caller's environment: {processes.environment(pid)}"
        assert SECRET.encode() not in processes.read(pid, 'environ')
    pg.stop()


def test_ours_hold_no_descriptor_and_no_directory_of_the_caller(pg):
    pg.service('a')
    file = pg.file('of the caller')
    file.write_text('')
    with file.open('a') as held:
        os.set_inheritable(held.fileno(), True)
        pg.run('start', close_fds=False).succeeded()
    for pid in pg.our_processes():
        assert str(file) not in processes.open_files(pid).values()
        assert processes.link(pid, 'cwd') == '/'


# --- what is followed

@two_users
def test_nothing_is_written_through_a_link_of_another_user(pg):
    victim = pg.directory / 'victim'
    victim.mkdir(mode=0o700)
    (victim / 'current').write_text('precious')
    pg.service('a', f'echo hello\nexec {pg.sleep}')
    logs = pg.path / 'a' / 'logs'
    logs.symlink_to(victim)
    os.chown(logs, NOBODY, NOBODY, follow_symlinks=False)
    pg.start()
    pg.wait_until(lambda: 'log is not being written' in pg.run('status').stdout, 'status says that the log is not written')
    assert (victim / 'current').read_text() == 'precious' and [path.name for path in victim.iterdir()] == ['current']
    logs.unlink()
    pg.wait_until(lambda: pg.log('a') == ['hello'], 'the log is written once the link is gone')


# --- what is signalled

@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
@two_users
def test_a_process_of_another_user_with_our_mark_is_left_alone(pg):
    pg.service('a')
    pg.start()
    stranger = subprocess.Popen(['/bin/sleep', 'infinity'], cwd='/', **AS_NOBODY,
                                env={'PGCTL_SERVICE': str(pg.path / 'a'), 'PGCTL_SERVICE_PROCESS': 'true'})
    try:
        pg.kill_everything_of_ours(pg.pid('a'))
        told = [pg.run(command) for command in ('start', 'restart', 'stop', 'stop')]
        assert str(stranger.pid) not in ''.join(re.sub(r'\(pid \d+\)', '', one.stdout + one.stderr) for one in told)
        assert stranger.poll() is None and processes.state(stranger.pid) == 'S'
    finally:
        stranger.kill()
        stranger.wait()


def test_nothing_that_is_installed_has_a_privilege(pg):
    program = os.path.realpath(os.path.join(pg.env['PATH'].split(':')[0], 'pgctl'))
    assert os.stat(program).st_mode & (stat.S_ISUID | stat.S_ISGID) == 0
    assert 'security.capability' not in os.listxattr(program)
