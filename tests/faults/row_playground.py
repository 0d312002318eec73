"""Row 29: the playground is moved, deleted, made anew, replaced, while its services run."""

import json
import shutil

import observer
import processes
from row_logs import SAYS, tail_is_whole
from rows import row


def named(trial):
    """The services by their absolute paths, which need no playground to be found."""
    return [str(trial.pg.path / name) for name in sorted(trial.before)]


def go_on(trial):
    """The services run as before, and are said to; of ours the same processes do, and hold no more than before."""
    status = json.loads(trial.pg.run('--json', 'status', *named(trial)).succeeded().stdout)
    for name, one in trial.before.items():
        assert trial.main(name) == one, f'I1: {name} was started again'
        told = status.get(name) or status[str(trial.pg.path / name)]
        assert told['pid'] == one.pid and told['state'] == 'ready', f'I2: {name} runs as {one}, and is said to be {told}'
    for role, one in trial.ours_before.items():
        assert observer.identity(trial.ours(role)) == one, f'our {role} was {one}'
    for name in trial.writers:
        trial.wait_until_written(name)
    trial.check_cost()


def away(trial):
    """How many lines each writer had written, and are in its log, just before the playground is moved away."""
    written = {name: observer.counted(trial.root / f'{name}.count') for name in trial.writers}
    for name, count in written.items():
        trial.pg.wait_until(lambda name=name, count=count: len(observer.numbers_in_log(trial.pg.path / name)) >= count,
                            f'what {name} has written is in its log')
    return written


def delete(trial):
    """At one moment, before something new is written into what is half gone."""
    aside = trial.pg.project / 'aside'
    trial.pg.path.rename(aside)
    shutil.rmtree(aside)


def warned(trial):
    """Of each log that it is not being written, with its path."""
    told = trial.pg.run('status', *named(trial)).succeeded().stdout
    return all(f'{SAYS}{trial.pg.log_file(name)}: ' in told for name in trial.writers)


def ends_by_path(trial):
    result = trial.pg.run('stop', *named(trial)).succeeded()
    left = processes.mentioning(trial.root)
    assert not left, f'I6: left: {processes.describe(left)} after {result.stderr}'


def whole_where_they_went(trial, elsewhere, until):
    """What was written up to the move is there, and nothing torn or out of its order behind it."""
    for name, count in until.items():
        wrong = observer.misses(observer.numbers_in_log(elsewhere / name), count)
        assert not wrong, f'I3: {name}: {wrong}'


def logs_are_written(trial):
    trial.pg.wait_until(lambda: SAYS not in trial.pg.run('status', *named(trial)).stdout, 'the logs are written')
    for name in trial.writers:
        trial.wait_until_written(name)


@row(29, 'the playground is moved, and comes back')
def moved(trial):
    trial.start_writers(2)
    elsewhere = trial.pg.project / 'elsewhere'
    trial.pg.path.rename(elsewhere)
    trial.pg.wait_until(lambda: warned(trial), 'status says so')
    go_on(trial)
    elsewhere.rename(trial.pg.path)
    logs_are_written(trial)
    trial.finish()


@row(29, 'the playground is moved for good')
def moved_for_good(trial):
    trial.start_writers(2)
    elsewhere = trial.pg.project / 'elsewhere'
    until = away(trial)
    trial.pg.path.rename(elsewhere)
    trial.pg.wait_until(lambda: warned(trial), 'status says so')
    go_on(trial)
    ends_by_path(trial)
    whole_where_they_went(trial, elsewhere, until)
    assert not trial.pg.path.exists(), 'it was made again'


@row(29, 'the playground is moved, and a copy is put in its place')
def moved_and_copied(trial):
    trial.start_writers(2)
    elsewhere = trial.pg.project / 'elsewhere'
    trial.pg.path.rename(elsewhere)
    shutil.copytree(elsewhere, trial.pg.path, ignore=shutil.ignore_patterns('logs'))
    go_on(trial)
    logs_are_written(trial)
    trial.check()
    writers, trial.writers = trial.writers, []
    trial.finish()
    for name in writers:
        numbers = observer.numbers_in_log(elsewhere / name) + observer.numbers_in_log(trial.pg.path / name)
        wrong = observer.misses(numbers, observer.counted(trial.root / f'{name}.count'))
        assert not wrong, f'I3: {name}: {wrong}'


@row(29, 'the playground is deleted')
def deleted(trial):
    trial.start_writers(2)
    delete(trial)
    trial.pg.wait_until(lambda: warned(trial), 'status says so')
    go_on(trial)
    ends_by_path(trial)
    assert not trial.pg.path.exists(), 'it was made again'


@row(29, 'the playground is deleted, and made anew without its services')
def emptied(trial):
    trial.start_writers(2)
    delete(trial)
    trial.pg.path.mkdir()
    trial.pg.wait_until(lambda: warned(trial), 'status says so')
    go_on(trial)
    trial.pg.run('stop').succeeded()
    left = processes.mentioning(trial.root)
    assert not left, f'I6: stop without names finds what runs, and left {processes.describe(left)}'
    assert list(trial.pg.path.iterdir()) == [], 'services were made again'


@row(29, 'the playground is deleted, and made anew as it was')
def made_anew(trial):
    trial.start_writers(2)
    copy = trial.pg.project / 'copy'
    shutil.copytree(trial.pg.path, copy, ignore=shutil.ignore_patterns('logs'))
    delete(trial)
    copy.rename(trial.pg.path)
    go_on(trial)
    logs_are_written(trial)
    writers, trial.writers = trial.writers, []
    trial.finish()
    for name in writers:
        tail_is_whole(trial, name)


def replaced_by_file(ending, how):
    @row(29, f'the playground is replaced by a file{ending}')
    def replaced(trial):
        trial.start_writers(2)
        elsewhere = trial.pg.project / 'elsewhere'
        until = away(trial)
        trial.pg.path.rename(elsewhere)
        trial.pg.path.write_text('no playground')
        trial.pg.wait_until(lambda: warned(trial), 'status says so')
        go_on(trial)
        assert trial.pg.path.read_text() == 'no playground'
        how(trial, elsewhere, until)
    return replaced


def comes_back(trial, elsewhere, until):
    trial.pg.path.unlink()
    elsewhere.rename(trial.pg.path)
    logs_are_written(trial)
    trial.finish()


def is_stopped(trial, elsewhere, until):
    ends_by_path(trial)
    assert trial.pg.path.read_text() == 'no playground'
    whole_where_they_went(trial, elsewhere, until)
    trial.pg.path.unlink()


replaced_by_file(', and comes back', comes_back)
replaced_by_file(' for good', is_stopped)
