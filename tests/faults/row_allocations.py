"""Row 13: the n-th allocation of a process of ours fails, and those before and after it succeed."""

from playground import binaries
from row_calls import all_is_well, prepared
from row_no_memory import AT_ONCE, use_much
from rows import row
from tracing import swept
from truth import SHORT, judge, seen

PROGRAM = 'pgctl-with-a-failing-allocation'  # tests/programs/failing_allocation.cc


class FailingAllocation:
    """While it lasts; of who begins meanwhile, once. 0: of none, and they are counted."""

    def __init__(self, trial, role, number):
        self.file = trial.pg.home / 'failing-allocation'
        self.role, self.number = role, number
        self.did = False

    def __enter__(self):
        self.file.write_text(f'{self.role} {self.number}\n')
        return self

    def __exit__(self, *_):
        self.did = not self.file.exists()
        self.file.unlink(missing_ok=True)

    def count(self):
        """How many there have been so far."""
        words = self.file.read_text(errors='replace').replace('\0', ' ').split()
        return int(words[2]) if len(words) > 2 else 0

    # What a sweep asks of a trace.

    @property
    def injection(self):
        return f'allocation {self.number} of {self.role}'

    def happened(self):
        return self.did

    def what(self):
        return ['it failed'] if self.did else []

    def crashes(self):
        return []


def run_the_program(trial):
    programs = trial.root / 'bin'
    programs.mkdir()
    (programs / 'pgctl').symlink_to(binaries() / PROGRAM)
    trial.pg.env['PATH'] = f'{programs}:{trial.pg.env["PATH"]}'
    trial.pg.programs.append(binaries() / PROGRAM)


def each_fails(trial, sole, role, used, before=lambda: None):
    """`used` has processes of that role begin and do all of their work, after `before`."""
    before()
    with FailingAllocation(trial, role, 0) as counting:
        used()
        total = counting.count()

    def inject(number, faults):
        before()
        faults.append(FailingAllocation(trial, role, number))
        with faults[-1]:
            used()
        all_is_well(trial)
        sole.check()
    swept(trial, range(1, total + 1), AT_ONCE, inject)


def allocation_fails(role, words):
    """Of one that takes the place of another, which has done all of its work."""
    @row(13, f'the n-th allocation of {words} fails')
    def fails(trial):
        run_the_program(trial)
        sole = prepared(trial)

        def succeed():
            trial.kill(role)
            use_much(trial)
            for name in trial.writers:
                trial.wait_until_written(name)
        each_fails(trial, sole, role, succeed)
    return fails


allocation_fails('supervisor', 'the supervisor')
allocation_fails('logger', 'the logger')
allocation_fails('keeper', "the playground's keeper")


def allocation_of_command_fails(command, before):
    @row(13, f'the n-th allocation of the command {command} fails')
    def fails(trial):
        run_the_program(trial)
        sole = prepared(trial)
        arguments = ['--json', 'status'] if command == 'status' else [command, 'a']

        def ask():
            truth = seen(trial)
            told = trial.pg.run(*arguments, env=SHORT)
            judge(trial, arguments, told, truth)
            assert told.returncode == 0 or 'memory' in told.stderr, f'it fails, and does not say for want of memory: {told.stderr}'
        each_fails(trial, sole, arguments[0], ask, before=lambda: trial.pg.run(before, 'a').succeeded())
    return fails


allocation_of_command_fails('start', 'stop')
allocation_of_command_fails('stop', 'start')
allocation_of_command_fails('restart', 'start')
allocation_of_command_fails('status', 'start')
