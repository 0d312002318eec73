"""Contract, sections 5 and 6: what stop says, what it does to a process set, and what --no-force leaves alone."""

import re
import signal

import pytest

import processes
from texts import PS_HEADER, leads_into_the_manual, normalised, split_ps

STUBBORN = 'trap "" TERM\n{sleep} &\nwait; wait; wait'  # neither the shell nor its child cares for TERM
KILLING = '[pgctl] WARNING: Killing these runaway processes which did not stop:'


def stubborn(pg):
    return STUBBORN.format(sleep=pg.sleep)


# --- what stop says

def test_stop_says_what_it_stops_and_what_has_stopped(pg):
    pg.service('a')
    pg.start()
    result = pg.stop()
    assert result.stdout == ''
    assert result.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.state('a') == 'down'


def test_stop_names_the_services_in_the_order_asked(pg):
    for name in 'abc':
        pg.service(name)
    pg.start()
    result = pg.stop('b', 'a', 'c', env={'PGCTL_POLL': '5'})
    assert result.stderr.splitlines() == ['[pgctl] Stopping: b, a, c', '[pgctl] Stopped: b', '[pgctl] Stopped: a', '[pgctl] Stopped: c']


def test_a_stop_of_what_is_down_only_says_so(pg):
    pg.service('a')
    pg.service('b')
    assert pg.stop().stderr == '[pgctl] Already stopped: a, b\n'
    pg.start()
    pg.stop()
    assert pg.stop().stderr == '[pgctl] Already stopped: a, b\n'


def test_a_stop_that_has_something_to_do_names_all_that_were_asked_for(pg):
    pg.service('a')
    pg.service('b')
    pg.start('b')
    assert pg.stop('a', 'b', env={'PGCTL_POLL': '5'}).stderr == '[pgctl] Stopping: a, b\n[pgctl] Stopped: a\n[pgctl] Stopped: b\n'


def test_a_verbose_stop_tells_of_the_loggers_too(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    result = pg.stop('--verbose', env={'PGCTL_POLL': '5'})
    assert result.stderr.splitlines() == [
        '[pgctl] Stopping: a, b', '[pgctl] Stopped: a', '[pgctl] Stopped: b', '[pgctl] Stopping logger for: a, b',
        '[pgctl] Stopped logger for: a', '[pgctl] Stopped logger for: b']


def test_stop_stops_only_what_it_names(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pid = pg.pid('b')
    pg.stop('a')
    assert pg.state('a') == 'down'
    assert pg.pid('b') == pid


def test_services_stop_in_parallel(pg):
    # Each ends only when the other was asked to end as well: one after the other would need the deadline.
    for name, other in ('ab', 'ba'):
        pg.service(name, f'trap "touch {pg.file(name)}; {pg.waiting_for(other)}; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    assert 'WARNING' not in pg.stop().stderr


# --- how a service is asked to end

def test_stop_asks_the_main_process_with_term(pg):
    pg.service('a', f'trap "echo asked >> {pg.file("asked")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    assert 'WARNING' not in pg.stop().stderr
    assert pg.lines('asked') == ['asked']


def test_a_stopped_process_is_continued_so_that_it_can_end(pg):
    pg.service('a')
    pg.start()
    processes.kill([pg.pid('a')], signal.SIGSTOP)
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_service_may_take_its_time_to_end_within_the_deadline(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait')
    pg.start()
    stopping = pg.begin('stop')
    pg.wait_until(lambda: pg.status()['a']['process'] == 'stopping', 'the service is stopping')
    assert stopping.running()
    pg.open('gate')
    assert stopping.result().succeeded().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_service_that_is_being_stopped_is_up_and_never_ready(pg):
    pg.service('a', f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n{pg.sleep} & wait', ready='exit 0',
               files={'poll-ready': 0.02, 'poll-down': 0.02})
    pg.start()
    stopping = pg.begin('stop')
    found = pg.wait_until(lambda: next((one for one in [pg.status()['a']] if one['process'] == 'stopping'), None), 'it is stopping')
    assert found['state'] == 'up'
    assert found['pid'] is not None
    pg.open('gate')
    stopping.result().succeeded()


def test_what_remains_when_the_main_process_has_gone_is_asked_at_once(pg):
    # The deadline is a minute away: nothing is killed, since the child gets its TERM when the main process has gone.
    child = pg.script(pg.file('child'), f'trap "echo asked > {pg.file("asked")}; kill \\$!; exit 0" TERM\n'
                                        f'{pg.sleep} & touch {pg.file("prepared")}; wait')
    pg.service('a', f'{child} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.file('prepared').exists(), 'the child waits for TERM')
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.lines('asked') == ['asked']


def test_a_stopped_child_is_continued_so_that_it_can_end(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    processes.kill([child], signal.SIGSTOP)
    assert 'WARNING' not in pg.stop().stderr
    assert not processes.alive(child)


def test_a_run_that_does_not_exec_is_stopped_whole(pg):
    pg.service('a', f'{pg.sleep}\necho never')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 1, 'the child of the shell runs')
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.sleepers() == []
    assert pg.log('a') == []


def test_a_service_that_waits_for_its_next_life_is_stopped(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}')
    pg.start()
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.status()['a'] == {'state': 'down', 'pid': None, 'exitcode': None, 'seconds': None, 'process': None}


# --- what does not end by its deadline

def words(line):
    """The words of a line of ps, but for those that change from moment to moment: used time, and whether it runs or sleeps."""
    return re.sub(r'(?<= )[RSDTt](?=[<NsLl+]* )', 'STATE', re.sub(r'\d+:\d\d', 'TIME', line)).split()


def test_a_service_that_ignores_term_is_killed_at_its_deadline_and_shown(pg):
    pg.service('a', stubborn(pg), files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 1, 'the child of the shell runs')
    victims = {pg.pid('a'), *pg.sleepers()}
    with pg.within():
        result = pg.stop()
    before, shown, after = split_ps(result.stderr.splitlines())
    assert before == ['[pgctl] Stopping: a', KILLING]
    assert {int(line.split()[1]) for line in shown} == victims
    assert any('/bin/sh ./run' in line for line in shown) and any('sleep infinity' in line for line in shown)
    assert after[:2] == ['', 'This usually means these processes are buggy.']
    assert leads_into_the_manual(after[2])
    assert after[3:] == ['', '[pgctl] Stopped: a']
    assert not any(processes.alive(pid) for pid in victims)


def test_the_processes_shown_are_in_the_columns_of_ps(pg):
    pg.service('a', stubborn(pg), files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 1, 'the child of the shell runs')
    pid = pg.pid('a')
    expected = pg.shell(f'ps --forest -wwfj {pid} {pg.sleepers()[0]}').stdout.splitlines()
    with pg.within():
        lines = pg.stop().stderr.splitlines()
    at = next(index for index, line in enumerate(lines) if PS_HEADER.match(line))
    found = lines[at:at + len(expected)]
    assert [words(line) for line in found] == [words(line) for line in expected]
    # The child stands below its parent, as --forest draws it.
    assert [re.search(r'\\_', line) is not None for line in found] == [False, False, True]


def test_a_child_that_ignores_term_is_killed_at_the_deadline_of_the_service(pg):
    pg.service('a', f'(trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    main = pg.pid('a')
    [child] = set(pg.sleepers()) - {main}
    with pg.within():
        result = pg.stop()
    _, shown, _ = split_ps(result.stderr.splitlines())
    assert [int(line.split()[1]) for line in shown] == [child]


def test_a_stopped_process_that_ignores_term_is_killed(pg):
    pg.service('a', stubborn(pg), files={'timeout-stop': 0.5})
    pg.start()
    processes.kill([pg.pid('a')], signal.SIGSTOP)
    with pg.within():
        assert KILLING in pg.stop().stderr


def test_processes_that_fork_faster_than_one_can_look_are_killed_too(pg):
    # Every one ignores TERM, lives for a moment, and makes its successor before it ends.
    forker = pg.script(pg.file('forker'), f'trap "" TERM\n{pg.sleep.replace("infinity", "0.01")}\n"$0" &')
    pg.service('a', f'trap "" TERM\n{forker} &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    with pg.within():
        assert KILLING in pg.stop().stderr
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_one_stubborn_service_does_not_keep_others_from_being_told(pg):
    pg.service('a', stubborn(pg), files={'timeout-stop': 2})
    pg.service('b')
    pg.start()
    with pg.within():
        lines = pg.stop().stderr.splitlines()
    assert lines.index('[pgctl] Stopped: b') < lines.index(KILLING) < lines.index('[pgctl] Stopped: a')


# --- --no-force

def test_no_force_kills_nothing_and_says_what_did_not_stop(pg):
    pg.service('a', f'echo hello; (trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    with pg.within():
        result = pg.run('stop', '--no-force').failed()
    before, shown, after = split_ps(result.stderr.splitlines())
    assert [normalised(line) for line in before] == [
        '[pgctl] Stopping: a',
        "[pgctl] ERROR: service 'a' failed to stop after S.SS seconds, these runaway processes did not stop:"]
    assert [int(line.split()[1]) for line in shown] == [child]
    assert after[:3] == ['', 'This usually means these processes are buggy.',
                         'Normally pgctl would kill these automatically for you, but you specified the --no-force option.']
    assert leads_into_the_manual(after[3])
    assert [normalised(line) for line in after[4:]] == [
        '', '==> playground/a/logs/current <==', 'TIME  hello', '[pgctl]',
        '[pgctl] There might be useful information further up in the log; you can view it by running:',
        '[pgctl]     less +G playground/a/logs/current', '[pgctl] ERROR: Some services failed to stop: a']
    assert processes.alive(child)
    with pg.within():
        pg.stop()
    assert not processes.alive(child)


def test_no_force_gives_stragglers_no_signal(pg):
    child = pg.script(pg.file('child'), f'trap "echo asked >> {pg.file("asked")}" TERM CONT HUP INT\n{pg.sleep} &\n'
                                        f'touch {pg.file("prepared")}\nwhile :; do wait; done')
    pg.service('a', f'{child} &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: pg.file('prepared').exists(), 'the child waits for a signal')
    with pg.within():
        pg.run('stop', '--no-force').failed()
    assert pg.text('asked') == ''
    pg.stop()


def test_no_force_still_asks_the_main_process(pg):
    pg.service('a')
    pg.start()
    assert pg.stop('--no-force').stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_no_force_does_not_kill_a_main_process_that_ignores_term(pg):
    pg.service('a', stubborn(pg), files={'timeout-stop': 0.5})
    pg.start()
    pid = pg.pid('a')
    with pg.within():
        result = pg.run('stop', '--no-force').failed()
    assert normalised(result.stderr).startswith("[pgctl] Stopping: a\n[pgctl] ERROR: service 'a' failed to stop after S.SS seconds, ")
    assert result.error == 'Some services failed to stop: a'
    assert processes.alive(pid)
    assert KILLING in pg.stop().stderr


def test_a_service_that_failed_to_stop_is_not_started_again_behind_its_back(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\n(trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.service('clock', f'echo tick >> {pg.file("ticks")}')  # it is started again once a second, as the other one would be
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    with pg.within():
        pg.run('stop', 'a', '--no-force').failed()
    ticks = len(pg.lines('ticks'))
    pg.wait_until(lambda: len(pg.lines('ticks')) >= ticks + 3, 'it would have been started again by now')
    found = pg.status()['a']
    assert found == {'state': 'up', 'pid': None, 'exitcode': None, 'seconds': found['seconds'], 'process': 'stopping'}
    pg.stop()
    assert pg.lines('lives') == ['lived']


def test_a_start_after_a_failed_stop_clears_what_was_left(pg):
    pg.service('a', f'(trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    with pg.within():
        pg.run('stop', '--no-force').failed()
        result = pg.start()
    lines = result.stderr.splitlines()
    assert '[pgctl] WARNING: Killing these processes which were still running but escaped supervision:' in lines
    assert lines[-1] == '[pgctl] Started: a'
    assert not processes.alive(child)


@pytest.mark.seen_otherwise_under_valgrind  # in which a command is slower than what it is to meet
def test_a_start_that_waits_for_a_stop_that_fails_fails_too(pg):
    pg.service('a', f'(trap "" TERM; exec {pg.sleep}) &\nexec {pg.sleep}', files={'timeout-stop': 3})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    with pg.within():
        stopping = pg.begin('stop', '--no-force')
        pg.wait_until(lambda: pg.status()['a']['process'] == 'stopping', 'it is stopping')
        starting = pg.begin('start')
        assert 'these runaway processes did not stop:' in stopping.result().failed().stderr
        result = starting.result().failed()
    assert re.search(r"ERROR: service 'a' failed to start after .*, these runaway processes did not stop:", result.stderr), result.stderr
    assert result.error == 'Some services failed to start: a'
    assert not processes.alive(child) and pg.state('a') == 'down'


# --- nothing is left, and nothing else is touched

def test_after_everything_is_stopped_nothing_of_ours_is_left_running(pg):
    for name in 'abc':
        pg.service(name)
    pg.start()
    pg.stop('a', 'b')
    assert pg.our_processes() != []
    pg.stop('c')
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_while_something_runs_ours_are_a_keeper_a_supervisor_a_logger_and_a_keeper_for_each_service(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    assert len(pg.our_processes('supervisor')) == 1
    assert len(pg.our_processes('logger')) == 1
    assert len(pg.our_processes('keeper')) == 3
    assert len(pg.our_processes()) == 5


@pytest.mark.parametrize('arguments', [['status'], ['log'], ['config'], ['stop'], ['reload'], ['check'], ['status', '--json']])
def test_a_command_on_a_playground_that_is_down_leaves_nothing_running(pg, arguments):
    pg.service('a')
    pg.run(*arguments).succeeded()
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_a_foreign_process_is_never_signalled(pg):
    """Not even one that sits in the service's directory, has its log open, and carries a similar environment."""
    pg.service('a')
    pg.start()
    strangers = [
        pg.begin('infinity', cwd=pg.path / 'a', program=str(pg.sleeper)),
        pg.begin('infinity', cwd='/', program=str(pg.sleeper), env={'PGCTL_SERVICE': str(pg.path / 'b'), 'PGCTL_SERVICE_PROCESS': 'true'}),
        pg.begin('-f', str(pg.log_file('a')), cwd='/', program='tail'),
    ]
    pg.restart()
    pg.stop()
    assert all(stranger.running() for stranger in strangers)


def test_a_logger_that_somebody_has_stopped_does_not_stay_behind(pg):
    pg.service('a')
    pg.start()
    processes.kill(pg.our_processes('logger'), signal.SIGSTOP)
    pg.stop()
    assert processes.describe(pg.our_processes()) == []
