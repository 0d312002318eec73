"""A FUSE file system whose files can't be looked at, but for one, READABLE, which can't be read: whoever tries hangs in the kernel,
and no kill ends him, until it is left. Speaks as much of the protocol (linux/fuse.h) as that takes. For whoever may mount."""

import ctypes
import os
import struct
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
INIT, LOOKUP, GETATTR, OPEN, READ = 26, 1, 3, 14, 15
DETACH = 2
READABLE = 'readable'
ROOT, FILE = 1, 2  # the kernel's numbers of the two
MODES = {ROOT: 0o40777, FILE: 0o100644}
FOR_AN_HOUR = struct.pack('<Q', 3600)


def attributes(node):
    return struct.pack('<QQQQQQIIIIIIIIII', node, 4096, *[0] * 7, MODES[node], 2, *[0] * 5)


class HangingFiles:
    def __init__(self, directory):
        self.directory = str(directory)
        self.device = os.open('/dev/fuse', os.O_RDWR)
        options = f'fd={self.device},rootmode=40000,user_id=0,group_id=0'
        if LIBC.mount(b'hanging', self.directory.encode(), b'fuse', 0, options.encode()) != 0:
            number = ctypes.get_errno()
            os.close(self.device)
            raise OSError(number, os.strerror(number))
        self.asked = threading.Event()  # somebody hangs
        self.server = threading.Thread(target=self._serve, daemon=True)
        self.server.start()

    def _serve(self):
        while True:
            try:
                request = os.read(self.device, 1 << 17)
            except OSError:  # unmounted
                return
            _, operation, number, node = struct.unpack_from('<IIQQ', request)
            if operation == INIT:
                major, minor = struct.unpack_from('<II', request, 40)
                self._answer(number, struct.pack('<IIIIHHIIHHI', major, min(minor, 31), 0, 0, 1, 1, 4096, 1, 1, 0, 0) + bytes(24))
            elif operation == GETATTR:
                self._answer(number, FOR_AN_HOUR + bytes(8) + attributes(node))
            elif operation == LOOKUP and request[40:] == READABLE.encode() + b'\0':
                self._answer(number, struct.pack('<QQ', FILE, 0) + 2 * FOR_AN_HOUR + bytes(8) + attributes(FILE))
            elif operation == OPEN:
                self._answer(number, bytes(16))
            elif operation in (LOOKUP, READ):
                self.asked.set()

    def _answer(self, number, body):
        os.write(self.device, struct.pack('<IiQ', 16 + len(body), 0, number) + body)

    def leave(self):
        LIBC.umount2(self.directory.encode(), 1)  # MNT_FORCE: who hangs gets an error
        LIBC.umount2(self.directory.encode(), DETACH)
        self.server.join(10)
        os.close(self.device)
