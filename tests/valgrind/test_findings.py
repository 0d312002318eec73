"""What of valgrind's reports counts as a finding."""

import subprocess
from pathlib import Path

import pytest

FINDINGS = Path(__file__).parent / 'findings'
LEAK = '32 bytes in 1 blocks are definitely lost in loss record 1 of 2\n   at 0x1: operator new(unsigned long) (in /x)\n   by 0x2: main (in /x)'
INVALID = 'Invalid read of size 8\n   at 0x1: main (in /x)\n Address 0x3 is 0 bytes after a block of size 8 free\'d\n   at 0x2: free (in /x)'
SUMMARY = 'HEAP SUMMARY:\n    in use at exit: 0 bytes in 0 blocks'


def ended_by(number, name):
    return f'Process terminating with default action of signal {number} ({name})\n   at 0x1: kill (in /x)'


@pytest.fixture
def judged(tmp_path):
    """Exit code and words, of one report for each list of paragraphs: pid 100 and up."""
    def judge(*reports, parents=()):
        for number, paragraphs in enumerate(reports):
            pid, parent = 100 + number, dict(parents).get(number, 1)
            text = '\n\n'.join([f'Memcheck, a memory error detector\nCommand: /x/pgctl start\nParent PID: {parent}', *paragraphs])
            (tmp_path / f'pgctl.{pid}').write_text(''.join(f'=={pid}== {line}\n' for line in text.split('\n')))
        told = subprocess.run([FINDINGS, tmp_path], capture_output=True, text=True)
        return told.returncode, told.stdout
    return judge


def test_a_process_of_which_nothing_is_said_is_clean(judged):
    assert judged([SUMMARY], [SUMMARY]) == (0, 'valgrind: 2 processes, 0 findings\n')


def test_no_report_at_all_proves_nothing(judged):
    assert judged()[0] == 1


@pytest.mark.parametrize('paragraph', [LEAK, INVALID])
def test_what_has_a_stack_is_a_finding_and_is_shown(judged, paragraph):
    code, told = judged([SUMMARY], [paragraph, SUMMARY])
    assert code == 1 and told == f'== pgctl.101\n{paragraph}\n\nvalgrind: 2 processes, 1 findings\n'


def test_what_somebody_has_ended_leaks_nothing_but_is_judged_else(judged):
    assert judged([ended_by(15, 'SIGTERM'), LEAK])[0] == 0
    assert judged([INVALID, ended_by(15, 'SIGTERM'), LEAK])[1].endswith('1 processes, 1 findings\n')


@pytest.mark.parametrize('number, name', [(6, 'SIGABRT'), (7, 'SIGBUS'), (8, 'SIGFPE'), (11, 'SIGSEGV')])
def test_a_crash_is_a_finding(judged, number, name):
    assert judged([ended_by(number, name), SUMMARY])[0] == 1


def test_a_child_without_a_program_of_its_own_leaks_nothing_but_is_judged_else(judged):
    assert judged([SUMMARY], [LEAK], parents={1: 100})[0] == 0
    assert judged([SUMMARY], [INVALID], parents={1: 100})[0] == 1
    assert judged([SUMMARY], [LEAK], parents={1: 99})[0] == 1


def test_a_report_that_was_never_begun_is_one_of_a_process_that_was_killed(judged, tmp_path):
    (tmp_path / 'pgctl.99').write_text('')
    assert judged([SUMMARY]) == (0, 'valgrind: 1 processes, 0 findings\n')
