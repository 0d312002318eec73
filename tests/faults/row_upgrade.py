"""Row 43: another program takes over below running services, or fails to."""

import contextlib
import time

import observer
import processes
import what_runs
from lives import Ending
from load import Clients
from programs import Installed
from rows import row
from succession import await_end

UPGRADES = 100  # in a round that is not short
FAILURES = 5
IN_AN_UPGRADE = 2  # lives that end during one

FAULTS = [{'role': role, 'fault': fault}
          for fault in ('11', 'exit0', '6', 'exit1', '4', 'exit255', '9') for role in ('supervisor', 'logger')]
FAULTS.append({'state_format': 2})


def loaded(trial):
    """Writers, and a service that the clients change. Of ours the playground's keeper alone has to be the same to the end."""
    installed = Installed(trial.pg)
    trial.pg.service('load')
    trial.start_writers(2, pause=0.0005)
    trial.but('load')
    trial.harms('supervisor', 'logger')
    return installed


def keepers(trial):
    """Of the services that are expected to go on."""
    return {name: observer.identity(processes.parent(one.pid)) for name, one in trial.before.items()}


@contextlib.contextmanager
def the_same_keepers(trial):
    before = keepers(trial)
    yield
    assert keepers(trial) == before, f'the keepers were {before}, and are {keepers(trial)}'


def upgrade(trial, installed, version, **traits):
    installed.install(version, **traits)
    begin = time.monotonic()
    result = trial.pg.run('upgrade')
    return result, time.monotonic() - begin


@row(43, 'upgrades under load, one after the other')
def upgrades_under_load(trial):
    installed = loaded(trial)
    with the_same_keepers(trial), Clients(trial):
        for number in range(1, trial.times(UPGRADES, shorter=50) + 1):
            trial.wait_until_written('w1', 20)
            result, seconds = upgrade(trial, installed, f'6.0.{number}')
            assert result.returncode == 0, result.stderr
            # One of the clients may have been first.
            assert f'-> 6.0.{number}' in result.stderr or f'current: 6.0.{number}' in result.stderr, result.stderr
            assert what_runs.supervisor_status(trial.pg)['version'] == f'6.0.{number}'
            trial.figure('upgraded', seconds)
            trial.check()
    trial.wait_until_written('w1', 20)
    trial.finish()


def old_one_comes_back(trial, installed, words, **traits):
    trial.wait_until_written('w1', 20)
    result, seconds = upgrade(trial, installed, '6.0.1', **traits)
    assert result.returncode == 1 and words in result.stderr, f'{traits}: {result}'
    trial.figure('back', seconds)
    assert what_runs.supervisor_status(trial.pg)['version'] == '6.0.0', traits
    trial.wait_until_written('w1', 20)
    trial.check()


@row(43, 'the new program crashes, exits, or does not know the state, under load')
def upgrade_fails(trial):
    installed = loaded(trial)
    with the_same_keepers(trial), Clients(trial):
        for place in trial.places(len(FAULTS), FAILURES):
            old_one_comes_back(trial, installed, 'not upgraded, 6.0.0 goes on', **FAULTS[place])
    trial.finish()


@row(43, 'the new program never answers, under load')
def upgrade_hangs(trial):
    installed = loaded(trial)
    with Clients(trial):
        old_one_comes_back(trial, installed, 'did not get ready', role=('supervisor', 'logger')[trial.places(2, 1)[0]], fault='hang')
    trial.finish()


@row(43, 'a service ends while the program changes')
def exit_during_an_upgrade(trial):
    installed = Installed(trial.pg)
    ending = Ending(trial)
    trial.start_writers(1)
    trial.but('a')
    trial.harms('supervisor', 'logger')
    ending.end_lives(trial.times(IN_AN_UPGRADE), lambda life: ends_during_an_upgrade(trial, installed, ending, life))
    trial.finish()


def ends_during_an_upgrade(trial, installed, ending, life):
    """Whether status was asked soon enough to show it."""
    installed.install(f'6.0.{life}')
    main = trial.main('a')
    command = trial.pg.begin('upgrade')
    time.sleep(trial.random.uniform(0, 0.05))
    ending.end_life()
    await_end(main.pid)
    command.result().succeeded()
    return ending.told_rightly(life)
