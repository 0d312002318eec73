"""pgctl installed in a directory of the test's own, where a program of another version can take its place."""

import os
import shutil

from executables import await_no_writer
from playground import binaries

MARK = b'THE TRAITS OF THIS PROGRAM: '
ROOM = 128


class Installed:
    """The file that a user runs as `pgctl`, and that an installation replaces."""

    def __init__(self, pg):
        self.pg = pg
        self.path = pg.directory / 'bin' / 'pgctl'
        self.path.parent.mkdir()
        pg.env['PATH'] = f'{self.path.parent}:{pg.env["PATH"]}'
        pg.programs.append(self.path)
        self.install_ours()

    def install_ours(self):
        """The program under test."""
        self._replace(lambda beside: shutil.copy2((binaries() / 'pgctl').resolve(), beside))
        return self

    def install(self, version='6.0.1', *, state_format=1, role='none', fault='none'):
        """Another version of it, of which `role` has a fault: 'exitN', 'hang', or the number of a signal."""
        def write(beside):
            content = (binaries() / 'pgctl-of-another-version').read_bytes()
            at = content.index(MARK)
            assert content.find(MARK, at + 1) < 0
            traits = MARK + f'{version} {state_format} {role} {fault}'.encode()
            assert len(traits) < ROOM
            beside.write_bytes(content[:at] + traits.ljust(ROOM, b'\0') + content[at + ROOM:])
            beside.chmod(0o755)
        self._replace(write)
        return self

    def _replace(self, write):
        # As a package manager does: what runs keeps the file that it was started from.
        beside = self.path.with_name('pgctl.new')
        write(beside)
        await_no_writer(beside)
        os.rename(beside, self.path)
