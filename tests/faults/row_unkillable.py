"""Row 34: processes that not even SIGKILL ends: held in the kernel, by a tracer, in a frozen cgroup."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import processes
from hanging_files import READABLE, HangingFiles
from rows import NotRun, row

FREEZER = Path('/sys/fs/cgroup/freezer')
UNIFIED = (Path('/sys/fs/cgroup'), Path('/sys/fs/cgroup/unified'))


def cpu_ticks(pids):
    return sum(int(field) for pid in pids for field in processes.read(pid, 'stat').decode().rpartition(')')[2].split()[11:13])


def fails_to_stop(trial, pid, why):
    """And says who is held by whom, and so does the next one; ours do not spin meanwhile, and do everything else."""
    for _ in range(2):
        told = trial.pg.run('stop', 'a').failed()
        assert 'were killed and have not ended' in told.stderr and f'Process {pid} is {why}' in told.stderr, told.stderr
        assert "'a' failed to stop" in told.stderr and told.error == 'Some services failed to stop: a', told.stderr
    assert trial.pg.status('a')['a']['process'] == 'stopping'
    ours = trial.pg.our_processes()
    before, begin = cpu_ticks(ours), time.monotonic()
    time.sleep(trial.random.uniform(0.5, 1.5))
    ticks, seconds = cpu_ticks(ours) - before, time.monotonic() - begin
    # Which they need for the lines of the writer, and to look again.
    assert ticks <= 0.2 * seconds * os.sysconf('SC_CLK_TCK') + 2, f'ours keep a core busy: {ticks} ticks in {seconds:.1f} seconds'
    trial.check()
    trial.pg.start('w1')
    assert processes.alive(pid), 'it could be killed after all'


def ends_when_let_go(trial):
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'down', 'the stop has come to its end')
    trial.finish()


def start_stubborn(trial, body=None):
    trial.start_writers_only()
    trial.pg.service('a', body or '', files={'timeout-stop': 0.3})
    trial.pg.start('a')
    return trial.main('a').pid


def in_the_kernel(file, call, words):
    @row(34, f'a process waits in the kernel for a file system that does not answer, in {call}', namespaces=True)
    def waits(trial):
        mount = trial.root / 'mount'
        mount.mkdir()
        try:
            files = HangingFiles(mount)
        except OSError as error:
            raise NotRun(f'no FUSE for this user: {error}') from error
        try:
            pid = start_stubborn(trial, f'exec cat {trial.quoted(mount / file)}')
            assert files.asked.wait(60), 'it asks for the file'
            fails_to_stop(trial, pid, words.format(mount / file))
        finally:
            files.leave()
        ends_when_let_go(trial)
    return waits


in_the_kernel('file', 'openat', 'in the kernel, in openat')
in_the_kernel(READABLE, 'read', 'in the kernel, in read of {}')


@row(34, 'a process is traced by somebody who is stopped')
def traced(trial):
    if not shutil.which('strace'):
        raise NotRun('there is no strace')
    pid = start_stubborn(trial)
    strace = subprocess.Popen(['strace', '-qq', '-o', '/dev/null', '-p', str(pid)], stderr=subprocess.PIPE)
    try:
        trial.pg.wait_until(lambda: processes.status_field(pid, 'TracerPid') == str(strace.pid) or strace.poll() is not None,
                            'it is traced')
        if strace.poll() is not None:
            raise NotRun(f'strace may not: {strace.stderr.read().decode()}')
        strace.send_signal(signal.SIGSTOP)
        trial.pg.wait_until(lambda: processes.state(strace.pid) == 'T', 'the tracer is stopped')
        fails_to_stop(trial, pid, f'traced by {strace.pid} (strace), which is stopped')
    finally:
        strace.kill()
        strace.wait()
        strace.stderr.close()
    ends_when_let_go(trial)


class Frozen:
    """A cgroup of our own that is frozen while this lasts."""

    def __init__(self, parent, switch, on, off):
        self.path = parent / f'pgfault{os.getpid()}-{time.monotonic_ns()}'
        self.switch, self.on, self.off, self.parent = self.path / switch, on, off, parent
        try:
            self.path.mkdir()
            assert self.switch.exists()
        except (OSError, AssertionError) as error:
            raise NotRun(f'no cgroup of our own: {error}') from error

    def freeze(self, pid):
        (self.path / 'cgroup.procs').write_text(str(pid))
        self.switch.write_text(self.on)

    def thaw(self):
        self.switch.write_text(self.off)
        for pid in (self.path / 'cgroup.procs').read_text().split():
            with contextlib.suppress(ProcessLookupError):  # what was killed while it was frozen ends now
                (self.parent / 'cgroup.procs').write_text(pid)

    def leave(self, trial):
        trial.pg.wait_until(lambda: not (self.path / 'cgroup.procs').read_text(), 'the cgroup is empty')
        self.path.rmdir()


@row(34, 'a process is in a frozen cgroup (version 1)')
def frozen(trial):
    if not (FREEZER / 'cgroup.procs').exists():
        raise NotRun('no version 1 freezer is mounted here')
    cgroup = Frozen(FREEZER, 'freezer.state', 'FROZEN', 'THAWED')
    try:
        pid = start_stubborn(trial)
        cgroup.freeze(pid)
        trial.pg.wait_until(lambda: cgroup.switch.read_text().strip() == 'FROZEN', 'it is frozen')
        fails_to_stop(trial, pid, f'frozen in the cgroup /{cgroup.path.name}')
    finally:
        cgroup.thaw()
    ends_when_let_go(trial)
    cgroup.leave(trial)


@row(34, 'a process is in a frozen cgroup (version 2), where a kill ends it')
def frozen_unified(trial):
    parent = next((path for path in UNIFIED if (path / 'cgroup.controllers').exists()), None)
    if parent is None:
        raise NotRun('no version 2 cgroups are mounted here')
    cgroup = Frozen(parent, 'cgroup.freeze', '1', '0')
    try:
        pid = start_stubborn(trial, f'trap "" TERM\n{trial.pg.sleep} & wait')
        cgroup.freeze(pid)
        trial.pg.wait_until(lambda: 'frozen 1' in (cgroup.path / 'cgroup.events').read_text(), 'it is frozen')
        told = trial.pg.stop('a')
        assert 'Killing these runaway processes' in told.stderr and str(pid) in told.stderr, told.stderr
        assert trial.pg.sleepers() == [] and not processes.alive(pid)
        trial.finish()
    finally:
        cgroup.thaw()
        cgroup.leave(trial)
