"""Names of services, odd ones and those that none may have: no terminal obeys them, and no path leads out of the playground."""

import json
import os

import pytest

import processes
from refusals import refused


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
