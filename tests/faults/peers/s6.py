"""s6, as https://skarnet.org/software/s6/servicedir.html describes it: a scan directory, s6-log beside each service."""

import re

from peer import Peer


class S6(Peer):
    name = 's6'
    package = 's6'
    programs = ('s6-svscan', 's6-supervise', 's6-log', 's6-svc', 's6-svstat')

    def add(self, name, run):
        service = self.scan / name
        self.script(service / 'run', f'exec 2>&1\n{run}')
        # In milliseconds; then it is killed.
        (service / 'timeout-kill').write_text(f'{self.stop_seconds * 1000}\n')
        self.log_directory(name).mkdir(parents=True)
        self.script(service / 'log/run', f'exec s6-log -b n20 s1000000 T {self.log_directory(name)}')

    def launch(self):
        self.begin('s6-svscan', self.scan)

    def stop(self, name):
        # -wD: until it is down and has finished.
        return self.command('s6-svc', '-wD', '-T', 30_000, '-d', self.scan / name).returncode

    def status(self, name):
        shown = self.command('s6-svstat', self.scan / name)
        if shown.returncode != 0:
            return None
        found = re.match(r'up \(pid (\d+)', shown.stdout)
        return int(found[1]) if found else 0

    def supervisor(self, name):
        return self.own_process('s6-supervise', name)

    def logger(self, name):
        return self.own_process('s6-log', str(self.log_directory(name)))

    def control(self, name):
        return [self.scan / name / 'supervise', self.scan / name / 'event', self.scan / '.s6-svscan']
