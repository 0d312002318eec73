"""Row 37: what services print: lines without an end, and bytes that harm terminals."""

import re

import processes
from rows import row
from texts import STAMP
from trial import ROLES

LARGEST_LOG_FILE = 10 << 20  # bytes
LOG_FILES = 6  # with those that are kept of the older ones
MEBIBYTE = 1 << 20
# A hundred of these are one line: each begins with its number, and each eight bytes of it with their place.
BLOCK = b''.join(b'%08x' % place for place in range(1, MEBIBYTE // 8))
PRINTS_BLOCKS = r'''#!/usr/bin/perl
$| = 1; print "begin\n";
my $block = join '', map { sprintf '%08x', $_ } 1 .. 131071;
printf '%08d%s', $_, $block for 0 .. 99;
print "\nend\n"; exec 'SLEEPER', 'infinity';
'''
STAMPED = re.compile(STAMP.encode() + b'  ')


def log_files(trial, name):
    """Oldest first."""
    logs = trial.pg.path / name / 'logs'
    return [*sorted(logs.glob('@*')), logs / 'current']


LARGEST = 16 * MEBIBYTE


def stays_small(what, pid):
    """At no time it had more than that resident."""
    largest = processes.largest(pid)
    assert largest < LARGEST, f'the {what} had {largest >> 20} MiB at its largest'


@row(37, 'a line of 100 MB')
def long_line(trial):
    gate = trial.quoted(trial.file('gate'))
    trial.pg.service('a', PRINTS_BLOCKS.replace('SLEEPER', str(trial.pg.sleeper)), ready=f'test -e {gate}', files={'timeout-ready': 60})
    trial.start_writers_only()
    start = trial.pg.terminal('pgctl', 'start', 'a')
    # The log box shows the line as it grows, and what comes after it.
    start.read_until('  end ')
    trial.pg.wait_until(lambda: trial.pg.log_ends_with('a', 'end'), 'the last line is logged')
    stays_small('command that shows the log', start.process.pid)
    trial.open('gate')
    start.read_until('Started: a')
    assert start.wait() == 0
    start.end()
    trial.remember()
    # A line longer than a whole file is split over files, of which the last ones are kept: no byte is missing in between.
    files = log_files(trial, 'a')
    assert len(files) == LOG_FILES and all(file.stat().st_size <= LARGEST_LOG_FILE for file in files), files
    kept = b''.join(file.read_bytes() for file in files)
    line, _, rest = kept.partition(b'\n')
    after = [STAMPED.sub(b'', one) for one in rest.splitlines()]
    assert after[0] == b'end' and all(one.startswith(b'pgctl-poll-ready: ') for one in after[1:]), after
    written = b''.join(b'%08d' % number + BLOCK for number in range(100))
    assert len(line) > (LOG_FILES - 2) * LARGEST_LOG_FILE and written.endswith(line), 'the line is not as it was written'
    for role in ROLES:
        stays_small(role, trial.ours(role))
    shown = trial.pg.run('log', 'a').succeeded().stdout
    assert len(shown) < 2 * MEBIBYTE and '  end\n' in shown
    trial.finish()


HARM = (b'a\0b', b'\a\a\b\b\b\v\f\x7f', b'over\rwritten', b'\x1b]0;title\a', b'\x1b]52;c;aGVsbG8=\x1b\\', b'\x1b[2J\x1b[H',
        b'\x1b[6n\x1b[c\x05', b'\x1bc', b'\x1bPq\x1b\\', b'\x1b[?1049h', b'\x1b(0', b'\x9b2J\x9d0;title\x9c',
        b'\xc2\x9b2J\xc2\x9d0;title\xc2\x9c', b'\xff\xfe\xc0\x80\xed\xa0\x80\xf5', b'\x1b', b'\x1b]0;without an end', b'', b'\x1b[31mred')


def harmful_lines(trial):
    lines = [*HARM, *(trial.random.randbytes(trial.random.randrange(3000)).replace(b'\n', b' ') for _ in range(50))]
    trial.random.shuffle(lines)
    return lines


def stored(trial, name):
    """The lines of the log without their stamps, byte for byte."""
    lines = trial.pg.log_file(name).read_bytes().split(b'\n')
    assert lines.pop() == b''
    assert all(STAMPED.match(line) for line in lines)
    return [STAMPED.sub(b'', line, count=1) for line in lines]


def assert_harmless(shown):
    """Nothing that a terminal would do more with than show it: text, line ends, tabs and colours."""
    without_colours = re.sub(r'\x1b\[[0-9;:]*m', '', shown.replace('\r\n', '\n'))
    raw = sorted(set(re.findall(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]', without_colours)))
    assert not raw, f'sent to the terminal as they are: {raw}'


@row(37, 'bytes that harm terminals')
def harmful_bytes(trial):
    lines = harmful_lines(trial)
    said = trial.file('said')
    said.write_bytes(b''.join(line + b'\n' for line in [*lines, b'end']))
    trial.pg.service('a', f'cat {trial.quoted(said)}\nexec {trial.pg.sleep}')
    trial.start_writers(1)
    trial.pg.wait_until(lambda: trial.pg.log_ends_with('a', 'end'), 'all is logged')
    assert stored(trial, 'a') == [*lines, b'end']
    # Without a terminal it is handed on as it is.
    shown = trial.pg.run('log', 'a').succeeded().stdout.encode(errors='surrogateescape')
    assert shown.endswith(b'\n'.join(trial.pg.log_file('a').read_bytes().split(b'\n')[-31:]))
    follows = trial.pg.terminal('pgctl', 'log', 'a')
    follows.read_until('  end\n')
    follows.end()
    assert_harmless(follows.shown)
    trial.finish()


@row(37, 'bytes that harm terminals, of a service that fails to start')
def harmful_failure(trial):
    trial.start_writers(1)
    said = trial.file('said')
    lines = [line for line in harmful_lines(trial) if line][:29]
    said.write_bytes(b''.join(line + b'\n' for line in lines))
    trial.pg.service('a', f'cat {trial.quoted(said)}\nexec {trial.pg.sleep}', ready='exit 1', files={'timeout-ready': 0.5})
    # So low that there is no log box, which moves the cursor.
    start = trial.pg.terminal('pgctl', 'start', 'a', rows=10)
    start.read_until('Some services failed to start: a')
    assert start.wait() == 1
    start.end()
    assert_harmless(start.shown)
    assert stored(trial, 'a') == lines
    trial.finish()


@row(37, 'bytes that harm terminals, while the log box shows them')
def harmful_in_the_box(trial):
    trial.start_writers(1)
    said = trial.file('said')
    said.write_bytes(b''.join(line + b'\n' for line in harmful_lines(trial)))
    gate = trial.quoted(trial.file('gate'))
    trial.pg.service('a', f'cat {trial.quoted(said)}\necho all of it\nexec {trial.pg.sleep}', ready=f'test -e {gate}')
    start = trial.pg.terminal('pgctl', 'start', 'a')
    start.read_until('all of it')
    trial.open('gate')
    start.read_until('Started: a')
    assert start.wait() == 0
    start.end()
    # The box itself moves the cursor and clears lines, which it does with control sequences and nothing else.
    beside_sequences = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]', '', start.shown)
    assert_harmless(beside_sequences.replace('\r', ''))
    for sequence in ('\x1b[2J', '\x1b[6n', '\x1b[c', '\x1b[?1049h'):
        assert sequence not in start.shown, f'{sequence!r} was sent to the terminal'
    trial.pg.stop('a')
    trial.finish()
