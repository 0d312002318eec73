"""Who takes the place of a process of ours that was killed, and how soon: seen without reading all of /proc again and again."""

import os
import select
import time
from pathlib import Path

import observer
import processes
from playground import DEADLINE
from trial import ROLES


def await_end(pid):
    """Until it runs no more; it may be a zombie then."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(process, select.POLLIN)
        assert poll.poll(1000 * DEADLINE), f'{processes.describe([pid])} goes on'
    finally:
        os.close(process)


def adopted(trial, role):
    """Kills it. Seconds until `status` is answered again; and the first answer has to be right."""
    gone = trial.kill(role)
    begin = time.monotonic()
    await_end(gone.pid)
    status = trial.pg.status()
    seconds = time.monotonic() - begin
    assert_right(trial, status)
    trial.pg.wait_until(lambda: trial.ours(role) not in (None, gone.pid), f'there is another {role}')
    return seconds


def assert_right(trial, status):
    """Whether an answer of `status` tells of each service that it is still what it was."""
    for name, one in trial.before.items():
        told = status.get(name)
        states = ('ready',) if name in trial.ready_before else ('up', 'ready')
        assert told and told['pid'] == one.pid and told['state'] in states, f'I2: {name} runs as {one}, and is said to be {told}'


def children_of(pid):
    try:
        return [int(child) for child in Path(f'/proc/{pid}/task/{pid}/children').read_text().split()]
    except OSError:
        return []


def replaced(trial, keeper, role):
    """Kills it. Seconds until the playground's keeper, which this is, has another one."""
    gone = trial.pg.wait_until(lambda: child_in(keeper, role), f'there is a {role}')
    trial.harms(role)
    processes.kill([gone])
    begin = time.monotonic()
    while child_in(keeper, role) in (None, gone):
        assert time.monotonic() < begin + DEADLINE, f'there is no other {role} than {gone}'
        time.sleep(0.0005)
    return time.monotonic() - begin


def child_in(keeper, role):
    return next((child for child in children_of(keeper) if processes.command_line(child)[1:2] == [role]), None)


def lost_keepers(trial, count):
    """So many services go on without a keeper of their own; what ours hold is judged without those."""
    cost = trial.cost_before
    trial.cost_before = observer.Cost(cost.processes - count, cost.fds, cost.zombies, cost.kibibytes)


def finish_beside_keepers(trial):
    """As trial.finish(). Where the playground's keeper was killed, the services' keepers are no children of the next one, and each is
    watched through a descriptor."""
    trial.check()
    orphans = trial.cost_before.processes - len(ROLES) if 'keeper' in trial.harmed else 0
    trial.check_cost(fds_more=1 + orphans)
    trial.stop()
