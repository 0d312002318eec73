"""What of ours may be killed, and that no service notices: the same processes go on, and no line is lost."""

import subprocess

import pytest

import processes


def replaced(pg, role, before):
    return pg.wait_until(lambda: [pid for pid in pg.our_processes(role) if pid not in before], f'a new {role} runs')


def test_a_killed_supervisor_is_replaced_and_no_service_restarts(pg):
    for name in 'abc':
        pg.service(name, f'echo lived >> {pg.file("lives-" + name)}\nexec {pg.sleep}')
    pg.start()
    before = {name: pg.pid(name) for name in 'abc'}
    for _ in range(5):
        old = pg.our_processes('supervisor')
        assert len(old) == 1
        processes.kill(old)
        replaced(pg, 'supervisor', old)
        found = pg.status()
        assert {name: found[name]['pid'] for name in 'abc'} == before
        assert {one['state'] for one in found.values()} == {'ready'}
    assert [pg.lines('lives-' + name) for name in 'abc'] == 3 * [['lived']]


def test_a_command_right_after_the_supervisor_was_killed_is_answered(pg):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    processes.kill(pg.our_processes('supervisor'))
    assert pg.status()['a']['pid'] == pid
    processes.kill(pg.our_processes('supervisor'))
    assert pg.start().stderr == '[pgctl] Already started: a\n'
    processes.kill(pg.our_processes('supervisor'))
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_service_that_ends_while_there_is_no_supervisor_is_started_again(pg):
    pg.service('a')
    pg.start()
    first = pg.pid('a')
    processes.kill([*pg.our_processes('supervisor'), first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready again')
    assert len(pg.sleepers()) == 1


def test_a_service_that_was_stopped_stays_stopped_when_the_supervisor_is_replaced(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pg.stop('b')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    replaced(pg, 'supervisor', old)
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}


def test_hidden_processes_are_known_to_a_new_supervisor(pg):
    pg.service('a', f'env -i setsid -f {pg.sleep}\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its hidden child run')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    replaced(pg, 'supervisor', old)
    pg.stop()
    assert pg.sleepers() == []


def test_a_check_goes_on_under_a_new_supervisor(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02, 'poll-down': 0.05})
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    pid = pg.pid('a')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    replaced(pg, 'supervisor', old)
    pg.open('gate')
    starting.result()
    pg.wait_until(lambda: pg.state('a') == 'ready', 'the service is ready')
    assert pg.pid('a') == pid


def test_a_killed_logger_is_replaced_and_no_line_is_lost(pg):
    pg.service('a', f'i=0\nwhile test $i -lt 3000; do echo $i; i=$((i+1)); test $((i % 100)) != 0 || sleep 0.01; done\n'
                    f'touch {pg.file("written")}\nexec {pg.sleep}')
    pg.start()
    pid = pg.pid('a')
    while not pg.file('written').exists():
        old = pg.our_processes('logger')
        processes.kill(old)
        replaced(pg, 'logger', old)
    pg.wait_until(lambda: pg.log('a')[-1:] == ['2999'], 'the last line is in the log')
    assert pg.log('a') == [str(number) for number in range(3000)]
    assert pg.pid('a') == pid


def test_a_service_may_write_while_there_is_no_logger(pg):
    pg.service('a', f'{pg.waiting_for("gate")}\necho one && echo two && echo wrote > {pg.file("wrote")}\nexec {pg.sleep}')
    pg.start()
    processes.kill(pg.our_processes('logger'))
    pg.open('gate')
    pg.wait_until(lambda: pg.lines('wrote') == ['wrote'], 'writing did not fail')
    pg.wait_until(lambda: pg.log('a') == ['one', 'two'], 'the lines are in the log')


def test_a_killed_keeper_of_the_playground_is_replaced_and_no_service_restarts(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\nexec {pg.sleep}')
    pg.start()
    pid = pg.pid('a')
    [top] = [one for one in pg.our_processes('keeper') if processes.parent(one) not in pg.our_processes()]
    processes.kill([top])
    pg.wait_until(lambda: len([one for one in pg.our_processes('keeper') if one != top]) == 2, 'there is a keeper of the playground again')
    assert pg.pid('a') == pid
    assert pg.lines('lives') == ['lived']
    pg.stop()
    assert processes.describe(processes.mentioning(pg.directory)) == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_a_killed_keeper_of_a_service_leaves_the_service_running_and_it_is_still_stopped_whole(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    pid = pg.pid('a')
    processes.kill([processes.parent(pid)])
    pg.wait_until(lambda: pg.status()['a']['pid'] == pid, 'the service goes on')
    pg.stop()
    assert pg.sleepers() == []


UNTRACED = {'PGCTL_ENVIRONMENT_PROCESS_TRACING': 'false'}


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_without_tracing_by_the_environment_a_stop_ends_what_a_killed_keeper_kept_and_nothing_that_only_carries_the_mark(pg):
    pg.service('a', f'{pg.sleep} &\n(setsid {pg.sleep} &)\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 3, 'the service and its children run')
    main = pg.pid('a')
    marked = subprocess.Popen([str(pg.sleeper), 'infinity'], cwd='/', env=processes.environment(main))
    try:
        processes.kill([processes.parent(main)])
        pg.wait_until(lambda: pg.status()['a']['pid'] == main, 'the service goes on')
        assert pg.stop(env=UNTRACED).stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
        assert marked.poll() is None and pg.sleepers() == [marked.pid]
        assert pg.stop(env=UNTRACED).stderr == '[pgctl] Already stopped: a\n'
    finally:
        marked.kill()
        marked.wait()


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_without_tracing_by_the_environment_a_stop_after_all_of_ours_were_killed_ends_the_main_process(pg):
    pg.service('a', f'({pg.sleep} &)\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    pg.kill_everything_of_ours()
    assert pg.stop(env=UNTRACED).stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.sleepers() == [child]
    pg.stop()
    assert pg.sleepers() == [], 'with tracing, it is found'


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_a_main_process_without_an_environment_is_killed_by_a_stop_after_all_of_ours_were_killed(pg):
    pg.service('a', f'trap "" TERM\nexec env -i {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pid = pg.pid('a')
    pg.wait_until(lambda: pg.sleepers() == [pid], 'the service runs')
    pg.kill_everything_of_ours()
    result = pg.stop()
    assert 'WARNING: Killing these runaway processes which did not stop:' in result.stderr
    assert pg.sleepers() == []


def test_all_of_ours_killed_at_once_the_next_command_finds_what_runs(pg):
    for name in 'ab':
        pg.service(name, f'echo lived >> {pg.file("lives-" + name)}\nexec {pg.sleep}')
    pg.start()
    before = {name: pg.pid(name) for name in 'ab'}
    pg.kill_everything_of_ours()
    assert pg.start().stderr == '[pgctl] Already started: a, b\n'
    assert {name: pg.pid(name) for name in 'ab'} == before
    assert [pg.lines('lives-' + name) for name in 'ab'] == 2 * [['lived']]
    pg.stop()
    assert pg.sleepers() == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
@pytest.mark.parametrize('command', ['status', 'stop', 'restart'])
def test_all_of_ours_killed_at_once_and_then(pg, command):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    pg.kill_everything_of_ours()
    pg.run(command).succeeded()
    if command == 'status':
        assert pg.pid('a') == pid
    else:
        assert not processes.alive(pid)
    assert len(pg.sleepers()) == (0 if command == 'stop' else 1)


def test_services_go_on_when_the_terminal_they_were_started_from_is_closed(pg):
    pg.service('a')
    terminal = pg.terminal('pgctl', 'start')
    terminal.read_until('[pgctl] All services have started')
    terminal.wait()
    pid = pg.pid('a')
    terminal.close()
    assert pg.state('a') == 'ready' and pg.pid('a') == pid
    assert len(pg.our_processes('supervisor')) == 1


def test_our_processes_do_not_hold_the_working_directory_of_the_caller(pg):
    """It may be unmounted, or be deleted."""
    pg.service('a')
    pg.start()
    assert [pid for pid in pg.our_processes() if processes.link(pid, 'cwd') == str(pg.project)] == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_our_processes_name_themselves_for_ps(pg):
    pg.service('a')
    pg.start()
    lines = [' '.join(processes.command_line(pid)) for pid in pg.our_processes()]
    roles = sorted(line.split()[1] for line in lines)
    assert roles == ['keeper', 'keeper', 'logger', 'supervisor']
    assert all(line.startswith('pgctl ') and 'playground' in line for line in lines)
    assert any(line.startswith('pgctl keeper ') and line.endswith('/playground/a') for line in lines)


def test_many_restarts_leave_no_more_of_ours_than_one_start(pg):
    for name in 'ab':
        pg.service(name)
    pg.start()
    for _ in range(10):
        pg.restart('a')
    assert len(pg.sleepers()) == 2
    assert len(pg.our_processes()) == 5


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_a_check_does_not_outlive_all_of_ours(pg):
    pg.service('a', ready=f'exec {pg.sleep}')
    pg.begin('start')
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'it runs, and is being checked')
    check = [pid for pid in pg.sleepers() if processes.command_line(processes.parent(pid))[:2] == ['pgctl', 'supervisor']]
    assert len(check) == 1, processes.describe(pg.sleepers())
    pg.kill_everything_of_ours()
    pg.wait_until(lambda: not processes.alive(check[0]), 'the check has ended')
    assert len(pg.sleepers()) == 1, 'the service goes on'
