"""Rows 9 to 11: a log that can't be written: no room, a limit, a directory that is closed, gone, or somebody else's."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import time

import observer
from playground import NOBODY
from rows import NotRun, row
from succession import lost_keepers

MANY = 45000  # lines: more than a small file system and a pipe hold, and fewer than are rotated away
SAYS = 'log is not being written: '


def start_eager_writers(trial, count=1):
    """Once eager() was called they write so many lines as fast as they can."""
    trial.start_writers(count, pause=f'-e "{trial.file("eager")}" && $n < {MANY} ? 0 : 0.01')
    trial.wait_until_written('w1')


def eager(trial):
    trial.open('eager')


def warnings(trial):
    """What the status says of logs that are not being written: path and cause."""
    return [line.partition(SAYS)[2] for line in trial.pg.run('status').succeeded().stdout.splitlines() if SAYS in line]


def warns_once(trial, cause):
    """Of each log one line, with its path and the cause."""
    expected = [f'{trial.pg.log_file(name)}: {cause}' for name in trial.writers]
    assert warnings(trial) == expected, f'{warnings(trial)}, and should be {expected}'


def blocked(trial, cause):
    trial.pg.wait_until(lambda: len(warnings(trial)) == len(trial.writers), lambda: f'status warns of each log: {warnings(trial)}')
    warns_once(trial, cause)
    trial.pg.wait_until(lambda: all(trial.is_blocked(name) for name in trial.writers), 'the writers wait')
    trial.check()
    warns_once(trial, cause)


def resumed(trial, since):
    """What is in the pipe by now is written, and the service goes on."""
    trial.pg.wait_until(lambda: not warnings(trial), lambda: f'the logs are written again: {warnings(trial)}')
    trial.figure('resumed', time.monotonic() - since, at_most=2)
    for name in trial.writers:
        trial.wait_until_written(name, 100)
    trial.finish()


@contextlib.contextmanager
def small_file_system(trial):
    """On the directory of the logs of w1; gives what makes it larger."""
    logs = trial.pg.path / 'w1/logs'
    logs.mkdir(parents=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'logs', str(logs)], check=True)
    try:
        # With its name no other option is taken over, such as a user's number that is another one in here.
        yield lambda: subprocess.run(['mount', '-o', 'remount,size=64m', 'logs', str(logs)], check=True)
    finally:
        trial.pg.run('stop')
        subprocess.run(['umount', '--lazy', str(logs)], check=True)


NO_ROOM = 'No space left on device'


@row(9, 'the log file system is full, and later made larger', namespaces=True)
def disk_full(trial):
    with small_file_system(trial) as make_larger:
        start_eager_writers(trial)
        eager(trial)
        blocked(trial, NO_ROOM)
        make_larger()
        resumed(trial, time.monotonic())


@row(9, 'the log file system is full, and the logger is killed', namespaces=True)
def disk_full_and_killed(trial):
    with small_file_system(trial) as make_larger:
        start_eager_writers(trial)
        eager(trial)
        blocked(trial, NO_ROOM)
        for _ in range(3):
            trial.recovered('logger', trial.kill('logger'))
        blocked(trial, NO_ROOM)
        make_larger()
        resumed(trial, time.monotonic())


@row(9, 'the log file system is full, and the service is stopped', namespaces=True)
def disk_full_and_stopped(trial):
    with small_file_system(trial) as make_larger:
        trial.pg.service('b')
        start_eager_writers(trial)
        # It waits for its pipe, and does not see TERM.
        (trial.pg.path / 'w1/timeout-stop').write_text('1\n')
        eager(trial)
        trial.pg.wait_until(lambda: warnings(trial), 'status warns of the log')
        trial.pg.wait_until(lambda: trial.is_blocked('w1'), 'the writer waits')
        told = trial.pg.stop('w1').stderr
        waits = [line for line in told.splitlines() if 'w1/logs/current' in line]
        assert len(waits) == 1 and f'WARNING: playground/w1/logs/current: {NO_ROOM}; the last ' in waits[0], told
        assert 'bytes of its output wait, and are lost if the logger ends first' in waits[0], told
        left = observer.of_service(trial.pg.path / 'w1')
        assert not left, f'I6: left: {left}'
        trial.but('w1')
        lost_keepers(trial, 1)
        trial.check()
        make_larger()
        # The logger goes on, and has it all in the end.
        trial.pg.wait_until(lambda: not observer.misses(numbers(trial), observer.counted(trial.root / 'w1.count')), 'all is logged')
        trial.finish()


def numbers(trial):
    return observer.numbers_in_log(trial.pg.path / 'w1')


def may_write_files(trial, size):
    subprocess.run(['prlimit', '--pid', str(trial.ours('logger')), f'--fsize={size}:'], check=True)


@row(10, 'the logger may write files of some size only')
def file_size_limit(trial):
    start_eager_writers(trial, 2)
    may_write_files(trial, trial.pg.log_file('w1').stat().st_size + trial.random.randrange(1 << 20))
    eager(trial)
    blocked(trial, 'File too large')
    may_write_files(trial, 'unlimited')
    resumed(trial, time.monotonic())


@row(11, 'the log directory can\'t be entered any more')
def logs_closed(trial):
    trial.pg.become_ordinary_user()
    start_eager_writers(trial)
    logs = trial.pg.path / 'w1/logs'
    logs.chmod(0)
    eager(trial)
    blocked(trial, 'Permission denied')
    logs.chmod(0o755)
    resumed(trial, time.monotonic())


LARGEST_LOG_FILE = 10 << 20  # bytes
FILLER = '2026-01-01 00:00:00.000000000  pgctl filler ' + 'x' * 55 + '\n'


@row(11, 'the log directory is closed for writing when the log has to be rotated')
def logs_unwritable(trial):
    logs = trial.pg.path / 'w1/logs'
    logs.mkdir(parents=True)
    (logs / 'current').write_text(FILLER * ((LARGEST_LOG_FILE - (300 << 10)) // len(FILLER)))
    trial.pg.become_ordinary_user()
    start_eager_writers(trial)
    logs.chmod(0o555)
    eager(trial)
    blocked(trial, 'Permission denied')
    logs.chmod(0o755)
    resumed(trial, time.monotonic())
    assert len(list(logs.iterdir())) == 2, 'it was rotated'


def exchange(one, other):
    """At one moment, so that the logger never finds neither (man 2 renameat2)."""
    at_working_directory, exchange_both = -100, 2
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(at_working_directory, bytes(one), at_working_directory, bytes(other), exchange_both) != 0:
        raise OSError(ctypes.get_errno(), f'renameat2 {one} {other}')


def link_to_elsewhere(trial, owner):
    """Beside the log directory, and a directory that it leads to and that holds something."""
    elsewhere = trial.root / 'elsewhere'
    elsewhere.mkdir(mode=0o777)
    elsewhere.chmod(0o777)
    (elsewhere / 'current').write_text('precious')
    (elsewhere / 'current').chmod(0o666)
    aside = trial.root / 'aside'
    aside.symlink_to(elsewhere)
    os.lchown(aside, owner, owner)
    return aside, elsewhere


def foreign_link(whose, become, owner):
    @row(11, f'the log directory becomes a link {whose}, to elsewhere')
    def not_followed(trial):
        if not trial.is_root():
            raise NotRun('needs a second user, and so root')
        become(trial)
        start_eager_writers(trial)
        logs = trial.pg.path / 'w1/logs'
        aside, elsewhere = link_to_elsewhere(trial, owner)
        exchange(logs, aside)
        eager(trial)
        blocked(trial, 'Too many levels of symbolic links')
        assert (elsewhere / 'current').read_text() == 'precious' and len(list(elsewhere.iterdir())) == 1
        exchange(logs, aside)
        resumed(trial, time.monotonic())
        assert (elsewhere / 'current').read_text() == 'precious' and len(list(elsewhere.iterdir())) == 1
    return not_followed


foreign_link('of somebody else', lambda trial: None, NOBODY)
foreign_link('of root\'s, while an ordinary user\'s services run', lambda trial: trial.pg.become_ordinary_user(), 0)


@row(11, 'the log directory becomes a link of one\'s own, to elsewhere')
def logs_own_link(trial):
    start_eager_writers(trial)
    logs = trial.pg.path / 'w1/logs'
    aside, elsewhere = trial.root / 'aside', trial.root / 'elsewhere'
    (elsewhere / 'logs').mkdir(parents=True)
    aside.symlink_to(elsewhere / 'logs')
    exchange(logs, aside)
    trial.wait_until_written('w1', 50)
    exchange(logs, aside)
    trial.wait_until_written('w1', 50)
    assert warnings(trial) == []
    trial.writers.remove('w1')
    trial.finish()
    # The lines of that time are there, once, and the others in their place.
    there, here = observer.numbers_in_log(elsewhere), observer.numbers_in_log(trial.pg.path / 'w1')
    assert len(there) > 0 and there == list(range(there[0], there[0] + len(there)))
    wrong = observer.misses(sorted(there + here), observer.counted(trial.root / 'w1.count'))
    assert not wrong, f'I3: w1: {wrong}'


def tail_is_whole(trial, name):
    """Of a log that has lost its beginning: from the first line that is there, all up to the last that was written."""
    numbers = observer.numbers_in_log(trial.pg.path / name)
    assert numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers))), f'I3: {name}: {numbers[:3]} and on are not all there'
    written = observer.counted(trial.root / f'{name}.count')
    assert written <= numbers[-1] <= written + 1, f'I3: {name}: {written} lines were written, the last one in the log is {numbers[-1]}'


def moved_and_deleted(logs, aside):
    logs.rename(aside)
    shutil.rmtree(aside)


def deleted_in_place(logs, _):
    """The logger may make the file again before its directory is gone, which then stays."""
    subprocess.run(['rm', '-rf', str(logs)], stderr=subprocess.DEVNULL, check=False)


def deleted(how, delete, pause):
    @row(11, f'the log directory is deleted{how}')
    def logs_deleted(trial):
        trial.start_writers(1, pause)
        trial.wait_until_written('w1')
        current = trial.pg.log_file('w1')
        with current.open() as before:
            delete(current.parent, trial.root / 'aside')
            assert os.fstat(before.fileno()).st_nlink == 0, 'it was deleted'
        trial.pg.wait_until(lambda: current.exists() and current.stat().st_size > 0, 'the log is written again')
        trial.wait_until_written('w1')
        trial.pg.wait_until(lambda: not warnings(trial), lambda: f'the log is written: {warnings(trial)}')
        trial.writers.remove('w1')
        trial.finish()
        tail_is_whole(trial, 'w1')
    return logs_deleted


deleted('', moved_and_deleted, 0.01)
deleted(' while the logger writes to it', deleted_in_place, 0.0005)


@row(11, 'the log directory is replaced by a file, and put right')
def logs_replaced(trial):
    start_eager_writers(trial)
    logs = trial.pg.path / 'w1/logs'
    aside = trial.root / 'aside'
    aside.write_text('not a directory')
    exchange(logs, aside)
    eager(trial)
    blocked(trial, 'Not a directory')
    assert logs.read_text() == 'not a directory'
    exchange(logs, aside)
    assert aside.read_text() == 'not a directory'
    resumed(trial, time.monotonic())


@row(11, 'the log becomes a link to another file')
def log_becomes_link(trial):
    start_eager_writers(trial)
    victim = trial.root / 'victim'
    victim.write_text('precious')
    current, aside = trial.pg.log_file('w1'), trial.root / 'aside'
    aside.symlink_to(victim)
    exchange(current, aside)
    eager(trial)
    blocked(trial, 'Too many levels of symbolic links')
    exchange(current, aside)
    resumed(trial, time.monotonic())
    assert victim.read_text() == 'precious'
