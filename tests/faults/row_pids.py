"""Row 20: numbers of processes that are given to strangers. In a pid namespace of our own."""

import dataclasses
import os
import signal
import subprocess
import time

import observer
import processes
from rows import row

LAST_PID = '/proc/sys/kernel/ns_last_pid'


class Stranger:
    """A process that has nothing to do with us and was given a number that we knew. A signal that it is sent does nothing, and is
    there to be seen ever after (man 5 proc, ShdPnd); only of KILL it dies, and by STOP it is stopped until the CONT that is seen."""

    def __init__(self, pid):
        self.pid = pid
        self.process = None
        end = time.monotonic() + 60
        while time.monotonic() < end and not self.process:
            self._try()
        assert self.process, f'somebody else has the number {pid}'
        self.one = observer.identity(pid)

    def _try(self):
        with open(LAST_PID, 'w') as file:
            file.write(str(self.pid - 1))
        # Nothing between that and the fork, and the child gets the number unless somebody else was faster.
        process = subprocess.Popen(['/bin/sleep', 'infinity'], env={}, cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=self._block_signals)
        if process.pid == self.pid:
            self.process = process
        else:
            process.kill()
            process.wait()

    @staticmethod
    def _block_signals():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

    def check(self):
        assert observer.lives(self.one), f'the stranger {self.pid} was killed: {self.process.poll()}'
        assert processes.state(self.pid) != 'T', f'the stranger {self.pid} was stopped'
        for field in ('SigPnd', 'ShdPnd'):
            assert int(processes.status_field(self.pid, field), 16) == 0, \
                f'the stranger {self.pid} was signalled: {processes.status_field(self.pid, field)}'

    def end(self):
        self.process.kill()
        self.process.wait()


class Strangers:
    """One for each of these numbers, while it lasts."""

    def __init__(self, trial, pids):
        trial.pg.wait_until(lambda: not any(os.path.exists(f'/proc/{pid}') for pid in pids), f'{pids} are gone')
        self.pids, self.all = pids, []

    def __enter__(self):
        try:
            for pid in self.pids:
                self.all.append(Stranger(pid))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        for stranger in self.all:
            stranger.end()

    def check(self):
        for stranger in self.all:
            stranger.check()

    def check_told(self, told):
        """Nor is one of them taken for what a service has left."""
        assert 'Killing' not in told.stderr and 'escaped' not in told.stderr, told.stderr

    def check_status(self, trial):
        for name, one in trial.pg.status().items():
            assert one['pid'] not in self.pids, f'a stranger was adopted as {name}: {one}'
        ours = trial.pg.our_processes()
        assert not set(ours) & set(self.pids), f'a stranger is one of ours: {ours}'


def a_life(trial, strangers, name):
    """Restart, stop and start, each of which signals and waits for processes; the end of all is with them around, too."""
    for command in ('restart', 'stop', 'start'):
        strangers.check_told(trial.pg.run(command, name).succeeded())
        strangers.check_status(trial)
        strangers.check()
    trial.before[name] = trial.main(name)
    trial.finish()
    strangers.check()


@row(20, 'all of ours are killed, and strangers get their numbers', namespaces=True)
def all_reused(trial):
    trial.pg.service('a', f'{trial.pg.sleep} & exec {trial.pg.sleep}')
    trial.start_writers(1)
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 2, 'a and its child run')
    main = trial.pg.pid('a')
    trial.but('a')
    trial.harms('keeper')
    known = [*trial.pg.sleepers(), processes.parent(main), *(trial.ours(role) for role in ('keeper', 'supervisor', 'logger'))]
    trial.pg.kill_everything_of_ours(*trial.pg.sleepers())
    with Strangers(trial, known) as strangers:
        strangers.check_told(trial.pg.start())
        trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 2, 'a runs again, once')
        strangers.check_status(trial)
        strangers.check()
        trial.check()
        # Nobody keeps w1 any more, which goes on without.
        trial.cost_before = dataclasses.replace(trial.cost_before, processes=trial.cost_before.processes - 1)
        a_life(trial, strangers, 'a')


def reused_in_the_gap(then, number):
    @row(20, f'a keeper and its service are killed while the supervisor is stopped, strangers get their numbers, and it {then}',
         namespaces=True)
    def reused(trial):
        trial.pg.service('a')
        trial.start_writers(1)
        main = trial.pg.pid('a')
        trial.but('a')
        keeper, supervisor = processes.parent(main), trial.ours('supervisor')
        processes.kill([supervisor], signal.SIGSTOP)
        processes.kill([keeper, main])
        with Strangers(trial, [keeper, main]) as strangers:
            if number == signal.SIGKILL:
                trial.harms('supervisor')
            processes.kill([supervisor], number)
            trial.pg.wait_until(lambda: trial.pg.sleepers() and trial.pg.state('a') == 'ready', 'a runs again')
            strangers.check_status(trial)
            strangers.check()
            trial.check()
            a_life(trial, strangers, 'a')
    return reused


reused_in_the_gap('goes on', signal.SIGCONT)
reused_in_the_gap('is killed', signal.SIGKILL)


@row(20, 'a service ends while the supervisor is stopped, and a stranger gets its number, before it is to be stopped', namespaces=True)
def reused_before_a_stop(trial):
    # It is started again by nobody but the supervisor, who learns of the end and of the stop at one time.
    trial.pg.service('a')
    trial.start_writers(1)
    main, supervisor = trial.pg.pid('a'), trial.ours('supervisor')
    trial.but('a')
    processes.kill([supervisor], signal.SIGSTOP)
    processes.kill([main])
    with Strangers(trial, [main]) as strangers:
        stop = trial.pg.begin('stop', 'a')
        trial.pg.wait_until(lambda: processes.state(stop.pid) == 'S', 'the stop is asked for')
        processes.kill([supervisor], signal.SIGCONT)
        strangers.check_told(stop.result().succeeded())
        assert trial.pg.sleepers() == []
        strangers.check_status(trial)
        strangers.check()
        strangers.check_told(trial.pg.start('a'))
        a_life(trial, strangers, 'a')
