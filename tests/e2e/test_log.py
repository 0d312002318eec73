"""Contract, section 5: the log, its file, its stamps, its rotation, and what `pgctl log` shows of it."""

import contextlib
import re
import signal
import subprocess
import time
from datetime import datetime, timedelta, timezone

import pytest

import processes
from texts import STAMP, log_texts


def prints(pg, *lines):
    return '\n'.join([f"printf '%s\\n' '{line}'" for line in lines] + [f'exec {pg.sleep}'])


def test_log_shows_each_file_under_its_title_with_a_blank_line_between(pg):
    pg.service('a', prints(pg, 'one', 'two'))
    pg.service('b', prints(pg, 'three'))
    pg.start()
    pg.wait_until(lambda: len(pg.log('a')) == 2 and len(pg.log('b')) == 1, 'all lines are in the logs')
    result = pg.run('log').succeeded()
    assert re.sub(f'(?m)^{STAMP}', 'TIME', result.stdout) == '''\
==> playground/a/logs/current <==
TIME  one
TIME  two

==> playground/b/logs/current <==
TIME  three
'''


def test_log_shows_the_last_30_lines(pg):
    pg.service('a', f'seq 100; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.log('a')) == 100, 'all lines are in the log')
    title, *lines = pg.run('log').stdout.splitlines()
    assert title == '==> playground/a/logs/current <=='
    assert log_texts('\n'.join(lines)) == [str(number) for number in range(71, 101)]


def test_the_log_of_a_service_that_never_ran_is_empty_and_makes_no_directory(pg):
    service = pg.service('a')
    pg.service('b')
    assert pg.run('log').succeeded().stdout == '==> playground/a/logs/current <==\n\n==> playground/b/logs/current <==\n'
    assert [entry.name for entry in service.iterdir()] == ['run']


def test_log_shows_only_the_named_services_in_the_order_asked(pg):
    for name in 'abc':
        pg.service(name)
    assert re.findall(r'==> playground/(.)/logs', pg.run('log', 'c', 'a').stdout) == ['c', 'a']


def test_log_shows_absolute_paths_where_the_playground_is_not_below_the_working_directory(pg):
    pg.service('a')
    elsewhere = pg.project / 'sub'
    elsewhere.mkdir()
    assert pg.run('log', cwd=elsewhere).stdout == f'==> {pg.path}/a/logs/current <==\n'


def test_log_shows_relative_paths_also_where_only_the_log_is_below_the_working_directory(pg):
    service = pg.service('a', prints(pg, 'one'))
    pg.service('b')
    assert pg.run('log', 'a', cwd=service).stdout == '==> logs/current <==\n'
    pg.start('a')
    pg.wait_until(lambda: pg.log('a') == ['one'], 'the line is in the log')
    shown = re.sub(f'(?m)^{STAMP}', 'TIME', pg.run('log', cwd=service).stdout)
    assert shown == f'==> logs/current <==\nTIME  one\n\n==> {pg.path}/b/logs/current <==\n'
    assert pg.run('log', 'a', cwd=service / 'logs').stdout.splitlines()[0] == '==> current <=='


def test_log_can_be_read_after_the_service_was_stopped(pg):
    pg.service('a', prints(pg, 'one'))
    pg.start()
    pg.wait_until(lambda: pg.log('a') == ['one'], 'the line is in the log')
    pg.stop()
    assert re.fullmatch(rf'==> playground/a/logs/current <==\n{STAMP}  one\n', pg.run('log').stdout)


def test_log_without_a_terminal_ends(pg):
    pg.service('a', prints(pg, 'one'))
    pg.start()
    pg.run('log').succeeded()


def test_log_on_a_terminal_follows(pg):
    pg.service('a', f'echo first; {pg.waiting_for("gate")}; echo second; exec {pg.sleep}')
    pg.start()
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('==> playground/a/logs/current <==')
    terminal.read_until('  first')
    pg.open('gate')
    terminal.read_until('  second')
    assert terminal.process.poll() is None
    terminal.type('\x03')
    terminal.wait()


def test_log_on_a_terminal_follows_several_services_under_their_titles(pg):
    for name in 'ab':
        pg.service(name, f'{pg.waiting_for("gate-" + name)}; echo from {name}; exec {pg.sleep}')
    pg.start()
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('==> playground/b/logs/current <==')
    pg.open('gate-a')
    shown = terminal.read_until('  from a')
    assert re.search(rf'==> playground/a/logs/current <==\n{STAMP}  from a$', shown.rstrip('\n'))
    pg.open('gate-b')
    shown = terminal.read_until('  from b')
    assert re.search(rf'==> playground/b/logs/current <==\n{STAMP}  from b$', shown.rstrip('\n'))
    terminal.type('\x03')
    terminal.wait()


def test_log_on_a_terminal_follows_a_service_that_starts_later(pg):
    pg.service('a', prints(pg, 'late'))
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('==> playground/a/logs/current <==')
    pg.start()
    terminal.read_until('  late')
    terminal.type('\x03')
    terminal.wait()


def test_log_follows_only_where_stdout_is_the_terminal(pg):
    pg.service('a', prints(pg, 'one'))
    pg.start()
    terminal = pg.terminal('sh', '-c', 'pgctl log | cat; echo that was all')
    assert 'that was all' in terminal.read_to_end()


def test_following_is_not_ended_by_the_end_of_the_service(pg):
    pg.service('a', prints(pg, 'one'))
    pg.start()
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('  one')
    seen = len(terminal.shown)
    pg.stop()
    pg.start()
    terminal.read_until(lambda shown: '  one' in shown[seen:])
    terminal.type('\x03')
    terminal.wait()


# --- a log that can't be written

@contextlib.contextmanager
def no_room_for(pg, name):
    """The logger can add nothing to this log, which everybody can read."""
    logger = pg.our_processes('logger')[0]
    log_files_may_have(logger, pg.log_file(name).stat().st_size)
    yield
    log_files_may_have(logger, 'unlimited')


def log_files_may_have(logger, size):
    subprocess.run(['prlimit', '--pid', str(logger), f'--fsize={size}:'], check=True)


@contextlib.contextmanager
def stopped_logger(pg):
    logger = pg.our_processes('logger')[0]
    processes.kill([logger], signal.SIGSTOP)
    pg.wait_until(lambda: processes.state(logger) == 'T', 'the logger is stopped')
    yield
    processes.kill([logger], signal.SIGCONT)


def talker(pg):
    """Says first, and second when that gate is open."""
    pg.service('a', f'echo first; {pg.waiting_for("second")}; echo second; touch {pg.file("said")}; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.log('a') == ['first'], 'the first line is in the log')


def not_written(pg, cause):
    return f'log is not being written: {pg.log_file("a")}: {cause}'


def says_so_everywhere(pg, cause):
    """Status and log, in the same words."""
    pg.wait_until(lambda: not_written(pg, cause) + '\n' in pg.run('status').succeeded().stdout, 'status says that the log is not written')
    told = pg.run('log').succeeded()
    assert told.stderr == f'[pgctl] WARNING: {not_written(pg, cause)}\n'
    assert re.fullmatch(rf'==> playground/a/logs/current <==\n{STAMP}  first\n', told.stdout)


def test_status_and_log_say_why_a_log_is_not_written(pg):
    talker(pg)
    with no_room_for(pg, 'a'):
        pg.open('second')
        says_so_everywhere(pg, 'File too large')
    pg.wait_until(lambda: pg.log('a') == ['first', 'second'], 'the log is written again')
    pg.wait_until(lambda: pg.run('log').succeeded().stderr == '', 'log has nothing more to say')


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_status_and_log_say_that_the_logger_is_stopped(pg):
    talker(pg)
    with stopped_logger(pg):
        says_so_everywhere(pg, 'the logger is stopped')
    assert pg.run('log').succeeded().stderr == ''


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_log_warns_only_of_the_services_that_it_shows(pg):
    pg.service('b')
    talker(pg)
    with stopped_logger(pg):
        assert pg.run('log', 'b').stderr.count('WARNING') == 1
        assert pg.run('log').stderr.count('WARNING') == 2


def test_log_on_a_terminal_tells_once_why_a_log_stands_still(pg):
    talker(pg)
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('  first')
    with no_room_for(pg, 'a'):
        pg.open('second')
        terminal.read_until(f'[pgctl] WARNING: {not_written(pg, "File too large")}\n')
    terminal.read_until('  second')
    assert terminal.shown.count('WARNING') == 1, terminal.shown
    terminal.type('\x03')
    terminal.wait()


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_log_on_a_terminal_tells_that_the_logger_was_stopped(pg):
    talker(pg)
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('  first')
    with stopped_logger(pg):
        pg.open('second')
        terminal.read_until(f'[pgctl] WARNING: {not_written(pg, "the logger is stopped")}\n')
    terminal.read_until('  second')
    terminal.type('\x03')
    terminal.wait()


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_log_on_a_terminal_tells_at_once_what_is_wrong_when_it_begins(pg):
    talker(pg)
    with stopped_logger(pg):
        pg.terminal('pgctl', 'log').read_until(f'[pgctl] WARNING: {not_written(pg, "the logger is stopped")}\n')


def wake_ups(pid):
    return int(processes.status_field(pid, 'voluntary_ctxt_switches'))


def test_following_logs_to_which_nothing_is_added_wakes_no_supervisor(pg):
    talker(pg)
    terminal = pg.terminal('pgctl', 'log')
    terminal.read_until('  first')
    follower, supervisor = terminal.process.pid, pg.our_processes('supervisor')[0]

    def looks_again(times):
        """It does, five times a second, and every second at whether output waits."""
        seen = wake_ups(follower)
        pg.wait_until(lambda: wake_ups(follower) >= seen + times, 'the follower looks again and again')
    looks_again(5)
    before = wake_ups(supervisor)
    looks_again(30)
    # Once to drop the connection of whoever says nothing any more.
    assert wake_ups(supervisor) <= before + 1


def test_log_shows_what_there_is_while_the_supervisor_is_stopped(pg):
    talker(pg)
    supervisor = pg.our_processes('supervisor')[0]
    processes.kill([supervisor], signal.SIGSTOP)
    told = pg.run('log', 'a').succeeded()
    processes.kill([supervisor], signal.SIGCONT)
    assert log_texts(told.stdout.split('\n', 1)[1]) == ['first'] and told.stderr == ''


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_looking_at_a_log_starts_nothing_where_all_of_ours_were_killed(pg):
    talker(pg)
    pg.kill_everything_of_ours()
    told = pg.run('log', 'a').succeeded()
    assert log_texts(told.stdout.split('\n', 1)[1]) == ['first'] and told.stderr == ''
    assert pg.our_processes() == []
    pg.start()


# What a stop tells of output that it could not wait for.

WAITS = r'; the last 7 bytes of its output wait, and are lost if the logger ends first, as it does once everything is stopped\n'


def stop_tells(pg, cause):
    told = pg.stop('a').stderr
    assert re.search(r'^\[pgctl\] WARNING: playground/a/logs/current' + re.escape(cause) + WAITS, told, re.MULTILINE), told


def test_output_that_a_stop_could_not_wait_for_is_written_when_there_is_room(pg):
    pg.service('b')
    talker(pg)
    with no_room_for(pg, 'a'):
        pg.open('second')
        pg.wait_until(lambda: pg.file('said').exists(), 'the service has spoken')
        stop_tells(pg, ': File too large')
    pg.wait_until(lambda: pg.log('a') == ['first', 'second'], 'what the service wrote last is in its log')


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_output_that_a_stop_could_not_wait_for_is_written_when_the_logger_goes_on(pg):
    pg.service('b')
    talker(pg)
    with stopped_logger(pg):
        pg.open('second')
        pg.wait_until(lambda: pg.file('said').exists(), 'the service has spoken')
        stop_tells(pg, ': the logger is stopped')
    pg.wait_until(lambda: pg.log('a') == ['first', 'second'], 'what the service wrote last is in its log')


# --- the file

def test_a_log_line_is_the_local_time_two_spaces_and_the_text(pg):
    pg.service('a', prints(pg, 'some text  with spaces'))
    before = time.time_ns()
    pg.start(env={'TZ': 'XYZ-5:30'})
    pg.wait_until(lambda: pg.log_file('a').exists() and pg.log_file('a').read_text().endswith('\n'), 'the line is in the log')
    after = time.time_ns()
    line = pg.log_file('a').read_text()
    assert re.fullmatch(rf'{STAMP}  some text  with spaces\n', line)
    seconds, nanoseconds = line[:29].split('.')
    # TZ says it the other way round: XYZ-5:30 is five and a half hours ahead of UTC.
    local = datetime.fromisoformat(seconds).replace(tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert before <= int(local.timestamp()) * 10**9 + int(nanoseconds) <= after


def test_empty_lines_and_odd_bytes_are_stored_as_written(pg):
    pg.service('a', f"printf 'tab\\there\\n\\n\\033[31mred\\033[0m\\r\\n\\377\\376 invalid\\n\\000nul\\n'; exec {pg.sleep}")
    pg.start()
    pg.wait_until(lambda: pg.log_file('a').exists() and pg.log_file('a').read_bytes().endswith(b'nul\n'), 'all lines are in the log')
    lines = pg.log_file('a').read_bytes().split(b'\n')
    assert [line[31:] for line in lines] == [b'tab\there', b'', b'\x1b[31mred\x1b[0m\r', b'\xff\xfe invalid', b'\x00nul', b'']
    assert all(re.fullmatch(rb'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}  ', line[:31]) for line in lines[:-1])


def test_an_unfinished_line_is_in_the_log_after_stop(pg):
    pg.service('a', f"printf 'no newline'; touch {pg.file('written')}; exec {pg.sleep}")
    pg.start()
    pg.wait_until(lambda: pg.file('written').exists(), 'the service has written')
    pg.stop()
    assert pg.log('a') == ['no newline']


def test_what_a_service_writes_as_it_ends_is_in_the_log_when_stop_returns(pg):
    pg.service('a', f'trap "kill \\$!; seq 2000; echo goodbye; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    pg.stop()
    assert pg.log('a') == [*map(str, range(1, 2001)), 'goodbye']


def test_what_a_service_writes_before_it_fails_is_in_the_log_when_start_returns(pg):
    pg.service('a', 'seq 500; exit 1', files={'timeout-ready': 0.3})
    result = pg.run('start').failed()
    assert '  500\n' in result.stderr
    lines = pg.log('a')
    assert lines[:500] == list(map(str, range(1, 501))) and len(lines) % 500 == 0


def test_the_log_goes_on_over_lives_and_restarts(pg):
    pg.service('a', prints(pg, 'a life'))
    pg.start()
    pg.restart()
    pg.stop()
    pg.start()
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.log('a') == 4 * ['a life'], 'four lives are in the log')


def test_a_log_that_was_there_already_is_continued(pg):
    pg.service('a', prints(pg, 'new'))
    pg.log_file('a').parent.mkdir()
    pg.log_file('a').write_text('2020-01-01 00:00:00.000000000  old\n')
    pg.start()
    pg.wait_until(lambda: pg.log('a') == ['old', 'new'], 'the new line follows the old one')


def test_every_line_of_a_fast_writer_is_in_the_log_once_whole_and_in_order(pg):
    pg.service('a', f'seq 200000; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.log_ends_with('a', '200000'), 'the last line is in the log')
    everything = b''.join(path.read_bytes() for path in sorted(rotated(pg)) + [pg.log_file('a')])
    assert log_texts(everything.decode()) == [str(number) for number in range(1, 200001)]


def rotated(pg):
    return [path for path in pg.log_file('a').parent.iterdir() if path.name != 'current']


def test_the_log_is_rotated_at_10_mib_and_5_old_files_are_kept(pg):
    line = 'x' * 1000
    pg.service('a', f'yes {line} | head -c 100000000; echo; echo the end; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.log_ends_with('a', 'the end'), 'everything was written')
    old = rotated(pg)
    assert len(old) == 5
    limit = 10 * 1024 * 1024
    for path in old:
        # Never fuller than that, and less full only by the next line and the 64 KiB that an unfinished one is given to end in.
        assert limit - 64 * 1024 - 2 * len(line) <= path.stat().st_size <= limit, path
        content = path.read_bytes()
        assert content.endswith(b'\n') and re.match(STAMP.encode(), content)
    assert pg.log_file('a').stat().st_size <= limit


def test_one_endless_line_does_not_make_an_endless_file(pg):
    pg.service('a', f'head -c 100000000 /dev/zero | tr "\\0" x; echo; echo the end; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.log_ends_with('a', 'the end'), 'everything was written')
    assert len(rotated(pg)) == 5
    assert all(path.stat().st_size <= 10 * 1024 * 1024 for path in [*rotated(pg), pg.log_file('a')])


def test_a_log_that_is_deleted_while_the_service_runs_is_made_again(pg):
    pg.service('a', f'echo first; {pg.waiting_for("gate")}; echo second; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.log('a') == ['first'], 'the first line is in the log')
    pg.log_file('a').unlink()
    pg.open('gate')
    pg.wait_until(lambda: pg.log('a') == ['second'], 'the second line is in a new file')
