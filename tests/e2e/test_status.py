"""Contract, section 5: status, in words and as JSON."""

import json
import re
import time

import pytest

import processes
from texts import normalised, without_escapes

KEYS = ['exitcode', 'pid', 'process', 'seconds', 'state']
NOTHING = dict.fromkeys(KEYS)


def test_a_service_that_never_ran_is_down(pg):
    pg.service('a')
    result = pg.run('status').succeeded()
    assert result.stdout == ' ● a: down\n'
    assert result.stderr == ''


def test_a_ready_service_is_told_with_its_pid_and_seconds(pg):
    pg.service('a')
    pg.start()
    assert normalised(pg.run('status').stdout) == ' ● a: ready\n   └─ pid: N, S seconds\n'


def test_the_pid_is_that_of_the_main_process(pg):
    pg.service('a')
    pg.start()
    assert processes.command_line(pg.pid('a')) == [str(pg.sleeper), 'infinity']
    assert f'pid: {pg.pid("a")}, ' in pg.run('status').stdout


def test_a_service_that_is_not_ready_yet_is_up(pg):
    pg.service('a', ready='exit 1')
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    assert normalised(pg.run('status').stdout) == ' ● a: up\n   └─ pid: N, S seconds\n'
    pg.stop()
    starting.result().failed()


def test_a_service_that_is_being_stopped_is_told_as_stopping(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    stopping = pg.begin('stop')
    pg.wait_until(lambda: pg.status()['a']['process'] == 'stopping', 'it is stopping')
    assert normalised(pg.run('status').stdout) == ' ● a: up\n   └─ pid: N, S seconds, stopping\n'
    pg.open('gate')
    stopping.result().succeeded()


def test_a_service_between_two_lives_is_told_with_its_exit_code(pg):
    pg.service('a', f'{pg.waiting_for("gate")}; exit 3')
    pg.start()
    pg.open('gate')
    shown = pg.wait_until(lambda: next((text for text in [pg.run('status').stdout] if 'exitcode' in text), None), 'it ended')
    assert normalised(shown) == ' ● a: down\n   └─ exitcode: 3, S seconds, starting\n'


def test_services_are_sorted(pg):
    for name in ('b', 'a', 'C', 'a-1'):
        pg.service(name)
    assert re.findall(r'● (\S+):', pg.run('status', 'b', 'a-1', 'C', 'a').stdout) == ['C', 'a', 'a-1', 'b']


def test_only_the_named_services_are_told(pg):
    for name in 'abc':
        pg.service(name)
    assert pg.run('status', 'c', 'a').stdout == ' ● a: down\n ● c: down\n'


def test_a_stopped_service_is_down_and_nothing_else(pg):
    pg.service('a')
    pg.start()
    pg.stop()
    assert pg.run('status').stdout == ' ● a: down\n'
    assert pg.status() == {'a': {**NOTHING, 'state': 'down'}}


def test_a_stopped_service_is_down_and_nothing_else_while_others_run(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pg.stop('a')
    assert pg.status('a') == {'a': {**NOTHING, 'state': 'down'}}


def test_a_service_that_was_never_started_is_down_and_nothing_else_while_others_run(pg):
    pg.service('a')
    pg.service('b')
    pg.start('b')
    assert pg.status('a') == {'a': {**NOTHING, 'state': 'down'}}


def test_json_has_exactly_these_keys_for_each_service(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    found = pg.status()
    assert sorted(found) == ['a', 'b']
    assert sorted(found['a']) == KEYS and sorted(found['b']) == KEYS
    assert found['a'] == {**NOTHING, 'state': 'ready', 'pid': found['a']['pid'], 'seconds': found['a']['seconds']}
    assert isinstance(found['a']['pid'], int) and isinstance(found['a']['seconds'], int)
    assert found['b'] == {**NOTHING, 'state': 'down'}


def test_json_is_printed_as_5_2_1_did(pg):
    pg.service('a')
    text = pg.run('status', '--json').stdout
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=4) + '\n'


def test_json_of_no_service_is_an_empty_object(pg):
    assert pg.status() == {}


def test_seconds_count_from_when_it_became_ready(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})
    starting = pg.begin('start')
    pg.wait_until(lambda: (pg.status()['a']['seconds'] or 0) >= 4, 'it was up for four seconds')
    before = time.monotonic()
    pg.open('gate')
    starting.result().succeeded()
    seconds = pg.status()['a']['seconds']
    # No more than have passed since then; from its start on there are four more.
    assert seconds <= time.monotonic() - before
    pg.wait_until(lambda: pg.status()['a']['seconds'] > seconds, 'the seconds go on')


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
@pytest.mark.parametrize('passed, unit, size', [(90, 'minutes', 60), (5400, 'hours', 3600), (129600, 'days', 86400)],
                         ids=['a minute and a half', 'an hour and a half', 'a day and a half'])
def test_from_a_minute_on_the_time_is_told_in_minutes_hours_and_days(pg, passed, unit, size):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    # For who comes after this so much time has passed: man 7 time_namespaces.
    pg.kill_everything_of_ours()
    later = next((f'unshare {options} --fork --monotonic {passed}' for options in ('-T', '-T -Ur')
                  if pg.shell(f'unshare {options} --fork --monotonic {passed} true').returncode == 0), None)
    if not later:
        pytest.skip('this user may not have another time')
    assert pg.shell(f'{later} pgctl start').succeeded().stderr == '[pgctl] Already started: a\n'
    before = pg.status()['a']['seconds']
    told = pg.run('status').succeeded().stdout
    after = pg.status()['a']['seconds']
    assert before >= passed
    assert told in {f' ● a: ready\n   └─ pid: {pid}, {seconds / size:.1f} {unit}\n' for seconds in range(before, after + 1)}


def test_there_is_no_colour_without_a_terminal(pg):
    pg.service('a')
    pg.start()
    assert '\x1b' not in pg.run('status', env={'TERM': 'xterm-256color'}).stdout


def test_there_is_colour_on_a_terminal_and_the_text_is_the_same(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    terminal = pg.terminal('pgctl', 'status')
    shown = terminal.read_to_end()
    assert terminal.wait() == 0
    assert '\x1b[92m' in shown and '\x1b[91m' in shown  # green for ready, red for down
    assert normalised(without_escapes(shown)) == ' ● a: ready\n   └─ pid: N, S seconds\n ● b: down\n'


def test_status_works_in_a_locale_that_is_not_utf_8(pg):
    pg.service('a')
    assert pg.run('status', env={'LANG': 'C', 'LC_ALL': 'C'}).succeeded().stdout == ' ● a: down\n'


def test_status_does_not_touch_the_playground(pg):
    service = pg.service('a')
    pg.status()
    assert [entry.name for entry in service.iterdir()] == ['run']


def test_status_of_services_that_were_stopped_at_once_and_started_again_is_true(pg):
    for name in 'abc':
        pg.service(name)
    pg.start()
    pg.stop('b')
    pg.restart('c')
    found = pg.status()
    assert [found[name]['state'] for name in 'abc'] == ['ready', 'down', 'ready']
    assert all(processes.alive(found[name]['pid']) for name in 'ac')
