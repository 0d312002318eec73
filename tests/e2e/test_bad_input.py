"""What bad input gets: always one clear line with the file, the line or the key, exit 1, nothing half-started, nothing lost."""

import json
import os
import re
import shutil
import socket

import pytest

import processes
from playground import NOBODY


def refused(pg, *arguments, mentions=(), **options):
    """One clear line that holds these words; nothing runs and nothing was made in the services' directories."""
    before = sorted(str(path) for path in pg.directory.rglob('*') if 'run/pgctl' not in str(path))
    result = pg.run(*arguments, **options).failed()
    assert result.stdout == ''
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in mentions:
        assert word in result.error, result.error
    assert processes.describe(processes.mentioning(pg.directory)) == []
    assert sorted(str(path) for path in pg.directory.rglob('*') if 'run/pgctl' not in str(path)) == before
    return result.error


# --- configuration

@pytest.mark.parametrize('name, content', [
    ('pgctl.yaml', '- just\n- a list\n'),
    ('pgctl.yaml', 'just a word\n'),
    ('pgctl.json', '[1, 2]\n'),
    ('pgctl.json', '"text"\n'),
    ('pgctl.ini', 'no = section\n'),
])
def test_a_configuration_of_the_wrong_shape_is_refused_with_its_path(pg, name, content):
    pg.service('a')
    pg.config(content, name=name)
    refused(pg, 'start', mentions=[name])


@pytest.mark.parametrize('key, value', [
    ('services', '5'), ('services', '{a: b}'), ('services', '[[a]]'), ('aliases', '[a]'), ('aliases', '{default: {a: b}}'),
    ('services', 'null'), ('aliases', ''), ('aliases', '{default: null}'), ('pgdir', 'null'), ('pghome', '~'),
    ('aliases', 'a'), ('pgdir', '[playground]'), ('pghome', '{}'), ('json', '[1]'), ('timeout', '[1]'),
])
def test_a_value_of_the_wrong_type_is_refused_with_its_key(pg, key, value):
    pg.service('a')
    pg.config(f'{key}: {value}\n')
    refused(pg, 'start', mentions=[key], env={'PGCTL_TIMEOUT': None})


def test_a_configuration_that_cannot_be_read_is_refused_with_its_path(pg):
    pg.service('a')
    pg.config('services: [a]\n').chmod(0)
    pg.become_ordinary_user()
    refused(pg, 'start', mentions=['pgctl.yaml', 'ermission denied'])


def test_a_configuration_that_is_a_directory_is_refused_with_its_path(pg):
    pg.service('a')
    (pg.project / 'pgctl.yaml').mkdir()
    refused(pg, 'start', mentions=['pgctl.yaml'])


@pytest.mark.parametrize('content', ['services: [a\n', 'a: b: c\n', '"\n', '\t: x\n', '&a *a\n'])
def test_a_configuration_with_a_syntax_error_is_refused_with_its_line(pg, content):
    pg.service('a')
    pg.config(content)
    refused(pg, 'start', mentions=['pgctl.yaml:'])


@pytest.mark.parametrize('name, content, line', [
    ('pgctl.yaml', b'who: me\n\nwhere: caf\xe9\n', 3), ('pgctl.yaml', b'who: me\n# caf\xe9\n', 2), ('pgctl.yaml', b'who: me\n\nwhere: a\0b\n', 3),
    ('pgctl.json', b'{\n"who": "caf\xe9"}\n', 2), ('pgctl.json', b'{\n"who": "a\0b"}\n', 2), ('pgctl.json', b'{\n\n\0}\n', 3),
    ('pgctl.ini', b'[pgctl]\nwho = caf\xe9\n', 2), ('pgctl.ini', b'[pgctl]\n\nwho = a\0b\n', 3),
])
def test_a_configuration_of_odd_bytes_is_refused_with_their_line(pg, name, content, line):
    pg.service('a')
    (pg.project / name).write_bytes(content)
    assert refused(pg, 'start').startswith(f'{name}:{line}: ')


@pytest.mark.parametrize('ending', ['yaml', 'json', 'ini'])
def test_a_configuration_of_all_bytes_there_are_is_refused_with_a_line(pg, ending):
    pg.service('a')
    (pg.project / f'pgctl.{ending}').write_bytes(bytes(range(256)))
    assert re.match(rf'pgctl\.{ending}:\d+: ', refused(pg, 'start'))


def test_an_ini_without_its_section_is_refused_with_a_line(pg):
    pg.service('a')
    pg.config('\n[other]\nwho = me\n', name='pgctl.ini')
    error = refused(pg, 'start', mentions=['[pgctl]'])
    assert re.match(r'pgctl\.ini:\d+: ', error)


@pytest.mark.parametrize('command', ['start', 'status', 'config'])
def test_a_configuration_that_is_a_pipe_is_refused_and_not_waited_for(pg, command):
    pg.service('a')
    os.mkfifo(pg.project / 'pgctl.yaml')
    refused(pg, command, mentions=['pgctl.yaml'])


def test_a_configuration_that_nests_without_end_is_no_crash(pg):
    pg.service('a')
    pg.config('[' * 100000, name='pgctl.json')
    assert pg.run('start').returncode == 1
    (pg.project / 'pgctl.json').unlink()
    pg.config('[' * 100000)
    assert pg.run('start').returncode == 1


def test_two_configurations_at_one_level_are_refused_by_every_command(pg):
    pg.service('a')
    pg.config('services: [a]\n', name='pgctl.yaml')
    pg.config('services: [a]\n', name='pgctl.yml')
    refused(pg, 'start', mentions=['pgctl.yaml', 'pgctl.yml'])


@pytest.mark.parametrize('value', ['-1', '', 'nan', 'inf', 'soon', '1s', '0x10', '1,5', '--1'])
def test_a_timeout_in_the_environment_that_is_no_number_of_seconds_is_refused_with_its_key(pg, value):
    pg.service('a')
    refused(pg, 'start', mentions=['timeout'], env={'PGCTL_TIMEOUT': value})


@pytest.mark.parametrize('key', ['timeout', 'poll', 'settle'])
@pytest.mark.parametrize('value', ['-1', '""', '.nan', '.inf', 'soon', 'null', '', '~'])
def test_a_number_of_seconds_in_a_file_that_is_none_is_refused_with_file_and_key(pg, key, value):
    pg.service('a')
    pg.config(f'json: false\n{key}: {value}\n')
    refused(pg, 'start', mentions=['pgctl.yaml:2', key], env={'PGCTL_TIMEOUT': None})


def test_a_switch_in_the_environment_that_is_neither_on_nor_off_is_refused_with_its_key(pg):
    pg.service('a')
    refused(pg, 'status', mentions=['json'], env={'PGCTL_JSON': 'maybe'})


# --- the files of a service

@pytest.mark.parametrize('file', ['timeout-ready', 'timeout-stop', 'poll-ready', 'poll-down'])
@pytest.mark.parametrize('content', [b'-1\n', b'', b'\n', b'nan\n', b'inf', b'soon\n', b'1 2\n', b'0x10\n', b'1e999\n', b'\xff\n', b'5\x00'])
def test_a_number_of_seconds_of_a_service_that_is_none_is_refused_with_its_file(pg, file, content):
    service = pg.service('a')
    (service / file).write_bytes(content)
    refused(pg, 'start', mentions=[f'playground/a/{file}'])


@pytest.mark.parametrize('content', ['x', '-1', '1.5', '', '99999999999', '0', '1', '2'])
def test_a_notification_fd_that_is_no_free_fd_is_refused_with_its_file(pg, content):
    service = pg.service('a')
    (service / 'notification-fd').write_text(content)
    refused(pg, 'start', mentions=['playground/a/notification-fd'])


# What keeps a service from being started: the file that has to be mended, and how it came to that.
OBSTACLES = {
    'a run that is not executable': ('run', lambda pg, service: (service / 'run').chmod(0o644)),
    'a run with a missing interpreter': ('run', lambda pg, service: pg.script(service / 'run', '#!/no/such/interpreter\n')),
    'a run with crlf line ends': ('run', lambda pg, service: pg.script(service / 'run', '#!/bin/sh\r\nexit 0\r\n')),
    'a ready that is not executable': ('ready', lambda pg, service: (service / 'ready').write_text('#!/bin/sh\n')),
    'a number that is none': ('timeout-stop', lambda pg, service: (service / 'timeout-stop').write_text('soon\n')),
    'a log that may not be written': ('logs', lambda pg, service: unwritable(service / 'logs' / 'current')),
}


def unwritable(path):
    path.parent.mkdir(exist_ok=True)
    path.touch()
    path.chmod(0o444)


def hinder(pg, name, obstacle):
    """Returns how the line begins that tells of it."""
    file, act = OBSTACLES[obstacle]
    act(pg, pg.path / name)
    return f'[pgctl] ERROR: playground/{name}/{file}:'


@pytest.mark.parametrize('named', [[], ['c', 'b', 'a']], ids=['all', 'several named'])
@pytest.mark.parametrize('obstacle', OBSTACLES)
def test_a_service_that_cannot_be_started_does_not_keep_the_others_from_it(pg, obstacle, named):
    pg.become_ordinary_user()
    for name in 'abc':
        pg.service(name)
    complaint = hinder(pg, 'b', obstacle)
    first, *lines = pg.run('start', *named, env={'PGCTL_POLL': '5'}).failed().stderr.splitlines()
    others = [name for name in named or 'abc' if name != 'b']
    assert first.startswith(complaint)
    assert lines == [f'[pgctl] Starting: {", ".join(others)}', *(f'[pgctl] Started: {name}' for name in others),
                     '[pgctl] ERROR: Some services failed to start: b']
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down', 'c': 'ready'}
    again = pg.run('start', *named).failed().stderr.splitlines()
    assert again == [first, f'[pgctl] Already started: {", ".join(others)}', lines[-1]]


@pytest.mark.parametrize('runs', [True, False], ids=['and runs', 'and is down'])
@pytest.mark.parametrize('obstacle', OBSTACLES)
def test_a_service_that_could_not_be_started_again_is_left_as_it_is_by_a_restart(pg, obstacle, runs):
    pg.become_ordinary_user()
    for name in 'abc':
        pg.service(name)
    pg.start(*('abc' if runs else 'ac'))
    before = {name: one['pid'] for name, one in pg.status().items()}
    complaint = hinder(pg, 'b', obstacle)
    first, *lines = pg.run('restart', env={'PGCTL_POLL': '5'}).failed().stderr.splitlines()
    assert first.startswith(complaint)
    assert lines == ['[pgctl] Stopping: a, c', '[pgctl] Stopped: a', '[pgctl] Stopped: c', '[pgctl] Starting: a, c',
                     '[pgctl] Started: a', '[pgctl] Started: c', '[pgctl] ERROR: Some services were not restarted: b']
    found = pg.status()
    assert {name: one['state'] for name, one in found.items()} == {'a': 'ready', 'b': 'ready' if runs else 'down', 'c': 'ready'}
    assert [found[name]['pid'] == before[name] for name in 'abc'] == [False, True, False]


@pytest.mark.parametrize('command', ['start', 'restart'])
def test_where_none_can_be_started_only_the_reasons_are_told_and_nothing_is_done(pg, command):
    pg.service('a')
    pg.service('b')
    pg.service('good')
    complaints = [hinder(pg, 'a', 'a run that is not executable'), hinder(pg, 'b', 'a number that is none')]
    for hook in ('pre-start', 'post-stop'):
        pg.hook(hook, f'echo {hook} >> {pg.file("hooks")}')
    lines = pg.run(command, 'a', 'b').failed().stderr.splitlines()
    assert len(lines) == 2 and all(line.startswith(complaint) for line, complaint in zip(lines, complaints)), lines
    assert pg.text('hooks') == ''
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_a_restart_of_a_running_service_that_could_not_be_started_again_does_nothing(pg):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    complaint = hinder(pg, 'a', 'a run that is not executable')
    for hook in ('pre-start', 'post-stop'):
        pg.hook(hook, f'echo {hook} >> {pg.file("hooks")}')
    [line] = pg.run('restart').failed().stderr.splitlines()
    assert line.startswith(complaint)
    assert pg.pid('a') == pid and pg.text('hooks') == ''


def test_a_start_leaves_a_service_alone_that_runs_whatever_has_become_of_its_files(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pid = pg.pid('a')
    hinder(pg, 'a', 'a number that is none')
    assert pg.start().stderr == '[pgctl] Already started: a, b\n'
    assert pg.pid('a') == pid
    (pg.path / 'a' / 'timeout-stop').unlink()


def test_each_file_that_has_to_be_mended_is_told_in_a_line_of_its_own(pg):
    pg.service('a')
    pg.service('b', files={'timeout-ready': 'soon', 'poll-down': 'often'})
    (pg.path / 'b' / 'run').chmod(0o644)
    lines = pg.run('start').failed().stderr.splitlines()
    told = [re.match(r'\[pgctl\] ERROR: playground/b/([a-z-]+):', line).group(1) for line in lines[:3]]
    assert sorted(told) == ['poll-down', 'run', 'timeout-ready']
    assert lines[3:] == ['[pgctl] Starting: a', '[pgctl] Started: a', '[pgctl] ERROR: Some services failed to start: b']


def test_what_could_not_be_started_and_what_did_not_become_ready_are_in_one_last_line(pg):
    pg.service('a')
    pg.service('b', files={'timeout-stop': 'soon'})
    pg.service('c', ready='exit 1', files={'timeout-ready': 0.5})
    result = pg.run('start').failed()
    assert sorted(re.fullmatch('Some services failed to start: (.*)', result.error).group(1).split(', ')) == ['b', 'c']
    assert '[pgctl]     less +G playground/c/logs/current' in result.stderr.splitlines()
    assert 'playground/b/logs/current' not in result.stderr
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down', 'c': 'down'}


def test_a_run_that_is_absent_is_no_service(pg):
    pg.service('a', run=None)
    refused(pg, 'start', 'a', mentions=['playground/a'])


def test_a_run_that_is_a_directory_is_refused_with_its_path(pg):
    service = pg.service('a', run=None)
    (service / 'run').mkdir()
    refused(pg, 'start', 'a', mentions=['playground/a/run'])


def test_a_run_that_is_a_dangling_link_is_refused_with_its_path(pg):
    service = pg.service('a', run=None)
    (service / 'run').symlink_to('nowhere')
    refused(pg, 'start', 'a', mentions=['playground/a'])


def test_a_run_that_is_a_circle_of_links_is_refused_with_its_path(pg):
    service = pg.service('a', run=None)
    (service / 'run').symlink_to('run')
    refused(pg, 'start', 'a', mentions=['playground/a'])


def test_a_run_that_is_not_executable_is_refused_with_its_path(pg):
    service = pg.service('a')
    (service / 'run').chmod(0o644)
    refused(pg, 'start', 'a', mentions=['playground/a/run', 'xecutable'])


def test_a_run_with_a_missing_interpreter_is_refused_with_both_paths(pg):
    pg.service('a', '#!/no/such/interpreter\n')
    refused(pg, 'start', 'a', mentions=['playground/a/run', '/no/such/interpreter'])


def test_a_run_with_crlf_line_ends_is_refused_saying_so(pg):
    pg.service('a', '#!/bin/sh\r\nexec sleep 5\r\n')
    error = refused(pg, 'start', 'a', mentions=['playground/a/run'])
    assert 'CR' in error


def test_a_run_without_an_interpreter_line_is_a_failure_that_names_it(pg):
    service = pg.service('a')
    (service / 'run').write_text('echo no interpreter line\n')
    (service / 'timeout-ready').write_text('2\n')
    result = pg.run('start', 'a')
    # execve says ENOEXEC, where a shell would try on its own; 5.2.1 failed here as well.
    result.failed()
    assert 'playground/a/run' in result.stderr or './run' in result.stderr


def test_an_empty_run_is_a_failure_that_names_it(pg):
    service = pg.service('a')
    (service / 'run').write_text('')
    (service / 'timeout-ready').write_text('2\n')
    assert 'run' in pg.run('start', 'a').failed().stderr


def test_a_ready_that_is_not_executable_is_refused_with_its_path(pg):
    service = pg.service('a', ready='exit 0')
    (service / 'ready').chmod(0o644)
    refused(pg, 'start', 'a', mentions=['playground/a/ready', 'xecutable'])


def test_a_ready_with_a_missing_interpreter_is_refused_with_both_paths(pg):
    pg.service('a', ready='#!/no/such/interpreter\n')
    refused(pg, 'start', 'a', mentions=['playground/a/ready', '/no/such/interpreter'])


def test_a_ready_that_hangs_fails_the_start_at_its_deadline_and_leaves_nothing(pg):
    pg.service('a', ready=f'exec {pg.sleep}', files={'timeout-ready': 1})
    result = pg.run('start').failed()
    assert "[pgctl] ERROR: service 'a' failed to start after" in result.stderr
    assert pg.sleepers() == []


def test_a_ready_that_prints_without_end_is_no_trouble(pg):
    pg.service('a', ready=f'yes | head -c 3000000; touch {pg.file("asked")}; exit 0', files={'poll-ready': 0.05, 'poll-down': 0.05})
    pg.start()
    assert pg.state('a') == 'ready'


# --- names

@pytest.mark.parametrize('name', ['my service', 'v1.2', '.hidden', 'ünï', 'a+b', 'x' * 200, "it's", '%2F', '$HOME', 'a:b', '~'])
def test_a_name_with_spaces_dots_and_the_like_is_fine(pg, name):
    service = pg.path / name
    service.mkdir()
    pg.script(service / 'run', f'echo hello; exec {pg.sleep}')
    assert pg.start(name).stderr == f'[pgctl] Starting: {name}\n[pgctl] Started: {name}\n'
    assert pg.status()[name]['state'] == 'ready'
    pg.wait_until(lambda: pg.log(name) == ['hello'], 'the line is in the log')
    assert pg.stop(name).stderr == f'[pgctl] Stopping: {name}\n[pgctl] Stopped: {name}\n'


@pytest.mark.parametrize('name', ['x' * 255, 'ü' * 127], ids=['255 bytes', '127 letters of two bytes'])
def test_a_name_as_long_as_a_file_system_allows_is_fine(pg, name):
    service = pg.path / name
    service.mkdir()
    pg.script(service / 'run', f'echo hello; exec {pg.sleep}')
    pg.service('a')
    assert pg.start(env={'PGCTL_POLL': '5'}).stderr == f'[pgctl] Starting: a, {name}\n[pgctl] Started: a\n[pgctl] Started: {name}\n'
    pid = pg.pid(name)
    processes.kill(pg.our_processes('supervisor'))
    assert pg.pid(name) == pid
    pg.restart(name)
    pg.wait_until(lambda: pg.log(name) == 2 * ['hello'], 'both lives are in the log')
    assert pg.stop(name).stderr == f'[pgctl] Stopping: {name}\n[pgctl] Stopped: {name}\n'


ODD_NAMES = {'a leading dash': (b'-rf', '-rf'), 'a line end': (b'two\nlines', r'two\nlines'),
             'a control character': (b'escape\x1b[2J', r'escape\x1b[2J'), 'invalid utf-8': (b'caf\xe9', r'caf\xe9')}


def odd_service(pg, name):
    service = os.path.join(os.fsencode(pg.path), name)
    os.mkdir(service)
    with open(os.path.join(service, b'run'), 'w') as run:
        run.write(f'#!/bin/sh\nexec {pg.sleep}\n')
    os.chmod(os.path.join(service, b'run'), 0o755)


@pytest.mark.parametrize('name, shown', ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_is_refused_in_one_line_that_no_terminal_obeys(pg, name, shown):
    odd_service(pg, name)
    for arguments in (['start'], ['start', '--', name], ['start', '--all'], ['restart'], ['restart', '--', name], ['reload', '--', name]):
        result = pg.run(*arguments).failed()
        assert len(result.stderr.splitlines()) == 1
        assert result.error.isprintable() and result.error.startswith(f"not a service name: '{shown}' ")
        assert result.stdout == ''
    assert processes.describe(processes.mentioning(pg.directory)) == []


@pytest.mark.parametrize('name, shown', ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_beside_good_ones_reaches_no_terminal_and_no_line_of_ours(pg, name, shown):
    pg.service('a')
    odd_service(pg, name)
    for command, code in (('status', 0), ('start', 1), ('restart', 1), ('reload', 0), ('stop', 0), ('check', 1)):
        result = pg.run(command)
        assert result.returncode == code, result
        assert all(line.isprintable() for line in (result.stdout + result.stderr).splitlines())
        assert all(line.startswith('[pgctl] ') for line in result.stderr.splitlines()), result.stderr
    assert list(json.loads(pg.run('status', '--json').succeeded().stdout)) == ['a']
    pg.start('a')
    assert pg.state('a') == 'ready'


@pytest.mark.parametrize('name, shown', ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_beside_a_good_one_does_not_keep_that_from_being_started(pg, name, shown):
    pg.service('a')
    odd_service(pg, name)
    first, *lines = pg.run('start').failed().stderr.splitlines()
    assert first.startswith(f"[pgctl] ERROR: not a service name: '{shown}' in playground ")
    assert lines == ['[pgctl] Starting: a', '[pgctl] Started: a', f'[pgctl] ERROR: Some services failed to start: {shown}']
    pid = pg.pid('a')
    again, *lines = pg.run('restart').failed().stderr.splitlines()
    assert again == first
    assert lines == ['[pgctl] Stopping: a', '[pgctl] Stopped: a', '[pgctl] Starting: a', '[pgctl] Started: a',
                     f'[pgctl] ERROR: Some services were not restarted: {shown}']
    assert pg.state('a') == 'ready' and pg.pid('a') != pid


@pytest.mark.parametrize('name, shown', ODD_NAMES.values(), ids=ODD_NAMES.keys())
def test_an_odd_name_that_came_later_does_not_keep_what_runs_from_being_stopped(pg, name, shown):
    pg.service('a')
    pg.start()
    odd_service(pg, name)
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.state('a') == 'down'


@pytest.mark.parametrize('name', ['..', '.', '', '/', 'x' * 256, 'x' * 5000])
def test_a_name_that_no_service_may_have_is_refused(pg, name):
    pg.service('a')
    assert refused(pg, 'start', name).startswith('not a service name: ')


@pytest.mark.parametrize('name', ['../x', 'a/..', 'a/../..', 'a/../../playground', '../other/a', '../../a', './', '../'])
def test_a_name_that_leads_out_of_the_playground_or_to_itself_is_refused(pg, name):
    pg.service('a')
    pg.service('x', under=pg.project)
    pg.service('a', under=pg.project / 'other')
    assert refused(pg, 'start', name).startswith(f"not a service name: '{name}' (")


def test_a_name_may_end_in_the_slash_that_a_shell_completes_it_with(pg):
    pg.service('a')
    assert pg.start('a/').stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_a_service_outside_the_playground_is_not_reached_by_dots(pg):
    pg.service('outside', under=pg.project)
    assert refused(pg, 'start', '../outside') == "not a service name: '../outside' (it leads out of the playground)"


def test_a_service_may_be_a_symbolic_link_to_a_directory(pg):
    pg.service('real', under=pg.directory / 'elsewhere', run=f'exec {pg.sleep}')
    (pg.path / 'a').symlink_to(pg.directory / 'elsewhere' / 'real')
    pg.start('a')
    assert pg.state('a') == 'ready'


# --- the playground and the state

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
