"""Contract, section 7: pgctl-poll-ready and pgctl-fuser."""

import os
import re
import resource
import subprocess
import time

import pytest

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
    assert seconds and all(0 <= one <= 5 for one in seconds) and seconds == sorted(seconds, reverse=True), log
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


@pytest.mark.seen_otherwise_under_valgrind  # it settles before the helper has begun
def test_poll_ready_of_a_command_that_is_not_there_fails_with_its_name(pg):
    pg.service('a', 'exec pgctl-poll-ready ./no-such-server', files={'timeout-ready': 1})
    # On a slow machine the helper may need longer to fail than a service has to live otherwise to be ready.
    result = pg.run('start', env={'PGCTL_SETTLE': '5'}).failed()
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


# --- as whom a check runs, and when it begins

# Written at once: each line is something that a process has from the one that started it.
TELL = '(pwd; umask; ulimit -S -n; ulimit -H -n; nice; env) > {file}.new && mv {file}.new {file}'


def told(pg):
    pg.wait_until(lambda: pg.file('told').exists(), 'the check has told')
    directory, umask, soft, hard, niceness, *environment = pg.lines('told')
    return {'directory': directory, 'umask': umask, 'limits': (int(soft), int(hard)), 'niceness': int(niceness), 'environment': set(environment)}


def as_caller():
    os.umask(0o026)
    resource.setrlimit(resource.RLIMIT_NOFILE, (400, 500))


def prepares(pg, then):
    """What the run does before it becomes its server."""
    return f'export PREPARED=yes CHANGED=run\nunset GONE\numask 0071\nulimit -S -n 300\nulimit -H -n 450\ncd /\n{then}'


CALLER = {'CHANGED': 'caller', 'GONE': 'no'}


@pytest.mark.seen_otherwise_under_valgrind  # which keeps descriptors for itself
def test_with_poll_ready_the_check_runs_as_the_process_that_has_called_it(pg):
    service = pg.service('a', prepares(pg, f'exec nice -n 3 pgctl-poll-ready {pg.sleep}'), ready=TELL.format(file=pg.file('told')))
    pg.start(env=CALLER, preexec_fn=as_caller)
    found = told(pg)
    assert found['directory'] == str(service)
    assert (found['umask'], found['limits']) == ('0071', (300, 450))
    assert found['niceness'] == min(os.nice(0) + 3, 19)
    assert {'PREPARED=yes', 'CHANGED=run', f'PGCTL_SERVICE={service}', 'PGCTL_SERVICE_PROCESS=true'} <= found['environment']
    assert not any(line.startswith('GONE=') for line in found['environment'])


@pytest.mark.seen_otherwise_under_valgrind  # which keeps descriptors for itself
def test_without_poll_ready_the_check_runs_as_the_caller(pg):
    service = pg.service('a', prepares(pg, f'touch {pg.file("prepared")}\nexec nice -n 3 {pg.sleep}'),
                         ready=f'test -e {pg.file("prepared")} || exit 1\n{TELL.format(file=pg.file("told"))}', files={'poll-ready': 0.02})
    pg.start(env=CALLER, preexec_fn=as_caller)
    found = told(pg)
    assert found['directory'] == str(service)
    assert (found['umask'], found['limits'], found['niceness']) == ('0026', (400, 500), os.nice(0))
    assert {'CHANGED=caller', 'GONE=no', f'PGCTL_SERVICE={service}', 'PGCTL_SERVICE_PROCESS=true'} <= found['environment']
    assert not any(line.startswith('PREPARED=') for line in found['environment'])


def test_the_check_of_a_next_life_runs_as_that_has_called_poll_ready(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\nexport LIFE=$(wc -l < {pg.file("lives")})\nexec pgctl-poll-ready {pg.sleep}',
               ready=f'echo $LIFE >> {pg.file("asked")}', files={'poll-ready': 0.02, 'poll-down': 0.02})
    pg.start()
    pg.wait_until(lambda: len(pg.lines('asked')) >= 3, 'the check of the first life goes on')
    processes.kill([pg.pid('a')])
    pg.wait_until(lambda: '2' in pg.lines('asked'), 'the check of the second life has begun')
    later = pg.lines('asked')
    later = later[later.index('2'):]
    assert set(pg.lines('asked')) == {'1', '2'} and set(later) == {'2'}


def beside_another(pg):
    """A service a that needs a while until it becomes its server through the helper, and b, which shows that checks are run."""
    pg.service('a', f'{pg.waiting_for("prepared")}; exec pgctl-poll-ready {pg.sleep}', ready=f'echo asked >> {pg.file("asked")}',
               files={'poll-ready': 0.02, 'poll-down': 0.02, 'timeout-ready': 600})
    pg.service('b', ready=f'echo asked >> {pg.file("asked-b")}', files={'poll-ready': 0.02, 'poll-down': 0.02})


def checks_of_b(pg, more=20):
    before = len(pg.lines('asked-b'))
    pg.wait_until(lambda: len(pg.lines('asked-b')) >= before + more, f'the other service was asked {more} times more')


def test_a_check_does_not_begin_before_the_run_has_come_to_poll_ready(pg):
    beside_another(pg)
    starting = pg.begin('start')
    starting.read_stderr_until('[pgctl] Started: b\n')
    checks_of_b(pg)
    assert pg.lines('asked') == [] and pg.state('a') == 'up' and starting.running()
    pg.open('prepared')
    assert starting.result().succeeded().stderr.splitlines()[-1] == '[pgctl] Started: a'
    assert pg.state('a') == 'ready' and pg.lines('asked')


def test_a_run_that_comes_to_poll_ready_before_the_word_that_it_was_started_is_checked_at_once(pg):
    # Which of the two the supervisor sees first is decided by the kernel, so it is tried many times. One that was not seen is checked
    # when most of its time is over, later than a command is waited for.
    for number in range(40):
        pg.service(f's{number}', f'exec pgctl-poll-ready {pg.sleep}', ready='exit 0', files={'timeout-ready': 600})
    for _ in range(5):
        pg.start()
        pg.stop()


def test_a_check_of_a_next_life_does_not_begin_before_that_has_come_to_poll_ready(pg):
    beside_another(pg)
    pg.open('prepared')
    pg.start()
    first = pg.pid('a')
    pg.file('prepared').unlink()
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    asked = len(pg.lines('asked'))
    checks_of_b(pg)
    assert len(pg.lines('asked')) == asked and pg.state('a') == 'up'
    pg.open('prepared')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready again')


def test_a_check_goes_on_and_one_that_has_not_begun_waits_under_a_new_supervisor(pg):
    beside_another(pg)
    starting = pg.begin('start')
    starting.read_stderr_until('[pgctl] Started: b\n')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    pg.wait_until(lambda: pg.our_processes('supervisor') not in ([], old), 'there is another supervisor')
    checks_of_b(pg)
    assert pg.lines('asked') == [] and pg.state('a') == 'up'
    pg.open('prepared')
    starting.result()
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    asked = len(pg.lines('asked'))
    pg.wait_until(lambda: len(pg.lines('asked')) > asked + 3, 'it is asked on')
    assert pg.state('a') == 'ready'


def test_a_run_that_names_poll_ready_and_never_comes_to_it_is_checked_when_most_of_its_time_is_over(pg):
    seconds = 28
    pg.service('a', f'# exec pgctl-poll-ready {pg.sleep}\nexec {pg.sleep}', ready=f'echo asked >> {pg.file("asked")}',
               files={'timeout-ready': seconds, 'poll-ready': 0.02})
    before = time.monotonic()
    assert pg.start().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert time.monotonic() - before >= 0.75 * seconds
    assert pg.state('a') == 'ready' and pg.lines('asked')


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
@pytest.mark.parametrize('end', ['stop', 'failed start', 'killed'])
def test_what_the_run_has_exported_is_in_no_file_after_the_stop(pg, end):
    pg.service('a', f'export WORD=correct-horse\nexec pgctl-poll-ready {pg.sleep}',
               ready=f'echo asked >> {pg.file("asked")}; test -e {pg.file("gate")}', files={'poll-ready': 0.02, 'timeout-ready': 2})
    check = pg.pghome / str(pg.path).lstrip('/') / '.pgctl' / 'services' / 'a' / 'check'
    if end == 'failed start':
        pg.run('start').failed()
        assert pg.lines('asked')
    else:
        (pg.path / 'a' / 'timeout-ready').unlink()
        pg.open('gate')
        pg.start()
        assert b'WORD=correct-horse' in check.read_bytes() and check.stat().st_mode & 0o777 == 0o600
        if end == 'killed':
            pg.kill_everything_of_ours(pg.pid('a'))
        pg.stop()
    assert not check.exists()
    assert [path for path in pg.runtime.rglob('*') if path.is_file() and b'correct-horse' in path.read_bytes()] == []


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
