"""What really is there: read from /proc and from the log files, by no code that the program under test has."""

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import processes
from texts import STAMP

LINE = re.compile(STAMP + r'  (\S+) (\d+) ' + 'x' * 20)
OURS = re.compile(STAMP + '  pgctl')  # what we say there ourselves


@dataclass(frozen=True)
class Identity:
    """A process, and not another one that got its pid later."""
    pid: int
    started: int  # clock ticks since boot


def identity(pid):
    fields = processes.read(pid, 'stat').decode(errors='replace').rpartition(')')[2].split()
    return Identity(pid, int(fields[19])) if len(fields) > 19 else None


def lives(one):
    return processes.alive(one.pid) and identity(one.pid) == one


def of_service(directory):
    """All living processes that carry the service's mark in their environment."""
    return of_services([directory])[directory]


def of_services(directories):
    """The same for each of them, from one look at all of /proc."""
    found = {directory: [] for directory in directories}
    marks = {f'PGCTL_SERVICE={directory}'.encode(): directory for directory in directories}
    for pid in processes.all_pids():
        directory = next((marks[entry] for entry in processes.read(pid, 'environ').split(b'\0') if entry in marks), None)
        one = identity(pid) if directory and processes.alive(pid) else None
        if one:
            found[directory].append(one)
    return found


def main_processes(directory):
    """Those of the service that lead a session: its main process; and a check, which is no part of it, as a child of the supervisor."""
    return main_processes_of([directory])[directory]


def main_processes_of(directories):
    """The same for each of them, from one look at all of /proc."""
    return {directory: [one for one in every if processes.session(one.pid) == one.pid and not is_check(one.pid)]
            for directory, every in of_services(directories).items()}


def is_check(pid):
    return processes.command_line(processes.parent(pid))[:2] == ['pgctl', 'supervisor']


def numbers_in_log(directory):
    """The numbers that a writer's log holds, in their order; fails on a torn line or one without its stamp."""
    logs = Path(directory) / 'logs'
    if not logs.is_dir():
        return []
    files = sorted(logs.glob('@*')) + [logs / 'current']
    numbers = []
    for file in files:
        for line in file.read_text().splitlines() if file.exists() else []:
            if OURS.match(line):
                continue
            match = LINE.fullmatch(line)
            assert match, f'{file}: not a whole line of the service: {line!r}'
            numbers.append(int(match[2]))
    return numbers


def misses(numbers, written):
    """What is wrong with the numbers 1, 2, 3 … of a log, of which `written` were certainly written; '' where nothing is."""
    for place, number in enumerate(numbers, start=1):
        if number != place:
            return f'line {place} is number {number}'
    return '' if len(numbers) >= written else f'{written} lines were written, the log has {len(numbers)}'


@dataclass(frozen=True)
class Cost:
    """What a set of processes holds at a moment."""
    processes: int
    fds: int
    zombies: int
    kibibytes: int  # resident


def cost(pids):
    """The zombies are those of all processes that wait for one of these, from one look at /proc."""
    parents = set(pids)
    zombies = sum(processes.state(pid) == 'Z' and processes.parent(pid) in parents for pid in processes.all_pids())
    fds = sum(len(processes.file_numbers(pid)) for pid in pids)
    kibibytes = sum(int((processes.status_field(pid, 'VmRSS') or '0').split()[0]) for pid in pids)
    return Cost(len(pids), fds, zombies, kibibytes)


def counted(file):
    """What a writer says it has written for certain."""
    try:
        return int(Path(file).read_text() or 0)
    except (OSError, ValueError):
        return 0


def boot_ticks_per_second():
    return os.sysconf('SC_CLK_TCK')


# --- what any supervisor does, whoever made it


def running(word):
    """All living processes that have this word in their command line and were not started to look at it."""
    found = [identity(pid) for pid in processes.all_pids() if word in processes.command_line(pid) and processes.alive(pid)]
    return [one for one in found if one]


def written_by_life(directory):
    """Life → the lines that it has written for certain; each counts in a file of its own."""
    return {int(file.stem): counted(file) for file in Path(directory).glob('*.count')}


def lost_and_doubled(written, logs):
    """How many lines of all lives are in no log file, and how many are there again."""
    found = {life: Counter() for life in written}
    for file in Path(logs).iterdir():
        for life, number in re.findall(r'(\d+) (\d+) x+$', file.read_text(errors='replace'), re.MULTILINE) if file.is_file() else []:
            found.setdefault(int(life), Counter())[int(number)] += 1
    lost = sum(max(count - sum(number <= count for number in found[life]), 0) for life, count in written.items())
    return lost, sum(times - 1 for numbers in found.values() for times in numbers.values())


def bytes_below(directory):
    return sum(file.stat().st_size for file in Path(directory).iterdir() if file.is_file())
