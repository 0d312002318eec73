"""What /proc says: which processes belong to a test's directory, and what they look like. Never signals by name."""

import os
import signal
from pathlib import Path


def all_pids():
    return [int(name) for name in os.listdir('/proc') if name.isdigit()]


def read(pid, name):
    """The bytes of /proc/<pid>/<name>; empty when the process is gone or not ours to read."""
    try:
        file = os.open(f'/proc/{pid}/{name}', os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b''
    content = []
    try:
        while part := os.read(file, 65536):
            content.append(part)
    except OSError:  # it has ended meanwhile
        return b''
    finally:
        os.close(file)
    return b''.join(content)


def link(pid, name):
    try:
        return os.readlink(f'/proc/{pid}/{name}')
    except OSError:
        return ''


def alive(pid):
    """A zombie is not alive: nothing of it runs any more."""
    return state(pid) not in ('', 'Z', 'X')


def state(pid):
    """The letter of proc(5): R, S, T, Z …; empty when there is no such process."""
    return _stat_fields(pid)[0]


def parent(pid):
    return int(_stat_fields(pid)[1] or 0)


def session(pid):
    return int(_stat_fields(pid)[3] or 0)


def _stat_fields(pid):
    # The name in parentheses may itself hold spaces and parentheses (man 5 proc), so what follows the last one counts.
    text = read(pid, 'stat').decode(errors='replace')
    fields = text.rpartition(')')[2].split()
    return fields or ['', '', '', '']


def status_field(pid, name):
    """One line of /proc/<pid>/status, such as SigIgn or Umask."""
    for line in read(pid, 'status').decode(errors='replace').splitlines():
        key, _, value = line.partition(':')
        if key == name:
            return value.strip()
    return ''


def largest(pid):
    """Bytes that it had resident at its largest."""
    return int(status_field(pid, 'VmHWM').split()[0]) << 10


def command_line(pid):
    words = read(pid, 'cmdline').decode(errors='replace').rstrip('\0').split('\0')
    if not Path(words[0]).name.startswith('valgrind'):
        return words
    # What it runs stands behind its options, with its path.
    while len(words) > 1 and words[1].startswith('-'):
        del words[1]
    return [Path(word).name for word in words[1:2]] + words[2:]


def runs(pid, program):
    """Whether it runs the program of this path, or ran it when its file was replaced; valgrind runs one of this name."""
    executable = link(pid, 'exe').removesuffix(' (deleted)')
    return executable == str(program) or ('/valgrind/' in executable and command_line(pid)[:1] == [Path(program).name])


def environment(pid):
    text = read(pid, 'environ').decode(errors='surrogateescape')
    return dict(entry.split('=', 1) for entry in text.split('\0') if '=' in entry)


def file_numbers(pid):
    """Of the files that it has open."""
    try:
        return [int(number) for number in os.listdir(f'/proc/{pid}/fd')]
    except OSError:
        return []


def open_files(pid):
    """fd number → what it is, as /proc/<pid>/fd shows it."""
    return {number: link(pid, f'fd/{number}') for number in file_numbers(pid)}


def children(pid):
    return [other for other in all_pids() if parent(other) == pid]


def mentioning(directory, among=None):
    """Living processes that show the directory anywhere: command line, environment, working directory, open files."""
    needle = str(directory)
    return [pid for pid in (all_pids() if among is None else among)
            if pid != os.getpid() and any(needle in text for text in _evidence(pid)) and alive(pid)]


def _evidence(pid):
    """What most processes show first."""
    yield read(pid, 'environ').decode(errors='surrogateescape')
    yield read(pid, 'cmdline').decode(errors='surrogateescape')
    yield link(pid, 'cwd')
    yield link(pid, 'exe')
    for number in file_numbers(pid):
        yield link(pid, f'fd/{number}')


def describe(pids):
    """One line a process, for a failed assertion."""
    return [f"{pid} ({state(pid)}, parent {parent(pid)}): {' '.join(command_line(pid)) or read(pid, 'comm').decode().strip()}"
            for pid in pids]


def kill(pids, number=signal.SIGKILL):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
