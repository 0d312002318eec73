"""Contract, section 5: debug runs one service in the foreground."""

import pytest

import processes


def test_debug_becomes_run_with_the_terminal_of_the_caller(pg):
    service = pg.service('a', 'test -t 0 && test -t 1 && test -t 2 && echo on a terminal\n'
                              'echo "$$ $0 $(pwd)"\nread line\necho "read: $line"\nexit 7')
    terminal = pg.terminal('pgctl', 'debug', 'a')
    terminal.read_until(f'{terminal.process.pid} ./run {service}\n')
    assert 'on a terminal' in terminal.shown
    terminal.type('something typed\n')
    terminal.read_until('read: something typed\n')
    assert terminal.wait() == 7


def test_debug_works_without_a_terminal_too(pg):
    pg.service('a', 'echo to stdout; echo to stderr >&2; exit 3')
    result = pg.run('debug', 'a')
    assert (result.returncode, result.stdout, result.stderr) == (3, 'to stdout\n', 'to stderr\n')


def test_debug_of_the_only_service_needs_no_name(pg):
    pg.service('a', 'echo it is a')
    assert pg.run('debug').succeeded().stdout == 'it is a\n'


def test_debug_stops_the_service_if_it_runs(pg):
    pg.service('a')
    pg.start()
    before = pg.pid('a')
    pg.service('a', 'echo debugging')
    result = pg.run('debug', 'a').succeeded()
    assert result.stdout == 'debugging\n'
    assert result.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert not processes.alive(before)
    assert pg.state('a') == 'down'


def test_debug_leaves_other_services_alone(pg):
    pg.service('a', 'true')
    pg.service('b')
    pg.start('b')
    before = pg.pid('b')
    pg.run('debug', 'a').succeeded()
    assert pg.pid('b') == before


def test_debug_runs_pre_start(pg):
    pg.service('a', f'echo run >> {pg.file("order")}')
    pg.hook('pre-start', f'echo pre-start >> {pg.file("order")}')
    pg.run('debug', 'a').succeeded()
    assert pg.lines('order') == ['pre-start', 'run']


def test_debug_runs_pre_start_after_the_stop(pg):
    pg.service('a', f'trap "echo stopped >> {pg.file("order")}; kill \\$!; exit" TERM\n{pg.sleep} & wait')
    pg.start()
    pg.hook('pre-start', f'echo pre-start >> {pg.file("order")}')
    pg.service('a', f'echo run >> {pg.file("order")}')
    pg.run('debug', 'a').succeeded()
    assert pg.lines('order') == ['stopped', 'pre-start', 'run']


def test_a_pre_start_that_fails_ends_debug_before_run(pg):
    pg.service('a', 'echo never')
    pg.hook('pre-start', 'exit 3')
    result = pg.run('debug', 'a').failed()
    assert 'pre-start' in result.error
    assert result.stdout == ''


def test_under_debug_the_environment_says_so(pg):
    service = pg.service('a', 'env')
    lines = pg.run('debug', 'a', env={'MINE': 'yes'}).succeeded().stdout.splitlines()
    assert {'PGCTL_DEBUG=true', 'MINE=yes', f'PGCTL_SERVICE={service}', f'PGCTL_SCRATCH={pg.pghome}{service}',
            'PGCTL_SERVICE_PROCESS=true'} <= set(lines)
    assert (pg.pghome / str(service).lstrip('/')).is_dir()


def test_debug_keeps_the_streams_of_the_caller(pg):
    pg.service('a', 'cat')
    assert pg.shell('echo piped in | pgctl debug a').succeeded().stdout == 'piped in\n'


def test_interrupting_debug_interrupts_the_service(pg):
    pg.service('a', f'trap "echo interrupted; exit 5" INT\necho prepared\n{pg.waiting_for("never")}')
    terminal = pg.terminal('pgctl', 'debug', 'a')
    terminal.read_until('prepared')
    terminal.type('\x03')
    terminal.read_until('interrupted')
    assert terminal.wait() == 5


def test_debug_writes_no_log(pg):
    service = pg.service('a', 'echo hello')
    pg.run('debug', 'a').succeeded()
    assert [entry.name for entry in service.iterdir()] == ['run']


def test_a_service_can_be_started_after_debug(pg):
    pg.service('a', f'test -z "$PGCTL_DEBUG" || exit 0\nexec {pg.sleep}')
    pg.run('debug', 'a').succeeded()
    pg.start()
    assert 'PGCTL_DEBUG' not in processes.environment(pg.pid('a'))


def test_under_debug_a_notification_has_a_descriptor_to_go_to(pg):
    pg.service('a', 'echo >&7 && echo notified', files={'notification-fd': '7'})
    assert pg.run('debug', 'a').succeeded().stdout == 'notified\n'


def debugged(pg, name='a'):
    """A debug session of the service, which has begun and notes when it was asked to end."""
    pg.service(name, f'trap "echo asked > {pg.file("asked")}; kill \\$!; exit 0" TERM\n{pg.sleep} &\necho begun\nwait\n')
    session = pg.begin('debug', name)
    pg.wait_until(lambda: pg.sleepers(), 'the debug session runs')
    return session


def test_a_start_asks_a_debug_session_to_end_and_says_so(pg):
    session = debugged(pg)
    pg.service('a')
    result = pg.start('a')
    assert session.result().stdout.startswith('begun')
    assert pg.text('asked') == 'asked\n'
    lines = result.stderr.splitlines()
    assert lines[0] == '[pgctl] Starting: a'
    assert lines[1] == '[pgctl] WARNING: Ending these processes of a debug session:'
    assert any(str(session.pid) in line for line in lines[2:])
    assert 'escaped supervision' not in result.stderr
    assert lines[-1] == '[pgctl] Started: a'


def test_without_tracing_by_the_environment_a_debug_session_is_not_looked_for(pg):
    session = debugged(pg)
    before = set(pg.sleepers())
    pg.service('a')
    without = {'PGCTL_ENVIRONMENT_PROCESS_TRACING': 'false'}
    assert pg.stop(env=without).stderr == '[pgctl] Already stopped: a\n'
    assert pg.start(env=without).stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.stop(env=without).stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert session.running() and set(pg.sleepers()) == before
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert session.result().returncode == 0
    assert pg.text('asked') == 'asked\n' and pg.sleepers() == []


def test_a_debug_session_that_does_not_end_is_killed_by_a_start(pg):
    pg.service('a', f'trap "" TERM\n{pg.sleep}', files={'timeout-stop': '0.5'})
    session = pg.begin('debug', 'a')
    pg.wait_until(lambda: pg.sleepers(), 'the debug session runs')
    pg.service('a', files={'timeout-stop': '0.5'})
    with pg.within():
        result = pg.start('a')
    assert session.result().returncode == -9
    assert '[pgctl] WARNING: Killing these runaway processes which did not stop:' in result.stderr
    assert len(pg.sleepers()) == 1


def test_a_second_debug_ends_the_first(pg):
    session = debugged(pg)
    pg.service('a', 'echo second')
    result = pg.run('debug', 'a').succeeded()
    assert result.stdout == 'second\n'
    assert session.result().stdout.startswith('begun')
    assert pg.text('asked') == 'asked\n'
    assert result.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


@pytest.mark.parametrize('command', ['start', 'stop', 'debug'])
def test_a_debug_session_has_as_long_to_end_as_its_service_has(pg, command):
    # It takes longer to end than the setting allows, which is for services that have no time-out of their own.
    pg.service('a', f'trap "sleep 1; echo ended > {pg.file("ended")}; kill \\$!; exit 0" TERM\n{pg.sleep} &\necho begun\nwait\n',
               files={'timeout-stop': 60, 'timeout-ready': 60})
    session = pg.begin('debug', 'a')
    pg.wait_until(lambda: pg.sleepers(), 'the debug session runs')
    pg.script(pg.path / 'a' / 'run', 'echo second' if command == 'debug' else f'exec {pg.sleep}')
    result = pg.run(command, 'a', env={'PGCTL_TIMEOUT': '0.1'}).succeeded()
    assert 'Killing' not in result.stderr
    assert session.result().returncode == 0 and pg.text('ended') == 'ended\n'


@pytest.mark.parametrize('command', ['stop', 'debug'])
def test_a_debug_session_that_does_not_end_is_killed_when_the_time_of_its_service_is_over(pg, command):
    pg.service('a', f'trap "" TERM\n{pg.sleep}', files={'timeout-stop': 0.5})
    session = pg.begin('debug', 'a')
    pg.wait_until(lambda: pg.sleepers(), 'the debug session runs')
    pg.script(pg.path / 'a' / 'run', 'echo second')
    with pg.within():
        result = pg.run(command, 'a').succeeded()
    assert session.result().returncode == -9
    assert '[pgctl] WARNING: Killing these runaway processes which did not stop:' in result.stderr
    assert pg.sleepers() == []


def test_a_stop_overtakes_a_start_that_waits_for_a_debug_session(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} &\nwait', files={'timeout-stop': 60})
    session = pg.begin('debug', 'a')
    pg.wait_until(lambda: pg.sleepers(), 'the debug session runs')
    pg.service('b', files={'timeout-stop': 60})
    pg.start('b')
    starting = pg.begin('start', 'a')
    starting.read_stderr_until('Ending these processes of a debug session')
    stopping = pg.begin('stop', 'a', 'b')
    pg.wait_until(lambda: pg.state('b') == 'down', 'the stop was taken')
    assert session.running()
    pg.open('gate')
    assert stopping.result().succeeded().stderr == '[pgctl] Stopping: a, b\n[pgctl] Stopped: b\n[pgctl] Stopped: a\n'
    assert 'another pgctl command has asked it to stop' in starting.result().failed().stderr
    assert session.result().returncode == 0
    assert pg.state('a') == 'down' and pg.sleepers() == []
