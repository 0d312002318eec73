"""Contract, section 5: debug runs one service in the foreground."""

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
