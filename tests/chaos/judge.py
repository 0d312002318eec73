"""Whether each line that a service wrote is in its log, once, whole, in its order."""

import re

import zoo
from texts import STAMP

LINE = re.compile(STAMP + r'  (\S+) (\d+) (\d+) ' + 'x' * 20)
OURS = re.compile(STAMP + r'  pgctl')
WRITTEN = 3  # seconds after which a log has what can be written, on a machine that is short of everything


def lines_of(logs):
    for file in [*sorted(logs.glob('@*')), logs / 'current']:
        if file.exists():
            yield from file.read_text(errors='replace').splitlines()


def lives_in_log(name, logs):
    """Life → the last number of it in the log; and what is wrong."""
    last, wrong, current = {}, [], 0
    for line in lines_of(logs):
        if OURS.match(line):
            continue
        match = LINE.fullmatch(line)
        if not match or match[1] != name:
            wrong.append(f'{name}: torn or foreign: {line!r}')
            continue
        life, number = int(match[2]), int(match[3])
        if life < current:
            wrong.append(f'{name}: life {life} goes on after life {current}: {line!r}')
        current = max(current, life)
        if number != last.get(life, 0) + 1:
            wrong.append(f'{name}: life {life} has {number} after {last.get(life, 0)}')
        last[life] = number
    return last, wrong


def judge(run):
    """Violations; and how many lines were lost where that is allowed: see may_be_lost()."""
    wrong, lost = [], 0
    for name in zoo.names():
        last, found = lives_in_log(name, run.playground.path / name / 'logs')
        wrong += found
        for life in run.ledger.lives[name]:
            written, logged = run.ledger.written(name, life.number), last.get(life.number, 0)
            if logged - written in (0, 1):
                continue
            if logged < written and may_be_lost(run, name, life):
                lost += written - logged
            else:
                wrong.append(f'{name}: life {life.number} wrote {written} lines, its log has {logged}; {life}'
                             + ''.join(f'\n    {deed}' for deed in run.killer.around(life.last_alive - 4, life.first_dead + 4)))
    return wrong, lost


def may_be_lost(run, name, life):
    """What waits in a pipe that nobody holds any more is gone with it: where a service ends after all of ours were killed, and before a
    command has found what runs; or where its last lines could not be written yet when all of ours were killed."""
    begin, end = life.last_alive - 2, life.first_dead + WRITTEN
    hindered = [*run.killer.around(begin, end, what=('fill',)), *run.killer.around(begin, end, what=('stop',), whom=('logger',))]
    end = max([end, *(deed.end + WRITTEN for deed in hindered)])
    return bool(run.killer.around(begin, end, what=('kill all',)))
