"""Files of a service that keep it from being started: each is named, and the other services are started."""

import re

import pytest

import processes
from refusals import refused


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
