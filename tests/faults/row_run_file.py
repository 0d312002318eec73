"""Rows 30 and 31: `run` is changed while it runs, or can't be executed at all."""

import datetime
import errno
import os
import resource
import shutil
import subprocess
import time

import processes
from executables import await_no_writer
from rows import NotRun, row

# The shell reads on when it has come to the end of these, and not before.
FAR_APART = '# nothing\n' * 20000


def becomes_another(trial, word):
    """By then the shell has become the program that it executed."""
    return f'#!/bin/sh\necho {word}\nexec {trial.pg.sleep}\n'


def is_read_whole(trial, word):
    """Before it does anything."""
    return f'''#!/usr/bin/perl
$| = 1; $SIG{{TERM}} = sub {{ exit }}; print "{word}\\n";
select(undef, undef, undef, 0.05) until -e '{trial.file("gate")}';
print "{word} goes on\\n"; sleep 1 while 1;
'''


def is_read_on(trial, word):
    """While it runs."""
    return f'#!/bin/sh\necho {word}\n{trial.waits("gate")}\n{FAR_APART}echo {word} goes on\nexec {trial.pg.sleep}\n'


def rename_over(run, content):
    beside = run.with_name('run.new')
    beside.write_text(content)
    beside.chmod(0o755)
    beside.rename(run)


def write_in_place(run, content):
    with run.open('r+') as file:
        file.write(content)
        file.truncate()


def changed(how, change, old=(becomes_another, is_read_whole), startable=True):
    @row(30, f'`run` is {how} while it runs')
    def run_changed(trial):
        kinds = {body.__name__: body for body in old}
        for name, body in kinds.items():
            trial.pg.service(name, body(trial, 'old'))
        trial.start_writers(1)
        trial.pg.wait_until(lambda: all(trial.pg.log(name) == ['old'] for name in kinds), 'the old ones run')
        trial.remember()
        for name, body in kinds.items():
            change(trial.pg.path / name / 'run', body(trial, 'new'))
        trial.check()
        trial.open('gate')
        for name in set(kinds) - {'becomes_another'}:
            trial.pg.wait_until(lambda: trial.pg.log(name) == ['old', 'old goes on'], lambda: f'{name} goes on: {trial.pg.log(name)}')
        if not startable:
            refused_until_right(trial, kinds)
        trial.check()
        takes_the_new(trial, kinds)
        trial.finish(restarted=kinds)
    return run_changed


def refused_until_right(trial, kinds):
    """What can't be started again is not stopped either."""
    told = trial.pg.run('restart', *kinds).failed()
    for name, body in kinds.items():
        assert len([line for line in told.errors if f'playground/{name}/run' in line]) == 1, told.stderr
    trial.check()
    for name, body in kinds.items():
        rename_over(trial.pg.path / name / 'run', body(trial, 'new'))


def takes_the_new(trial, kinds):
    """The next start, by a command or after an end."""
    if trial.random.random() < 0.5:
        trial.pg.restart(*kinds)
    else:
        processes.kill([trial.main(name).pid for name in kinds])
    for name in kinds:
        trial.pg.wait_until(lambda: 'new' in trial.pg.log(name) and trial.pg.state(name) == 'ready',
                            lambda: f'{name} is new: {trial.pg.log(name)}')
        assert trial.pg.log(name).count('old') == 1, trial.pg.log(name)


changed('replaced by another file', rename_over, old=(becomes_another, is_read_whole, is_read_on))
changed('written over in its place', write_in_place)
changed('truncated', lambda run, content: os.truncate(run, 0), startable=False)
changed('deleted', lambda run, content: run.unlink(), old=(becomes_another, is_read_whole, is_read_on), startable=False)


def is_a_directory(run):
    run.unlink()
    run.mkdir()


def is_a_link(run, target):
    run.unlink()
    run.symlink_to(target)


# What becomes of `run`, what a start says of it, and what is said when it becomes so between two lives.
BROKEN = {
    'not executable': (lambda run: run.chmod(0o644), 'is not executable', 'Permission denied'),
    'without its interpreter': (lambda run: run.write_text('#!/no/such/interpreter\n'),
                                ':1: its interpreter /no/such/interpreter does not exist',
                                'No such file or directory (interpreter /no/such/interpreter)'),
    'with CRLF line ends': (lambda run: run.write_bytes(b'#!/bin/sh\r\nexec sleep 1000\r\n'), ':1: has CRLF line ends',
                            'No such file or directory (interpreter /bin/sh\\r)'),
    'no program': (lambda run: run.write_bytes(b'\x7fELFnot really'), 'exec: Exec format error', 'Exec format error'),
    'a directory': (is_a_directory, 'is a directory', 'Permission denied'),
    'a link to itself': (lambda run: is_a_link(run, 'run'), 'Too many levels of symbolic links', 'Too many levels of symbolic links'),
    'a link to nothing': (lambda run: is_a_link(run, 'nowhere'), 'No such file or directory', 'No such file or directory'),
}
PAUSES = (1, 2, 4, 8, 10, 10, 10, 10)  # seconds between two tries
TRIES = 5  # that are waited for; that the pauses stay at ten seconds is the model's, and its tests' (lives_test.cc)


def fails_with_one_message(trial, service, cause, **options):
    """That names the file and says what is wrong with it."""
    told = trial.pg.run('start', service, **options).failed()
    about = [line for line in told.errors if f'playground/{service}/run:' in line]
    assert len(about) == 1 and cause in about[0], f'{cause}: {told.stderr}'


@row(31, '`run` can\'t be executed')
def run_broken(trial):
    trial.start_writers(1)
    for number, (damage, cause, _) in enumerate(BROKEN.values()):
        service = f's{number}'
        trial.pg.service(service)
        damage(trial.pg.path / service / 'run')
        fails_with_one_message(trial, service, cause)
        shutil.rmtree(trial.pg.path / service)
    trial.finish()


def repair(trial, run):
    shutil.rmtree(run) if run.is_dir() else run.unlink()
    trial.pg.script(run, f'exec {trial.pg.sleep}')


def stamped(line):
    """When, in seconds since the epoch; to the microsecond."""
    return datetime.datetime.fromisoformat(line[:26]).timestamp()


def tries(trial, service, cause):
    """When it was tried, in seconds since the epoch, as the log says."""
    said = f'  pgctl: ./run: exec: {cause}'
    return [stamped(line) for line in trial.pg.log_file(service).read_text().splitlines() if line.endswith(said)]


def backs_off(begin, moments):
    """Each try may have been late, and is told of late, and none comes too soon."""
    for number, moment in enumerate(moments):
        least = sum(PAUSES[:number])
        assert moment - begin > 0.99 * least, f'try {number + 1} came {moment - begin} seconds after the first, and should take {least}'


def why_down(trial, service):
    return trial.pg.run('status', service).succeeded().stdout


@row(31, '`run` can\'t be executed any more when it has to be started again')
def run_breaks(trial):
    services = {f's{number}': kind for number, kind in enumerate(BROKEN.values())}
    for name in services:
        trial.pg.service(name)
    trial.start_writers(1)
    trial.but(*services)
    mains = [trial.main(name).pid for name in services]
    for name, (damage, _, _) in services.items():
        damage(trial.pg.path / name / 'run')
    begin = time.time()
    processes.kill(mains)
    for name, (_, _, cause) in services.items():
        trial.pg.wait_until(lambda: len(tries(trial, name, cause)) >= (3 if trial.short else TRIES),
                            lambda: f'{name} is tried again: {trial.pg.log(name)}')
        assert f'exec: {cause}' in why_down(trial, name), why_down(trial, name)
    for name in services:
        repair(trial, trial.pg.path / name / 'run')
    for name, (_, _, cause) in services.items():
        trial.pg.wait_until(lambda: trial.pg.state(name) == 'ready', lambda: f'{name} is tried again: {trial.pg.log(name)}')
        backs_off(begin, tries(trial, name, cause))
    trial.finish()


def stack_of_8_mib():
    """A quarter of it is what arguments and environment may take (man 2 execve)."""
    resource.setrlimit(resource.RLIMIT_STACK, (8 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def filled(size):
    """An environment of this many bytes more, in variables that are none of them too long."""
    most = 100000
    return {f'FILLED{number:03}': 'x' * min(most, size - begin) for number, begin in enumerate(range(0, size, most))}


def command_fits(trial, size):
    """Of a command that has the same number of bytes, and does nothing."""
    try:
        trial.pg.run('start', 'b', env=filled(size), preexec_fn=stack_of_8_mib).failed()
    except OSError as error:
        assert error.errno == errno.E2BIG
        return False
    return True


@row(31, 'the environment is too big for a service, and just not for the command')
def environment_too_big(trial):
    trial.start_writers(1)
    trial.pg.service('a')
    fits, too_big = 0, 16 << 20
    while too_big - fits > 1:
        middle = (fits + too_big) // 2
        fits, too_big = (middle, too_big) if command_fits(trial, middle) else (fits, middle)
    fails_with_one_message(trial, 'a', 'exec: Argument list too long', env=filled(fits), preexec_fn=stack_of_8_mib)
    trial.finish()


@row(31, '`run` is being written to by somebody')
def text_busy(trial):
    trial.start_writers(1)
    trial.pg.service('a')
    run = trial.pg.path / 'a/run'
    with run.open('r+b'):
        try:
            subprocess.run([run], timeout=0.1, capture_output=True)
        except OSError as error:
            assert error.errno == errno.ETXTBSY
        except subprocess.TimeoutExpired:
            raise NotRun('this kernel executes what is being written to') from None
        fails_with_one_message(trial, 'a', 'exec: Text file busy')
    await_no_writer(run)
    trial.pg.start('a')
    trial.pg.stop('a')
    trial.finish()
