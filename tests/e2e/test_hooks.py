"""Contract, section 4: playground/pre-start and playground/post-stop."""

import processes


def recording(pg, name):
    return pg.hook(name, f'echo {name} >> {pg.file("hooks")}')


# --- when they run

def test_pre_start_runs_before_a_start(pg):
    pg.service('a', f'echo run >> {pg.file("hooks")}; exec {pg.sleep}')
    recording(pg, 'pre-start')
    pg.start()
    pg.wait_until(lambda: len(pg.lines('hooks')) == 2, 'the service ran')
    assert pg.lines('hooks') == ['pre-start', 'run']


def test_pre_start_runs_once_for_all_services(pg):
    for name in 'abc':
        pg.service(name)
    recording(pg, 'pre-start')
    pg.start()
    assert pg.lines('hooks') == ['pre-start']


def test_pre_start_does_not_run_when_there_is_nothing_to_start(pg):
    pg.service('a')
    pg.start()
    recording(pg, 'pre-start')
    assert pg.start().stderr == '[pgctl] Already started: a\n'
    assert pg.lines('hooks') == []


def test_pre_start_runs_when_one_of_several_has_to_be_started(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    recording(pg, 'pre-start')
    pg.start('a', 'b')
    assert pg.lines('hooks') == ['pre-start']


def test_post_stop_runs_once_the_whole_playground_is_down(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    recording(pg, 'post-stop')
    pg.stop('a')
    assert pg.lines('hooks') == []
    pg.stop('b')
    assert pg.lines('hooks') == ['post-stop']


def test_post_stop_finds_every_service_gone(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.hook('post-stop', f'pgrep -f {pg.sleeper} >> {pg.file("seen")}; pgctl status >> {pg.file("seen")}')
    pg.start()
    pg.stop()
    assert pg.text('seen') == ' ● a: down\n'


def test_post_stop_does_not_run_when_there_was_nothing_to_stop(pg):
    pg.service('a')
    recording(pg, 'post-stop')
    assert pg.stop().stderr == '[pgctl] Already stopped: a\n'
    assert pg.lines('hooks') == []


def test_a_restart_of_everything_runs_both(pg):
    pg.service('a')
    pg.start()
    recording(pg, 'pre-start')
    recording(pg, 'post-stop')
    pg.restart()
    assert pg.lines('hooks') == ['post-stop', 'pre-start']


def test_a_restart_of_one_of_several_runs_only_pre_start(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    recording(pg, 'pre-start')
    recording(pg, 'post-stop')
    pg.restart('a')
    assert pg.lines('hooks') == ['pre-start']


def test_a_failed_start_that_leaves_the_playground_down_runs_post_stop(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.3})
    recording(pg, 'pre-start')
    recording(pg, 'post-stop')
    pg.run('start').failed()
    assert pg.lines('hooks') == ['pre-start', 'post-stop']


# --- where and how they run

def test_hooks_run_in_the_environment_of_the_caller_with_the_parent_of_the_playground_as_working_directory(pg):
    pg.service('a')
    for hook in ('pre-start', 'post-stop'):
        pg.hook(hook, f'pwd > {pg.file(hook + "-where")}; env > {pg.file(hook + "-environment")}')
    below = pg.project / 'below'
    below.mkdir()
    pg.start(cwd=below, env={'MINE': 'start'})
    pg.stop(cwd=below, env={'MINE': 'stop'})
    for hook, mine in (('pre-start', 'start'), ('post-stop', 'stop')):
        assert pg.text(f'{hook}-where') == f'{pg.project}\n'
        environment = pg.lines(f'{hook}-environment')
        assert f'MINE={mine}' in environment
        assert not any(line.startswith(('PGCTL_SERVICE=', 'PGCTL_SCRATCH=', 'PGCTL_SERVICE_PROCESS=')) for line in environment)


def test_the_output_of_hooks_goes_to_the_caller(pg):
    pg.service('a')
    for hook in ('pre-start', 'post-stop'):
        pg.hook(hook, f'echo {hook} to stdout; echo {hook} to stderr >&2')
    started = pg.start()
    assert started.stdout == 'pre-start to stdout\n'
    assert sorted(started.stderr.splitlines()) == ['[pgctl] Started: a', '[pgctl] Starting: a', 'pre-start to stderr']
    stopped = pg.stop()
    assert stopped.stdout == 'post-stop to stdout\n'
    assert stopped.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\npost-stop to stderr\n'


def test_hooks_have_the_terminal_of_the_caller(pg):
    pg.service('a')
    pg.hook('pre-start', 'test -t 0 && printf "password: " && read word && echo "it is $word"')
    terminal = pg.terminal('pgctl', 'start')
    terminal.read_until('password: ')
    terminal.type('secret\n')
    terminal.read_until('it is secret')
    assert terminal.wait() == 0


def test_no_lock_is_held_while_a_hook_runs(pg):
    pg.service('a')
    pg.service('b')
    pg.hook('pre-start', f'test -e {pg.file("inside")} && exit 0\ntouch {pg.file("inside")}\npgctl start b && pgctl restart b && pgctl stop b')
    pg.hook('post-stop', 'pgctl status > /dev/null')
    pg.start('a')
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}


def test_a_playground_can_be_used_while_a_hook_waits(pg):
    pg.service('a')
    pg.service('b')
    pg.start('b')
    pg.hook('pre-start', f'touch {pg.file("inside")}; {pg.waiting_for("gate")}')
    starting = pg.begin('start', 'a')
    pg.wait_until(lambda: pg.file('inside').exists(), 'the hook runs')
    assert pg.status()['b']['state'] == 'ready'
    pg.stop('b')
    pg.open('gate')
    starting.result().succeeded()


# --- when they fail

def test_a_pre_start_that_fails_ends_the_start_with_an_error_that_names_it_and_nothing_is_started(pg):
    pg.service('a')
    pg.hook('pre-start', 'echo why; exit 7')
    result = pg.run('start').failed()
    assert result.stdout == 'why\n'
    assert 'playground/pre-start' in result.error and '7' in result.error
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_a_post_stop_that_fails_ends_the_stop_with_an_error_that_names_it(pg):
    pg.service('a')
    pg.start()
    pg.hook('post-stop', 'exit 7')
    result = pg.run('stop').failed()
    assert 'playground/post-stop' in result.error and '7' in result.error
    assert '[pgctl] Stopped: a' in result.stderr
    assert pg.state('a') == 'down'


def test_a_hook_that_is_killed_fails_too(pg):
    pg.service('a')
    pg.hook('pre-start', 'kill -KILL $$')
    assert 'playground/pre-start' in pg.run('start').failed().error
    assert pg.state('a') == 'down'


def test_a_hook_that_is_not_executable_is_an_error_that_names_it(pg):
    pg.service('a')
    pg.hook('pre-start', 'true').chmod(0o644)
    pg.become_ordinary_user()
    assert 'playground/pre-start' in pg.run('start').failed().error
    assert pg.state('a') == 'down'


def test_a_hook_whose_interpreter_is_missing_is_an_error_that_names_it(pg):
    pg.service('a')
    pg.hook('pre-start', '#!/no/such/interpreter\n')
    error = pg.run('start').failed().error
    assert 'playground/pre-start' in error and '/no/such/interpreter' in error


def test_hooks_are_no_services(pg):
    pg.service('a')
    recording(pg, 'pre-start')
    assert sorted(pg.status()) == ['a']
