"""Row 41: readiness that was not earned by the life that it would be said of."""

import observer
import processes
from rows import row

NOTIFIES = {'notification-fd': 3}


def lives_end_under_their_checks(trial):
    """Each life ends when its check has begun, and the check passes when that life is over, as if somebody else had answered it."""
    place = trial.quoted(trial.root)
    trial.pg.service('a', f'''cd {place}
echo $$ >> lives; life=$(wc -l < lives)
until test -e check.$life; do sleep 0.01; done
exit 1''', ready=f'''cd {place}
check=$(( $(ls check.* | wc -l) + 1 ))
until test $(wc -l < lives) -ge $check; do sleep 0.01; done
touch check.$check
while kill -0 $(sed -n ${{check}}p lives) 2>/dev/null; do sleep 0.01; done
exit 0''', files={'poll-ready': 0.02})


@row(41, 'a foreign process answers the check, when the life that it was for is over')
def foreign_answer(trial):
    trial.start_writers(1)
    lives_end_under_their_checks(trial)
    start = trial.pg.begin('start', 'a')
    while len(trial.pg.lines('lives')) < 4:
        assert start.running() and trial.pg.state('a') != 'ready', 'a life is ready that was over when its check passed'
    trial.pg.stop('a')
    assert 'Started: a' not in start.result().failed().stderr
    trial.finish()


@row(41, 'a check would pass, and the service has been killed meanwhile')
def late_answer(trial):
    """The check that waited was for another life by then."""
    trial.start_writers(1)
    checks = trial.file('checks')
    trial.pg.service('a', ready=f'echo >> {trial.quoted(checks)}\n{trial.waits("gate")}')
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(checks.exists, 'it is checked')
    first = trial.main('a')
    processes.kill([first.pid])
    # Before, it lives: a check that passes then has proven it.
    trial.pg.wait_until(lambda: not observer.lives(first), 'it has ended')
    trial.open('gate')
    start.result().succeeded()
    assert trial.pg.state('a') == 'ready' and trial.main('a') != first
    assert len(trial.pg.lines('checks')) >= 2, 'the life that is ready was not checked itself'
    trial.pg.stop('a')
    trial.finish()


def stays_up(trial):
    """Only another life has said that it is ready. Whatever of that was on its way has been read when others have started and stopped."""
    trial.pg.service('b')
    for _ in range(3):
        assert trial.pg.state('a') == 'up', 'the life that runs has not said that it is ready'
        trial.pg.start('b')
        trial.pg.stop('b')
    assert trial.pg.state('a') == 'up', 'the life that runs has not said that it is ready'
    trial.pg.stop('a')
    trial.finish()


def sleeps_in_its_second_life(trial, first_life):
    first = trial.quoted(trial.file('first'))
    trial.pg.service('a', f'test -e {first} && exec {trial.pg.sleep}\ntouch {first}\n{first_life}', files=NOTIFIES)


@row(41, 'readiness is notified by a life that is over')
def notify_and_exit(trial):
    trial.start_writers(1)
    sleeps_in_its_second_life(trial, f'echo >&3\n{trial.waits("go")}')
    trial.pg.start('a')
    trial.open('go')
    trial.pg.wait_until(trial.pg.sleepers, 'the second life runs')
    stays_up(trial)


@row(41, 'readiness is notified by a life that ends with it')
def notify_as_the_last_word(trial):
    trial.start_writers(1)
    sleeps_in_its_second_life(trial, 'echo >&3')
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(trial.pg.sleepers, 'the second life runs')
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'] == trial.main('a').pid, 'its pid is known')
    stays_up(trial)
    start.result()  # the first life may have been seen to be ready


def grandchild_notifies(trial):
    """Of its process set, left in the background, when a gate opens."""
    gate, notified = trial.quoted(trial.file('gate')), trial.quoted(trial.file('notified'))
    return f'( ( until test -e {gate}; do sleep 0.05; done; echo >&3; touch {notified} ) & )'


@row(41, 'readiness is notified by a grandchild')
def own_grandchild(trial):
    trial.start_writers(1)
    trial.pg.service('a', f'{grandchild_notifies(trial)}\nexec {trial.pg.sleep}', files=NOTIFIES)
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'up', 'a lives')
    trial.open('gate')
    start.result().succeeded()
    assert trial.pg.state('a') == 'ready'
    trial.pg.stop('a')
    trial.finish()


@row(41, 'readiness is notified by a grandchild of a life that is over')
def stale_grandchild(trial):
    trial.start_writers(1)
    sleeps_in_its_second_life(trial, f'{grandchild_notifies(trial)}\nexit 1')
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(trial.pg.sleepers, 'the second life runs')
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'up', 'a lives again')
    trial.open('gate')
    trial.pg.wait_until(trial.file('notified').exists, 'the grandchild has said it')
    stays_up(trial)
    assert 'Started: a' not in start.result().failed().stderr
