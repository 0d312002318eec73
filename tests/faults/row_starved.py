"""Row 22: ours get hardly any CPU, while the services have all that they need. Nobody may be punished for what only we were late for."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import observer
import processes
from cgroups import limited_cgroup
from rows import NotRun, row

NEIGHBOURS = 20
ENOUGH = 0.3  # seconds of CPU, in which a supervisor has answered anybody
ROLES = ('keeper', 'supervisor', 'logger')
# Where version 1 or 2 of cgroups may be mounted, and what leaves a cgroup 1 % of a CPU.
ONE_PERCENT = {'/sys/fs/cgroup/cpu': {'cpu.cfs_period_us': 100000, 'cpu.cfs_quota_us': 1000},
               '/sys/fs/cgroup/cpu,cpuacct': {'cpu.cfs_period_us': 100000, 'cpu.cfs_quota_us': 1000},
               '/sys/fs/cgroup': {'cpu.max': '1000 100000'}}


def start_services(trial, of_each, before_check=''):
    """Of each kind as many; all with their keepers, so that lives begun from now on do not inherit what becomes of the playground's.
    The check is a child of the supervisor, and as starved as that: what it waits for the CPU does not count either."""
    soon = {'timeout-ready': 2, 'timeout-stop': 2}
    check = f'{before_check}\nexit 0'
    kinds = {'plain': ('', {'files': soon}),
             'notifies': (f'echo >&3\nexec {trial.pg.sleep}', {'files': {'notification-fd': 3, **soon}}),
             'checked': ('', {'ready': check, 'files': soon}),
             'cleans-up': ('trap "sleep 0.3; exit" TERM\nwhile :; do sleep 0.1; done', {'files': soon}),
             'leaves-a-child': (f'trap "sleep 0.1; exit" TERM\n{trial.pg.sleep} & wait', {'files': soon})}
    names = [f'{kind}-{number}' for kind in kinds for number in range(of_each)]
    for name in names:
        body, files = kinds[name.rpartition('-')[0]]
        trial.pg.service(name, body, **files)
    # Nobody touches this one; but it would be restarted if its check failed, and a check that never ends has failed.
    trial.pg.service('watched', ready=check, files={'poll-down': 0.5, 'timeout-ready': 30})
    trial.start_writers(1)
    trial.but(*names)
    return names


# What a service does in a tenth of a second, again and again, each time with the longest that it has taken.
MEASURES = """use Time::HiRes 'time'; $| = 1; my $longest = 0;
while (1) { my $begin = time; system('sh', '-c', 'sleep 0.1'); my $took = time - $begin;
            $longest = $took if $took > $longest; print "$longest\n"; }"""


@contextlib.contextmanager
def services_are_fast(trial):
    """A time-out is no false one where what a service does in a tenth of a second takes it more than half of what it has. That is measured
    all the while, as a service among them."""
    told = trial.pg.home / 'longest'

    def they_are_fast():
        before = told.read_text()
        trial.pg.wait_until(lambda: told.read_text() != before, 'what is being measured has ended')
        return float(told.read_text().split()[-1]) < 1

    with open(told, 'w') as file:
        measuring = subprocess.Popen(['perl', '-e', MEASURES], stdout=file, start_new_session=True)
    try:
        yield they_are_fast
    finally:
        os.killpg(measuring.pid, signal.SIGKILL)
        measuring.wait()


def make_sure(that_they_are_fast):
    if not that_they_are_fast():
        raise NotRun('this machine has too little CPU even for the services')


def live_as_ever(trial, names):
    """Each does in a fraction of its time-outs what it has to, so that no command has a reason to fail, or to kill."""
    with services_are_fast(trial) as they_are_fast:
        obey(trial, names, they_are_fast)


def obey(trial, names, they_are_fast):
    # A short round does one half of it, by chance.
    for command in trial.random.choice((['restart'], ['stop', 'start'])) if trial.short else ['restart', 'stop', 'start']:
        ran, _ = waited_for_cpu(trial.ours('supervisor'))
        told = trial.pg.run(command, *names)
        if 'not responding' in told.stderr:
            ran = waited_for_cpu(trial.ours('supervisor'))[0] - ran
            assert ran < ENOUGH, f'{command} was not answered, and the supervisor had the CPU for {ran} s: {told.stderr}'
            raise NotRun('ours got next to no CPU, and answered nobody')
        if told.returncode != 0 or 'Killing' in told.stderr:
            make_sure(they_are_fast)
        assert told.returncode == 0, f'{command} failed, although each service did in time what it had to:\n{told.stderr}'
        assert 'Killing' not in told.stderr, f'{command} killed who had no time to end:\n{told.stderr}'
    crashed = [trial.main(name) for name in names if name.startswith('plain')]
    running = len(trial.pg.sleepers())
    processes.kill([one.pid for one in crashed])
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == running and not any(observer.lives(one) for one in crashed),
                        'those that were killed run again')
    trial.pg.wait_until(lambda: all(one['state'] == 'ready' for one in trial.pg.status().values()), 'all are ready')
    trial.before.update({name: trial.main(name) for name in names})


def waited_for_cpu(pid):
    """Seconds in which it ran, and in which it could have (/proc/<pid>/schedstat)."""
    ran, waited, _ = (int(field) for field in (processes.read(pid, 'schedstat') or b'0 0 0').split())
    return ran / 1e9, waited / 1e9


def schedule(pid, policy, niceness_of_session):
    """SCHED_IDLE: it runs when nobody else wants to, among those of its session; and that as seldom as can be (man 7 sched)."""
    with contextlib.suppress(PermissionError):  # an ordinary user can't take it back
        os.sched_setscheduler(pid, policy, os.sched_param(0))
    with contextlib.suppress(OSError):  # not every kernel groups by sessions
        Path(f'/proc/{pid}/autogroup').write_text(f'{niceness_of_session}')


@contextlib.contextmanager
def busy_neighbours(pids):
    """On two CPUs, which are all that these processes may use."""
    cpus = sorted(os.sched_getaffinity(0))[:2]
    neighbours = []
    try:
        for _ in range(NEIGHBOURS):
            neighbours.append(subprocess.Popen(['perl', '-e', '1 while 1'], start_new_session=True,
                                               preexec_fn=lambda: os.sched_setaffinity(0, cpus)))
        for pid in pids:
            os.sched_setaffinity(pid, cpus)
            schedule(pid, os.SCHED_IDLE, 19)
        yield
    finally:
        for pid in pids:
            schedule(pid, os.SCHED_OTHER, 0)
        for process in neighbours:
            process.kill()
            process.wait()


@row(22, 'there is hardly any CPU: 20 busy neighbours, and ours are SCHED_IDLE')
def starved_by_neighbours(trial):
    names = start_services(trial, 1)
    ours = [trial.ours(role) for role in ROLES]
    with busy_neighbours(ours):
        ran, waited = waited_for_cpu(ours[1])
        live_as_ever(trial, names)
        ran_then, waited_then = waited_for_cpu(ours[1])
        if waited_then - waited < 10 * (ran_then - ran):
            raise NotRun(f'ours were not starved: they waited for the CPU {waited_then - waited} s to run {ran_then - ran} s')
    trial.finish()


def leave(group):
    """Whoever is in it goes on in the one above; some may end, and others be forked, at the same time."""
    for pid in (group / 'cgroup.procs').read_text().split():
        with contextlib.suppress(OSError):
            (group.parent / 'cgroup.procs').write_text(pid)


def throttled(group):
    return int(dict(line.split() for line in (group / 'cpu.stat').read_text().splitlines())['nr_throttled'])


@row(22, 'there is hardly any CPU: ours have 1 % of one')
def starved_by_quota(trial):
    with limited_cgroup(trial, ONE_PERCENT, leave) as group:
        names = start_services(trial, 2, f'echo $$ > {trial.quoted(group.parent / "cgroup.procs")}')
        for role in ROLES:
            (group / 'cgroup.procs').write_text(str(trial.ours(role)))
        live_as_ever(trial, names)
        assert throttled(group) > 5, 'ours had all the CPU that they wanted'
    trial.finish()


# Of its own CPU time, in a child as most checks do it. With 1 % of a CPU the shorter takes longer than the start may, and the longer than
# any check may.
WORKS = "perl -e 'use Time::HiRes \"clock\"; 1 while clock() < SECONDS'\nexit 0"
SHORTER, LONGER = '0.04', '0.15'


@row(22, 'there is hardly any CPU for a check: it and the supervisor have 1 % of one')
def starved_check(trial):
    trial.start_writers(1)
    trial.pg.service('a', ready=WORKS.replace('SECONDS', SHORTER if trial.short else LONGER), files={'timeout-ready': 1})
    with limited_cgroup(trial, ONE_PERCENT, leave) as group, services_are_fast(trial) as they_are_fast:
        (group / 'cgroup.procs').write_text(str(trial.ours('supervisor')))
        told = trial.pg.run('start', 'a')
        if told.returncode != 0:
            make_sure(they_are_fast)
        assert told.returncode == 0, f'a check that passes and had no time to is taken for none: {told.stderr}'
        assert throttled(group) > 5, 'it had all the CPU that it wanted'
    trial.pg.stop('a')
    trial.finish()
