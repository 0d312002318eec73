"""Contract, section 6: two commands at once, services that call pgctl, and git clean under running services."""

import re
import shutil
import signal

import pytest

import processes
from texts import split_ps


def gated(pg, name='a'):
    return pg.service(name, ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})


def ends_when_asked_and_allowed(pg, name='a'):
    return pg.service(name, f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')


def stopping_begun(pg, name='a'):
    pg.wait_until(lambda: pg.status()[name]['process'] == 'stopping', 'the service is stopping')


def test_start_joins_start(pg):
    gated(pg)
    first = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    second = pg.begin('start')
    second.read_stderr_until('[pgctl] Starting: a\n')
    pid = pg.pid('a')
    pg.open('gate')
    for command in (first, second):
        assert command.result().succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.pid('a') == pid


def test_twenty_first_starts_at_once_start_it_once(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\nexec {pg.sleep}')
    pg.service('b')
    for command in [pg.begin('start') for _ in range(20)]:
        command.result().succeeded()
    assert pg.lines('lives') == ['lived']
    assert len(pg.our_processes('supervisor')) == 1 and len(pg.our_processes('keeper')) == 3


@pytest.mark.seen_otherwise_under_valgrind  # in which a command is slower than what it is to meet
def test_stop_joins_stop(pg):
    ends_when_asked_and_allowed(pg)
    pg.start()
    first = pg.begin('stop')
    stopping_begun(pg)
    second = pg.begin('stop')
    second.read_stderr_until('[pgctl] Stopping: a\n')
    pg.open('gate')
    for command in (first, second):
        assert command.result().succeeded().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_stop_overtakes_a_start_whose_command_then_fails_saying_so(pg):
    gated(pg)
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    result = starting.result().failed()
    assert re.search(r"\[pgctl\] ERROR: .*\ba\b.*stop", result.stderr), result.stderr
    assert '[pgctl] Started: a' not in result.stderr
    assert pg.state('a') == 'down'


def test_a_stop_overtakes_a_restart_whose_command_then_fails_saying_so(pg):
    gated(pg)
    pg.open('gate')
    pg.start()
    pg.file('gate').unlink()
    restarting = pg.begin('restart')
    restarting.read_stderr_until('[pgctl] Starting: a\n')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up again')
    pg.stop()
    result = restarting.result().failed()
    assert re.search(r"\[pgctl\] ERROR: .*\ba\b.*stop", result.stderr), result.stderr
    assert pg.state('a') == 'down'


def test_a_stop_of_one_service_lets_the_start_of_the_others_go_on(pg):
    gated(pg, 'a')
    gated(pg, 'b')
    starting = pg.begin('start')
    pg.wait_until(lambda: {one['state'] for one in pg.status().values()} == {'up'}, 'both are up')
    pg.stop('a')
    pg.open('gate')
    result = starting.result().failed()
    assert '[pgctl] Started: b' in result.stderr.splitlines()
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'down', 'b': 'ready'}


def test_a_second_restart_of_the_same_service_is_refused(pg):
    ends_when_asked_and_allowed(pg)
    pg.start()
    first = pg.begin('restart')
    stopping_begun(pg)
    result = pg.run('restart').failed()
    lines = result.stderr.splitlines()
    before, shown, after = split_ps(lines)
    assert before == ['[pgctl] ERROR: another pgctl command is currently managing this service: (playground/a)']
    assert [int(line.split()[1]) for line in shown] == [first.pid]
    assert 'pgctl restart' in shown[0]
    assert after == ['']
    pg.open('gate')
    first.result().succeeded()
    assert pg.state('a') == 'ready'


def test_a_second_restart_is_refused_also_while_the_first_waits_for_the_service_to_be_ready(pg):
    gated(pg)
    pg.open('gate')
    pg.start()
    pg.file('gate').unlink()
    first = pg.begin('restart')
    first.read_stderr_until('[pgctl] Starting: a\n')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up again and not ready')
    pid = pg.pid('a')
    before, shown, after = split_ps(pg.run('restart').failed().stderr.splitlines())
    assert before == ['[pgctl] ERROR: another pgctl command is currently managing this service: (playground/a)']
    assert [int(line.split()[1]) for line in shown] == [first.pid]
    assert after == ['']
    assert first.running() and pg.pid('a') == pid
    pg.open('gate')
    assert first.result().succeeded().stderr.splitlines()[-1] == '[pgctl] Started: a'
    assert pg.pid('a') == pid
    pg.restart()


def test_a_restart_of_another_service_is_not_refused(pg):
    ends_when_asked_and_allowed(pg, 'a')
    pg.service('b')
    pg.start()
    first = pg.begin('restart', 'a')
    stopping_begun(pg)
    pg.restart('b')
    pg.open('gate')
    first.result().succeeded()


def test_a_restart_after_a_killed_restart_is_not_refused(pg):
    ends_when_asked_and_allowed(pg)
    pg.start()
    first = pg.begin('restart')
    stopping_begun(pg)
    first.process.kill()
    first.process.wait()
    pg.open('gate')
    pg.restart()
    assert pg.state('a') == 'ready'


def test_a_killed_start_command_leaves_no_confusion(pg):
    gated(pg)
    first = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    first.process.kill()
    first.process.wait()
    pg.open('gate')
    pg.start()
    assert pg.state('a') == 'ready'


def test_commands_on_different_services_do_not_wait_for_each_other(pg):
    gated(pg, 'a')
    pg.service('b')
    first = pg.begin('start', 'a')
    pg.wait_until(lambda: pg.state('a') == 'up', 'a is up')
    pg.start('b')
    pg.stop('b')
    assert first.running()
    pg.open('gate')
    first.result().succeeded()


def test_status_and_log_answer_while_a_command_is_under_way(pg):
    gated(pg)
    first = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'a is up')
    pg.run('status').succeeded()
    pg.run('log').succeeded()
    pg.open('gate')
    first.result().succeeded()


def test_any_mix_of_commands_at_once_ends_and_leaves_a_clear_state(pg):
    for name in 'abc':
        pg.service(name)
    commands = [pg.begin(command, *services) for command in ('start', 'stop', 'restart', 'status', 'reload')
                for services in ([], ['a'], ['b', 'c'])]
    assert {command.result().returncode for command in commands} <= {0, 1}
    pg.start()
    assert {one['state'] for one in pg.status().values()} == {'ready'}
    assert len(pg.sleepers()) == 3
    pg.stop()
    assert pg.sleepers() == []


# --- a service that calls pgctl

def test_a_service_may_start_its_siblings_from_its_own_run(pg):
    pg.service('a', f'pgctl start b c && touch {pg.file("done")}\nexec {pg.sleep}')
    pg.service('b')
    pg.service('c')
    pg.start('a')
    pg.wait_until(lambda: pg.file('done').exists(), 'the service started its siblings')
    assert {one['state'] for one in pg.status().values()} == {'ready'}
    pg.stop('a')
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'down', 'b': 'ready', 'c': 'ready'}


def test_what_a_service_starts_is_not_part_of_its_process_set(pg):
    pg.service('a', f'pgctl start b; touch {pg.file("done")}; exec {pg.sleep}')
    pg.service('b')
    pg.start('a')
    pg.wait_until(lambda: pg.file('done').exists(), 'the service started its sibling')
    pid = pg.pid('b')
    environment = processes.environment(pid)
    assert environment['PGCTL_SERVICE'] == str(pg.path / 'b')
    pg.restart('a')
    assert pg.pid('b') == pid


def test_a_service_may_stop_its_siblings_as_it_ends(pg):
    pg.service('a', f'pgctl start b; touch {pg.file("started")}\n'
                    f'trap "pgctl stop b; touch {pg.file("stopped")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')
    pg.service('b')
    pg.start('a')
    pg.wait_until(lambda: pg.file('started').exists() and len(pg.sleepers()) == 2, 'the service started its sibling and waits')
    pg.stop('a')
    assert pg.file('stopped').exists()
    assert {one['state'] for one in pg.status().values()} == {'down'}


def test_a_service_may_ask_for_the_status_of_its_playground(pg):
    pg.service('a', f'pgctl status b > {pg.file("seen")}; exec {pg.sleep}', ready=f'test -s {pg.file("seen")}', files={'poll-ready': 0.05})
    pg.service('b')
    pg.start('b')
    pg.start('a')
    assert '● b: ready' in pg.text('seen')


def test_a_ready_check_may_call_pgctl(pg):
    pg.service('a', ready='pgctl status b | grep -q ready', files={'poll-ready': 0.05})
    pg.service('b')
    pg.start('b')
    pg.start('a')


def test_a_service_may_stop_itself(pg):
    pg.service('a', f'{pg.waiting_for("gate")}\nexec pgctl stop a')
    pg.start()
    pg.open('gate')
    pg.wait_until(lambda: pg.state('a') == 'down' and pg.our_processes() == [], 'the service has stopped itself')


# --- git clean

def test_running_services_are_found_when_the_playground_was_deleted_and_made_again(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    pid = pg.pid('a')
    shutil.rmtree(pg.path)
    pg.service('a')
    assert pg.status()['a']['state'] == 'ready'
    assert pg.pid('a') == pid
    assert pg.start().stderr == '[pgctl] Already started: a\n'
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.sleepers() == []


def test_what_is_not_in_git_may_be_cleaned_away_under_a_running_service(pg):
    service = pg.service('a', f'echo hello; {pg.waiting_for("gate")}; echo still here; exec {pg.sleep}')
    pg.shell('git init -q . && git add . && git -c user.name=x -c user.email=x@example.org commit -q -m first').succeeded()
    pg.start()
    pg.wait_until(lambda: pg.log('a') == ['hello'], 'the line is in the log')
    pid = pg.pid('a')
    pg.shell('git clean -fdxq').succeeded()
    assert [entry.name for entry in service.iterdir()] == ['run']
    pg.open('gate')
    pg.wait_until(lambda: 'still here' in pg.log('a'), 'the log goes on in a new file')
    assert pg.pid('a') == pid


def test_a_restart_after_git_clean_takes_the_new_files(pg):
    pg.service('a', f'echo old; exec {pg.sleep}')
    pg.start()
    shutil.rmtree(pg.path)
    pg.service('a', f'echo new; exec {pg.sleep}')
    pg.restart()
    pg.wait_until(lambda: pg.log('a') == ['new'], 'the new life writes into the new log')
    assert len(pg.sleepers()) == 1


def test_a_debug_overtakes_a_restart_and_is_left_alone_by_it(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; exit" TERM\n{pg.sleep} & wait; wait', files={'timeout-stop': 60})
    pg.start()
    restart = pg.begin('restart')
    restart.read_stderr_until('Stopping: a')
    debug = pg.begin('debug', 'a')
    debug.read_stderr_until('Stopping: a')
    pg.open('gate')
    result = restart.result().failed()
    assert 'another pgctl command has asked it to stop' in result.stderr
    assert 'escaped' not in result.stderr
    pg.wait_until(lambda: processes.command_line(debug.pid)[-1].endswith('run'), 'debug has become the service')
    assert debug.running()
    pg.stop()
    debug.result()


def test_a_start_while_the_last_stop_waits_for_a_stopped_logger_is_not_left_without_a_supervisor(pg):
    # More than the 227 commands of two for each service that wait in the logger's FIFO until it goes on.
    names = [f's{number}' for number in range(130)]
    for name in names:
        pg.service(name)
    pg.start()
    [logger], [supervisor] = pg.our_processes('logger'), pg.our_processes('supervisor')
    processes.kill([logger], signal.SIGSTOP)
    stopping = pg.begin('stop')
    for name in names:
        stopping.read_stderr_until(f'[pgctl] Stopped: {name}\n')
    pg.start('s0')
    processes.kill([logger], signal.SIGCONT)
    stopping.result().succeeded()
    assert pg.state('s0') == 'ready'
    assert pg.our_processes('supervisor') == [supervisor]
