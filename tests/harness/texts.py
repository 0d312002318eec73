"""Turning what pgctl says into what a test can compare to the letter: pids, seconds and times become N, S and TIME."""

import re
from pathlib import Path

MANUAL = Path(__file__).resolve().parents[2] / 'packaging' / 'man'
STAMP = r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}'
# The header of `ps --forest -wwfj`; the widths of its columns depend on the machine's largest pid.
PS_HEADER = re.compile(r'^UID +PID +PPID +PGID +SID +C +STIME +TTY +STAT +TIME +CMD$')
ESCAPES = re.compile(r'\x1b(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])')


def normalised(text):
    text = re.sub(r'(?m)^' + STAMP, 'TIME', text)
    text = re.sub(r'\(pid \d+\)', '(pid N)', text)
    text = re.sub(r'pid: \d+', 'pid: N', text)
    text = re.sub(r'\d+\.\d\d seconds', 'S.SS seconds', text)
    return re.sub(r'(?<![.\d])\d+ seconds', 'S seconds', text)


def without_escapes(text):
    return ESCAPES.sub('', text)


def log_texts(content):
    """The lines of a log without their time stamps; fails on a line that has none."""
    texts = []
    for line in content.splitlines():
        stamp, text = line[:29], line[29:]
        assert re.fullmatch(STAMP, stamp) and text.startswith('  '), f'a log line without its stamp: {line!r}'
        texts.append(text[2:])
    return texts


def split_ps(lines):
    """Where the lines hold a process listing: (lines before, processes, lines after). The empty line ends the listing."""
    at = next(i for i, line in enumerate(lines) if PS_HEADER.match(line))
    end = lines.index('', at)
    return lines[:at], lines[at + 1:end], lines[end:]


def leads_into_the_manual(line):
    """Whether it is a `Learn more: ` with a page of ours and a section that this page has."""
    found = re.fullmatch(r'Learn more: man:([\w-]+)\((\d)\)#(\w+)', line)
    if not found:
        return False
    page, number, section = found.groups()
    return f'.Sh {section.replace("_", " ")}' in (MANUAL / f'{page}.{number}').read_text().splitlines()
