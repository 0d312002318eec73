"""No lie: what a command says with exit status 0 is what /proc shows, and with any other it says why."""

import json
import time

import observer
import processes

SHORT = {'PGCTL_TIMEOUT': '5'}
# Seconds; whoever is not answered at all gives up after sixty.
LONGEST_ANSWER = 50


def ask(trial, *command, env=None):
    """A command that may fail, but neither silently nor wrongly."""
    before = seen(trial)
    return judge(trial, command, trial.pg.begin(*command, env={**SHORT, **(env or {})}).result(LONGEST_ANSWER), before)


def judge(trial, command, told, before):
    """`before`: what was seen before it was asked."""
    at = ticks()
    if told.returncode != 0:
        told.failed()
        assert told.errors, f'{command} failed without a word: {told.stderr}'
    elif 'status' in command:
        judge_status(trial, json.loads(told.stdout), before, at)
    else:
        judge_change(trial, command, at)
    return told


def ticks():
    """Now, as the kernel counts when a process was started."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * observer.boot_ticks_per_second()) + 1


def seen(trial):
    """Service → its main processes."""
    return {one.name: observer.main_processes(one) for one in trial.pg.path.iterdir()}


def judge_status(trial, status, before, at):
    after = seen(trial)
    for name, told in status.items():
        # Where it has changed meanwhile, or is about to, both may be said.
        if before[name] != after[name] or told['process'] is not None:
            continue
        if told['pid'] is None:
            assert told['state'] == 'down' and not after[name], f'{name} is said to be {told}, and runs as {after[name]}'
        else:
            assert told['state'] != 'down', f'{name} is said to be {told}'
            assert runs_since(trial, name, at).pid == told['pid'], f'{name} is said to be {told}, and runs as {after[name]}'


def judge_change(trial, command, at):
    verb, names = command[0], [word for word in command[1:] if not word.startswith('-')]
    for name in names or [one.name for one in trial.pg.path.iterdir()]:
        if verb == 'stop':
            left = [one.pid for one in observer.of_service(trial.pg.path / name)]
            assert not left, f'{command} succeeded, and {processes.describe(left)} is left'
        else:
            runs_since(trial, name, at)


def runs_since(trial, name, at):
    """It has to have been there `at` that moment. For an instant, while it begins, a process shows nothing of its environment."""
    path = trial.pg.path / name
    mains = trial.pg.wait_until(lambda: observer.main_processes(path), f'{name} runs, as was said')
    assert len(mains) == 1, f'{name} runs as {processes.describe([one.pid for one in mains])}'
    assert mains[0].started <= at, f'{name} was started only after it was said to run'
    return mains[0]
