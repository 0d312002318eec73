"""pgctl itself, with the same verbs as the others."""

import json

import processes
from peer import Peer
from playground import binaries


class Pgctl(Peer):
    name = 'pgctl'
    package = 'pgctl'
    programs = ('pgctl',)

    def __init__(self, root, identity):
        super().__init__(root, identity)
        self.scan.rename(self.root / 'playground')
        self.scan = self.root / 'playground'

    @staticmethod
    def path():
        return f'{binaries()}:{Peer.path()}'

    def environment(self):
        return {**super().environment(), 'PGCTL_PGHOME': str(self.root / 'home'), 'PGCTL_NO_GLOBAL_CONFIG': 'true'}

    def add(self, name, run):
        self.script(self.scan / name / 'run', run)
        (self.scan / name / 'timeout-stop').write_text(f'{self.stop_seconds}\n')
        self.log_directory(name).mkdir()

    def launch(self):
        self.command('pgctl', 'start')

    def stop(self, name):
        return self.command('pgctl', 'stop', name).returncode

    def status(self, name):
        shown = self.command('pgctl', '--json', 'status', name)
        return json.loads(shown.stdout)[name]['pid'] or 0 if shown.returncode == 0 else None

    def supervisor(self, _):
        return self._role('supervisor')

    def logger(self, _):
        return self._role('logger')

    def log_directory(self, name):
        return self.scan / name / 'logs'

    def control(self, _):
        return [self.root / 'home' / str(self.scan).lstrip('/') / '.pgctl']

    def own_processes(self):
        # Their names are those of their roles, and a client's is a whole path.
        return [pid for pid in processes.mentioning(self.root) if processes.link(pid, 'exe') == str(binaries() / 'pgctl')]

    def _role(self, role):
        for pid in self.own_processes():
            if processes.command_line(pid)[1:2] == [role]:
                return pid
        return None
