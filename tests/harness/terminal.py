"""A command on a pseudo-terminal of its own: what it shows there, and what is typed into it."""

import os
import pty
import select
import struct
import fcntl
import subprocess
import termios
import time


class Terminal:
    def __init__(self, command, *, cwd, env, columns=100, rows=40, stdout_only=False):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        self.shown = ''
        self.process = subprocess.Popen(
            command, cwd=cwd, env=env, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
            stdin=slave, stdout=slave, stderr=subprocess.DEVNULL if stdout_only else slave)
        os.close(slave)

    def read_until(self, what, deadline=60):
        """`what`: a text, or a condition on everything shown so far."""
        met = what if callable(what) else lambda shown: what in shown
        end = time.monotonic() + deadline
        while not met(self.shown):
            assert time.monotonic() < end, f'the terminal never showed {what!r}, but:\n{self.shown}'
            if not self._read_some(end - time.monotonic()):
                assert met(self.shown), f'the command ended and never showed {what!r}, but:\n{self.shown}'
        return self.shown

    def read_to_end(self, deadline=60):
        """Everything until the last process on this terminal has closed it."""
        end = time.monotonic() + deadline
        while self._read_some(end - time.monotonic()):
            assert time.monotonic() < end, f'the command goes on and on:\n{self.shown}'
        return self.shown

    def _read_some(self, seconds):
        poll = select.poll()  # select() takes no descriptor above 1,023
        poll.register(self.master, select.POLLIN)
        if not poll.poll(1000 * max(seconds, 0)):
            return True
        try:
            chunk = os.read(self.master, 65536)
        except OSError:  # EIO: the other side was closed
            return False
        self.shown += chunk.decode('utf-8', errors='replace').replace('\r\n', '\n')
        return bool(chunk)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, deadline=60):
        return self.process.wait(timeout=deadline)

    def close(self):
        """The window is closed: the command gets SIGHUP."""
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def end(self):
        self.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
