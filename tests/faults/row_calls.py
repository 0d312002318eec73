"""Row 16: a system call of ours fails."""

import re

import processes
from lives import Sole
from rows import row
from tracing import EVERYTHING, FORKS, Traced, TracedCommand, swept
from truth import SHORT, ask, judge, seen

# What can go wrong with each call in a working kernel, by what it is made for; a call that can't fail in some way is not made to.
FAILURES = {
    'openat': 'EMFILE ENFILE ENOMEM EIO EINTR',
    'read file': 'EIO',
    'read proc': 'ENOMEM',
    'read,recvmsg,recvfrom socket': 'ECONNRESET ENOMEM',
    'write file': 'EIO ENOSPC EINTR EDQUOT',
    'write reports': 'ENOMEM',
    'write pipe': 'EAGAIN ENOMEM',
    'pwrite64': 'EIO ENOSPC',
    'pread64': 'EIO',
    'ftruncate': 'EIO EINTR ENOSPC',
    'clone,clone3,fork,vfork': 'EAGAIN ENOMEM',
    'execve': 'ENOMEM EIO ETXTBSY',
    'pipe,pipe2,socket,signalfd4,epoll_create1,timerfd_create,eventfd2': 'EMFILE ENFILE ENOMEM',
    'mmap,mremap': 'ENOMEM',
    'epoll_wait,epoll_pwait': 'EINTR',
    'poll,ppoll': 'EINTR ENOMEM',
    'rt_sigtimedwait': 'EINTR',
    'epoll_ctl': 'ENOMEM ENOSPC',
    'rename,renameat,renameat2': 'EIO ENOSPC',
    'mkdir,mkdirat,mknod,mknodat': 'ENOSPC EIO',
    'bind': 'EACCES ENOMEM ENOSPC',
    'connect': 'EAGAIN EINTR ENOMEM',
    'flock': 'EINTR ENOLCK',
    'fcntl F_DUPFD': 'EMFILE',
    'fcntl F_NOTIFY': 'EMFILE ENOMEM',
    'tee,splice': 'ENOMEM EINTR',
    'pidfd_open': 'EMFILE ENFILE ENOMEM',
    'pidfd_send_signal,rt_sigqueueinfo SIGRT': 'EAGAIN ENOMEM',
    'accept,accept4': 'EMFILE ENFILE ENOMEM',
    'sendmsg,sendto': 'ENOBUFS ENOMEM ECONNRESET',
    'getdents64': 'EIO ENOMEM',
    'fstat,newfstatat,lstat,stat,statx': 'EIO ENOMEM',
    'readlink,readlinkat': 'EIO ENOMEM',
    'unlink,unlinkat': 'EIO',
    'chdir': 'EACCES EIO ENOENT ENOMEM',
    'dup2,dup3': 'EBUSY EINTR',
    'prlimit64,setrlimit,setpriority': 'EPERM',
    'wait4,waitid': 'EINTR',
}
ERRORS = {f'{name} {key.partition(" ")[2]}'.strip(): errors.split()
          for key, errors in FAILURES.items() for name in key.partition(' ')[0].split(',')}
# What a descriptor leads to, as strace shows it.
KINDS = {'proc': '</proc/', 'socket': '<socket:', 'reports': r'/\.pgctl/events>', 'other': '<anon_inode|</dev/',
         'pipe': r'<pipe:|/\.pgctl/(keeper|logger|services/[^/]+/(output|notification))>'}
AT_ONCE = 3  # injections in a round, beside the random one


def failing(calls):
    """All that can go wrong with these calls: first everything with the first of each name, then with the second, and so on."""
    return [call.has(f'error={error}') for call in sorted(calls) for error in errors_of(call)]


def errors_of(call):
    first, _, rest = call.arguments.partition(', ')
    if 'WNOHANG' in rest:
        return ()  # nothing interrupts what does not wait
    kind = next((kind for kind, shown in KINDS.items() if re.search(shown, first)), 'file')
    word = re.match('F_DUPFD|F_NOTIFY|SIGRT', rest)
    return ERRORS.get(call.name) or ERRORS.get(f'{call.name} {word[0] if word else kind}') or ()


def prepared(trial, **files):
    """Two writers, which all of this is nothing to, and the service `a`, which can't run twice."""
    sole = Sole(trial, **files)
    trial.start_writers(2)
    trial.but('a')
    sole.lived(1)
    return sole


def use(trial):
    """Everything a command can want of a service, without expecting that it succeeds: only that it says what it did."""
    for command in (['start', 'a'], ['restart', 'a'], ['--json', 'status'], ['stop', 'a'], ['start', 'a']):
        ask(trial, *command)


def all_is_well(trial):
    trial.pg.start()
    trial.check()


def survives(trial, role, traced, used=use):
    with traced:
        used(trial)
    if traced.ends(traced.pid):
        trial.harms(role)
    all_is_well(trial)


def call_fails(role, words, find, follow=(), used=use):
    @row(16, f'a system call of {words} fails')
    def fails(trial):
        sole = prepared(trial)
        with Traced(trial, find(trial), follow=follow) as learned:
            used(trial)

        def inject(fault, traces):
            traces.append(Traced(trial, find(trial), fault, follow))
            survives(trial, role, traces[-1], used)
            sole.check()
        swept(trial, failing(learned.calls()), AT_ONCE, inject)
    return fails


def service_keeper(trial):
    """Where an earlier one was killed, the next life has one."""
    if processes.parent(trial.main('a').pid) == trial.ours('keeper'):
        trial.pg.restart('a')
    return processes.parent(trial.main('a').pid)


def use_keeper(trial):
    """It reaps and executes `run`, and in the end is released."""
    main = trial.main('a').pid
    processes.kill([main])
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'] not in (None, main), 'a is started again')
    ask(trial, '--json', 'status')
    ask(trial, 'stop', 'a')
    ask(trial, 'start', 'a')


call_fails('keeper', "the playground's keeper, or of one that it has forked,", lambda trial: trial.ours('keeper'), FORKS)
call_fails('supervisor', 'the supervisor', lambda trial: trial.ours('supervisor'), FORKS)
call_fails('logger', 'the logger', lambda trial: trial.ours('logger'))
call_fails('a keeper', "a service's keeper", service_keeper, FORKS, use_keeper)


def beginning_fails(role):
    @row(16, f'a system call of a {role} that begins fails')
    def fails(trial):
        trial.start_writers(2)
        learned = Traced(trial, trial.ours('keeper'), None, EVERYTHING)
        begins(trial, role, learned)

        def inject(fault, traces):
            traces.append(Traced(trial, trial.ours('keeper'), fault, EVERYTHING))
            begins(trial, role, traces[-1])
        swept(trial, failing(learned.calls()), AT_ONCE, inject)
    return fails


def begins(trial, role, traced):
    """One is killed, and it is those after it that the fault happens to, until the first has met it."""
    with traced:
        trial.kill(role)
        ask(trial, '--json', 'status')
        trial.pg.wait_until(lambda: trial.ours(role), f'there is a {role}')
        trial.wait_until_written('w1')
    if traced.ends(traced.pid):
        trial.harms('keeper')
    all_is_well(trial)


beginning_fails('supervisor')
beginning_fails('logger')

# Each with what has to be before it, so that it has something to do.
COMMANDS = {'start': 'stop', 'stop': 'start', 'restart': 'start', 'status': 'start'}


def command_call_fails(command):
    @row(16, f'a system call of the command {command} fails')
    def fails(trial):
        sole = prepared(trial)
        learned = TracedCommand(trial)
        commanded(trial, command, learned)

        def inject(fault, traces):
            traces.append(TracedCommand(trial, fault))
            commanded(trial, command, traces[-1])
            all_is_well(trial)
            sole.check()
        # The first is strace's own, which executes the program.
        swept(trial, failing(learned.calls()[1:]), AT_ONCE, inject)
    return fails


def commanded(trial, command, traced):
    trial.pg.run(COMMANDS[command], 'a').succeeded()
    before = seen(trial)
    arguments = ['--json', 'status'] if command == 'status' else [command, 'a']
    told = traced.run(trial, arguments, env=SHORT)
    # What can't be written can't be said.
    if told.returncode == 0 or not any(' write(' in f' {line}' for line in traced.what()):
        judge(trial, arguments, told, before)


for each in COMMANDS:
    command_call_fails(each)
