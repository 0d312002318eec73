"""Row 6: each process of ours is killed at each step that it makes; and row 3, where one is slow at a step.

The steps are the system calls that it makes when nothing is wrong. Enough rounds kill at all of them."""

import re
import shutil

import processes
from lives import Sole
from row_calls import prepared, service_keeper
from rows import row
from succession import assert_right, await_end
from tracing import DELAY, EVERYTHING, FORKS, KILL, Traced, TracedCommand, swept
from truth import ask, judge, seen

AT_ONCE = 5  # injections in a round, beside the random one
# Calls that nobody else sees.
INWARD = {'rt_sigaction', 'rt_sigprocmask', 'sigaltstack', 'brk', 'mprotect', 'munmap', 'madvise', 'futex', 'arch_prctl', 'set_tid_address',
          'set_robust_list', 'rseq', 'getrandom', 'prlimit64', 'getpid', 'getppid', 'gettid', 'getuid', 'geteuid', 'getgid', 'getegid'}
BEFORE = {'start': 'stop', 'stop': 'start', 'crash': 'start'}


def change(trial, verb):
    """Until it is done."""
    if verb == 'crash':
        processes.kill([trial.main('a').pid])
        sole_lives = len(trial.pg.lines('a.lives'))
        trial.pg.wait_until(lambda: len(trial.pg.lines('a.lives')) > sole_lives, 'a is started again')
        verb = 'start'
    return trial.pg.run(verb, 'a').succeeded()


def is_as_told(trial, verb):
    """New, where nobody but a process of ours was killed: who is in charge then does what was asked for."""
    status = ask(trial, '--json', 'status').succeeded()
    judge(trial, [verb if verb == 'stop' else 'start', 'a'], status, {})
    assert trial.pg.status('a')['a']['state'] == ('down' if verb == 'stop' else 'ready'), status.stdout


def is_old_or_new(trial):
    """The command itself was killed, and what it asked for is done or not, but not half of it."""
    def settled():
        told, mains = trial.pg.status('a')['a'], seen(trial)['a']
        if told['process'] is not None or (told['pid'] is not None and told['state'] != 'ready'):
            return False
        return [one.pid for one in mains] == ([] if told['pid'] is None else [told['pid']])
    trial.pg.wait_until(settled, lambda: f'a is up or down: {trial.pg.status("a")}, {seen(trial)["a"]}')


def steps(calls):
    """All kills before a call that makes a difference to anybody else."""
    return [call.has(KILL) for call in calls if call.name not in INWARD]


def names_of_files(trial):
    """Below the runtime directory, whichever service they belong to."""
    names = {str(path.relative_to(trial.pg.pghome)) for path in trial.pg.pghome.rglob('*')}
    return {re.sub(r'(services|playground)/[^/.]+', r'\1/SERVICE', name) for name in names}


def files_of_all_of_ours(trial):
    """Where nothing waits for the logger, it may come later than what was started."""
    trial.pg.wait_until(lambda: any(trial.pg.pghome.rglob('log-journal')), 'the logger has begun')
    return names_of_files(trial)


def nothing_unknown(trial, known):
    unknown = names_of_files(trial) - known
    assert not unknown, f'files that nobody knows: {unknown}'


def killed_at_each_step(role, words, verb, find, follow=()):
    @row(6, f'{words} is killed at each step of a {verb}')
    def killed(trial):
        sole = prepared(trial)
        known = names_of_files(trial)
        learned = learned_steps(trial, verb, find, follow)

        def inject(fault, traces):
            trial.pg.run(BEFORE[verb], 'a').succeeded()
            lives = sole.lives()
            traces.append(Traced(trial, find(trial), fault, follow))
            if role == 'keeper' and fault.startswith('execve:'):
                return killed_instead_of_run(trial, traces[-1], sole)
            under(trial, traces[-1], verb)
            if traces[-1].ends(traces[-1].pid):
                trial.harms(role)
            is_as_told(trial, verb)
            sole.check()
            if 'keeper' not in role and verb == 'start':
                sole.lived(lives + 1)
            if 'keeper' in role and verb != 'stop':
                trial.pg.restart('a')  # one that was killed when its service ran has no successor until then
        trial.pg.start()
        swept(trial, learned, AT_ONCE, inject)
        nothing_unknown(trial, known)
    return killed


def killed_instead_of_run(trial, traced, sole):
    """Nobody can tell that from ./run that is killed at its first instruction: the start may be told that it ran, or that it failed. But
    it is started again, once."""
    lives = sole.lives()
    trial.pg.stop('a')
    with traced:
        told = trial.pg.run('start', 'a')
    assert told.returncode == 0 or told.errors, told
    is_old_or_new(trial)
    sole.lived(lives + 1)
    sole.check()


def learned_steps(trial, verb, find, follow):
    """What is done only after the command has been answered may come too late to be seen."""
    for _ in range(10):
        traced = Traced(trial, find(trial), None, follow)
        under(trial, traced, verb)
        found = steps(traced.calls())
        if found:
            return found
        trial.pg.run(BEFORE[verb], 'a').succeeded()
    raise AssertionError('it does nothing')


def under(trial, traced, verb):
    if verb == 'start':
        trial.pg.stop('a')
    with traced:
        change(trial, verb)


for each in ('start', 'stop'):
    killed_at_each_step('keeper', "the playground's keeper, or one that it forks,", each, lambda trial: trial.ours('keeper'), FORKS)
    killed_at_each_step('supervisor', 'the supervisor', each, lambda trial: trial.ours('supervisor'), FORKS)
    killed_at_each_step('logger', 'the logger', each, lambda trial: trial.ours('logger'))
killed_at_each_step('a keeper', "the service's keeper", 'stop', service_keeper)
killed_at_each_step('a keeper', "the service's keeper, or what is to become of its child,", 'crash', service_keeper, FORKS)


def command_killed(verb):
    @row(6, f'the command is killed at each step of a {verb}')
    def killed(trial):
        sole = prepared(trial)
        known = names_of_files(trial)

        def command(traced):
            trial.pg.run(BEFORE[verb], 'a').succeeded()
            lives = sole.lives()
            told = traced.run(trial, [verb, 'a'])
            assert told.returncode == -9 if traced.happened() else told.returncode == 0, told
            is_old_or_new(trial)
            sole.check()
            assert sole.lives() <= lives + 1, f'restarts: {sole.lives() - lives - 1}'

        def inject(fault, traces):
            traces.append(TracedCommand(trial, fault))
            command(traces[-1])
            trial.pg.start('a')
        learned = TracedCommand(trial)
        command(learned)
        swept(trial, steps(learned.calls()), AT_ONCE, inject)
        nothing_unknown(trial, known)
    return killed


for each in ('start', 'stop'):
    command_killed(each)


def successor_killed(role, words, find):
    """The role is killed, and whoever takes its place is, at some step."""
    @row(6, words)
    def killed(trial):
        sole = prepared(trial)
        known = names_of_files(trial)

        def succeed(traced):
            with traced:
                gone = trial.kill(role)
                await_end(gone.pid)
                assert_right(trial, trial.pg.status())
                trial.pg.wait_until(lambda: trial.ours(role) not in (None, gone.pid), f'there is another {role}')
                trial.wait_until_written('w1')
            if traced.ends(traced.pid):
                trial.harms('keeper')
            trial.check()
            if traced.executed('./ready') - traced.exited():
                # A check that is killed has failed, until the next one passes; strace may have been let go before it could say.
                trial.pg.wait_until(lambda: trial.pg.status('a')['a']['state'] == 'ready', 'a is ready again')
            is_as_told(trial, 'start')
            sole.lived(1)

        def inject(fault, traces):
            traces.append(Traced(trial, find(trial), fault, EVERYTHING))
            succeed(traces[-1])
        learned = Traced(trial, find(trial), None, EVERYTHING)
        succeed(learned)
        swept(trial, steps(learned.calls()), AT_ONCE, inject)
        nothing_unknown(trial, known)
    return killed


successor_killed('supervisor', 'the next supervisor is killed at each step of its beginning', lambda trial: trial.ours('keeper'))
successor_killed('logger', 'the next logger is killed at each step of its beginning', lambda trial: trial.ours('keeper'))
# The supervisor becomes the next keeper, and has the next supervisor and the next logger below it.
successor_killed('keeper', 'the next keeper, or whom it starts, is killed at each step of its beginning',
                 lambda trial: trial.ours('supervisor'))


@row(3, "the playground's keeper is killed, and the next one is slow at each step")
def successor_slow(trial):
    trial.start_writers(2)

    def succeed(traced):
        with traced:
            gone = trial.kill('keeper')
            await_end(gone.pid)
            trial.pg.wait_until(lambda: assert_right(trial, trial.pg.status()) or trial.ours('keeper') not in (None, gone.pid),
                                'there is another keeper')
            assert_right(trial, trial.pg.status())

    def inject(fault, traces):
        traces.append(Traced(trial, trial.ours('supervisor'), fault, EVERYTHING))
        succeed(traces[-1])
        trial.check()
    learned = Traced(trial, trial.ours('supervisor'), None, EVERYTHING)
    succeed(learned)
    swept(trial, [call.has(DELAY) for call in learned.calls() if call.name not in INWARD], AT_ONCE, inject)


@row(6, 'anything is killed at each step of the first start')
def first_start_killed(trial):
    sole = Sole(trial)
    trial.pg.start()
    known = files_of_all_of_ours(trial)
    trial.pg.stop()

    def first(traced):
        told = traced.run(trial, ['start'])
        assert told.returncode in (0, -9), told
        # The service is followed, too: one that was killed itself is started once more.
        if told.returncode == 0 and traced.executed('./run') & traced.killed():
            trial.pg.wait_until(lambda: trial.pg.status('a')['a']['state'] == 'ready', 'a is started once more')
        elif told.returncode == 0:
            judge(trial, ['start'], told, {})
        is_old_or_new(trial)
        sole.check()

    def inject(fault, traces):
        trial.pg.stop()
        is_gone(trial, known)
        traces.append(TracedCommand(trial, fault, EVERYTHING))
        first(traces[-1])
        trial.pg.start()
        trial.remember()
    learned = TracedCommand(trial, None, EVERYTHING)
    first(learned)
    swept(trial, steps(learned.calls()), AT_ONCE, inject)
    nothing_unknown(trial, known)


def is_gone(trial, known):
    # Whoever was killed may take a moment to end.
    trial.pg.wait_until(lambda: not processes.mentioning(trial.root),
                        lambda: f'I6: left: {processes.describe(processes.mentioning(trial.root))}')
    nothing_unknown(trial, known)


def killed_in_the_last_stop(words, find):
    @row(6, f'{words} is killed at each step of the last stop')
    def killed(trial):
        Sole(trial)
        trial.start_writers(1)
        known = files_of_all_of_ours(trial)

        def last(traced):
            trial.wait_until_written('w1')
            with traced:
                trial.pg.stop()
            is_gone(trial, known)
            trial.check_logs()
            shutil.rmtree(trial.pg.log_file('w1').parent)  # the next life counts from 1
            trial.pg.start()
            trial.remember()

        def inject(fault, traces):
            traces.append(Traced(trial, find(trial), fault))
            last(traces[-1])
        learned = Traced(trial, find(trial))
        last(learned)
        swept(trial, steps(learned.calls()), AT_ONCE, inject)
        nothing_unknown(trial, known)
    return killed


killed_in_the_last_stop("the playground's keeper", lambda trial: trial.ours('keeper'))
killed_in_the_last_stop('the supervisor', lambda trial: trial.ours('supervisor'))
killed_in_the_last_stop('the logger', lambda trial: trial.ours('logger'))
killed_in_the_last_stop("a service's keeper", service_keeper)
