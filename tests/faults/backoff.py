"""Whoever can't do a thing for a shortage tries it again and again, about once a second, and does nothing else: it keeps no CPU busy."""

import time

import processes


def wake_ups(pid):
    return int(processes.status_field(pid, 'voluntary_ctxt_switches') or 0)


def mostly_asleep(trial, pid):
    """For a while, which is how long the shortage lasts, and in which nobody may ask this process for anything."""
    before, begin = wake_ups(pid), time.monotonic()
    time.sleep(trial.random.uniform(1, 3))
    assert processes.alive(pid), f'{pid} has ended, instead of waiting'
    tries, seconds = wake_ups(pid) - before, time.monotonic() - begin
    assert tries <= 3 * seconds + 6, f'no backoff: {processes.describe([pid])} woke up {tries} times in {seconds:.1f} seconds'
