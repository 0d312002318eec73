"""Contract, section 6: a process belongs to a service's process set wherever it hides, and stop exits 0 only when the set is empty."""

import signal

import pytest

import processes
from texts import split_ps

# Python, since a shell cannot do all of these. Each forks a child that hides in its way and then sleeps under the test's own name.
HIDE = '''#!/usr/bin/python3
import os, signal, sys
ways = {ways!r}
sleeper = {sleeper!r}

def fork():
    if os.fork():
        os._exit(0)

if os.fork() == 0:
    if 'ignoring term' in ways:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if 'another group' in ways:
        os.setpgid(0, 0)
    if 'double fork' in ways:
        fork()
    if 'own session' in ways:
        fork()
        os.setsid()
        fork()
    if 'another directory' in ways:
        os.chdir('/')
    if 'closed fds' in ways:
        os.closerange(0, 100)
    environment = dict() if 'empty environment' in ways else os.environ
    os.execve(sleeper, [sleeper, 'infinity'], environment)
os.execv(sleeper, [sleeper, 'infinity'])
'''
WAYS = ['in the background', 'double fork', 'own session', 'another group', 'another directory', 'closed fds', 'empty environment',
        'ignoring term']


def hiding(pg, ways):
    return HIDE.format(ways=ways, sleeper=str(pg.sleeper))


def start_hiding(pg, ways, **options):
    pg.service('a', hiding(pg, ways), **options)
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its hiding child run')


@pytest.mark.parametrize('way', WAYS)
def test_a_process_that_hides_is_gone_after_stop(pg, way):
    start_hiding(pg, [way], files={'timeout-stop': 1})
    with pg.within():
        pg.stop()
    assert pg.sleepers() == []


def test_a_process_that_hides_in_all_ways_at_once_is_gone_after_stop(pg):
    start_hiding(pg, WAYS, files={'timeout-stop': 1})
    with pg.within():
        result = pg.stop()
    assert '[pgctl] WARNING: Killing these runaway processes which did not stop:' in result.stderr
    assert pg.sleepers() == []


@pytest.mark.parametrize('way', [way for way in WAYS if way != 'ignoring term'])
def test_a_process_that_hides_is_asked_before_it_is_killed(pg, way):
    start_hiding(pg, [way])
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_process_that_hides_counts_as_not_stopped_without_force(pg):
    start_hiding(pg, WAYS, files={'timeout-stop': 0.5})
    [child] = set(pg.sleepers()) - {pg.pid('a')}
    with pg.within():
        result = pg.run('stop', '--no-force').failed()
        assert 'these runaway processes did not stop:' in result.stderr
        _, shown, _ = split_ps(result.stderr.splitlines())
        assert [int(line.split()[1]) for line in shown] == [child]
        pg.stop()
    assert pg.sleepers() == []


def test_hidden_processes_of_earlier_lives_are_gone_after_stop(pg):
    """The main process was killed; what it had hidden belongs to the service still."""
    start_hiding(pg, ['double fork', 'own session', 'empty environment', 'closed fds', 'another directory'])
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.stop()
    assert pg.sleepers() == []


def test_hidden_processes_are_gone_after_stop_when_the_main_process_never_lasts(pg):
    pg.service('a', f'setsid -f {pg.sleep}\nexit 0')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) >= 2, 'two lives left something behind')
    pg.stop()
    assert pg.sleepers() == []


def test_a_restart_takes_hidden_processes_with_it(pg):
    start_hiding(pg, ['own session', 'empty environment'])
    before = set(pg.sleepers())
    pg.restart()
    assert not any(processes.alive(pid) for pid in before)


def test_hidden_processes_of_other_services_are_left_alone(pg):
    pg.service('a', hiding(pg, ['own session']))
    pg.service('b', hiding(pg, ['own session', 'empty environment', 'closed fds']))
    pg.start('b')
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'b and its child run')
    of_b = set(pg.sleepers())
    pg.start('a')
    pg.wait_until(lambda: len(pg.sleepers()) == 4, 'a and its child run')
    pg.stop('a')
    assert set(pg.sleepers()) == of_b


def test_a_hundred_processes_of_one_service_are_gone_after_stop(pg):
    pg.service('a', f'for i in $(seq 50); do {pg.sleep} & setsid {pg.sleep} & done\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 101, 'all 101 run')
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.sleepers() == []


def test_zombies_of_a_service_are_reaped(pg):
    pg.service('a', f'for i in $(seq 30); do (exit 0) & done\nexec {pg.sleep}')
    pg.start()
    pid = pg.pid('a')
    # They are the main process's to reap while it lives; when it dies they are nobody else's but ours.
    processes.kill([pid])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, pid), 'the service was started again')
    new = pg.pid('a')
    left = [other for other in processes.all_pids() if processes.state(other) == 'Z' and processes.parent(other) in pg.our_processes()]
    assert left == [] and new != pid


def test_a_daemon_that_the_service_made_is_gone_after_stop_even_when_its_parents_are_dead(pg):
    pg.service('a', f'(setsid sh -c "(env -i {pg.sleep} > /dev/null 2>&1 < /dev/null &) ; exit" &)\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its daemon run')
    pg.stop()
    assert pg.sleepers() == []


WAYS_OF_A_CHECK = {
    'in a session of its own': 'setsid -f {child}',
    'without an environment': 'env -i setsid -f {child}',
    'in the background': '{child} &',
    'ignoring term': 'trap "" TERM; setsid -f {child}',
}


def leaves_behind(pg, way):
    """For `ready`: it passes, and leaves a process running, once. That one says that it runs, all at once: it is killed when it has."""
    said = pg.file('left')
    child = pg.script(pg.file('child'), f'echo runs > {said}.new\nmv {said}.new {said}\nexec {pg.sleep} > /dev/null 2>&1')
    return f'test -e {pg.file("once")} && exit 0\ntouch {pg.file("once")}\n{WAYS_OF_A_CHECK[way].format(child=child)}\n{pg.waiting_for("left")}'


@pytest.mark.parametrize('way', WAYS_OF_A_CHECK)
def test_what_a_check_has_left_behind_is_gone_after_stop(pg, way):
    pg.service('a', ready=leaves_behind(pg, way), files={'timeout-stop': 1, 'poll-ready': 0.02})
    pg.start()
    assert pg.text('left') == 'runs\n'
    with pg.within():
        pg.stop()
    assert processes.describe(processes.mentioning(pg.directory)) == []
    assert pg.start().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    # The check may have passed before ./run has become the sleeping one.
    pg.wait_until(lambda: pg.sleepers() == [pg.pid('a')], 'it runs, and nothing else')


@pytest.mark.parametrize('way', WAYS_OF_A_CHECK)
def test_what_a_check_has_left_behind_is_gone_after_a_stop_of_its_service_alone(pg, way):
    pg.service('a', ready=leaves_behind(pg, way), files={'timeout-stop': 1, 'poll-ready': 0.02})
    pg.service('b', ready='exit 0')
    pg.start()
    assert pg.text('left') == 'runs\n'
    with pg.within():
        pg.stop('a')
    assert pg.sleepers() == [pg.pid('b')]
    assert pg.start('a').stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    # The check may have passed before ./run has become the sleeping one.
    pg.wait_until(lambda: sorted(pg.sleepers()) == sorted([pg.pid('a'), pg.pid('b')]), 'both run, and nothing else')


def test_a_check_that_leaves_something_behind_each_time_does_no_harm(pg):
    pg.service('a', ready=f'echo asked >> {pg.file("asked")}; test -e {pg.file("gate")} || setsid -f {pg.sleep} > /dev/null 2>&1',
               files={'poll-down': 0.02})
    pg.start()
    pid = pg.pid('a')
    pg.wait_until(lambda: len(pg.lines('asked')) >= 20, 'it was asked twenty times')
    assert pg.state('a') == 'ready' and pg.pid('a') == pid
    pg.open('gate')
    pg.wait_until(lambda: pg.sleepers() == [pid], 'what the checks have left is gone')
    pg.stop()
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_stop_does_not_return_before_the_set_is_empty(pg):
    child = pg.script(pg.file('child'), f'trap "{pg.waiting_for("gate")}; kill \\$!; exit 0" TERM\n'
                                        f'{pg.sleep} & touch {pg.file("prepared")}; wait')
    pg.service('a', f'setsid {child} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.file('prepared').exists(), 'the child waits for TERM')
    main = pg.pid('a')
    stopping = pg.begin('stop')
    pg.wait_until(lambda: not processes.alive(main), 'the main process has gone')
    assert stopping.running()
    assert pg.status()['a']['process'] == 'stopping'
    pg.open('gate')
    stopping.result().succeeded()


def test_a_stopped_tree_is_ended(pg):
    pg.service('a', f'{pg.sleep} &\nsetsid {pg.sleep} &\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 3, 'all three run')
    processes.kill(pg.sleepers(), signal.SIGSTOP)
    pg.stop()
    assert pg.sleepers() == []
