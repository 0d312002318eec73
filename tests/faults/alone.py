"""For rows that use up, or count, something of the whole machine: one round of them at a time, whoever on this machine runs others."""

import contextlib
import socket
import time

from rows import NotRun

PATIENCE = 600  # seconds, in which several others have had their turn


@contextlib.contextmanager
def alone(what):
    """A name that only one socket of this machine can have; the kernel takes it back from whoever ends (man 7 unix)."""
    address = f'\0pgctl faults: {what}'
    with socket.socket(socket.AF_UNIX) as name:
        end = time.monotonic() + PATIENCE
        while not was_free(name, address):
            left = end - time.monotonic()
            if left <= 0:
                raise NotRun(f'somebody else on this machine goes on and on with the same: {what}')
            await_end_of_other(address, left)
        name.listen(socket.SOMAXCONN)
        yield


def was_free(name, address):
    try:
        name.bind(address)
    except OSError:
        return False
    return True


def await_end_of_other(address, seconds):
    """Nothing is ever said: the connection ends with whoever has the name."""
    with socket.socket(socket.AF_UNIX) as other, contextlib.suppress(OSError):
        other.settimeout(seconds)
        other.connect(address)
        other.recv(1)
