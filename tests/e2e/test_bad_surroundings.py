"""What pgctl is run in: playgrounds, state directories, disks and limits that are not as they should be."""

import os
import re
import shutil
import socket

import pytest

import processes
from playground import NOBODY
from refusals import refused


def test_a_playground_that_is_a_file_is_no_playground(pg):
    pg.path.rmdir()
    pg.path.write_text('')
    assert refused(pg, 'start') == "could not find any directory named 'playground' (playground is a file)"


def test_a_pgdir_that_is_an_absolute_file_is_no_playground(pg):
    path = pg.file('a-file')
    path.write_text('')
    assert refused(pg, 'start', '--pgdir', str(path)) == f"could not find any directory named '{path}' ({path} is a file)"


@pytest.mark.parametrize('mode', [0, 0o444], ids=['to list it', 'to enter it'])
@pytest.mark.parametrize('command', ['start', 'stop', 'status', 'restart', 'log', 'check'])
def test_a_playground_without_permission_is_refused_with_its_path_by_every_command(pg, command, mode):
    pg.service('a')
    pg.become_ordinary_user()
    pg.path.chmod(mode)
    try:
        result = pg.run(command).failed()
        told = result.stdout if command == 'check' else result.error + '\n'
        assert told == 'playground: Permission denied\n'
    finally:
        pg.path.chmod(0o755)
    assert processes.describe(processes.mentioning(pg.path)) == []


@pytest.mark.parametrize('mode', [0, 0o444], ids=['to list it', 'to enter it'])
def test_a_service_without_permission_for_its_directory_is_named_and_does_not_keep_the_others_from_starting(pg, mode):
    pg.service('a')
    service = pg.service('b')
    pg.become_ordinary_user()
    service.chmod(mode)
    try:
        lines = pg.run('start').failed().stderr.splitlines()
        told = lines[:lines.index('[pgctl] Starting: a')]
        assert told and all(re.fullmatch(r'\[pgctl\] ERROR: playground/b\b.*: Permission denied', line) for line in told), told
        assert lines[len(told):] == ['[pgctl] Starting: a', '[pgctl] Started: a', '[pgctl] ERROR: Some services failed to start: b']
        complaints = pg.run('check').failed().stdout.splitlines()
        assert any(line.startswith('playground/b') and 'ermission denied' in line for line in complaints), complaints
    finally:
        service.chmod(0o755)
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}


def test_a_playground_on_a_read_only_file_system_is_refused_with_a_path(pg, private_mounts):
    pg.service('a')
    result = pg.shell(private_mounts(f'mount --bind {pg.project} {pg.project} && mount -o remount,ro,bind {pg.project} && '
                                     f'cd {pg.project} && pgctl start')).failed()
    assert result.stderr == '[pgctl] ERROR: playground/a/logs: Read-only file system\n'
    assert pg.sleepers() == []


def test_a_log_on_a_file_system_of_its_own_lets_a_service_of_a_read_only_playground_run(pg, private_mounts):
    service = pg.service('a', f'echo hello; exec {pg.sleep}')
    (service / 'logs').symlink_to(pg.directory / 'elsewhere')
    (pg.directory / 'elsewhere').mkdir()
    result = pg.shell(private_mounts(f'mount --bind {pg.project} {pg.project} && mount -o remount,ro,bind {pg.project} && '
                                     f'cd {pg.project} && pgctl start && pgctl stop')).succeeded()
    assert result.stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert (pg.directory / 'elsewhere' / 'current').read_text().endswith('  hello\n')


def test_a_log_that_may_not_be_written_is_refused_with_its_path(pg):
    service = pg.service('a')
    (service / 'logs').mkdir()
    pg.become_ordinary_user()
    (service / 'logs').chmod(0o555)
    refused(pg, 'start', mentions=['playground/a/logs', 'ermission denied'])


def test_a_log_that_was_made_before_lets_a_read_only_playground_be_looked_at(pg, private_mounts):
    pg.service('a')
    result = pg.shell(private_mounts(f'mount --bind {pg.project} {pg.project} && mount -o remount,ro,bind {pg.project} && '
                                     f'cd {pg.project} && pgctl status && pgctl log')).succeeded()
    assert ' ● a: down\n' in result.stdout


@pytest.mark.parametrize('mode', [0o777, 0o707, 0o733])
def test_a_world_writable_pghome_is_refused_with_its_path(pg, mode):
    pg.service('a')
    pg.pghome.mkdir()
    pg.pghome.chmod(mode)
    refused(pg, 'start', mentions=[str(pg.pghome)])


def test_a_pghome_of_another_user_is_refused_with_its_path(pg):
    pg.service('a')
    if os.geteuid() == 0:
        pg.pghome.mkdir()
        os.chown(pg.pghome, NOBODY, NOBODY)
        refused(pg, 'start', mentions=[str(pg.pghome)])
    else:
        refused(pg, 'start', '--pghome', '/usr', mentions=['/usr'])


def test_a_pghome_that_is_a_file_is_refused_with_its_path(pg):
    pg.service('a')
    pg.pghome.write_text('')
    refused(pg, 'start', mentions=[str(pg.pghome)])


def test_a_pghome_that_cannot_be_made_is_refused_with_its_path(pg):
    pg.service('a')
    refused(pg, 'start', '--pghome', '/proc/nowhere', mentions=['/proc/nowhere'])


def test_a_relative_pghome_is_used_from_the_working_directory(pg):
    pg.service('a', f'echo "$PGCTL_SCRATCH" > {pg.file("scratch")}; exec {pg.sleep}')
    pg.start('--pghome', 'state')
    pg.wait_until(lambda: pg.lines('scratch'), 'the service wrote where its scratch directory is')
    assert pg.lines('scratch') == [f'{pg.project}/state{pg.path}/a']
    assert pg.status('--pghome', '../state', cwd=pg.path)['a']['state'] == 'ready'
    assert pg.status('--pghome', 'state', cwd=pg.path)['a']['state'] == 'down'
    assert pg.stop('--pghome', str(pg.project / 'state'), cwd='/', env={'PGCTL_PGDIR': str(pg.path)}).stderr == (
        '[pgctl] Stopping: a\n[pgctl] Stopped: a\n')


def test_a_foreign_thing_in_the_place_of_our_socket_is_no_crash(pg):
    pg.service('a')
    pg.start()
    pg.stop()
    runtime = pg.pghome / str(pg.path).lstrip('/') / '.pgctl'
    for path in list(runtime.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.write_bytes(b'garbage') if path.is_file() else path.unlink()
    for name in ('control.sock', 'state', 'events'):
        (runtime / name).write_bytes(b'garbage')
    pg.start()
    assert pg.state('a') == 'ready'


def test_a_socket_that_somebody_left_is_replaced(pg):
    pg.service('a')
    pg.start()
    pg.stop()
    left = pg.pghome / str(pg.path).lstrip('/') / '.pgctl' / 'control.sock'
    left.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as dead:
        directory = os.open(left.parent, os.O_PATH)
        dead.bind(f'/proc/self/fd/{directory}/{left.name}')
        os.close(directory)
    pg.start()
    assert pg.state('a') == 'ready'


# --- the caller's circumstances

@pytest.mark.seen_otherwise_under_valgrind  # whose shell complains, too
@pytest.mark.parametrize('arguments', ['start', 'status', 'stop', 'config', 'check', 'start {service}', '--pgdir {playground} status'])
def test_a_working_directory_that_was_deleted_is_one_clear_line(pg, arguments):
    # Whatever is named absolutely: the configuration is that of the working directory and those above it.
    service = pg.service('a')
    gone = pg.project / 'gone'
    gone.mkdir()
    result = pg.shell(f'rmdir ../gone; pgctl {arguments.format(service=service, playground=pg.path)}', cwd=gone).failed()
    assert (result.stdout, result.stderr) == ('', '[pgctl] ERROR: working directory: No such file or directory\n')
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_an_unset_home_is_no_crash(pg):
    pg.service('a')
    result = pg.run('start', env={'HOME': None, 'XDG_RUNTIME_DIR': None, 'PGCTL_NO_GLOBAL_CONFIG': None, 'PGCTL_PGHOME': str(pg.pghome)})
    result.succeeded()


def test_a_full_disk_below_pghome_is_one_clear_line(pg, private_mounts):
    pg.service('a')
    home = pg.directory / 'full'
    home.mkdir()
    result = pg.shell(private_mounts(f'mount -t tmpfs -o size=16k,mode=700 none {home} && '
                                     f'head -c 100000 /dev/zero > {home}/filler 2> /dev/null; pgctl --pghome {home} start')).failed()
    assert result.stderr.splitlines()[-1].startswith('[pgctl] ERROR: ')
    assert 'o space left' in result.stderr
    assert processes.describe(processes.mentioning(pg.directory)) == []


@pytest.mark.parametrize('content', [None, '2020-01-01 00:00:00.000000000  old'], ids=['without a log', 'with a log'])
def test_a_full_disk_below_the_logs_is_one_clear_line(pg, private_mounts, content):
    logs = pg.service('a') / 'logs'
    logs.mkdir()
    before = f'echo "{content}" > {logs}/current; ' if content else ''
    result = pg.shell(private_mounts(f'mount -t tmpfs -o size=16k none {logs} && {{ {before}head -c 100000 /dev/zero > {logs}/filler 2> '
                                     f'/dev/null; pgctl start; }}')).failed()
    assert re.fullmatch(r'\[pgctl\] ERROR: playground/a/logs\b.*: No space left on device\n', result.stderr)
    assert processes.describe(processes.mentioning(pg.directory)) == []


@pytest.mark.seen_otherwise_under_valgrind  # which needs some itself
@pytest.mark.parametrize('files', range(3, 24))
def test_without_free_fds_a_start_fails_with_one_clear_line_and_leaves_nothing_or_works(pg, files):
    pg.service('a')
    # The leak check at the end of a sanitized program would need descriptors too.
    result = pg.shell(f'LSAN_OPTIONS=detect_leaks=0 exec prlimit --nofile={files}:{files} pgctl start')
    if result.returncode == 0:
        assert pg.state('a') == 'ready'
        return
    if 'error while loading shared libraries' in result.stderr:
        pytest.skip('not even the program can be loaded')
    assert result.failed().error
    assert processes.describe(processes.mentioning(pg.directory)) == []
    pg.start()


@pytest.mark.seen_otherwise_under_valgrind  # which needs some itself
def test_without_free_processes_a_start_fails_with_one_clear_line(pg):
    pg.service('a')
    pg.become_ordinary_user()
    # The leak check at the end of a sanitized program would need a process too.
    result = pg.shell('LSAN_OPTIONS=detect_leaks=0 exec prlimit --nproc=0:0 pgctl start').failed()
    assert result.stderr.splitlines()[-1].startswith('[pgctl] ERROR: ')
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_an_environment_as_large_as_it_may_be_is_passed_on(pg):
    pg.service('a')
    large = 'x' * 120000
    pg.start(env={'LARGE': large, 'LARGER': large})
    environment = processes.environment(pg.pid('a'))
    assert environment['LARGE'] == large and environment['LARGER'] == large
