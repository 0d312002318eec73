"""Row 28: the directory with our socket, FIFOs and state is deleted, in part or whole."""

import shutil
import time

import processes
from control_socket import runtime
from rows import row


def delete(trial, directory):
    """Until the services are found again."""
    harms(trial)
    # What deletes may be so slow that some of it is there again meanwhile.
    shutil.rmtree(directory, ignore_errors=True)
    found_again(trial, time.monotonic())


def found_again(trial, since):
    trial.pg.wait_until(lambda: all(one['pid'] for one in trial.pg.status().values()), 'the services are found again')
    trial.figure('found', time.monotonic() - since, at_most=2)


def harms(trial):
    """Supervisor and logger come back, to find everything in its place."""
    trial.harms('supervisor', 'logger')


def finish(trial, fds_each=2):
    """While they go on, what they write to is held besides what is in its place now: their keepers' and the logger's."""
    for name in trial.writers:
        trial.wait_until_written(name)
    trial.check()
    trial.check_cost(fds_more=1 + fds_each * len(trial.pg.status()))
    trial.stop()


def deleted(name, directory):
    @row(28, f'{name} is deleted')
    def runtime_deleted(trial):
        trial.start_writers(2)
        delete(trial, directory(trial))
        finish(trial)
    return runtime_deleted


deleted('.pgctl/', runtime)
deleted('the whole runtime directory', lambda trial: trial.pg.pghome)
deleted('what the whole runtime directory is in', lambda trial: trial.pg.runtime)


@row(28, '.pgctl/ is deleted again and again')
def deleted_again(trial):
    trial.start_writers(2)
    for _ in range(3):
        delete(trial, runtime(trial))
        for name in trial.writers:
            trial.wait_until_written(name)
    finish(trial)


@row(28, 'what is in .pgctl/ is deleted')
def runtime_emptied(trial):
    trial.start_writers(2)
    harms(trial)
    shutil.rmtree(runtime(trial) / 'services', ignore_errors=True)
    for entry in runtime(trial).iterdir():
        entry.unlink() if not entry.is_dir() else shutil.rmtree(entry, ignore_errors=True)
    found_again(trial, time.monotonic())
    finish(trial)


@row(28, 'one entry of .pgctl/ after the other is deleted')
def runtime_deleted_piecemeal(trial):
    trial.start_writers(2)
    entries = sorted(entry.name for entry in runtime(trial).iterdir())
    trial.random.shuffle(entries)
    harms(trial)
    for name in entries:
        entry = runtime(trial) / name
        shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
        found_again(trial, time.monotonic())
        trial.check()
    finish(trial)


@row(28, 'one of the FIFOs in .pgctl/ is deleted while the next supervisor begins')
def deleted_under_a_successor(trial):
    trial.start_writers(2)
    harms(trial)
    for _ in range(trial.times(50)):
        trial.kill('supervisor')
        time.sleep(trial.random.uniform(0, 0.006))
        (runtime(trial) / trial.random.choice(['keeper', 'logger', 'events'])).unlink(missing_ok=True)
        found_again(trial, time.monotonic())
    finish(trial)


def used_at_once(command):
    @row(28, f'.pgctl/ is deleted, and the next command is a {command} at once')
    def runtime_deleted_and_used(trial):
        trial.start_writers(2)
        harms(trial)
        shutil.rmtree(runtime(trial), ignore_errors=True)
        if command == 'start':
            trial.pg.start()
            finish(trial)
        else:
            trial.stop()
    return runtime_deleted_and_used


used_at_once('start')
used_at_once('stop')


@row(28, "a service's files are deleted, and whoever knew what was in them is killed")
def known_to_nobody(trial):
    trial.pg.service('a', f'echo "started with $GIVEN, umask $(umask)"\nexec {trial.pg.sleep}')
    trial.pg.env['GIVEN'] = 'this'
    words = 'started with this, umask 0027'
    trial.pg.begin('-c', 'umask 0027; exec pgctl start a', program='sh').result().succeeded()
    trial.start_writers(2)
    trial.but('a')
    trial.pg.wait_until(lambda: trial.pg.log('a') == [words], lambda: f'a runs: {trial.pg.log("a")}')
    harms(trial)
    shutil.rmtree(runtime(trial) / 'services' / 'a')
    if trial.random.random() < 0.5:
        (runtime(trial) / 'state').unlink()
    trial.recovered('supervisor', trial.kill('supervisor'))
    trial.pg.wait_until(lambda: (runtime(trial) / 'services' / 'a' / 'spawn').exists(), 'the files are there again')
    processes.kill([trial.main('a').pid])
    trial.pg.wait_until(lambda: trial.pg.log('a') == [words] * 2 and len(trial.pg.sleepers()) == 1,
                        lambda: f'the next life of a has what the first had: {trial.pg.log("a")}, {trial.pg.run("status", "a").stdout}')
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'ready', 'a is ready')
    finish(trial)


@row(28, '.pgctl/ is deleted, and later faults are survived as ever')
def runtime_deleted_and_more(trial):
    go = trial.quoted(trial.file('go'))
    trial.pg.service('a', f'echo "started with $GIVEN"\ntest -e {go} || {{ {trial.waits("go")}; exit 3; }}\nexec {trial.pg.sleep}')
    trial.pg.env['GIVEN'] = 'this'
    trial.start_writers(2)
    trial.but('a')
    delete(trial, runtime(trial))
    roles = ['logger', 'supervisor', 'keeper', 'logger']
    trial.random.shuffle(roles)
    for role in roles:
        trial.wait_until_written('w1', 50)
        trial.recovered(role, trial.kill(role))
    trial.open('go')
    trial.pg.wait_until(lambda: trial.pg.log('a') == ['started with this'] * 2 and len(trial.pg.sleepers()) == 1,
                        lambda: f'the next life of a has the environment of the first, after {roles} were killed: {trial.pg.log("a")}, '
                                f'{trial.pg.run("status", "a").stdout}, {processes.describe(trial.pg.our_processes())}')
    # The keepers whose parent was killed are watched by a descriptor each.
    finish(trial, fds_each=3)
