"""Another program takes over below running services: when it is asked to, when the client is newer, and not when it fails."""

import json
import signal

import pytest

import processes
import what_runs
from programs import Installed

pytestmark = pytest.mark.seen_otherwise_under_valgrind  # which is the program of all processes


@pytest.fixture
def installed(pg):
    return Installed(pg)


@pytest.fixture
def running(pg, installed):
    """Two services that were started by the program under test."""
    pg.service('a')
    pg.service('b')
    pg.start()
    return what_runs.Kept(pg)


# --- asked for

def test_upgrade_replaces_supervisor_and_logger_and_nothing_else(pg, installed, running):
    roles = what_runs.roles(pg)
    installed.install('6.0.1')
    result = pg.run('upgrade').succeeded()
    assert (result.stdout, result.stderr) == ('', '[pgctl] Upgraded: 6.0.0 -> 6.0.1\n')
    now = what_runs.roles(pg)
    assert now['keeper'] == roles['keeper'] and not {now['supervisor'], now['logger']} & set(roles.values())
    assert what_runs.program(now['supervisor']) == what_runs.program(now['logger']) == str(installed.path)
    running.check()


def test_upgrade_says_that_it_is_current_already(pg, installed, running):
    roles = what_runs.roles(pg)
    result = pg.run('upgrade').succeeded()
    assert (result.stdout, result.stderr) == ('', '[pgctl] Already current: 6.0.0\n')
    assert what_runs.roles(pg) == roles


def test_upgrade_has_nothing_to_do_where_nothing_runs(pg, installed):
    pg.service('a')
    result = pg.run('upgrade').succeeded()
    assert (result.stdout, result.stderr) == ('', '[pgctl] Nothing to upgrade: nothing is running\n')
    assert pg.our_processes() == []


def test_upgrade_takes_another_build_of_the_same_version(pg, installed, running):
    installed.install('6.0.0')
    assert pg.run('upgrade').succeeded().stderr == '[pgctl] Upgraded: 6.0.0 -> 6.0.0\n'
    assert what_runs.program(what_runs.roles(pg)['supervisor']) == str(installed.path)
    running.check()


def test_one_upgrade_follows_another_and_the_first_program_can_come_back(pg, installed, running):
    for before, version in (('6.0.0', '6.0.1'), ('6.0.1', '6.10.0')):
        installed.install(version)
        assert pg.run('upgrade').succeeded().stderr == f'[pgctl] Upgraded: {before} -> {version}\n'
    installed.install_ours()
    assert pg.run('upgrade').succeeded().stderr == '[pgctl] Downgraded: 6.10.0 -> 6.0.0\n'
    running.check()
    pg.restart('a')
    pg.stop()


def test_two_upgrades_at_once_both_succeed(pg, installed, running):
    installed.install('6.0.1')
    commands = [pg.begin('upgrade') for _ in range(4)]
    for command in commands:
        assert command.result().succeeded().stderr in ('[pgctl] Upgraded: 6.0.0 -> 6.0.1\n', '[pgctl] Already current: 6.0.1\n')
    running.check()


def test_upgrade_is_refused_where_there_is_no_playground(pg, installed):
    assert 'could not find any directory' in pg.run('upgrade', cwd='/').failed().error


# --- by itself

@pytest.mark.parametrize('command', ['start', 'stop', 'restart', 'reload', 'status'])
def test_a_newer_client_first_upgrades_what_runs(pg, installed, running, command):
    usual = pg.run(command, 'b').succeeded()
    if command == 'stop':
        pg.start('b')
    installed.install('6.0.1')
    result = pg.run(command, 'b').succeeded()
    assert result.stderr == '[pgctl] Upgraded: 6.0.0 -> 6.0.1\n' + usual.stderr
    assert what_runs.program(what_runs.roles(pg)['supervisor']) == str(installed.path)
    running.check('a')
    assert 'Upgraded' not in pg.run('status').succeeded().stderr


def test_an_older_client_works_with_a_newer_supervisor_and_leaves_it_alone(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    roles = what_runs.roles(pg)
    installed.install_ours()
    assert pg.run('status').succeeded().stderr == ''
    pg.restart('b')
    assert what_runs.roles(pg) == roles
    running.check('a')
    pg.stop()


def test_a_client_of_the_same_version_upgrades_nothing_by_itself(pg, installed, running):
    roles = what_runs.roles(pg)
    installed.install('6.0.0')
    assert pg.run('status').succeeded().stderr == ''
    assert what_runs.roles(pg) == roles


# --- the new program fails

FAULTS = [
    ('supervisor', '11', 'its supervisor ended with SIGSEGV'),
    ('supervisor', '6', 'its supervisor ended with SIGABRT'),
    ('supervisor', '9', 'its supervisor ended with SIGKILL'),
    ('supervisor', 'exit0', 'its supervisor ended with exit code 0'),
    ('supervisor', 'exit3', 'its supervisor ended with exit code 3'),
    ('supervisor', 'exit4', 'its supervisor ended with exit code 4'),
    ('supervisor', 'hang', 'its supervisor did not get ready'),
    ('logger', '11', 'its logger ended with SIGSEGV'),
    ('logger', 'exit1', 'its logger ended with exit code 1'),
    ('logger', 'hang', 'its logger did not get ready'),
]


@pytest.mark.parametrize('role, fault, reason', FAULTS)
def test_the_old_program_comes_back_where_the_new_one_fails(pg, installed, running, role, fault, reason):
    installed.install('6.0.1', role=role, fault=fault)
    error = pg.run('upgrade').failed().error
    assert error == f'not upgraded, 6.0.0 goes on: 6.0.1: {reason}'
    # Its file is gone from the path; it was held.
    pg.wait_until(lambda: what_runs.programs(pg) == [f'{installed.path} (deleted)'] * 3, 'all of ours run the old program')
    roles = what_runs.roles(pg)
    running.check()
    pg.restart('b')
    running.check('a')
    assert what_runs.roles(pg) == roles


def test_the_old_program_comes_back_where_somebody_stops_the_new_one(pg, installed, running):
    installed.install('6.0.1', role='supervisor', fault=signal.SIGSTOP.value)
    assert '(stopped)' in pg.run('upgrade').failed().error
    pg.wait_until(lambda: what_runs.programs(pg) == [f'{installed.path} (deleted)'] * 3, 'all of ours run the old program')
    running.check()


def test_a_program_that_does_not_know_the_state_says_so_and_leaves_it_alone(pg, installed, running):
    installed.install('7.0.0', state_format=2)
    error = pg.run('upgrade').failed().error
    assert error.startswith('not upgraded, 6.0.0 goes on: 7.0.0: ')
    assert error.endswith('/state was written by pgctl 6.0.0, in a format that this pgctl 7.0.0 does not know')
    running.check()
    pg.stop()


def test_a_failed_upgrade_that_nobody_asked_for_is_told_once_and_keeps_no_command_from_its_work(pg, installed, running):
    installed.install('6.0.1', role='supervisor', fault='11')
    result = pg.run('restart', 'b').succeeded()
    first, *rest = result.stderr.splitlines()
    assert first == '[pgctl] WARNING: not upgraded, 6.0.0 goes on: 6.0.1: its supervisor ended with SIGSEGV'
    assert rest[-1] == '[pgctl] Started: b'
    roles = what_runs.roles(pg)
    assert pg.run('status').succeeded().stderr == ''
    assert what_runs.roles(pg) == roles, 'it was tried again'
    processes.kill([roles['supervisor']])
    assert pg.run('status').succeeded().stderr == '', 'the next supervisor has forgotten that it failed'
    assert 'SIGSEGV' in pg.run('upgrade').failed().error, 'who asks for it gets another try'
    running.check('a')


def test_a_repaired_program_is_taken_after_a_broken_one(pg, installed, running):
    installed.install('6.0.1', role='logger', fault='11')
    assert 'WARNING: not upgraded' in pg.run('status').succeeded().stderr
    installed.install('6.0.1')
    assert pg.run('status').succeeded().stderr == '[pgctl] Upgraded: 6.0.0 -> 6.0.1\n'
    running.check()


def test_a_failing_second_upgrade_brings_back_the_first(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    installed.install('6.0.2', role='supervisor', fault='exit1')
    assert pg.run('upgrade').failed().error.startswith('not upgraded, 6.0.1 goes on: 6.0.2: ')
    status = what_runs.supervisor_status(pg)
    assert status['version'] == '6.0.1'
    running.check()


def test_a_program_that_fails_does_not_cost_a_log_line(pg, installed):
    pg.service('a', f'echo one; {pg.waiting_for("go")}; echo two; exec {pg.sleep}')
    pg.start()
    installed.install('6.0.1', role='supervisor', fault='11')
    pg.run('upgrade').failed()
    pg.open('go')
    pg.wait_until(lambda: pg.log('a') == ['one', 'two'], 'both lines are in the log')


# --- what happens later

def test_what_dies_after_an_upgrade_comes_back_as_the_new_program(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    for role in ('supervisor', 'logger'):
        gone = what_runs.roles(pg)[role]
        processes.kill([gone])
        pg.wait_until(lambda: what_runs.roles(pg).get(role) not in (None, gone), f'there is another {role}')
        assert what_runs.program(what_runs.roles(pg)[role]) == str(installed.path)
    running.check()


def test_the_next_keeper_of_the_playground_is_the_new_program(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    gone = what_runs.roles(pg)['keeper']
    processes.kill([gone])

    def replaced():
        now = what_runs.roles(pg)
        return now if set(now) == {'keeper', 'supervisor', 'logger'} and now['keeper'] != gone else None
    now = pg.wait_until(replaced, 'there are another keeper, a supervisor and a logger')
    assert [what_runs.program(pid) for pid in now.values()] == [str(installed.path)] * 3
    running.check()


def test_after_the_death_of_all_of_ours_the_client_is_what_goes_on(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    installed.install('6.0.2')
    pg.kill_everything_of_ours()
    assert pg.run('start').succeeded().stderr == '[pgctl] Already started: a, b\n'
    assert what_runs.supervisor_status(pg)['version'] == '6.0.2'
    running.check(keepers=False)


def test_an_older_client_refuses_the_state_of_a_newer_format(pg, installed):
    pg.service('a')
    installed.install('7.0.0', state_format=2)
    pg.start()
    kept = what_runs.Kept(pg)
    pg.kill_everything_of_ours()
    installed.install_ours()
    assert 'in a format that this pgctl 6.0.0 does not know' in pg.run('start').failed().error
    installed.install('7.0.0', state_format=2)
    pg.run('start').succeeded()
    kept.check(keepers=False)


def test_a_program_of_another_state_format_starts_where_all_was_stopped(pg, installed):
    pg.service('a')
    installed.install('7.0.0', state_format=2)
    pg.start()
    pg.stop()
    installed.install_ours()
    pg.start()
    assert what_runs.supervisor_status(pg)['version'] == '6.0.0'


def test_a_service_that_ends_during_an_upgrade_is_told_of_rightly(pg, installed, running):
    pg.service('c', f'test -e {pg.file("again")} && exec {pg.sleep}\ntouch {pg.file("again")}; {pg.waiting_for("go")}; exit 7')
    pg.start('c')
    installed.install('6.0.1', role='supervisor', fault='hang')
    supervisor = what_runs.roles(pg)['supervisor']
    upgrade = pg.begin('upgrade')
    pg.wait_until(lambda: what_runs.roles(pg).get('supervisor') not in (None, supervisor), 'the new program is on trial')
    pg.open('go')
    upgrade.result().failed()
    pg.wait_until(lambda: len(pg.sleepers()) == 3, 'c runs again')
    pg.wait_until(lambda: pg.state('c') == 'ready', 'c is ready again')
    running.check()


def test_commands_under_way_go_on_through_an_upgrade(pg, installed, running):
    pg.service('slow', ready=f'test -e {pg.file("go")}')
    start = pg.begin('start', 'slow')
    start.read_stderr_until('Starting: slow')
    pg.wait_until(lambda: pg.status('slow')['slow']['pid'], 'slow runs')
    restart = pg.begin('restart', 'b')
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    pg.open('go')
    assert start.result().succeeded().stderr.splitlines()[-1] == '[pgctl] Started: slow'
    restart.result().succeeded()
    running.check('a')


def test_the_keeper_holds_no_more_than_the_program_that_is_in_use(pg, installed, running):
    before = len(processes.open_files(what_runs.roles(pg)['keeper']))
    for number in range(1, 6):
        installed.install(f'6.0.{number}')
        pg.run('upgrade').succeeded()
        installed.install(f'6.1.{number}', role='supervisor', fault='11')
        pg.run('upgrade').failed()
    assert len(processes.open_files(what_runs.roles(pg)['keeper'])) == before + 1
    assert [pid for pid in pg.our_processes() if processes.state(pid) == 'Z'] == []


def test_a_program_on_trial_can_be_killed_with_the_keeper_that_tries_it(pg, installed, running):
    installed.install('6.0.1', role='supervisor', fault='hang')
    supervisor = what_runs.roles(pg)['supervisor']
    upgrade = pg.begin('upgrade')
    pg.wait_until(lambda: what_runs.roles(pg).get('supervisor') not in (None, supervisor), 'the new program is on trial')
    roles = what_runs.roles(pg)
    # The client first: it would start a keeper of its own program.
    processes.kill([upgrade.pid, roles['keeper'], roles['supervisor']])
    installed.install_ours()
    pg.run('status').succeeded()
    running.check(keepers=False)


def test_status_says_which_program_answers(pg, installed, running):
    installed.install('6.0.1')
    pg.run('upgrade').succeeded()
    status = what_runs.supervisor_status(pg)
    assert status['version'] == '6.0.1' and status['rejected'] == ''
    assert json.loads(pg.run('--json', 'status').succeeded().stdout).keys() == {'a', 'b'}
