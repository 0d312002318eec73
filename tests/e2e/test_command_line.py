"""Contract, section 2: the command line, exit codes, which stream gets what, and the error texts."""

import json
import re

import pytest

import processes

COMMANDS = ['start', 'stop', 'status', 'restart', 'reload', 'log', 'debug', 'config', 'check', 'upgrade']


def is_usage_error(result):
    result.failed(2)
    assert result.stdout == ''
    lines = result.stderr.splitlines()
    assert lines[0].startswith('usage: pgctl ')
    assert lines[-1].startswith('pgctl: error: ')
    return lines[-1]


# --- usage

def test_a_missing_command_is_a_usage_error_with_exit_2(pg):
    assert is_usage_error(pg.run()) == 'pgctl: error: the following arguments are required: command'


def test_an_unknown_command_is_a_usage_error_that_names_it(pg):
    assert 'launch' in is_usage_error(pg.run('launch'))


def test_a_bad_option_is_a_usage_error_that_names_it(pg):
    assert '--frobnicate' in is_usage_error(pg.run('start', '--frobnicate'))


@pytest.mark.parametrize('option', ['--pgdir', '--pghome', '--config'])
def test_an_option_without_its_value_is_a_usage_error(pg, option):
    assert option in is_usage_error(pg.run('status', option))


@pytest.mark.parametrize('all_services', ['--all', '-a'])
def test_all_excludes_naming_services(pg, all_services):
    pg.service('a')
    is_usage_error(pg.run('start', all_services, 'a'))
    is_usage_error(pg.run('start', 'a', all_services))
    assert pg.state('a') == 'down'


def test_a_usage_error_wins_over_a_missing_playground(pg):
    is_usage_error(pg.run('status', '--frobnicate', cwd='/'))


@pytest.mark.parametrize('option', ['-h', '--help'])
def test_help_prints_usage_on_stdout_and_exits_0(pg, option):
    result = pg.run(option).succeeded()
    assert result.stdout.startswith('usage: pgctl ')
    assert result.stderr == ''


def test_help_names_every_option_and_command(pg):
    paragraphs = {text.partition(':')[0]: text.splitlines() for text in pg.run('--help').stdout.split('\n\n')}
    assert sorted(line.split()[0] for line in paragraphs['commands'][1:]) == sorted(COMMANDS)
    usage = re.findall(r'[\w-]+', ' '.join(paragraphs['usage']))
    described = [word for line in paragraphs['options'][1:] for word in re.findall(r'[\w-]+', re.split(r'\b  ', line)[0])]
    for option in ['-h', '--version', '--verbose', '--pgdir', '--pghome', '--json', '--no-force', '--config', '--all', '-a']:
        assert option in usage and option in described, option
    assert '--help' in described


def test_help_needs_no_playground(pg):
    pg.run('--help', cwd='/').succeeded()


@pytest.mark.parametrize('command', ['start', 'config'])
def test_help_works_after_a_command_too(pg, command):
    assert pg.run(command, '--help', cwd='/').succeeded().stdout.startswith('usage: pgctl ')


def test_version_prints_the_version_alone_on_its_line(pg):
    result = pg.run('--version', cwd='/').succeeded()
    assert result.stdout == '6.0.0\n'
    assert result.stderr == ''


def test_options_stand_before_or_after_the_command(pg):
    pg.service('a')
    before = pg.run('--json', 'status', 'a').succeeded()
    between = pg.run('status', '--json', 'a').succeeded()
    after = pg.run('status', 'a', '--json').succeeded()
    assert before == between == after
    assert json.loads(after.stdout)['a']['state'] == 'down'


def test_options_take_their_value_as_the_next_word_or_after_an_equals_sign(pg):
    pg.service('a', under=pg.project / 'other')
    for arguments in (['--pgdir', 'other', 'status'], ['--pgdir=other', 'status'], ['status', '--pgdir', 'other'],
                      ['status', '--pgdir=other']):
        assert ' ● a: down' in pg.run(*arguments).succeeded().stdout


def test_two_dashes_end_the_options(pg):
    pg.service('a')
    assert pg.run('status', '--', 'a').succeeded().stdout == ' ● a: down\n'
    assert '-x' in pg.run('status', '--', '-x').failed().error


@pytest.mark.parametrize('place', ['before', 'after'])
def test_force_is_accepted_and_ignored(pg, place):
    pg.service('a')
    arguments = ['--force', 'start', 'a'] if place == 'before' else ['start', 'a', '--force']
    result = pg.run(*arguments).succeeded()
    assert result.stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'


# --- which services

def test_without_a_name_every_service_is_meant(pg):
    pg.service('b')
    pg.service('a')
    assert sorted(pg.status()) == ['a', 'b']
    assert pg.run('start', env={'PGCTL_POLL': '5'}).stderr.splitlines()[0] == '[pgctl] Starting: a, b'


@pytest.mark.parametrize('all_services', ['--all', '-a'])
def test_all_means_every_service_whatever_is_configured(pg, all_services):
    pg.service('a')
    pg.service('b')
    pg.config('services: [a]\naliases: {default: [a]}\n')
    assert sorted(pg.status()) == ['a']
    assert sorted(pg.status(all_services)) == ['a', 'b']


def test_a_directory_without_a_run_is_no_service(pg):
    pg.service('a')
    pg.service('notes', run=None)
    (pg.path / 'README').write_text('not a directory\n')
    assert sorted(pg.status()) == ['a']
    assert pg.run('start', 'notes').failed().error == "No such service: 'playground/notes'"


def test_several_services_are_named_and_duplicates_dropped(pg):
    for name in 'abc':
        pg.service(name)
    assert sorted(pg.status('c', 'a', 'c')) == ['a', 'c']
    result = pg.run('start', 'c', 'a', 'c', env={'PGCTL_POLL': '5'}).succeeded()
    assert result.stderr == '[pgctl] Starting: c, a\n[pgctl] Started: c\n[pgctl] Started: a\n'


# --- streams and errors

def test_results_go_to_stdout_and_everything_else_to_stderr(pg):
    pg.service('a')
    for command in ('start', 'restart', 'stop'):
        assert pg.run(command).succeeded().stdout == ''
    for command in ('status', 'log', 'config'):
        assert pg.run(command).succeeded().stderr == ''


def test_every_message_line_of_ours_starts_with_our_name(pg):
    pg.service('a')
    for command in ('start', 'start', 'restart', 'reload', 'stop', 'stop'):
        result = pg.run(command, '--verbose').succeeded()
        assert result.stderr and all(line.startswith('[pgctl] ') for line in result.stderr.splitlines()), result.stderr


@pytest.mark.parametrize('command', [command for command in COMMANDS if command != 'config'])
def test_every_command_but_config_reports_a_missing_playground(pg, command):
    pg.path.rmdir()
    result = pg.run(command, cwd=pg.project).failed()
    assert result.stderr == "[pgctl] ERROR: could not find any directory named 'playground'\n"
    assert result.stdout == ''


def test_a_missing_playground_is_named_as_it_was_asked_for(pg):
    assert pg.run('status', '--pgdir', 'sandbox').failed().stderr == "[pgctl] ERROR: could not find any directory named 'sandbox'\n"


def test_config_needs_no_playground(pg):
    pg.path.rmdir()
    assert json.loads(pg.run('config').succeeded().stdout)['pgdir'] == 'playground'


@pytest.mark.parametrize('command', ['start', 'stop', 'status', 'restart', 'reload', 'log', 'debug'])
def test_an_unknown_service_is_named_with_its_path(pg, command):
    pg.service('a')
    result = pg.run(command, 'nope').failed()
    assert result.stderr == "[pgctl] ERROR: No such service: 'playground/nope'\n"
    assert result.stdout == ''


def test_an_unknown_service_is_named_absolutely_when_not_below_the_working_directory(pg):
    pg.service('a')
    elsewhere = pg.project / 'sub'
    elsewhere.mkdir()
    assert pg.run('start', 'nope', cwd=elsewhere).failed().error == f"No such service: '{pg.path}/nope'"
    assert pg.run('start', 'nope', cwd=pg.path).failed().error == "No such service: 'nope'"


def test_an_unknown_service_among_known_ones_starts_nothing(pg):
    pg.service('a')
    pg.run('start', 'a', 'nope').failed()
    assert pg.state('a') == 'down'


def test_debug_wants_exactly_one_service(pg):
    pg.service('abc')
    pg.service('def')
    assert pg.run('debug', 'abc', 'def').failed().stderr == '[pgctl] ERROR: Must debug exactly one service, not: abc, def\n'
    assert pg.run('debug').failed().stderr == '[pgctl] ERROR: Must debug exactly one service, not: abc, def\n'


# --- where the playground is

def test_the_playground_is_found_in_the_working_directory(pg):
    pg.service('a')
    assert sorted(pg.status(cwd=pg.project)) == ['a']


def test_the_playground_is_found_in_the_nearest_parent_that_has_one(pg):
    pg.service('outer')
    inner = pg.project / 'one' / 'playground'
    pg.service('inner', under=inner)
    deep = pg.project / 'one' / 'two' / 'three'
    deep.mkdir(parents=True)
    beside = pg.project / 'four'
    beside.mkdir()
    assert sorted(pg.status(cwd=deep)) == ['inner']
    assert sorted(pg.status(cwd=beside)) == ['outer']


def test_the_playground_is_found_from_within_itself(pg):
    service = pg.service('a')
    assert sorted(pg.status(cwd=service)) == ['a']


def test_a_file_of_that_name_does_not_end_the_search(pg):
    pg.service('a')
    below = pg.project / 'below'
    below.mkdir()
    (below / 'playground').write_text('')
    assert sorted(pg.status(cwd=below)) == ['a']


def test_pgdir_may_have_another_name(pg):
    pg.service('a', under=pg.project / 'services')
    assert sorted(pg.status('--pgdir', 'services')) == ['a']


def test_pgdir_may_be_an_absolute_path(pg):
    pg.service('a')
    assert sorted(pg.status('--pgdir', str(pg.path), cwd='/')) == ['a']


def test_the_search_for_a_playground_stops_at_a_file_system_boundary(pg, private_mounts):
    pg.service('a')
    mounted = pg.project / 'mounted'
    mounted.mkdir()
    result = pg.shell(private_mounts(f'mount -t tmpfs none {mounted} && mkdir {mounted}/sub && cd {mounted}/sub && pgctl status'))
    assert result.failed().stderr == "[pgctl] ERROR: could not find any directory named 'playground'\n"


# --- services by absolute path

def test_a_service_may_be_named_by_its_absolute_path_from_anywhere(pg):
    pg.service('a')
    pg.service('b')
    path = str(pg.path / 'a')
    assert pg.run('start', path, cwd='/').succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.status(path, cwd='/')['a']['state'] == 'ready'
    assert {name: one['state'] for name, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}
    assert pg.run('stop', path, cwd='/').succeeded().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.state('a') == 'down'


def test_the_playground_of_a_service_named_by_path_is_its_parent_directory(pg):
    elsewhere = pg.directory / 'elsewhere' / 'things'
    pg.service('a', under=elsewhere, run=f'env > {pg.file("environment")}; exec {pg.sleep}')
    pg.script(elsewhere / 'pre-start', f'pwd > {pg.file("hook")}')
    try:
        pg.start(str(elsewhere / 'a'), cwd='/')
        pg.wait_until(lambda: pg.text('environment'), 'the service wrote its environment')
        assert f'PGCTL_SERVICE={elsewhere}/a' in pg.lines('environment')
        assert pg.text('hook') == f'{elsewhere.parent}\n'
        assert pg.status('--pgdir', str(elsewhere))['a']['state'] == 'ready'
    finally:
        pg.run('stop', str(elsewhere / 'a'), cwd='/')


def test_a_service_named_by_a_path_that_is_not_there_is_no_service(pg):
    result = pg.run('start', str(pg.directory / 'nowhere' / 'a'), cwd='/etc').failed()
    assert result.error == f"No such service: '{pg.directory}/nowhere/a'"


def test_a_service_named_by_name_and_by_path_is_one(pg):
    pg.service('a')
    assert pg.run('start', 'a', str(pg.path / 'a')).succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'


def test_services_of_two_playgrounds_may_be_named_at_once(pg):
    pg.service('a')
    other = pg.directory / 'other'
    pg.service('b', under=other)
    try:
        result = pg.run('start', 'a', str(other / 'b'), env={'PGCTL_POLL': '5'}).succeeded()
        assert result.stderr.splitlines()[0] == '[pgctl] Starting: a, b'
        assert sorted(result.stderr.splitlines()[1:]) == ['[pgctl] Started: a', '[pgctl] Started: b']
        assert pg.status('a', str(other / 'b'))['b']['state'] == 'ready'
    finally:
        pg.run('stop', str(other / 'b')).succeeded()


# --- services by path, seen from the playground

WAYS_TO_A = ['./a', '././a', './/a', '../playground/a', 'a/../a', 'b/../a', '../playground/./a/']


@pytest.mark.parametrize('name', WAYS_TO_A)
def test_a_service_may_be_named_by_a_path_seen_from_the_playground(pg, name):
    pg.service('a')
    pg.service('b')
    assert pg.start(name).stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert {service: one['state'] for service, one in pg.status().items()} == {'a': 'ready', 'b': 'down'}
    assert pg.run('status', name, 'a').stdout.count('a: ready') == 1
    assert pg.start(name, 'a', './a').stderr == '[pgctl] Already started: a\n'
    assert pg.stop(name).stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_relative_path_is_seen_from_the_playground_wherever_the_command_runs(pg):
    service = pg.service('a')
    below = pg.project / 'below'
    pg.service('a', under=below, run='exit 1')
    assert pg.start('./a', cwd=below).stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert processes.environment(pg.pid('a'))['PGCTL_SERVICE'] == str(service)
    assert pg.stop('./a', cwd=service).stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_path_into_a_directory_of_the_playground_is_a_service_of_the_playground_there(pg):
    pg.service('a')
    group = pg.path / 'group'
    service = pg.service('c', under=group)
    pg.script(group / 'pre-start', f'pwd > {pg.file("hook")}')
    pg.hook('pre-start', f'touch {pg.file("wrong-hook")}')
    try:
        assert pg.start('group/c').stderr == '[pgctl] Starting: c\n[pgctl] Started: c\n'
        assert pg.text('hook') == f'{pg.path}\n' and not pg.file('wrong-hook').exists()
        found = pg.status('--pgdir', str(group))
        assert list(found) == ['c'] and found['c']['state'] == 'ready'
        assert processes.environment(found['c']['pid'])['PGCTL_SERVICE'] == str(service)
        assert pg.status('group/c')['c']['pid'] == found['c']['pid']
        assert pg.run('log', 'group/c').succeeded().stdout == '==> playground/group/c/logs/current <==\n'
        assert list(pg.status()) == ['a']
    finally:
        pg.stop('group/c')


def test_a_path_with_the_playground_in_it_is_seen_from_the_playground_too(pg):
    pg.service('a')
    for command in ('start', 'stop', 'status', 'restart', 'reload', 'log', 'debug'):
        assert pg.run(command, 'playground/a').failed().stderr == "[pgctl] ERROR: No such service: 'playground/playground/a'\n"


@pytest.mark.parametrize('command', ['start', 'stop', 'status', 'restart', 'reload', 'log', 'debug'])
def test_a_path_that_leads_out_of_the_playground_is_refused(pg, command):
    pg.service('a')
    pg.service('x', under=pg.project)
    assert pg.run(command, '../x').failed().stderr == "[pgctl] ERROR: not a service name: '../x' (it leads out of the playground)\n"


# --- stdout

def test_a_reader_that_goes_away_is_no_trouble(pg):
    for number in range(50):
        pg.service(f'service-{number}')
    for command in ('status', 'config', 'log', 'check', '--help'):
        result = pg.shell(f'pgctl {command} | head -0')
        assert (result.returncode, result.stdout) == (0, '')
        # What is wrong is a result of `check`; how much there is, it says itself.
        assert result.stderr == ('[pgctl] No complaints\n' if command == 'check' else '')


@pytest.mark.seen_otherwise_under_valgrind  # whose report takes the number that is free
@pytest.mark.parametrize('command', ['status', 'config', 'log', '--help', '--version'])
def test_a_result_that_has_nowhere_to_go_is_an_error_that_says_why(pg, command):
    pg.service('a')
    assert pg.shell(f'pgctl {command} >&-').failed().stderr == '[pgctl] ERROR: stdout: Bad file descriptor\n'


def test_a_command_without_a_result_needs_no_stdout(pg):
    pg.service('a')
    assert pg.shell('pgctl start >&-').succeeded().stderr == '[pgctl] Starting: a\n[pgctl] Started: a\n'
    assert pg.shell('pgctl restart >&-').succeeded().stderr.endswith('[pgctl] Started: a\n')
    assert pg.shell('pgctl stop >&-').succeeded().stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'


def test_a_command_whose_streams_are_all_closed_still_does_its_work(pg):
    pg.service('a')
    pg.shell('pgctl start <&- >&- 2>&-')
    assert pg.state('a') == 'ready'


def test_a_stdout_that_is_full_is_an_error(pg):
    pg.service('a')
    result = pg.shell('pgctl status > /dev/full').failed()
    assert result.stderr.startswith('[pgctl] ERROR: ') and len(result.stderr.splitlines()) == 1
