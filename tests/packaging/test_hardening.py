"""What makes a bug of ours harder to use against us, looked for in the program that was built and, but for one, not in the options it was built with.

The C library that is linked into it has all of this in any case, so what the compiler adds is looked for in functions of ours."""

import json
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PROGRAM = PROJECT / 'build/release/bin/pgctl'
LAYERS = sorted(directory.name for directory in (PROJECT / 'src').iterdir() if directory.is_dir())


def output(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope='module')
def called():
    """What the functions of our layers call, by its symbol."""
    ours = re.compile(r'[0-9a-f]+ <(?:' + '|'.join(LAYERS) + r')::.*>:')
    functions = re.split(r'\n\n', output('objdump', '--disassemble', '--no-show-raw-insn', '--demangle', PROGRAM))
    own = [function for function in functions if ours.match(function)]
    assert len(own) > 100, 'the program has lost its symbols'
    return {name for function in own for name in re.findall(r'call +[0-9a-f]+ <(\w+)>', function)}


def test_it_is_loaded_at_an_address_that_nobody_knows_before():
    assert re.search(r'Type: +DYN', output('readelf', '--file-header', PROGRAM))
    assert re.search(r'\(FLAGS_1\).*\bPIE\b', output('readelf', '--dynamic', PROGRAM))


def test_what_was_relocated_is_read_only_and_nothing_is_bound_later():
    # A static program has no dynamic linker, and relocates itself; the same entries tell it what to protect.
    dynamic = output('readelf', '--dynamic', PROGRAM)
    assert re.search(r'\(FLAGS\).*\bBIND_NOW\b', dynamic) and re.search(r'\(FLAGS_1\).*\bNOW\b', dynamic)
    segments = output('readelf', '--program-headers', '--wide', PROGRAM)
    [relocated] = re.findall(r'GNU_RELRO.*', segments)
    assert relocated.split()[6] == 'R'


def test_no_memory_is_writable_and_executable_not_even_the_stack():
    segments = output('readelf', '--program-headers', '--wide', PROGRAM)
    [stack] = re.findall(r'GNU_STACK.*', segments)
    assert stack.split()[6] == 'RW'
    assert not re.search(r'LOAD.* RWE ', segments)


def test_functions_with_a_buffer_look_whether_it_ran_over(called):
    assert '__stack_chk_fail' in called


def test_calls_that_fill_a_buffer_are_checked_against_its_size(called):
    assert [name for name in called if re.fullmatch(r'_+\w+_chk', name)]


def test_these_checks_are_of_the_strictest_level():
    """The one thing that the program does not show: which sizes the compiler could tell."""
    commands = json.loads((PROJECT / 'build/release/compile_commands.json').read_text())
    ours = [one for one in commands if one['file'].startswith(f'{PROJECT}/src/') and ' -o src/' in one['command']]
    assert len(ours) > 100 and [one['file'] for one in ours if '-D_FORTIFY_SOURCE=3' not in one['command']] == []
