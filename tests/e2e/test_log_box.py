"""Contract, sections 3 and 5: the live log box while starting and stopping."""

import re

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
    assert shown.rfind('\x1b[?25h') >= shown.rfind('\x1b[?25l')


def test_a_failed_start_ends_the_box_too(pg):
    pg.service('a', f'echo hello from a; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    result = pg.run('start', env=FORCED).failed()
    shown = without_escapes(result.stderr)
    assert "[pgctl] ERROR: service 'a' failed to start after" in shown
    assert result.error == 'Some services failed to start: a'
