"""What row 23 takes for the reason of a restart that was refused."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'harness')]

from playground import Result  # noqa: E402
from row_commands import Told, assert_somebody_was_in_the_way  # noqa: E402


def restart(pid, begin=0, end=1, refused_for=None, shows=None):
    """One of the service `d`, which another process that it `shows` has kept from it."""
    stderr = ''
    if refused_for:
        stderr = f'[pgctl] ERROR: another pgctl command is currently managing this service: (playground/{refused_for})\n'
    if shows:
        stderr += ('UID         PID   PPID   PGID    SID  C STIME TTY      STAT   TIME CMD\n'
                   f'root     {shows}      2      0      0  0 07:34 ?        R      0:00 /usr/bin/pgctl restart d\n')
    return Told('restart', ['d'], pid, Result(1 if refused_for else 0, '', stderr), begin, end)


def judged(*every):
    for told in every:
        assert_somebody_was_in_the_way(told, every)


def test_one_that_shows_another_restart_is_right():
    judged(restart(10), restart(11, refused_for='d', shows=10))


def test_one_whose_manager_has_just_ended_shows_nobody():
    judged(restart(10), restart(11, refused_for='d'))


def test_who_is_shown_may_have_been_refused_later_himself():
    judged(restart(10), restart(11, refused_for='d', shows=10), restart(12, refused_for='d', shows=11))


@pytest.mark.parametrize('every', [
    pytest.param([restart(10), restart(11, refused_for='d', shows=11)], id='itself'),
    pytest.param([restart(10), restart(11, refused_for='d', shows=12)], id='a stranger'),
    pytest.param([restart(10, end=1), restart(11, begin=2, end=3, refused_for='d', shows=10)], id='one that was over'),
    pytest.param([restart(10, refused_for='d', shows=11), restart(11, refused_for='d', shows=10)], id='each other'),
    pytest.param([restart(10), restart(11, refused_for='c', shows=10)], id='a service that it did not ask for'),
])
def test_nobody_is_refused_for(every):
    with pytest.raises(AssertionError):
        judged(*every)
