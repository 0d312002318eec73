"""supervisord, as http://supervisord.org/configuration.html describes it; it writes the logs itself."""

import re

import processes
from peer import Peer

CONFIGURATION = '''[supervisord]
logfile={root}/supervisord.log
pidfile={root}/supervisord.pid
directory={root}
[unix_http_server]
file={root}/control/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{root}/control/supervisor.sock
'''

# The groups are signalled because the services have children.
PROGRAM = '''[program:{name}]
command={run}
autorestart=true
redirect_stderr=true
stdout_logfile={log}/current
stopwaitsecs={stop_seconds}
stopasgroup=true
killasgroup=true
'''


class Supervisord(Peer):
    name = 'supervisord'
    package = 'supervisor'
    programs = ('supervisord', 'supervisorctl')

    def __init__(self, root, identity):
        super().__init__(root, identity)
        self.file = self.root / 'supervisord.conf'
        self.file.write_text(CONFIGURATION.format(root=self.root))
        (self.root / 'control').mkdir()

    def add(self, name, run):
        script = self.scan / name / 'run'
        self.script(script, run)
        self.log_directory(name).mkdir(parents=True)
        with self.file.open('a') as file:
            file.write(PROGRAM.format(name=name, run=script, log=self.log_directory(name), stop_seconds=self.stop_seconds))

    def launch(self):
        self.begin('supervisord', '--nodaemon', '--configuration', self.file)

    def stop(self, name):
        return self._control('stop', name).returncode

    def status(self, name):
        shown = self._control('status', name).stdout
        found = re.match(rf'{name} +(\w+) +(?:pid (\d+))?', shown)
        if not found or 'no such file' in shown or 'refused' in shown:
            return None
        return int(found[2] or 0)

    def supervisor(self, _):
        found = self.own_processes()
        return found[0] if found else None

    def logger(self, _):
        return None

    def control(self, _):
        return [self.root / 'control']

    def _control(self, *arguments):
        return self.command('supervisorctl', '--configuration', self.file, *arguments)

    def own_processes(self):
        return [pid for pid in super().own_processes() if 'supervisorctl' not in ' '.join(processes.command_line(pid))]
