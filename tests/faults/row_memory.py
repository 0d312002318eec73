"""Row 13: a service for which the kernel has no memory. What happens when there is none for us is in row_no_memory.py."""

import contextlib
import time
from pathlib import Path

import processes
from alone import alone
from cgroups import limited_cgroup
from rows import row

SMALL_MEMORY = {'/sys/fs/cgroup/memory': {'memory.limit_in_bytes': 16 << 20}, '/sys/fs/cgroup': {'memory.max': 16 << 20}}
TOLD = 'was killed, most likely by the kernel for want of memory'


def is_told(trial):
    return TOLD in trial.pg.run('status').succeeded().stdout


def kills_of_the_kernel():
    fields = dict(line.split() for line in Path('/proc/vmstat').read_text().splitlines())
    return fields.get('oom_kill')


def lives(trial):
    return len(trial.pg.lines('lives'))


def is_started_at_most_once_a_second(trial):
    before, begin = lives(trial), time.monotonic()
    time.sleep(trial.random.uniform(1, 2))
    begun, seconds = lives(trial) - before, time.monotonic() - begin
    assert begun <= seconds + 2, f'no backoff: {begun} lives in {seconds:.1f} seconds'


def is_not_told_of_another_kill(trial):
    """Of which the kernel's count tells nothing, as long as nothing else on this machine is killed for want of memory."""
    while True:
        before, main = kills_of_the_kernel(), trial.main('a')
        processes.kill([main.pid])
        trial.pg.wait_until(lambda main=main: trial.pg.status('a')['a']['pid'] not in (None, main.pid), 'a runs once more')
        told = is_told(trial)
        if kills_of_the_kernel() == before:
            assert not told, 'a kill that had nothing to do with memory is said to be one for want of it'
            return


@row(13, 'an out-of-memory kill of a service is named as one')
def out_of_memory(trial):
    with alone('the count of out-of-memory kills'), limited_cgroup(trial, SMALL_MEMORY) as group, contextlib.ExitStack() as end:
        # Before the cgroup goes, as the service would take all the memory there is.
        end.callback(trial.pg.run, 'stop')
        trial.pg.service('a', f"""test -e {trial.quoted(trial.file('over'))} && exec {trial.pg.sleep}
{trial.waits('go')}
echo >> {trial.quoted(trial.file('lives'))}
echo $$ > {trial.quoted(group / 'cgroup.procs')}
exec perl -e '$all .= "x" x 1048576 while 1'""")
        trial.start_writers(2)
        trial.but('a')
        assert not is_told(trial)
        trial.open('go')
        trial.pg.wait_until(lambda: is_told(trial), 'status says so')
        trial.pg.wait_until(lambda: f'pgctl: ./run {TOLD}' in trial.pg.log('a'), 'the log says so')
        is_started_at_most_once_a_second(trial)
        trial.check()
        trial.open('over')
        over = time.monotonic()
        trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 1, 'a runs again')
        trial.figure('again', time.monotonic() - over, at_most=2)
        is_not_told_of_another_kill(trial)
        trial.before['a'] = trial.main('a')
        trial.finish()
