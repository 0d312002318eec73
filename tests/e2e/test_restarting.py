"""Contract, sections 5 and 6: restart is a stop, then a start; reload restarts what changed and leaves the rest alone."""

import re

import pytest

import processes


def test_a_restart_is_a_stop_then_a_start(pg):
    pg.service('a')
    pg.start()
    before = pg.pid('a')
    result = pg.restart()
    assert result.stdout == ''
    assert result.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.pid('a') != before
    assert not processes.alive(before)


def test_a_restart_of_what_is_down_starts_it(pg):
    pg.service('a')
    assert pg.restart().stderr == '[pgctl] Already stopped: a\n[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_all_are_stopped_before_the_first_is_started(pg):
    for name in 'ab':
        pg.service(name)
    pg.start()
    assert pg.restart(env={'PGCTL_POLL': '5'}).stderr.splitlines() == [
        '[pgctl] Stopping: a, b', '[pgctl] Stopped: a', '[pgctl] Stopped: b',
        '[pgctl] Starting: a, b', '[pgctl] Started: a', '[pgctl] Started: b']


def test_a_restart_leaves_other_services_alone(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pid = pg.pid('b')
    pg.restart('a')
    assert pg.pid('b') == pid


def test_a_restart_takes_the_new_run(pg):
    pg.service('a', f'echo old; exec {pg.sleep}')
    pg.start()
    pg.service('a', f'echo new; exec {pg.sleep}')
    pg.restart()
    pg.wait_until(lambda: pg.log('a') == ['old', 'new'], 'both lives are in the log')


def test_a_restart_that_cannot_stop_does_not_start(pg):
    pg.service('a', f'(trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    with pg.within():
        result = pg.run('restart', '--no-force').failed()
    assert result.error == 'Some services failed to stop: a'
    assert 'Starting' not in result.stderr


def test_a_restart_that_cannot_start_fails_as_a_start_does(pg):
    pg.service('a', ready=f'! test -e {pg.file("gate")}', files={'timeout-ready': 2, 'poll-ready': 0.02})
    pg.start()
    pg.open('gate')
    with pg.within():
        result = pg.run('restart').failed()
    assert result.error == 'Some services failed to start: a'
    assert pg.state('a') == 'down'


def test_start_messages_and_stop_messages_are_shown_by_a_restart(pg):
    pg.service('a', scripts={'start-msg': 'echo hello', 'stop-msg': 'echo goodbye'})
    pg.start()
    assert pg.restart().stderr.splitlines() == ['[pgctl] Stopping: a', '[pgctl] Stopped: a', 'goodbye', '[pgctl] Starting: a',
                                                '[pgctl] Started: a', 'hello']


# --- reload

def reload(pg, *services):
    result = pg.run('reload', *services).succeeded()
    assert result.stdout == ''
    return result.stderr.splitlines()


def test_reload_restarts_exactly_what_changed_and_says_why(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    a, b = pg.pid('a'), pg.pid('b')
    pg.service('a', f'echo new; exec {pg.sleep}')
    lines = reload(pg)
    assert '[pgctl] Reloading: a (run changed)' in lines
    assert '[pgctl] Unchanged: b' in lines
    assert pg.pid('a') != a
    assert pg.pid('b') == b
    assert pg.state('a') == 'ready'


def test_reload_of_what_did_not_change_leaves_it_alone(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pids = [pg.pid('a'), pg.pid('b')]
    assert reload(pg) == ['[pgctl] Unchanged: a, b']
    assert [pg.pid('a'), pg.pid('b')] == pids


def test_reload_starts_nothing_new(pg):
    pg.service('a')
    pg.start()
    pg.service('b')
    pg.service('c', run=None)
    reload(pg)
    assert pg.state('b') == 'down'


@pytest.mark.parametrize('change, reason', [
    ({'ready': 'true'}, 'ready'),
    ({'files': {'timeout-stop': 33}}, 'timeout-stop'),
    ({'files': {'timeout-ready': 33}}, 'timeout-ready'),
    ({'files': {'poll-ready': 0.5}}, 'poll-ready'),
    ({'files': {'poll-down': 7}}, 'poll-down'),
])
def test_reload_restarts_for_each_setting_and_names_it(pg, change, reason):
    pg.service('a')
    pg.start()
    before = pg.pid('a')
    pg.service('a', **change)
    lines = reload(pg)
    assert any(re.fullmatch(rf'\[pgctl\] Reloading: a \(.*\b{reason}\b.*\)', line) for line in lines), lines
    assert pg.pid('a') != before


def test_reload_does_not_restart_for_what_is_no_setting(pg):
    service = pg.service('a')
    pg.start()
    before = pg.pid('a')
    (service / 'README').write_text('about a\n')
    (service / 'run').touch()
    pg.script(service / 'start-msg', 'echo hello')
    assert reload(pg) == ['[pgctl] Unchanged: a']
    assert pg.pid('a') == before


def test_reload_twice_restarts_once(pg):
    pg.service('a')
    pg.start()
    pg.service('a', f'echo new; exec {pg.sleep}')
    reload(pg)
    before = pg.pid('a')
    assert reload(pg) == ['[pgctl] Unchanged: a']
    assert pg.pid('a') == before


def test_reload_of_named_services_looks_only_at_them(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    for name in 'ab':
        pg.service(name, f'echo new; exec {pg.sleep}')
    before = pg.pid('b')
    assert '[pgctl] Reloading: a (run changed)' in reload(pg, 'a')
    assert pg.pid('b') == before


def test_reload_with_a_broken_configuration_restarts_nothing(pg):
    pg.service('a')
    pg.start()
    before = pg.pid('a')
    pg.service('a', f'echo new; exec {pg.sleep}')
    (pg.path / 'a' / 'timeout-stop').write_text('soon\n')
    result = pg.run('reload').failed()
    assert 'playground/a/timeout-stop' in result.stderr
    assert pg.pid('a') == before
    (pg.path / 'a' / 'timeout-stop').unlink()
