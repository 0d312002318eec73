"""Row 13: no memory is left for a process of ours. Of a service that the kernel kills for that, row_memory.py tells."""

import ctypes
import re
import subprocess
import time

import processes
from playground import binaries
from row_calls import all_is_well, prepared, service_keeper
from rows import row
from tracing import EVERYTHING, FORKS, Traced, TracedCommand, swept
from truth import SHORT, ask, judge, seen

AT_ONCE = 3  # injections in a round, beside the random one
ATTEMPTS = 3
STEP = 1 << 16  # bytes, by which the limits of rounds differ
# An environment that makes a request, its answer and the file for the keeper large.
LARGE = {f'LARGE_{number}': 'x' * 100_000 for number in range(5)}
UNRANDOMIZED = 0x0040000  # man 2 personality


def use_much(trial):
    """Whoever has no memory to do it says so."""
    for command in (['start', 'a'], ['restart', 'a'], ['--json', 'status'], ['stop', 'a'], ['start', 'a']):
        told = ask(trial, *command, env=LARGE)
        assert told.returncode == 0 or 'memory' in told.stderr, f'{command} fails, and does not say for want of memory: {told.stderr}'


# --- one allocation fails


def failing(calls):
    """Each of those that ask for memory; and that the heap can't grow, which the kernel tells by where it ends (man 2 brk)."""
    return ['brk:retval=HEAP:when=1+'] + [call.has('error=ENOMEM') for call in sorted(calls) if call.name in ('mmap', 'mremap')]


def end_of_heap(pid):
    return re.search(r'-(\w+) .*\[heap\]', processes.read(pid, 'maps').decode())[1]


def allocation_fails(role, words, find, follow=()):
    @row(13, f'an allocation of {words} fails')
    def fails(trial):
        sole = prepared(trial)
        with Traced(trial, find(trial), None, follow) as learned:
            use_much(trial)

        def inject(fault, traces):
            pid = find(trial)
            traces.append(Traced(trial, pid, fault.replace('HEAP', '0x' + end_of_heap(pid)), follow))
            with traces[-1]:
                use_much(trial)
            if traces[-1].ends(pid):
                trial.harms(role)
            all_is_well(trial)
            sole.check()
        swept(trial, failing(learned.calls()), AT_ONCE, inject)
    return fails


def fresh_supervisor(trial):
    """What an older one has freed it need not ask for; nor does one that has read a large environment."""
    trial.pg.restart('a')
    gone = trial.kill('supervisor')
    return trial.pg.wait_until(lambda: (pid := trial.ours('supervisor')) != gone.pid and trial.pg.status() and pid, 'there is another one')


allocation_fails('supervisor', 'the supervisor', fresh_supervisor)
allocation_fails('keeper', "the playground's keeper, or of one that it has forked,", lambda trial: trial.ours('keeper'), FORKS)


def command_allocation_fails(command, before):
    @row(13, f'an allocation of the command {command} fails')
    def fails(trial):
        sole = prepared(trial)
        learned = TracedCommand(trial)
        without_memory(trial, before, command, learned)

        def inject(fault, traces):
            traces.append(TracedCommand(trial, fault))
            without_memory(trial, before, command, traces[-1])
            all_is_well(trial)
            sole.check()
        swept(trial, from_then_on(learned.text) + failing(learned.calls())[1:], AT_ONCE, inject)
    return fails


def from_then_on(text):
    """From each enlargement of the heap on there are no more, or no memory at all; but for those before the program's first line, in
    which the C library has only words of its own. Addresses are the same each time."""
    begin = text.index('getcwd(')
    faults, end = [], None
    for number, brk in enumerate(re.finditer(r'\bbrk\((\w+)\) += (0x\w+)', text), start=1):
        if brk[1] != 'NULL' and brk.start() > begin:
            faults += [f'brk:retval={end}:when={number}+', f'brk:retval={end}:when={number}+ mmap,mremap:error=ENOMEM']
        end = brk[2]
    return faults


def without_memory(trial, before, command, traced):
    trial.pg.run(before, 'a').succeeded()
    arguments = ['--json', 'status'] if command == 'status' else [command, 'a']
    truth = seen(trial)
    libc = ctypes.CDLL(None)
    told = traced.run(trial, arguments, env={**SHORT, **LARGE}, preexec_fn=lambda: libc.personality(UNRANDOMIZED))
    judge(trial, arguments, told, truth)
    assert told.returncode == 0 or 'memory' in told.stderr, told.stderr


command_allocation_fails('start', 'stop')
command_allocation_fails('stop', 'start')
command_allocation_fails('status', 'start')


# --- all do, from some on


def limit(pid, size):
    subprocess.run(['prlimit', '--pid', str(pid), f'--as={size}:'], check=False, stderr=subprocess.DEVNULL)  # it may have ended


def size_of(pid):
    """In bytes; nothing of one that is just beginning, or ending."""
    return int((processes.status_field(pid, 'VmSize') or '0').split()[0]) << 10


def refused(traced):
    """What asked for memory in vain."""
    brk = [line for line in traced.text.splitlines() if (match := re.search(r'\bbrk\((0x\w+)\) += (0x\w+)', line))
           and int(match[2], 16) < int(match[1], 16)]
    return brk + [line for line in traced.text.splitlines() if re.search(r'\bm(?:map|remap)\(.* = -1 ENOMEM', line)]


# A keeper's limit would be that of the services, too; and the logger asks for nothing once it has begun.
@row(13, 'no memory is left for what a large command wants of the supervisor')
def short_of_memory(trial):
    # As long as there is no memory for a check, a start fails; and its time is put off as long as ours get no CPU.
    sole = prepared(trial, **{'timeout-ready': 5})
    process = fresh_supervisor(trial)
    # All sizes, in an order in which the first rounds differ most.
    size = size_of(process) + (9 + 5 * trial.round) % 24 * STEP + trial.random.randrange(STEP)
    with Traced(trial, process, None, FORKS) as traced:
        limit(process, size)
        use_much(trial)
        limit(process, 'unlimited')
    begin = time.monotonic()
    assert refused(traced), 'there was enough'
    if traced.ends(process):
        trial.harms('supervisor')
    assert not traced.crashes(), f'{refused(traced)}: {traced.crashes()}'
    all_is_well(trial)
    trial.figure('again', time.monotonic() - begin, at_most=2)
    sole.check()
    trial.finish()


@row(13, 'no memory is left for a command')
def no_memory_for_command(trial):
    # Its limit is that of the service, too, which has to get by with as little.
    trial.pg.service('a')
    trial.start_writers(1)
    trial.but('a')
    least, failures = least_size(trial), 0
    for number in range(AT_ONCE):
        size = least + (trial.round * AT_ONCE + number) % 64 * STEP // 4 + trial.random.randrange(STEP // 4)
        for command in (['stop', 'a'], ['--json', 'status'], ['start', 'a']):
            truth = seen(trial)
            told = with_size(trial, size, command, LARGE)
            judge(trial, command, told, truth)
            failures += 'memory' in told.stderr
            assert told.returncode == 0 or 'memory' in told.stderr or 'start' in command, told.stderr
    assert failures, 'there was enough'
    all_is_well(trial)
    trial.finish()


def with_size(trial, size, command, env):
    return trial.pg.begin(f'--as={size}:', str(binaries() / 'pgctl'), *command, program='prlimit', env={**SHORT, **env}).result()


def least_size(trial):
    """With less the kernel, or the C library, ends a program before its first line."""
    for size in range(1 << 21, 1 << 24, STEP // 4):
        if with_size(trial, size, ['status'], LARGE).returncode in (0, 1):
            return size
    raise AssertionError('the program never runs')


# --- and is tried again, but not too often


def not_more_than_one_a_second(begin, moments):
    """From the beginning on, as strace counts time. Each of them may have been late, or been seen late; none came too soon."""
    since = [moment - begin for moment in moments if moment > begin]
    soon = [moment for number, moment in enumerate(since) if moment < 0.99 * number]
    assert not soon, f'tried again too soon, of {since}: {soon}'


def until_again(trial, traced, condition, awaited):
    begin = time.monotonic()
    traced.end()
    trial.pg.wait_until(condition, awaited)
    trial.figure('again', time.monotonic() - begin, at_most=2)


def said(trial, words):
    return words in trial.pg.run('status').succeeded().stdout


@row(13, "a service's keeper has no memory to start the service again")
def no_memory_to_start_again(trial):
    sole = prepared(trial)
    with Traced(trial, service_keeper(trial), 'mmap:error=ENOMEM', times=True) as traced:
        begin = time.time()
        processes.kill([trial.main('a').pid])
        trial.pg.wait_until(lambda: said(trial, 'spawn file: Cannot allocate memory'), 'status says why')
        trial.pg.wait_until(lambda: len(traced.moments('mmap')) >= ATTEMPTS, 'it is tried again and again')
        assert sole.lives() == 1 and trial.pg.state('a') == 'down'
        until_again(trial, traced, lambda: trial.pg.status('a')['a']['pid'], 'a runs again')
    not_more_than_one_a_second(begin, traced.moments('mmap'))
    assert 'spawn file: Cannot allocate memory' in '\n'.join(trial.pg.log('a'))
    sole.check()
    trial.finish()


FORKING = ['clone', 'clone3', 'fork', 'vfork']


@row(13, "the playground's keeper has no memory to fork one for a service")
def no_memory_to_fork(trial):
    sole = prepared(trial)
    trial.pg.stop('a')
    with Traced(trial, trial.ours('keeper'), f'{",".join(FORKING)}:error=ENOMEM', times=True) as traced:
        told = trial.pg.run('start', 'a', env={'PGCTL_TIMEOUT': '1'}).failed()
        assert 'fork: Cannot allocate memory' in told.stderr, told.stderr
        begin = time.time()
        start = trial.pg.begin('start', 'a')
        trial.pg.wait_until(lambda: said(trial, 'fork: Cannot allocate memory'), 'status says why')
        failed = len(traced.moments(*FORKING))
        trial.pg.wait_until(lambda: len(traced.moments(*FORKING)) >= failed + ATTEMPTS, 'it is tried again and again')
        until_again(trial, traced, lambda: trial.pg.status('a')['a']['pid'], 'a runs')
    start.result().succeeded()
    sole.lived(2)
    # Whoever asks anew is not made to wait for what failed before.
    not_more_than_one_a_second(begin, traced.moments(*FORKING))
    sole.check()
    trial.finish()


def no_memory_for_the_next(role):
    @row(13, f"the playground's keeper has no memory to fork the next {role}")
    def short(trial):
        prepared(trial)
        with Traced(trial, trial.ours('keeper'), f'{",".join(FORKING)}:error=ENOMEM', times=True) as traced:
            begin = time.time()
            trial.kill(role)
            trial.pg.wait_until(lambda: len(traced.moments(*FORKING)) >= ATTEMPTS, 'it is tried again and again')
            until_again(trial, traced, lambda: trial.ours(role), f'there is a {role}')
        not_more_than_one_a_second(begin, traced.moments(*FORKING))
        all_is_well(trial)
        trial.finish()

    @row(13, f'the next {role} has no memory')
    def begins(trial):
        prepared(trial)
        keeper = trial.ours('keeper')
        for step in range(1 + trial.round % 4, 64):
            with Traced(trial, keeper, None, EVERYTHING, times=True) as traced:
                begin = begins_with_less(trial, role, keeper, step * STEP, traced)
            if len(attempts(traced, role)) >= ATTEMPTS:
                break
        assert len(attempts(traced, role)) >= ATTEMPTS, f'the {role} always had enough'
        not_more_than_one_a_second(begin, attempts(traced, role))
        limit(trial.ours(role), 'unlimited')
        all_is_well(trial)
        trial.finish()
    return short, begins


def attempts(traced, role):
    return traced.moments('execve', word=f'"{role}"')


def begins_with_less(trial, role, keeper, less, traced):
    """Either it works with so little, or it is tried again and again. Returns when it began, as strace counts time."""
    limit(keeper, trial.pg.wait_until(lambda: size_of(trial.ours(role)), f'there is a {role}') - less)
    killed = time.time()
    gone = trial.kill(role)

    def given_up():
        return len(attempts(traced, role)) >= ATTEMPTS
    try:
        trial.pg.wait_until(lambda: given_up() or works(trial, role, gone.pid, given_up), f'the {role} works, or not')
    finally:
        limit(keeper, 'unlimited')
    begin = time.monotonic()
    trial.pg.wait_until(lambda: works(trial, role, gone.pid), f'there is a {role}')
    trial.figure('again', time.monotonic() - begin, at_most=2)
    return killed


def works(trial, role, gone, given_up=lambda: False):
    """Two times, as it may just be ending. One that dies under each request is asked again by the command for a minute: no longer than
    until that is seen."""
    pid = trial.ours(role)
    if pid in (None, gone):
        return False
    if role == 'supervisor':
        asked = trial.pg.begin('status')
        trial.pg.wait_until(lambda: not asked.running() or given_up(), 'it answers, or not')
        if asked.running():
            processes.kill([asked.pid])
        return asked.result().returncode == 0 and trial.ours(role) == pid
    trial.wait_until_written('w1')
    return trial.ours(role) == pid


for each in ('supervisor', 'logger'):
    no_memory_for_the_next(each)
