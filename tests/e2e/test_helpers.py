"""Contract, section 7: pgctl-poll-ready and pgctl-fuser."""

import re
import subprocess

import processes

SUCCEEDED = "pgctl-poll-ready: service's ready check succeeded"


# --- pgctl-poll-ready, and a ready file without it

def polled(pg, *, helper=True, **files):
    """A service whose check is a gate; `helper`: through pgctl-poll-ready, else ./ready alone."""
    command = 'exec pgctl-poll-ready' if helper else 'exec'
    return pg.service('a', f'echo lived >> {pg.file("lives")}\n{command} {pg.sleep}', ready=f'test -e {pg.file("gate")}',
                      files={'poll-ready': 0.02, **{name.replace('_', '-'): value for name, value in files.items()}})


def test_poll_ready_becomes_its_command(pg):
    polled(pg)
    pg.open('gate')
    pg.start()
    assert processes.command_line(pg.pid('a')) == [str(pg.sleeper), 'infinity']
    pg.wait_until(lambda: pg.file('lives').exists(), 'it ran')


def test_poll_ready_passes_arguments_and_exit_code_on(pg):
    pg.service('a', f'exec pgctl-poll-ready sh -c \'printf "%s|" "$@" > {pg.file("arguments")}; exit 4\' sh "two words" "" \'"\'',
               ready='exit 1', files={'timeout-ready': 1})
    pg.run('start').failed()
    assert pg.text('arguments') == 'two words||"|'


def test_poll_ready_makes_the_service_ready_when_its_check_passes_and_says_so(pg):
    polled(pg)
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up and not ready')
    assert starting.running()
    pg.open('gate')
    starting.result().succeeded()
    assert pg.state('a') == 'ready'
    pg.wait_until(lambda: SUCCEEDED in pg.log('a'), 'it says so in the log')


def test_poll_ready_says_when_the_service_is_stopping(pg):
    polled(pg)
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up and not ready')
    pg.stop()
    starting.result()
    assert 'pgctl-poll-ready: service is stopping -- quitting the poll' in pg.log('a')


def failing_check_restarts(pg, helper):
    polled(pg, helper=helper, timeout_ready=5, poll_down=0.2)
    pg.open('gate')
    pg.start()
    before = pg.pid('a')
    pg.file('gate').unlink()
    pg.wait_until(lambda: len(pg.lines('lives')) == 2, 'the service was restarted')
    pg.open('gate')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready again')
    assert pg.pid('a') != before
    log = pg.log('a')
    counted = [re.fullmatch(r'pgctl-poll-ready: failed \(restarting in (\d+\.\d\d) seconds\)', line) for line in log]
    seconds = [float(found.group(1)) for found in counted if found]
    assert seconds and all(0 < one <= 5 for one in seconds) and seconds == sorted(seconds, reverse=True), log
    assert 'pgctl-poll-ready: failed for more than 5.00 seconds -- we are restarting this service for you' in log


def test_poll_ready_restarts_a_service_that_fails_its_check_for_too_long(pg):
    failing_check_restarts(pg, helper=True)


def test_a_ready_file_without_the_helper_is_polled_just_the_same(pg):
    failing_check_restarts(pg, helper=False)


def test_a_check_that_recovers_in_time_restarts_nothing(pg):
    polled(pg, timeout_ready=60, poll_down=0.05)
    pg.open('gate')
    pg.start()
    before = pg.pid('a')
    pg.file('gate').unlink()
    pg.wait_until(lambda: any('failed (restarting in' in line for line in pg.log('a')), 'the check has failed')
    pg.open('gate')
    failures = len(pg.log('a'))
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready still')
    assert pg.pid('a') == before and len(pg.log('a')) >= failures


def test_timeout_is_the_default_of_timeout_ready(pg):
    polled(pg, poll_down=0.2)
    pg.open('gate')
    pg.start(env={'PGCTL_TIMEOUT': '5'})
    pg.file('gate').unlink()
    pg.wait_until(lambda: len(pg.lines('lives')) == 2, 'the service was restarted')
    pg.open('gate')
    line = 'pgctl-poll-ready: failed for more than 5.00 seconds -- we are restarting this service for you'
    pg.wait_until(lambda: line in pg.log('a'), 'it says so in the log')


def test_under_debug_poll_ready_only_becomes_its_command(pg):
    pg.service('a', 'exec pgctl-poll-ready sh -c "echo server"', ready=f'touch {pg.file("asked")}')
    result = pg.run('debug', 'a').succeeded()
    assert result.stdout == 'server\n'
    assert result.stderr == 'pgctl-poll-ready: disabled during debug -- quitting\n'
    assert not pg.file('asked').exists()


def test_poll_ready_with_a_notification_fd_of_its_own_works(pg):
    polled(pg, notification_fd=4)
    pg.open('gate')
    pg.start()
    assert pg.state('a') == 'ready'


def test_poll_ready_of_a_command_that_is_not_there_fails_with_its_name(pg):
    pg.service('a', 'exec pgctl-poll-ready ./no-such-server', files={'timeout-ready': 1})
    result = pg.run('start').failed()
    assert any('no-such-server' in line for line in pg.log('a')), result.stderr


def test_poll_ready_leaves_no_process_behind(pg):
    polled(pg)
    pg.open('gate')
    pg.start()
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.stop()
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_poll_ready_without_a_command_is_a_usage_error(pg):
    result = pg.run(program='pgctl-poll-ready').failed(2)
    assert 'usage: pgctl-poll-ready' in result.stderr


def test_a_ready_that_hangs_does_not_keep_a_stop_waiting(pg):
    pg.service('a', ready=f'touch {pg.file("asked")}; exec {pg.sleep}')
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.file('asked').exists(), 'the check hangs')
    assert 'WARNING' not in pg.stop().stderr
    starting.result().failed()
    assert pg.sleepers() == []


# --- pgctl-fuser

def holder(pg, path):
    """A process that has the file open and nothing else."""
    process = subprocess.Popen([str(pg.sleeper), 'infinity'], stdin=open(path, 'rb'), cwd='/', env={})
    pg.wait_until(lambda: processes.command_line(process.pid)[0] == str(pg.sleeper), 'the holder runs')
    return process


def fuser(pg, *arguments, **options):
    return pg.run(*arguments, program='pgctl-fuser', **options)


def test_fuser_prints_the_pids_that_have_a_file_open_one_per_line(pg):
    path = pg.file('held')
    path.touch()
    holders = [holder(pg, path), holder(pg, path)]
    try:
        result = fuser(pg, str(path)).succeeded()
        assert sorted(map(int, result.stdout.splitlines())) == sorted(one.pid for one in holders)
        assert result.stderr == ''
    finally:
        for one in holders:
            one.kill()
            one.wait()


def test_fuser_knows_the_file_by_any_of_its_names(pg):
    path = pg.file('held')
    path.touch()
    pg.file('hard').hardlink_to(path)
    pg.file('soft').symlink_to(path)
    one = holder(pg, path)
    try:
        for name in ('hard', 'soft'):
            assert fuser(pg, str(pg.file(name))).succeeded().stdout == f'{one.pid}\n'
        assert fuser(pg, '../held').succeeded().stdout == f'{one.pid}\n'
    finally:
        one.kill()
        one.wait()


def test_fuser_takes_several_files(pg):
    for name in ('one', 'two'):
        pg.file(name).touch()
    holders = [holder(pg, pg.file('one')), holder(pg, pg.file('two'))]
    try:
        result = fuser(pg, str(pg.file('two')), str(pg.file('one'))).succeeded()
        assert result.stdout.splitlines() == [str(holders[1].pid), str(holders[0].pid)]
    finally:
        for one in holders:
            one.kill()
            one.wait()


def test_fuser_prints_nothing_for_a_file_that_nobody_has_open(pg):
    pg.file('idle').touch()
    result = fuser(pg, str(pg.file('idle'))).succeeded()
    assert (result.stdout, result.stderr) == ('', '')


def test_fuser_prints_nothing_for_a_missing_file(pg):
    result = fuser(pg, str(pg.file('missing'))).succeeded()
    assert (result.stdout, result.stderr) == ('', '')


def test_fuser_finds_a_deleted_file_only_when_asked_to(pg):
    path = pg.file('held')
    path.touch()
    one = holder(pg, path)
    try:
        path.unlink()
        assert fuser(pg, str(path)).succeeded().stdout == ''
        for option in ('-d', '--allow-deleted'):
            assert fuser(pg, option, str(path)).succeeded().stdout == f'{one.pid}\n'
        path.touch()
        assert fuser(pg, str(path)).succeeded().stdout == ''
        assert fuser(pg, '-d', str(path)).succeeded().stdout == f'{one.pid}\n'
    finally:
        one.kill()
        one.wait()


def test_fuser_finds_who_has_a_directory_open(pg):
    pg.service('a', f'exec 5< .\nexec {pg.sleep}')
    pg.start()
    assert str(pg.pid('a')) in fuser(pg, str(pg.path / 'a')).succeeded().stdout.splitlines()


def test_fuser_without_an_argument_is_a_usage_error(pg):
    result = fuser(pg).failed(2)
    assert result.stdout == ''
    assert 'usage: pgctl-fuser' in result.stderr


def test_fuser_with_a_bad_option_is_a_usage_error(pg):
    assert 'usage: pgctl-fuser' in fuser(pg, '--frobnicate', 'x').failed(2).stderr


def test_fuser_helps(pg):
    assert 'usage: pgctl-fuser' in fuser(pg, '--help').succeeded().stdout
