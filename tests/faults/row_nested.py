"""Row 47: services and checks that run pgctl on the playground they are in."""

import processes
from rows import row

# Ours for a service or two, what those run, and a few commands at once.
BOUND = 30


def wait_bounded(trial, condition, awaited):
    """And meanwhile there are never many processes."""
    def looked():
        found = processes.mentioning(trial.root)
        assert len(found) <= BOUND, f'{len(found)} processes: {processes.describe(found)}'
        return condition()
    trial.pg.wait_until(looked, awaited)


def ended(*commands):
    return lambda: not any(command.running() for command in commands)


@row(47, 'a service starts all, and so itself')
def starts_itself(trial):
    told, code = trial.quoted(trial.file('told')), trial.quoted(trial.file('code'))
    trial.pg.service('a', f'pgctl start > {told} 2>&1\necho $? > {code}\nexec {trial.pg.sleep}')
    trial.pg.service('b')
    trial.writer('w1')
    start = trial.pg.begin('start')
    wait_bounded(trial, ended(start), 'the start has ended')
    start.result().succeeded()
    trial.pg.wait_until(lambda: trial.pg.text('code'), 'so has the one within')
    assert trial.pg.text('code') == '0\n', trial.pg.text('told')
    trial.remember()
    trial.finish()


def runs_the_helper(how, body, passes):
    @row(47, f'`ready` {how}')
    def helper_in_check(trial):
        """Which becomes what it is given, as in `run`; what it is meant for begins no second check."""
        checks = trial.file('checks')
        trial.pg.service('a', ready=body.replace('CHECKS', trial.quoted(checks)), files={'poll-ready': 0.02, 'poll-down': 0.05})
        trial.start_writers_only()
        start = trial.pg.begin('start', 'a')
        wait_bounded(trial, lambda: len(trial.pg.lines('checks')) >= 20, 'it is checked again and again')
        if passes:
            trial.pg.wait_until(lambda: trial.pg.state('a') == 'ready', 'it is ready')
            start.result().succeeded()
            trial.pg.stop('a')
        else:
            trial.pg.stop('a')
            start.result().failed()
        trial.check()
        assert trial.pg.sleepers() == []
        trial.finish()
    return helper_in_check


runs_the_helper('runs pgctl-poll-ready, with what passes', 'echo >> CHECKS\nexec pgctl-poll-ready true', True)
runs_the_helper('runs pgctl-poll-ready, with what fails', 'echo >> CHECKS\nexec pgctl-poll-ready false', False)
runs_the_helper('runs pgctl-poll-ready as a child, and passes', 'echo >> CHECKS\npgctl-poll-ready true && pgctl-poll-ready true', True)


@row(47, '`ready` runs pgctl-poll-ready, with itself')
def check_of_itself(trial):
    """For ever, but as one process; it does not end, and is killed with its service."""
    checks = trial.file('checks')
    trial.pg.service('a', ready=f'echo >> {trial.quoted(checks)}\nsleep 0.01\nexec pgctl-poll-ready ./ready')
    trial.start_writers_only()
    start = trial.pg.begin('start', 'a')
    wait_bounded(trial, lambda: len(trial.pg.lines('checks')) >= 50, 'it runs itself')
    trial.check()
    trial.pg.stop('a')
    start.result().failed()
    trial.finish()


@row(47, 'a service restarts itself, and a check restarts its service')
def restarts_itself(trial):
    lives = trial.quoted(trial.file('lives'))
    trial.pg.service('a', f'echo >> {lives}\ntest $(wc -l < {lives}) -ge 3 || pgctl restart a\nexec {trial.pg.sleep}')
    checked = trial.quoted(trial.file('checked'))
    trial.pg.service('b', ready=f'echo >> {checked}\ntest $(wc -l < {checked}) -ge 3 || pgctl restart b\ntrue')
    trial.start_writers_only()
    start = trial.pg.begin('start', 'a', 'b')
    wait_bounded(trial, lambda: len(trial.pg.lines('lives')) == 3 and len(trial.pg.lines('checked')) >= 3 and
                         [trial.pg.state(name) for name in 'ab'] == ['ready', 'ready'], 'the last lives are ready')
    assert start.result().returncode in (0, 1)
    assert len(trial.pg.sleepers()) == 2
    trial.pg.stop('a', 'b')
    trial.finish()
