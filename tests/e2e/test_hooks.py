"""Contract, section 4: playground/pre-start and playground/post-stop."""

import pytest

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


def once(pg, commands):
    """For a hook: does this, but not again when what it does runs it once more."""
    return f'test -e {pg.file("inside")} && exit 0\ntouch {pg.file("inside")}\n{commands} && touch {pg.file("done")}'


def test_no_lock_is_held_while_a_hook_of_a_start_runs(pg):
    pg.service('a')
    pg.service('b')
    pg.hook('pre-start', once(pg, 'pgctl start b && pgctl restart b && pgctl stop b'))
    pg.hook('post-stop', 'pgctl status > /dev/null')
    pg.start('a')
    assert pg.file('done').exists()
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}


@pytest.mark.parametrize('commands', ['pgctl restart b', 'pgctl start b', 'pgctl stop b', 'pgctl start b && pgctl restart b && pgctl stop b'])
@pytest.mark.parametrize('hook', ['pre-start', 'post-stop'])
def test_no_lock_is_held_while_a_hook_of_a_restart_runs(pg, hook, commands):
    pg.service('a')
    pg.service('b')
    pg.start()
    before = [pg.pid('a'), pg.pid('b')]
    pg.hook(hook, once(pg, commands))
    assert pg.restart(env={'PGCTL_POLL': '5'}).stderr.splitlines()[-1] == '[pgctl] Started: b'
    assert pg.file('done').exists()
    found = pg.status()
    assert [found[name]['state'] for name in 'ab'] == ['ready', 'ready']
    assert found['a']['pid'] != before[0] and found['b']['pid'] != before[1]
    assert len(pg.sleepers()) == 2


def test_a_restart_that_a_hook_has_not_called_is_refused_while_the_hook_runs(pg):
    pg.service('a')
    pg.start()
    pg.hook('pre-start', once(pg, f'touch {pg.file("reached")}; {pg.waiting_for("gate")}'))
    restarting = pg.begin('restart')
    pg.wait_until(lambda: pg.file('reached').exists(), 'the hook runs')
    lines = pg.run('restart').failed().stderr.splitlines()
    assert lines[0] == '[pgctl] ERROR: another pgctl command is currently managing this service: (playground/a)'
    pg.open('gate')
    restarting.result().succeeded()
    assert pg.state('a') == 'ready'


@pytest.mark.parametrize('hook', ['pre-start', 'post-stop'])
def test_a_stop_overtakes_a_restart_whose_hook_runs(pg, hook):
    pg.service('a')
    pg.start()
    pg.hook(hook, once(pg, f'touch {pg.file("reached")}; {pg.waiting_for("gate")}'))
    restarting = pg.begin('restart')
    pg.wait_until(lambda: pg.file('reached').exists(), 'the hook runs')
    assert pg.stop().stderr == '[pgctl] Already stopped: a\n'
    assert pg.our_processes() == [restarting.pid]
    pg.open('gate')
    result = restarting.result().failed()
    assert "service 'a' was not started again: another pgctl command has asked it to stop" in result.stderr
    assert pg.state('a') == 'down' and pg.sleepers() == []


def test_a_stop_of_another_service_neither_overtakes_a_restart_nor_waits_for_its_hook(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    pg.hook('pre-start', once(pg, f'touch {pg.file("reached")}; {pg.waiting_for("gate")}'))
    restarting = pg.begin('restart', 'a')
    pg.wait_until(lambda: pg.file('reached').exists(), 'the hook runs')
    [supervisor] = pg.our_processes('supervisor')
    assert pg.stop('b').stderr == '[pgctl] Already stopped: b\n'
    assert pg.our_processes('supervisor') == [supervisor]
    lines = pg.run('restart', 'a').failed().stderr.splitlines()
    assert lines[0] == '[pgctl] ERROR: another pgctl command is currently managing this service: (playground/a)'
    pg.open('gate')
    restarting.result().succeeded()
    assert pg.state('a') == 'ready'


@pytest.mark.parametrize('hook', ['pre-start', 'post-stop'])
def test_a_stop_in_the_hook_of_a_restart_does_not_wait_for_it(pg, hook):
    pg.service('a')
    pg.start()
    pg.hook(hook, once(pg, f'pgctl stop && touch {pg.file("reached")}; {pg.waiting_for("gate")}'))
    restarting = pg.begin('restart')
    pg.wait_until(lambda: pg.file('reached').exists(), 'the stop has ended')
    lines = pg.run('restart').failed().stderr.splitlines()
    assert lines[0] == '[pgctl] ERROR: another pgctl command is currently managing this service: (playground/a)'
    pg.open('gate')
    restarting.result().succeeded()
    assert pg.state('a') == 'ready'


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


@pytest.mark.parametrize('hook', ['pre-start', 'post-stop'])
def test_a_hook_that_fails_ends_a_restart_with_an_error_that_names_it(pg, hook):
    pg.service('a')
    pg.service('b')
    pg.start()
    pg.hook(hook, 'exit 7')
    result = pg.run('restart', env={'PGCTL_POLL': '5'}).failed()
    assert f'playground/{hook}' in result.error and '7' in result.error
    assert result.stderr.splitlines()[:-1] == ['[pgctl] Stopping: a, b', '[pgctl] Stopped: a', '[pgctl] Stopped: b']
    assert {one['state'] for one in pg.status().values()} == {'down'} and pg.sleepers() == []
    assert processes.describe(pg.our_processes()) == []


def test_a_pre_start_that_fails_ends_a_restart_of_what_is_down_before_anything_is_started(pg):
    pg.service('a')
    pg.service('b')
    pg.start('b')
    pid = pg.pid('b')
    pg.hook('pre-start', 'exit 7')
    assert 'playground/pre-start' in pg.run('restart', 'a').failed().error
    assert pg.state('a') == 'down' and pg.pid('b') == pid


@pytest.mark.parametrize('body', ['kill -KILL $$', '#!/no/such/interpreter\n'], ids=['it is killed', 'its interpreter is missing'])
def test_a_post_stop_that_fails_in_another_way_is_named_too(pg, body):
    pg.service('a')
    pg.start()
    pg.hook('post-stop', body)
    result = pg.run('stop').failed()
    assert result.error.startswith('playground/post-stop')
    assert result.stderr.splitlines()[:-1] == ['[pgctl] Stopping: a', '[pgctl] Stopped: a']
    # There is nothing left to stop, so nothing to be run after it.
    assert pg.stop().stderr == '[pgctl] Already stopped: a\n'


def test_a_post_stop_that_fails_after_a_failed_start_is_named_as_well(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.3})
    pg.hook('post-stop', 'exit 7')
    result = pg.run('start').failed()
    assert any('playground/post-stop' in line for line in result.errors), result.stderr
    assert result.error == 'Some services failed to start: a'


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
