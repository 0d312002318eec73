"""Users: commands without a pause, while something is done to what they command."""

import json
import threading

LINES = [['status'], ['start'], ['restart', 'load'], ['--json', 'status', 'w1'], ['start', 'load'], ['reload'], ['stop', 'load'],
         ['start', 'load']]


class Clients:
    """Each command has to succeed, and what `status` says of a writer to be right. They change the service `load` alone."""

    def __init__(self, trial):
        self.trial = trial
        self.wrong = []
        self.count = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.go_on)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.over.set()
        self.thread.join()
        if kind is None:
            assert not self.wrong, '\n'.join(self.wrong)
            assert self.count >= 2, 'there was no load'
            self.trial.pg.start()

    def go_on(self):
        while not self.over.is_set() and not self.wrong:
            line = LINES[self.count % len(LINES)]
            self.count += 1
            result = self.trial.pg.run(*line)
            if result.returncode != 0:
                self.wrong.append(f'{line}: exit {result.returncode}\n{result.stderr}')
            elif '--json' in line:
                self.judge(json.loads(result.stdout))

    def judge(self, status):
        for name, told in status.items():
            if told['pid'] != self.trial.before[name].pid or told['state'] not in ('up', 'ready'):
                self.wrong.append(f'{name} runs as {self.trial.before[name]}, and is said to be {told}')
