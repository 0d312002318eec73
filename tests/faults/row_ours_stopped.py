"""Rows 7 and 8: our own processes are stopped for ten seconds."""

import fcntl
import os
import signal
import struct
import termios
import time

import observer
import processes
from lives import no_write_failed, start_hasty_writers
from rows import row
from succession import lost_keepers

LONGEST_LINE = 40  # bytes that a writer writes at once
STOPPED = 10  # seconds


@row(7, 'the supervisor is stopped, and each command says so')
def supervisor_stopped(trial):
    trial.start_writers()
    supervisor = trial.ours('supervisor')
    begin = time.monotonic()
    processes.kill([supervisor], signal.SIGSTOP)
    written = {name: trial.pg.log_file(name).stat().st_size for name in trial.writers}
    # One after the other, which takes about as long as it is to be stopped.
    for command in trial.random.sample((['status'], ['start', 'w1'], ['stop', 'w1'], ['restart', 'w1']), 4):
        says_stopped(trial, command)
    trial.pg.wait_until(lambda: time.monotonic() > begin + STOPPED, 'ten seconds are over')
    for name, size in written.items():
        trial.wait_until_written(name)
        trial.pg.wait_until(lambda: trial.pg.log_file(name).stat().st_size > size, f'the log of {name} grows')
    processes.kill([supervisor], signal.SIGCONT)
    # What it was asked meanwhile it does not do now: whoever asked was told that it failed.
    trial.finish()


def says_stopped(trial, command):
    begin = time.monotonic()
    told = trial.pg.run(*command).failed()
    trial.figure('told', time.monotonic() - begin, at_most=5)
    assert 'not responding (stopped)' in told.error, told.stderr


@row(7, 'the supervisor is stopped while commands wait for it')
def supervisor_stopped_under_commands(trial):
    trial.pg.service('a', ready=f'test -e {trial.quoted(trial.file("go"))}', files={'timeout-ready': 60, 'poll-ready': 0.05})
    trial.start_writers_only()
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['state'] == 'up', 'a is to become ready')
    supervisor = trial.ours('supervisor')
    processes.kill([supervisor], signal.SIGSTOP)
    told = start.result().failed()
    assert 'not responding (stopped)' in told.error, told.stderr
    processes.kill([supervisor], signal.SIGCONT)
    trial.open('go')
    main = trial.main('a')
    trial.pg.start('a')
    assert trial.main('a') == main, 'I1: what was wanted goes on being started, and is started once'
    trial.remember()
    trial.finish()


@row(8, 'the logger is stopped, and the services write on until their pipes are full')
def logger_stopped(trial):
    trial.writer('slow', pause=0.01)
    start_hasty_writers(trial, 2)
    logger = trial.ours('logger')
    begin = time.monotonic()
    processes.kill([logger], signal.SIGSTOP)
    trial.pg.wait_until(lambda: processes.state(logger) == 'T', 'the logger is stopped')
    for name in ('w1', 'w2'):
        trial.pg.wait_until(lambda: trial.is_blocked(name), f'{name} blocks')
        blocks_only_when_full(trial, name)
    says_that_the_logger_is_stopped(trial)
    trial.wait_until_written('slow', min(900, capacity(trial, 'slow') // 2 // LONGEST_LINE))
    assert not trial.is_blocked('slow'), 'a service blocks though its pipe is not full'
    while time.monotonic() < begin + STOPPED:
        blocks_only_when_full(trial, 'slow')
        trial.check()
    says_that_the_logger_is_stopped(trial)
    processes.kill([logger], signal.SIGCONT)
    for name in trial.writers:
        trial.wait_until_written(name)
    trial.pg.wait_until(lambda: 'log' not in trial.pg.run('status').stdout, 'status has nothing to say of the log any more')
    no_write_failed(trial)
    trial.finish()


@row(8, 'the logger is stopped, and a service is stopped meanwhile')
def logger_stopped_under_a_stop(trial):
    trial.start_writers(2)
    logger = trial.ours('logger')
    processes.kill([logger], signal.SIGSTOP)
    trial.pg.wait_until(lambda: processes.state(logger) == 'T', 'the logger is stopped')
    trial.wait_until_written('w2', 50)
    with trial.pg.within():
        trial.pg.stop('w2')
    left = [one.pid for one in observer.of_service(trial.pg.path / 'w2')]
    assert not left, f'I6: left: {processes.describe(left)}'
    trial.but('w2')
    lost_keepers(trial, 1)
    trial.check()
    processes.kill([logger], signal.SIGCONT)
    # What had not been written yet when it was stopped is in its log then.
    trial.finish()


def blocks_only_when_full(trial, name):
    assert not trial.is_blocked(name) or is_full(trial, name), f'{name} blocks, and its pipe is not full'


def says_that_the_logger_is_stopped(trial):
    told = trial.pg.run('status').succeeded().stdout
    for name in trial.writers:
        path = f'log is not being written: {trial.pg.log_file(name)}: the logger is stopped'
        assert path in told, f'{path!r} is not in {told}'


def output_of(trial, name):
    """The pipe that a service writes to, from which nothing is taken here."""
    return os.open(next(trial.pg.pghome.glob(f'**/.pgctl/services/{name}/output')), os.O_RDWR | os.O_NONBLOCK)


def capacity(trial, name):
    pipe = output_of(trial, name)
    try:
        return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)
    finally:
        os.close(pipe)


def is_full(trial, name):
    """A page of a pipe takes no part of a line that does not fit as a whole, and the first one may have been read in part."""
    pipe = output_of(trial, name)
    try:
        held, = struct.unpack('i', fcntl.ioctl(pipe, termios.FIONREAD, b'\0' * 4))
    finally:
        os.close(pipe)
    page = os.sysconf('SC_PAGE_SIZE')
    return held + capacity(trial, name) // page * LONGEST_LINE + page >= capacity(trial, name)
