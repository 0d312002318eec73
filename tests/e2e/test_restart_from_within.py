"""A service that restarts itself: `pgctl restart` ends with the service that it runs in, and the service is up again all the same."""

import re

import pytest

import processes

# How a service comes to restart itself in its first life, once the test opens the gate.
WAYS = {
    'in place of its main process': '{wait}; exec {command}',
    'and waits for it': '{wait}; {command}; {sleep}',
    'in the background': '({wait}; exec {command}) & exec {sleep}',
    'from a session of its own': 'setsid sh -c \'{wait}; exec {command}\' & exec {sleep}',
    'from a daemon without an environment':
        '(env -i PATH="$PATH" XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR" setsid -f sh -c \'{wait}; exec {command}\'); exec {sleep}',
}


def restarts_itself(pg, way, command='pgctl restart a', **options):
    first = way.format(wait=pg.waiting_for('gate'), command=command, sleep=pg.sleep)
    return pg.service('a', f'echo lived >> {pg.file("lives")}\nif test $(wc -l < {pg.file("lives")}) = 1; then\n{first}\nfi\n'
                           f'exec {pg.sleep}', **options)


def lived_again(pg, first, times=2):
    pg.wait_until(lambda: len(pg.lines('lives')) >= times, 'the service has begun its next life')
    pg.wait_until(lambda: pg.state('a') == 'ready' and pg.pid('a') != first, 'it is ready again')
    pg.wait_until(lambda: not processes.alive(first), 'its first life is over')
    assert len(pg.lines('lives')) == times
    assert pg.sleepers() == [pg.pid('a')]


@pytest.mark.parametrize('way', WAYS.values(), ids=WAYS.keys())
def test_a_service_may_restart_itself(pg, way):
    restarts_itself(pg, way)
    pg.start()
    first = pg.pid('a')
    pg.open('gate')
    lived_again(pg, first)
    assert pg.stop().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


@pytest.mark.parametrize('way', WAYS.values(), ids=WAYS.keys())
def test_a_service_may_restart_its_whole_playground(pg, way):
    restarts_itself(pg, way, command='pgctl restart')
    pg.service('b', ready='exit 0')
    pg.start()
    first, other = pg.pid('a'), pg.pid('b')
    pg.open('gate')
    pg.wait_until(lambda: pg.status()['b']['pid'] not in (None, other), 'the other service was restarted')
    pg.wait_until(lambda: {one['state'] for one in pg.status().values()} == {'ready'}, 'all are ready again')
    assert pg.pid('a') != first and pg.lines('lives') == 2 * ['lived']
    assert sorted(pg.sleepers()) == sorted([pg.pid('a'), pg.pid('b')])


def test_a_service_may_reload_itself(pg):
    restarts_itself(pg, WAYS['and waits for it'], command='pgctl reload')
    pg.start()
    first = pg.pid('a')
    (pg.path / 'a' / 'timeout-stop').write_text('50\n')
    pg.open('gate')
    lived_again(pg, first)
    assert '[pgctl] Reloading: a (timeout-stop changed)' in pg.log('a')


def test_a_check_may_restart_its_service(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\nexec {pg.sleep}', files={'poll-ready': 0.05, 'poll-down': 0.05},
               ready=f'if test -e {pg.file("gate")}; then rm {pg.file("gate")}; pgctl restart a; fi')
    pg.start()
    first = pg.pid('a')
    pg.open('gate')
    lived_again(pg, first)


def test_a_service_that_ignores_term_restarts_itself_at_its_deadline(pg):
    restarts_itself(pg, f'trap "" TERM; {WAYS["and waits for it"]}', files={'timeout-stop': 0.5})
    pg.start()
    first = pg.pid('a')
    with pg.within():
        pg.open('gate')
        lived_again(pg, first)


def test_a_restart_from_within_takes_the_environment_of_its_own_caller(pg):
    restarts_itself(pg, WAYS['and waits for it'], command='WHO=itself pgctl restart a')
    pg.start(env={'WHO': 'start'})
    first = pg.pid('a')
    pg.open('gate')
    lived_again(pg, first)
    environment = processes.environment(pg.pid('a'))
    assert environment['WHO'] == 'itself'
    assert environment['PGCTL_SERVICE'] == str(pg.path / 'a') and environment['PGCTL_SERVICE_PROCESS'] == 'true'


def test_a_restart_from_within_runs_pre_start_before_it_ends_with_the_service(pg):
    restarts_itself(pg, WAYS['and waits for it'])
    pg.start()
    first = pg.pid('a')
    for hook in ('pre-start', 'post-stop'):
        pg.hook(hook, f'echo {hook} >> {pg.file("hooks")}')
    pg.open('gate')
    lived_again(pg, first)
    assert pg.lines('hooks') == ['pre-start']
    assert '[pgctl] Stopping: a' in pg.log('a')


def test_a_pre_start_that_fails_leaves_the_service_as_it_is(pg):
    restarts_itself(pg, '{wait}; {command}; echo $? > ' + str(pg.file('code')) + '; exec {sleep}')
    pg.start()
    first = pg.pid('a')
    pg.hook('pre-start', 'exit 3')
    pg.open('gate')
    pg.wait_until(lambda: pg.text('code') == '1\n', 'the restart has failed')
    assert pg.pid('a') == first


def test_a_restart_from_within_that_is_refused_leaves_the_service_as_it_is(pg):
    restarts_itself(pg, '{wait}; {command}; echo $? > ' + str(pg.file('code')) + '; exec {sleep}')
    pg.start()
    first = pg.pid('a')
    (pg.path / 'a' / 'timeout-stop').write_text('soon\n')
    pg.open('gate')
    pg.wait_until(lambda: pg.text('code') == '1\n', 'the restart was refused')
    assert pg.pid('a') == first
    assert any('playground/a/timeout-stop' in line for line in pg.log('a'))


def test_a_restart_from_within_survives_the_supervisor(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\nif test $(wc -l < {pg.file("lives")}) = 1; then\n'
                    f'trap "{pg.waiting_for("end")}; exit" TERM; {pg.waiting_for("gate")}; pgctl restart a & wait; wait\nfi\n'
                    f'exec {pg.sleep}')
    pg.start()
    first = pg.pid('a')
    pg.open('gate')
    pg.wait_until(lambda: pg.status()['a']['process'] == 'stopping', 'it is stopping')
    old = pg.our_processes('supervisor')
    processes.kill(old)
    pg.wait_until(lambda: pg.our_processes('supervisor') not in ([], old), 'there is another supervisor')
    pg.open('end')
    lived_again(pg, first)


def test_a_stop_overtakes_a_restart_from_within(pg):
    pg.service('a', f'echo lived >> {pg.file("lives")}\ntrap "{pg.waiting_for("end")}; exit" TERM\n'
                    f'{pg.waiting_for("gate")}; pgctl restart a & wait; wait')
    pg.service('b')
    pg.start()
    pg.open('gate')
    pg.wait_until(lambda: pg.status()['a']['process'] == 'stopping', 'it is stopping')
    stopping = pg.begin('stop', 'a', 'b')
    pg.wait_until(lambda: pg.state('b') == 'down', 'the stop was taken')
    pg.open('end')
    stopping.result().succeeded()
    assert pg.lines('lives') == ['lived']
    assert pg.state('a') == 'down'


def test_a_service_that_does_nothing_but_restart_itself_lives_at_most_once_a_second(pg):
    pg.service('a', f'date +%s.%N >> {pg.file("lives")}\nexec pgctl restart a')
    pg.begin('start')
    pg.wait_until(lambda: len(pg.lines('lives')) >= 4, 'it lived four times')
    times = [float(line) for line in pg.lines('lives')[:4]]
    # Each script takes its time until `date` runs, so a gap may look a little shorter than it was.
    assert times[3] - times[0] >= 2.5, times
    pg.stop()
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_a_restart_from_within_without_force_kills_nothing(pg):
    restarts_itself(pg, '(trap "" TERM; exec {sleep}) & {wait}; exec {command} --no-force', files={'timeout-stop': 0.5})
    pg.start()
    first = pg.pid('a')
    pg.wait_until(lambda: len(pg.sleepers()) == 1, 'the child runs')
    [child] = pg.sleepers()
    pg.open('gate')
    pg.wait_until(lambda: not processes.alive(first), 'the main process has ended')
    pg.wait_until(lambda: pg.status()['a']['pid'] is None, 'it is stopping')
    assert processes.alive(child)
    assert pg.lines('lives') == ['lived']
    result = pg.stop()
    assert re.search(r'WARNING: Killing these runaway processes', result.stderr)
    assert not processes.alive(child)
