"""runit, as http://smarden.org/runit/faq.html describes it: a directory for runsvdir, svlogd beside each service."""

import re

from peer import Peer


class Runit(Peer):
    name = 'runit'
    package = 'runit'
    programs = ('runsvdir', 'runsv', 'svlogd', 'sv')

    def add(self, name, run):
        self.script(self.scan / name / 'run', f'exec 2>&1\n{run}')
        self.log_directory(name).mkdir(parents=True)
        self.script(self.scan / name / 'log/run', f'exec svlogd -tt {self.log_directory(name)}')

    def launch(self):
        self.begin('runsvdir', '-P', self.scan)

    def stop(self, name):
        # Waits for so long, and then kills it.
        return self.command('sv', '-w', self.stop_seconds, 'force-stop', self.scan / name).returncode

    def status(self, name):
        shown = self.command('sv', 'status', self.scan / name).stdout
        found = re.match(r'run: \S+ \(pid (\d+)\)', shown)
        if found:
            return int(found[1])
        return 0 if shown.startswith('down: ') else None

    def supervisor(self, name):
        return self.own_process('runsv', name)

    def logger(self, name):
        return self.own_process('svlogd', str(self.log_directory(name)))

    def control(self, name):
        return [self.scan / name / 'supervise']
