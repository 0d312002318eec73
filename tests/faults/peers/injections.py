"""The injections that make sense for every program that supervises: each is done to a running one, and says in numbers what came of it.

Everything that is counted is counted by ../observer.py and ../../harness/processes.py, from /proc and the log files."""

import os
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import observer
import processes
from peer import await_condition

WRITER = 'writer'
# Each line is one write, with the life that wrote it; what was written for certain is counted in a file that outlives the life.
WRITER_SOURCE = r'''#!/usr/bin/perl
use Time::HiRes 'sleep';
my ($directory, $pause, $padding) = @ARGV;
open(my $count, '>', "$directory/$$.count") or die;
for (my $n = 1; ; ++$n) {
    my $line = "$$ $n " . 'x' x $padding . "\n";
    my $done = 0;
    while ($done < length $line) { $done += syswrite(STDOUT, $line, length($line) - $done, $done) // 0 }
    seek($count, 0, 0); syswrite($count, $n);
    sleep($pause);
}
'''
UNPRIVILEGED = 64999  # has no processes of its own, so that a limit on their number counts only ours
SETTLE = 3  # seconds in which a program that does something late and wrong does it


@dataclass(frozen=True)
class Injection:
    name: str
    inject: Callable
    unprivileged: bool = False
    namespaces: bool = False  # in a mount namespace of its own


INJECTIONS = []


def injection(name, **options):
    def add(function):
        INJECTIONS.append(Injection(name, function, **options))
        return function
    return add


class NotApplicable(Exception):
    """Says why this cannot be done to this program."""


# --- the service that writes, and what became of it


def run_writer(peer, pause=0.01, padding=20):
    program = peer.root / WRITER
    program.write_text(WRITER_SOURCE)
    program.chmod(0o755)
    (peer.root / 'counts').mkdir()
    peer.add(WRITER, f'exec {program} {peer.root}/counts {pause} {padding}')
    peer.give()


def launch_writer(peer):
    """Returns the identity of the writer that runs."""
    peer.launch()
    assert await_condition(lambda: writers(peer) and peer.status(WRITER) and peer.supervisor(WRITER)) is not None, 'it does not start'
    await_lines(peer)
    return writers(peer)[0]


def writers(peer):
    return observer.running(str(peer.root / WRITER))


def await_lines(peer, count=20):
    written = sum(observer.written_by_life(peer.root / 'counts').values())
    await_condition(lambda: sum(observer.written_by_life(peer.root / 'counts').values()) >= written + count, 5)


def kill_writers(peer):
    processes.kill([one.pid for one in writers(peer)])


def became(peer, before):
    """What runs, and whether what is shown is true: to be asked while all of it should be up."""
    now = writers(peer)
    shown = peer.status(WRITER)
    if shown is None:
        told = 'no status'
    else:
        told = 'status right' if [shown] == [one.pid for one in now] or (not now and shown == 0) else 'status wrong'
    return f"{len(now)} running{' (the same)' if before in now else ''}, {told}"


def logged(peer):
    """Lines lost and doubled, once nothing writes any more."""
    kill_writers(peer)
    lost, doubled = observer.lost_and_doubled(observer.written_by_life(peer.root / 'counts'), peer.log_directory(WRITER))
    return f'{lost} lost, {doubled} doubled'


def stopped(peer):
    """Stops the writer as documented, and tells what of it is alive when that has returned."""
    code = peer.stop(WRITER)
    left = len(writers(peer))
    return f"{left} left{'' if code == 0 else f' (exit {code})'}"


def outcome(peer, before):
    time.sleep(SETTLE)
    running = became(peer, before)
    end = stopped(peer)
    time.sleep(1)  # for the logger
    return f'{running}; {end}; {logged(peer)}'


# --- the injections


@injection('the supervisor is killed')
def supervisor_killed(peer):
    run_writer(peer)
    before = launch_writer(peer)
    gone = peer.supervisor(WRITER)
    processes.kill([gone])
    if await_condition(lambda: peer.supervisor(WRITER) not in (None, gone), 10) is None:
        peer.recover()
    return outcome(peer, before)


@injection('the logger is killed')
def logger_killed(peer):
    run_writer(peer, pause=0.0005)
    before = launch_writer(peer)
    if peer.logger(WRITER) is None:
        raise NotApplicable('has no logger of its own')
    for _ in range(5):
        gone = peer.logger(WRITER)
        processes.kill([gone])
        await_condition(lambda gone=gone: peer.logger(WRITER) not in (None, gone), 20)
        await_lines(peer)
    return outcome(peer, before)


@injection('all of it is killed at once')
def all_killed(peer):
    run_writer(peer)
    before = launch_writer(peer)
    own = peer.own_processes()
    processes.kill(own, signal.SIGSTOP)
    processes.kill(own)
    await_condition(lambda: not any(processes.alive(pid) for pid in own))
    peer.recover()
    await_condition(lambda: peer.status(WRITER))
    return outcome(peer, before)


@injection('the service is killed while its supervisor is down')
def service_killed_meanwhile(peer):
    run_writer(peer)
    before = launch_writer(peer)
    supervisor = peer.supervisor(WRITER)
    processes.kill([supervisor], signal.SIGSTOP)
    processes.kill([before.pid])
    processes.kill([supervisor])
    if await_condition(lambda: peer.supervisor(WRITER) not in (None, supervisor), 10) is None:
        peer.recover()
    await_condition(lambda: writers(peer), 20)
    return outcome(peer, before)


@injection('a service of five processes is stopped')
def five_processes(peer):
    # A child, one that ignores TERM, one in a session of its own, a double fork, and the leader.
    sleep = sleeper(peer)
    peer.add('five', f"""{sleep} &
(trap '' TERM; exec {sleep}) &
setsid {sleep} &
({sleep} &)
exec {sleep}""")
    peer.give()
    peer.launch()
    assert await_condition(lambda: len(sleepers(peer)) == 5 and peer.status('five')) is not None, 'the five do not run'
    return stop_of_sleepers(peer, 'five')


@injection('TERM is ignored by a service that is stopped')
def term_ignored(peer):
    sleep = sleeper(peer)
    peer.add('deaf', f"trap '' TERM\nexec {sleep}")
    peer.give()
    peer.launch()
    assert await_condition(lambda: sleepers(peer) and peer.status('deaf')) is not None, 'it does not run'
    return stop_of_sleepers(peer, 'deaf')


@injection('the disk with the logs is full, and freed', namespaces=True)
def disk_full(peer):
    run_writer(peer, pause=0.0005, padding=200)
    directory = peer.log_directory(WRITER)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=256k,mode=777', 'none', str(directory)], check=True)
    before = launch_writer(peer)
    free = lambda: os.statvfs(directory).f_bavail  # noqa: E731
    assert await_condition(lambda: free() == 0) is not None, 'the disk does not fill up'
    time.sleep(SETTLE)
    subprocess.run(['mount', '-o', 'remount,size=256m', str(directory)], check=True)
    size = observer.bytes_below(directory)
    resumed = await_condition(lambda: observer.bytes_below(directory) > size + 4096)
    after = 'never' if resumed is None else f'after {resumed:.1f} s'
    return f'writes again {after}; {outcome(peer, before)}'


@injection('fork fails for five seconds, while the service has to be started again', unprivileged=True)
def fork_fails(peer):
    run_writer(peer)
    before = launch_writer(peer)
    limited = peer.own_processes()
    limit_processes(peer, limited, 0)
    kill_writers(peer)
    time.sleep(5)
    limit_processes(peer, limited, 4096)
    back = await_condition(lambda: writers(peer))
    after = 'not back within 90 s' if back is None else f'back after {back:.1f} s'
    return f'{after}; {outcome(peer, before)}'


@injection('the control directory is deleted')
def control_deleted(peer):
    run_writer(peer)
    before = launch_writer(peer)
    for path in peer.control(WRITER):
        shutil.rmtree(path)
    await_condition(lambda: peer.status(WRITER), 10)
    return outcome(peer, before)


# --- what sleeps


def sleeper(peer):
    """For a script: a command that goes on until it is stopped, and shows the directory of the round in its command line."""
    link = peer.root / 'sleep'
    link.symlink_to('/bin/sleep')
    return f'{shlex.quote(str(link))} infinity'


def sleepers(peer):
    return observer.running(str(Path(peer.root / 'sleep')))


def stop_of_sleepers(peer, name):
    begin = time.monotonic()
    code = peer.stop(name)
    seconds = time.monotonic() - begin
    left = len(sleepers(peer))
    shown = peer.status(name)
    told = 'no status' if shown is None else 'status wrong' if (shown == 0 and left) or (shown and not left) else 'status right'
    return f"{left} left (exit {code}, {seconds:.1f} s), {told}"


def limit_processes(peer, pids, limit):
    """The soft limit alone, and by the user that it binds: so it can be raised again without a privilege."""
    for pid in pids:
        done = peer.command('prlimit', f'--pid={pid}', f'--nproc={limit}:')
        assert done.returncode == 0 or not processes.alive(pid), f'cannot limit {processes.describe([pid])}: {done.stderr}'
