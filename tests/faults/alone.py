"""For rows that use up, or count, something of the whole machine: one round of them at a time, whoever on this machine runs others."""

import contextlib
import socket
import time

from rows import NotRun

PATIENCE = 600  # seconds, in which several others have had their turn


@contextlib.contextmanager
def alone(what):
    """A name that only one socket of this machine can have; the kernel takes it back from whoever ends (man 7 unix)."""
    with socket.socket(socket.AF_UNIX) as name:
        end = time.monotonic() + PATIENCE
        while not was_free(name, what):
            if time.monotonic() > end:
                raise NotRun(f'somebody else on this machine goes on and on with the same: {what}')
            time.sleep(0.1)
        yield


def was_free(name, what):
    try:
        name.bind(f'\0pgctl faults: {what}')
    except OSError:
        return False
    return True
