"""Files that a test has written, and that are to be executed."""

import errno
import fcntl
import time


def await_no_writer(path):
    """Whoever another thread of the test has forked meanwhile has it open for writing until it executes something, and so keeps it from
    being executed (ETXTBSY, man 2 execve). A lease is given only where nobody has."""
    with open(path, 'rb') as file:
        while True:
            try:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    return  # a file system that knows none
                time.sleep(0.001)
            else:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
                return
