"""Contract, sections 5 and 6: what start says and does, when a service counts as ready, and how a start fails."""

import re

import pytest

import processes
from texts import leads_into_the_manual, normalised, split_ps

CRASHED = r'down \(exitcode 1\) \d+ seconds, starting'


# --- what start says

def test_start_says_what_it_starts_and_what_has_started(pg):
    pg.service('a')
    result = pg.start()
    assert result.stdout == ''
    assert result.stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.state('a') == 'ready'


def test_what_becomes_ready_within_poll_seconds_of_each_other_is_told_in_the_order_asked(pg):
    for name in 'abcd':
        pg.service(name)
    result = pg.start('c', 'a', 'd', 'b', env={'PGCTL_POLL': '5'})
    assert result.stderr.splitlines() == ['[pgctl] Starting: c, a, d, b', '[pgctl] Started: c', '[pgctl] Started: a',
                                          '[pgctl] Started: d', '[pgctl] Started: b']


def test_each_service_is_told_as_it_becomes_ready(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})
    pg.service('b')
    starting = pg.begin('start')
    starting.read_stderr_until('[pgctl] Started: b\n')
    pg.open('gate')
    assert starting.result().succeeded().stderr == '[pgctl] Starting: a, b\n[pgctl] Started: b\n[pgctl] Started: a\n'


def test_a_start_of_what_is_ready_only_says_so(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    pids = (pg.pid('a'), pg.pid('b'))
    result = pg.start()
    assert result.stderr == '[pgctl] Already started: a, b\n'
    assert result.stdout == ''
    assert (pg.pid('a'), pg.pid('b')) == pids


def test_a_start_that_has_something_to_do_names_all_that_were_asked_for(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    result = pg.start('a', 'b', env={'PGCTL_POLL': '5'})
    assert result.stderr == '[pgctl] Starting: a, b\n[pgctl] Started: a\n[pgctl] Started: b\n'


def test_start_leaves_services_that_are_up_alone(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a')
    pid = pg.pid('a')
    result = pg.start('a', 'b')
    assert pg.pid('a') == pid
    assert 'WARNING' not in result.stderr


def test_start_leaves_the_children_of_a_service_that_is_up_alone(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.service('b')
    pg.start('a')
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    before = sorted(pg.sleepers())
    pg.start('a', 'b')
    assert set(before) < set(pg.sleepers())


def test_start_returns_and_closes_its_streams_while_the_services_go_on(pg):
    pg.service('a')
    # The shell waits for the last process that holds the pipe.
    assert pg.shell('pgctl start 2>&1 | cat').stdout == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.state('a') == 'ready'


def test_services_start_in_parallel(pg):
    # Each becomes ready only when the other runs: one after the other would never end.
    pg.service('a', f'touch {pg.file("a-runs")}\nexec {pg.sleep}', ready=f'test -e {pg.file("b-runs")}', files={'poll-ready': 0.02})
    pg.service('b', f'touch {pg.file("b-runs")}\nexec {pg.sleep}', ready=f'test -e {pg.file("a-runs")}', files={'poll-ready': 0.02})
    pg.start()


def test_many_services_start_at_once(pg):
    names = [f'service-{number:02}' for number in range(40)]
    for name in names:
        pg.service(name)
    result = pg.start()
    assert result.stderr.splitlines()[0] == f'[pgctl] Starting: {", ".join(names)}'
    assert sorted(result.stderr.splitlines()[1:]) == [f'[pgctl] Started: {name}' for name in names]
    assert {one['state'] for one in pg.status().values()} == {'ready'}


def test_a_start_of_nothing_is_no_error(pg):
    pg.run('start').succeeded()
    assert pg.run('status').succeeded().stdout == ''


# --- when a service counts as ready

def test_a_service_without_a_check_is_not_ready_before_it_has_settled(pg):
    pg.service('a')
    starting = pg.begin('start', env={'PGCTL_SETTLE': '3'})
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    assert starting.running()
    starting.result().succeeded()
    assert pg.state('a') == 'ready'


def test_a_settle_of_0_is_ready_as_soon_as_it_runs(pg):
    pg.service('a')
    pg.start(env={'PGCTL_SETTLE': '0'})
    assert pg.state('a') == 'ready'


def test_a_timeout_of_0_starts_a_service_without_a_check(pg):
    pg.service('a')
    assert pg.start(env={'PGCTL_TIMEOUT': '0'}).stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    pid = pg.pid('a')
    assert pg.state('a') == 'ready'
    assert pg.start(env={'PGCTL_TIMEOUT': '0'}).stderr == '[pgctl] Already started: a\n'
    assert pg.pid('a') == pid
    # The stop of the restart has a time-out too.
    (pg.path / 'a' / 'timeout-stop').write_text('60\n')
    assert pg.restart(env={'PGCTL_TIMEOUT': '0'}).stderr.splitlines()[-1] == '[pgctl] Started: a'


def test_a_timeout_of_0_starts_a_service_without_a_check_however_long_it_has_to_settle(pg):
    pg.service('a')
    assert pg.start(env={'PGCTL_TIMEOUT': '0', 'PGCTL_SETTLE': '2'}).stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.state('a') == 'ready'


def test_a_timeout_ready_of_0_starts_a_service_without_a_check(pg):
    pg.service('a', files={'timeout-ready': 0})
    assert pg.start().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.state('a') == 'ready'


def test_a_timeout_of_0_is_too_short_for_a_check(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}')
    with pg.within():
        result = pg.run('start', env={'PGCTL_TIMEOUT': '0'}).failed()
    assert result.error == 'Some services failed to start: a'


def test_a_run_that_ends_with_0_again_and_again_counts_as_ready(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}')
    assert pg.start().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    pg.wait_until(lambda: len(pg.lines('lives')) >= 3, 'it lived three times')
    assert pg.state('a') == 'ready'
    assert pg.start().stderr == '[pgctl] Already started: a\n'


def test_the_status_of_a_run_that_ends_with_0_again_and_again(pg):
    pg.service('a', 'exit 0')
    pg.start()
    pg.wait_until(lambda: pg.status()['a']['pid'] is None, 'a moment between two lives')
    between = pg.wait_until(lambda: next((one for one in [pg.status()['a']] if one['pid'] is None), None), 'the same again')
    assert between['state'] == 'ready'
    assert between['exitcode'] == 0
    assert between['process'] == 'starting'


def test_a_run_that_fails_at_once_is_a_failed_start_with_its_log_shown(pg):
    pg.service('a', 'echo this is why; exit 1', files={'timeout-ready': 0.5})
    result = pg.run('start').failed()
    assert re.search(rf"^\[pgctl\] ERROR: service 'a' failed to start after \d+\.\d\d seconds, its status is {CRASHED}$", result.stderr,
                     re.MULTILINE), result.stderr
    assert re.search(r'^\S+ \S+  this is why$', result.stderr, re.MULTILINE)


@pytest.mark.seen_otherwise_under_valgrind  # in which a command is slower than what it is to meet
def test_a_check_that_passes_while_the_service_is_down_proves_nothing(pg):
    lives = pg.file('lives')
    lives.touch()
    # Two lives later than it began, so that the one it began in is over for certain.
    later = f'begun=$(wc -l < {lives}); while test $(wc -l < {lives}) -lt $((begun + 2)); do sleep 0.05; done'
    pg.service('a', f'echo life >> {lives}; exit 1', ready=later, files={'timeout-ready': 5, 'poll-ready': 0.01})
    pg.run('start').failed()
    assert len(pg.lines('lives')) > 2


# --- how a start fails

def test_a_failed_start_in_every_line_it_says(pg):
    pg.service('a', f'echo hello; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    result = pg.run('start').failed()
    assert result.stdout == ''
    assert normalised(result.stderr) == '''\
[pgctl] Starting: a
[pgctl] ERROR: service 'a' failed to start after S.SS seconds, its status is up (pid N) S seconds
==> playground/a/logs/current <==
TIME  hello
[pgctl] Stopping: a
[pgctl] Stopped: a
[pgctl]
[pgctl] There might be useful information further up in the log; you can view it by running:
[pgctl]     less +G playground/a/logs/current
[pgctl] ERROR: Some services failed to start: a
'''
    assert pg.state('a') == 'down'


def test_of_several_services_only_the_failed_are_shown_and_stopped(pg):
    pg.service('a', f'echo a says; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    pg.service('b')
    pg.service('c', f'echo c says; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    result = pg.run('start', 'a', 'b', 'c', env={'PGCTL_POLL': '0.9'}).failed()
    text = normalised(result.stderr)
    decided, shown = text.split('==> ', 1)
    assert sorted(decided.splitlines()) == [
        "[pgctl] ERROR: service 'a' failed to start after S.SS seconds, its status is up (pid N) S seconds",
        "[pgctl] ERROR: service 'c' failed to start after S.SS seconds, its status is up (pid N) S seconds",
        '[pgctl] Started: b',
        '[pgctl] Starting: a, b, c']
    lines = shown.splitlines()
    assert lines[:6] == ['playground/a/logs/current <==', 'TIME  a says', '', '==> playground/c/logs/current <==', 'TIME  c says',
                         '[pgctl] Stopping: a, c']
    assert sorted(lines[6:8]) == ['[pgctl] Stopped: a', '[pgctl] Stopped: c']
    assert lines[8:] == [
        '[pgctl]', '[pgctl] There might be useful information further up in the log; you can view it by running:',
        '[pgctl]     less +G playground/a/logs/current', '[pgctl]     less +G playground/c/logs/current',
        '[pgctl] ERROR: Some services failed to start: a, c']
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'down', 'b': 'ready', 'c': 'down'}


def test_only_the_last_30_lines_of_the_log_are_shown(pg):
    pg.service('a', f'for i in $(seq 100); do echo line $i; done; exec {pg.sleep}', ready='exit 1', files={'timeout-ready': 1})
    result = pg.run('start').failed()
    shown = re.findall(r'  line (\d+)$', result.stderr, re.MULTILINE)
    assert shown == [str(number) for number in range(71, 101)]


def test_an_empty_log_is_shown_as_its_title(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.5})
    assert '\n==> playground/a/logs/current <==\n[pgctl] Stopping: a\n' in pg.run('start').failed().stderr


def test_paths_are_absolute_where_the_playground_is_not_below_the_working_directory(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.5})
    elsewhere = pg.project / 'sub'
    elsewhere.mkdir()
    result = pg.run('start', cwd=elsewhere).failed()
    assert f'==> {pg.path}/a/logs/current <==' in result.stderr.splitlines()
    assert f'[pgctl]     less +G {pg.path}/a/logs/current' in result.stderr.splitlines()


def test_paths_are_relative_also_where_only_the_log_is_below_the_working_directory(pg):
    service = pg.service('a', ready='exit 1', files={'timeout-ready': 0.5})
    lines = pg.run('start', cwd=service).failed().stderr.splitlines()
    assert '==> logs/current <==' in lines
    assert '[pgctl]     less +G logs/current' in lines


def test_a_service_with_its_own_deadline_is_decided_at_it_while_others_go_on(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.3})
    pg.service('b', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})
    starting = pg.begin('start')
    starting.read_stderr_until("ERROR: service 'a' failed to start after")
    assert starting.running()
    pg.open('gate')
    result = starting.result().failed()
    assert '[pgctl] Started: b' in result.stderr
    assert result.error == 'Some services failed to start: a'
    assert pg.state('b') == 'ready'


def test_a_failed_start_leaves_no_process(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}', ready='exit 1', files={'timeout-ready': 0.5})
    pg.run('start').failed()
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_a_failed_start_can_be_started_again(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'timeout-ready': 0.5, 'poll-ready': 0.02})
    pg.run('start').failed()
    pg.open('gate')
    (pg.path / 'a' / 'timeout-ready').write_text('60\n')
    assert pg.start().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_start_joins_a_service_that_is_up_but_not_ready(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    pid = pg.pid('a')
    joining = pg.begin('start')
    joining.read_stderr_until('[pgctl] Starting: a\n')
    pg.open('gate')
    assert starting.result().succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert joining.result().succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.pid('a') == pid


# --- a service that ends is started again

def test_a_service_that_ends_is_started_again(pg):
    pg.service('a')
    pg.start()
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready again')


def test_a_service_is_started_again_at_most_once_a_second(pg):
    pg.service('a', f'date +%s.%N >> {pg.file("lives")}')
    pg.start()
    pg.wait_until(lambda: len(pg.lines('lives')) >= 4, 'it lived four times')
    times = [float(line) for line in pg.lines('lives')[:4]]
    # Each script takes its time until `date` runs, so a gap may look a little shorter than it was.
    assert times[3] - times[0] >= 2.5, times


def test_a_service_that_ends_again_and_again_is_told_with_its_exit_code(pg):
    pg.service('a', f'{pg.waiting_for("gate")}; exit 3')
    pg.start()
    pg.open('gate')
    found = pg.wait_until(lambda: next((one for one in [pg.status()['a']] if one['exitcode'] == 3), None), 'it ended with 3')
    assert found == {'state': 'down', 'pid': None, 'exitcode': 3, 'seconds': found['seconds'], 'process': 'starting'}
    assert re.fullmatch(r' ● a: (down|up)\n   └─ .*\n', pg.run('status').stdout)


def test_what_a_service_left_behind_when_it_ended_does_not_keep_it_from_being_started_again(pg):
    pg.service('a', f'{pg.sleep} &\nexec {pg.sleep}')
    pg.start()
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.stop()
    assert pg.sleepers() == []


# --- leftovers of an earlier life

UNTRACED = {'PGCTL_ENVIRONMENT_PROCESS_TRACING': 'false'}

def left_over(pg, **options):
    """A child of the service a, whose main process was killed with everything of ours."""
    pg.service('a', f'echo lived >> {pg.file("lives")}\n{pg.sleep} &\nexec {pg.sleep}')
    pg.start(**options)
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    pg.wait_until(lambda: pg.status()['a']['seconds'] > 1, 'it would be started again at once')
    main = pg.pid('a')
    [leftover] = [pid for pid in pg.sleepers() if pid != main]
    pg.kill_everything_of_ours(main)
    assert processes.alive(leftover)
    return leftover


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_without_tracing_by_the_environment_what_no_keeper_keeps_is_not_looked_for(pg):
    leftover = left_over(pg)
    result = pg.start(env=UNTRACED)
    assert result.stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert processes.alive(leftover)
    pg.stop()
    assert pg.sleepers() == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_a_service_that_was_started_without_tracing_by_the_environment_is_started_again_beside_what_it_has_left(pg):
    leftover = left_over(pg, env=UNTRACED)
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is started again')
    assert processes.alive(leftover)
    pg.stop()
    assert pg.sleepers() == [], 'with tracing, it is found after all'


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_without_force_a_start_leaves_leftovers_of_an_earlier_life_alone_and_fails(pg):
    leftover = left_over(pg)
    result = pg.run('start', '--no-force', env={'PGCTL_TIMEOUT': '0.5'}).failed()
    before, shown, _ = split_ps(result.stderr.splitlines())
    assert [normalised(line) for line in before] == [
        '[pgctl] Starting: a', "[pgctl] ERROR: service 'a' failed to start after S.SS seconds, these runaway processes did not stop:"]
    assert [int(line.split()[1]) for line in shown] == [leftover]
    assert result.error == 'Some services failed to start: a'
    assert pg.sleepers() == [leftover] and pg.lines('lives') == ['lived']
    again = pg.run('start', '--no-force', env={'PGCTL_TIMEOUT': '0.5'}).failed()
    assert 'these runaway processes did not stop:' in again.stderr
    assert pg.sleepers() == [leftover] and pg.lines('lives') == ['lived']
    pg.stop()
    assert pg.sleepers() == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_leftovers_of_an_earlier_life_keep_a_service_down_as_status_says_and_when_they_end_it_is_started_again(pg):
    leftover = left_over(pg)
    found = pg.status()['a']
    assert found == {'state': 'down', 'pid': None, 'exitcode': None, 'seconds': found['seconds'], 'process': None}
    shown = re.sub(r'\d+ seconds', 'S seconds', pg.run('status').stdout)
    assert shown == f' ● a: down\n   └─ S seconds, not started again beside what an earlier life has left (pid {leftover}): a start clears that\n'
    assert pg.sleepers() == [leftover] and pg.lines('lives') == ['lived']
    processes.kill([leftover])
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is started again')
    assert pg.lines('lives') == ['lived', 'lived']


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_leftovers_of_an_earlier_life_that_call_pgctl_themselves_are_spared(pg):
    caller = f'({pg.waiting_for("gate")}; pgctl start > {pg.file("told")} 2>&1; exec {pg.sleep}) &'
    pg.service('a', f'mkdir {pg.file("begun")} && {caller}\nexec {pg.sleep}')
    pg.start()
    pg.kill_everything_of_ours(pg.pid('a'))
    pg.status()
    assert pg.sleepers() == []
    pg.open('gate')
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service was started, and who has started it goes on')
    assert pg.text('told') == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    pg.stop()
    assert pg.sleepers() == []


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
@pytest.mark.parametrize('command', ['stop', 'restart'])
def test_leftovers_of_an_earlier_life_end_with_a(pg, command):
    leftover = left_over(pg)
    assert pg.run(command).succeeded().stderr.splitlines()[:2] == ['[pgctl] Stopping: a', '[pgctl] Stopped: a']
    assert not processes.alive(leftover)
    pg.wait_until(lambda: len(pg.sleepers()) == (0 if command == 'stop' else 2), 'the service is what was asked for')


@pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours
def test_start_clears_leftovers_of_an_earlier_life(pg):
    leftover = left_over(pg)
    result = pg.start()
    lines = result.stderr.splitlines()
    assert lines[0] == '[pgctl] Starting: a'
    assert '[pgctl] WARNING: Killing these processes which were still running but escaped supervision:' in lines
    assert any(re.search(rf'\b{leftover}\b.*sleep infinity', line) for line in lines), result.stderr
    assert [leads_into_the_manual(line) for line in lines if line.startswith('Learn more')] == [True]
    assert lines[-1] == '[pgctl] Started: a'
    assert not processes.alive(leftover)
    assert len(pg.sleepers()) == 2


@pytest.mark.parametrize('command', ['start', 'restart'])
def test_a_playground_and_a_service_may_have_spaces_and_quotes_in_their_names(make_playground, command):
    pg = make_playground("it's a place", 'with spaces')
    service = pg.path / 'my service'
    service.mkdir()
    pg.script(service / 'run', f'exec {pg.sleep}')
    result = pg.run(command, 'my service').succeeded()
    assert result.stderr.splitlines()[-1] == '[pgctl] Started: my service'
    assert pg.state('my service') == 'ready'


def test_paths_too_long_for_a_socket_address_work(make_playground):
    pg = make_playground(*['a-rather-long-name-of-a-directory-' + 'x' * 40] * 5)
    pg.service('a')
    assert len(str(pg.pghome)) > 108 and len(str(pg.path)) > 108
    pg.start()
    assert pg.state('a') == 'ready'
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
