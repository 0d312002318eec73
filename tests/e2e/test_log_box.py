"""Contract, sections 3 and 5: the live log box while starting and stopping."""

import re

import pytest

from texts import STAMP, without_escapes

FORCED = {'PGCTL_FORCE_ENABLE_LOG_VIEWER': '1'}


def gated(pg, name, text):
    pg.service(name, f'echo {text}; exec {pg.sleep}', ready=f'test -e {pg.file("gate-" + name)}', files={'poll-ready': 0.02})


def test_the_box_has_a_title_that_names_what_is_still_starting_in_a_line_of_its_own(pg):
    gated(pg, 'b', 'hello from b')
    gated(pg, 'a', 'hello from a')
    starting = pg.begin('start', env=FORCED)
    starting.read_stderr_until('Still starting: a, b\n')
    starting.read_stderr_until('hello from a')
    pg.open('gate-a')
    starting.read_stderr_until('Still starting: b\n')
    pg.open('gate-b')
    result = starting.result().succeeded()
    titles = [line for line in without_escapes(result.stderr).splitlines() if 'Still' in line]
    assert titles[0] == 'Still starting: a, b' and titles[-1] == 'Still starting: b'
    assert set(titles) == {'Still starting: a, b', 'Still starting: b'}


def test_the_box_shows_the_log_lines_of_each_service(pg):
    gated(pg, 'a', 'hello from a')
    gated(pg, 'b', 'hello from b')
    starting = pg.begin('start', env={**FORCED, 'COLUMNS': '120'})
    starting.read_stderr_until('hello from a')
    starting.read_stderr_until('hello from b')
    pg.open('gate-a')
    pg.open('gate-b')
    shown = without_escapes(starting.result().succeeded().stderr)
    for name in 'ab':
        assert re.search(rf'^║\[{name}\] {STAMP}  hello from {name} *║$', shown, re.MULTILINE), shown


def test_the_lines_are_cut_at_the_box(pg):
    gated(pg, 'a', 'word' * 100)
    starting = pg.begin('start', env={**FORCED, 'COLUMNS': '80'})
    starting.read_stderr_until('wordword')
    pg.open('gate-a')
    shown = without_escapes(starting.result().succeeded().stderr)
    widths = {len(line) for line in shown.splitlines() if line[:1] in '╔║╚' and line}
    assert len(widths) == 1, 'the box is as wide everywhere'
    assert widths.pop() <= 80


def test_escape_sequences_of_a_service_do_not_reach_the_terminal(pg):
    pg.service('a', f"printf '\\033[2Jcleared \\033[31mred\\n'; exec {pg.sleep}", ready=f'test -e {pg.file("gate")}',
               files={'poll-ready': 0.02})
    starting = pg.begin('start', env=FORCED)
    starting.read_stderr_until('cleared red')
    pg.open('gate')
    shown = starting.result().succeeded().stderr
    assert '\x1b[2J' not in shown and '\x1b[31m' not in shown


def test_after_the_last_service_the_box_says_that_all_have_started(pg):
    pg.service('a')
    shown = without_escapes(pg.start(env=FORCED).stderr).splitlines()
    assert shown[0] == '[pgctl] Starting: a'
    assert shown[-2:] == ['[pgctl] Started: a', '[pgctl] All services have started']


def test_after_the_last_service_the_box_says_that_all_have_stopped(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    stopping = pg.begin('stop', env=FORCED)
    stopping.read_stderr_until('Still stopping: a\n')
    pg.open('gate')
    shown = without_escapes(stopping.result().succeeded().stderr).splitlines()
    assert shown[0] == '[pgctl] Stopping: a'
    assert shown[-2:] == ['[pgctl] Stopped: a', '[pgctl] All services have stopped']


def test_there_is_no_box_when_there_is_nothing_to_do(pg):
    pg.service('a')
    pg.start()
    assert pg.start(env=FORCED).stderr == '[pgctl] Already started: a\n'


def test_there_is_no_box_without_a_terminal(pg):
    pg.service('a')
    result = pg.start()
    assert '\x1b' not in result.stderr and 'All services' not in result.stderr


def test_there_is_a_box_on_a_terminal(pg):
    gated(pg, 'a', 'hello from a')
    terminal = pg.terminal('pgctl', 'start')
    terminal.read_until('Still starting: a')
    terminal.read_until('hello from a')
    pg.open('gate-a')
    shown = without_escapes(terminal.read_to_end())
    assert terminal.wait() == 0
    assert shown.rstrip().endswith('[pgctl] Started: a\n[pgctl] All services have started')
    assert '╔' in shown and '╚' in shown


def test_the_box_is_as_wide_as_the_terminal_allows(pg):
    gated(pg, 'a', 'word' * 100)
    terminal = pg.terminal('pgctl', 'start', columns=60)
    terminal.read_until('wordword')
    pg.open('gate-a')
    shown = without_escapes(terminal.read_to_end())
    assert max(len(line) for line in shown.splitlines() if line[:1] in '╔║╚') <= 60


def started_on_a_terminal(pg, command, *, box, **options):
    """What a start shows there and in the file `other`, with or without a `box`, while its service is not ready yet and in the end."""
    gated(pg, 'a', 'hello from a')
    terminal = pg.terminal('sh', '-c', command.format(other=pg.file('other')), **options)
    pg.wait_until(lambda: pg.log('a') == ['hello from a'], 'the service runs')
    if box == 'other':
        pg.wait_until(lambda: 'hello from a' in pg.text('other'), 'the box is in the file')
    elif box:
        terminal.read_until('hello from a')
    pg.open('gate-a')
    shown = terminal.read_to_end()
    assert terminal.wait() == 0, shown
    where = pg.text('other') if box == 'other' else shown
    assert [text in where for text in ('\x1b', '╔', 'All services have started')] == 3 * [bool(box)], where
    return shown


def test_there_is_a_box_also_when_stdout_is_no_terminal(pg):
    started_on_a_terminal(pg, 'pgctl start > {other}', box=True)
    assert pg.text('other') == ''


def test_there_is_no_box_when_stderr_is_no_terminal(pg):
    assert started_on_a_terminal(pg, 'pgctl start 2> {other}', box=False) == ''
    assert pg.text('other') == '[pgctl] Starting: a\n[pgctl] Started: a\n'


@pytest.mark.parametrize('streams', ['2> {other}', '< /dev/null > /dev/null 2> {other}'], ids=['stderr', 'all'])
def test_there_is_a_box_when_it_is_forced_whichever_stream_is_no_terminal(pg, streams):
    started_on_a_terminal(pg, f'pgctl start {streams}', box='other', env=FORCED)


def test_there_is_a_box_when_it_is_forced_though_it_is_turned_off(pg):
    pg.config('embedded_log_viewer: false\n')
    started_on_a_terminal(pg, 'pgctl start', box=True, env=FORCED)


@pytest.mark.parametrize('value', ['no', '0', 'OFF'])
def test_the_box_can_be_turned_off_in_the_environment(pg, value):
    shown = started_on_a_terminal(pg, 'pgctl start', box=False, env={'PGCTL_EMBEDDED_LOG_VIEWER': value})
    assert shown == '[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_there_is_no_box_where_ci_is_set(pg):
    started_on_a_terminal(pg, 'pgctl start', box=False, env={'CI': 'true'})


def test_a_box_that_is_forced_is_there_where_ci_is_set_too(pg):
    started_on_a_terminal(pg, 'pgctl start', box=True, env={**FORCED, 'CI': 'true'})


def test_a_failed_start_does_not_say_that_all_have_started(pg):
    gated(pg, 'b', 'hello from b')
    pg.open('gate-b')
    pg.service('a', f'echo hello from a; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    shown = without_escapes(pg.run('start', env=FORCED).failed().stderr)
    assert '[pgctl] Started: b' in shown.splitlines()
    assert 'All services have started' not in shown


def test_the_box_of_a_restart_is_one_for_the_stop_and_one_for_the_start(pg):
    gated(pg, 'a', 'hello from a')
    pg.open('gate-a')
    pg.start()
    pg.file('gate-a').unlink()
    restarting = pg.begin('restart', env=FORCED)
    restarting.read_stderr_until('All services have stopped')
    restarting.read_stderr_until('Still starting: a\n')
    pg.open('gate-a')
    lines = without_escapes(restarting.result().succeeded().stderr).splitlines()
    ours = [line for line in lines if line.startswith('[pgctl] ')]
    assert ours == ['[pgctl] Stopping: a', '[pgctl] Stopped: a', '[pgctl] All services have stopped',
                    '[pgctl] Starting: a', '[pgctl] Started: a', '[pgctl] All services have started']


def test_the_box_can_be_turned_off(pg):
    pg.config('embedded_log_viewer: false\n')
    gated(pg, 'a', 'hello from a')
    pg.open('gate-a')
    terminal = pg.terminal('pgctl', 'start')
    shown = terminal.read_to_end()
    assert shown == '[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_the_box_gives_the_cursor_back(pg):
    gated(pg, 'a', 'hello from a')
    terminal = pg.terminal('pgctl', 'start')
    terminal.read_until('hello from a')
    pg.open('gate-a')
    shown = terminal.read_to_end()
    assert 0 <= shown.rfind('\x1b[?25l') < shown.rfind('\x1b[?25h')
    # Long lines are wrapped again, too.
    assert 0 <= shown.rfind('\x1b[?7l') < shown.rfind('\x1b[?7h')


def test_a_failed_start_gives_the_cursor_back_too(pg):
    pg.service('a', f'echo hello from a; exec {pg.sleep}', ready=f'test -e {pg.file("gate")}', files={'timeout-ready': 1})
    terminal = pg.terminal('pgctl', 'start')
    terminal.read_until('hello from a')
    shown = terminal.read_to_end()
    assert terminal.wait() == 1
    assert 0 <= shown.rfind('\x1b[?25l') < shown.rfind('\x1b[?25h')


def test_a_failed_start_ends_the_box_too(pg):
    pg.service('a', f'echo hello from a; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    result = pg.run('start', env=FORCED).failed()
    shown = without_escapes(result.stderr)
    assert "[pgctl] ERROR: service 'a' failed to start after" in shown
    assert result.error == 'Some services failed to start: a'


def test_a_terminal_that_is_too_low_for_the_box_gets_none(pg):
    gated(pg, 'a', 'hello from a')
    for rows in (21, 22):
        starting = pg.terminal('pgctl', 'start', rows=rows)
        starting.read_until('Starting: a')
        pg.wait_until(lambda: pg.state('a') == 'up', 'a runs')
        if rows == 22:
            starting.read_until('Still starting: a')
        pg.open('gate-a')
        shown = starting.read_to_end()
        assert ('╔' in shown) == (rows == 22)
        pg.stop()
        pg.file('gate-a').unlink()


def test_a_message_comes_between_two_boxes(pg):
    gated(pg, 'a', 'hello from a')
    gated(pg, 'b', 'hello from b')
    pg.script(pg.path / 'a/start-msg', 'echo message of a')
    starting = pg.begin('start', env=FORCED)
    starting.read_stderr_until('Still starting: a, b\n')
    pg.open('gate-a')
    starting.read_stderr_until('message of a\n')
    starting.read_stderr_until('Still starting: b\n')
    pg.open('gate-b')
    shown = without_escapes(starting.result().succeeded().stderr)
    assert 'Started: a\nmessage of a\n' in shown
