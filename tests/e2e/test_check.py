"""`pgctl check`: reads everything, starts nothing, and prints every complaint with file, line and a suggestion."""

import pytest

import processes


def complaints(pg, code=1):
    result = pg.run('check')
    assert result.returncode == code, result
    assert processes.describe(processes.mentioning(pg.directory)) == []
    return [line for line in (result.stdout + result.stderr).splitlines()]


def only(lines, *words):
    """The one line that holds all of these."""
    found = [line for line in lines if all(word in line for word in words)]
    assert len(found) == 1, f'{words} in:\n' + '\n'.join(lines)
    return found[0]


def test_a_good_playground_has_no_complaint(pg):
    pg.service('a', ready='exit 0', files={'timeout-ready': 5, 'timeout-stop': 1.5, 'poll-ready': 0.1, 'poll-down': 1, 'notification-fd': 3},
               scripts={'start-msg': 'true', 'stop-msg': 'true'})
    pg.service('b')
    pg.hook('pre-start', 'true')
    pg.hook('post-stop', 'true')
    pg.config('services: [a]\naliases: {default: [a, b], every: [(all services)]}\ntimeout: 3\ntelemetry: false\n')
    result = pg.run('check').succeeded()
    assert 'ERROR' not in result.stderr and 'WARNING' not in result.stderr


def test_check_starts_nothing_and_runs_no_hook(pg):
    pg.service('a', f'touch {pg.file("ran")}', ready=f'touch {pg.file("ran")}')
    pg.hook('pre-start', f'touch {pg.file("ran")}')
    pg.run('check').succeeded()
    assert not pg.file('ran').exists()
    assert sorted(entry.name for entry in (pg.path / 'a').iterdir()) == ['ready', 'run']


def test_an_unknown_key_is_reported_with_its_line_and_what_was_meant(pg):
    pg.service('a')
    pg.config('services: [a]\ntimeuot: 5\n')
    line = only(complaints(pg), 'timeuot')
    assert 'pgctl.yaml:2' in line and "timeout" in line


@pytest.mark.parametrize('name, content', [
    ('pgctl.json', '{\n  "pgdirr": "playground"\n}\n'),
    ('pgctl.ini', '[pgctl]\npgdirr = playground\n'),
])
def test_an_unknown_key_is_reported_in_every_format(pg, name, content):
    pg.service('a')
    pg.config(content, name=name)
    assert f'{name}:2' in only(complaints(pg), 'pgdirr')


def test_a_service_whose_run_is_missing_is_reported(pg):
    pg.service('a')
    pg.service('b', run=None, files={'timeout-stop': 3})
    only(complaints(pg), 'playground/b', 'run')


def test_a_run_that_is_not_executable_is_reported_with_what_to_do(pg):
    service = pg.service('a')
    (service / 'run').chmod(0o644)
    assert 'chmod' in only(complaints(pg), 'playground/a/run')


def test_a_bad_interpreter_line_is_reported(pg):
    pg.service('a', '#!/no/such/interpreter -x\n')
    line = only(complaints(pg), 'playground/a/run')
    assert '/no/such/interpreter' in line and 'run:1' in line


def test_cr_line_ends_are_reported(pg):
    pg.service('a', '#!/bin/sh\r\nexec sleep 5\r\n')
    assert 'CR' in only(complaints(pg), 'playground/a/run')


@pytest.mark.parametrize('file', ['timeout-ready', 'timeout-stop', 'poll-ready', 'poll-down'])
@pytest.mark.parametrize('content', ['soon', '-1', '', 'nan', '5 s'])
def test_a_timeout_that_is_no_number_is_reported(pg, file, content):
    service = pg.service('a')
    (service / file).write_text(content)
    only(complaints(pg), f'playground/a/{file}')


def test_a_finish_is_reported_since_it_is_never_run(pg):
    service = pg.service('a')
    pg.script(service / 'finish', f'touch {pg.file("finished")}')
    only(complaints(pg), 'playground/a/finish: ')
    pg.start()
    pg.stop()
    assert not pg.file('finished').exists()


def test_an_alias_may_be_a_path_seen_from_the_playground(pg):
    pg.service('a')
    pg.service('c', under=pg.path / 'group')
    pg.config('aliases:\n  here: [./a, ../playground/a, a/]\n  there: [group/c]\n')
    assert [line for line in complaints(pg) if 'pgctl.yaml' in line] == []


@pytest.mark.parametrize('name', ['playground/a', '../x', 'group/d', '../../a', './'])
def test_an_alias_to_a_path_that_leads_to_no_service_is_reported(pg, name):
    pg.service('a')
    pg.service('x', under=pg.project)
    pg.service('c', under=pg.path / 'group')
    pg.config(f'aliases:\n  it: [a, {name}]\n')
    assert only(complaints(pg), f"'{name}'").startswith('pgctl.yaml:2: aliases.it: ')


def test_an_alias_to_nothing_is_reported_with_its_line_and_what_was_meant(pg):
    pg.service('database')
    pg.config('aliases:\n  default: [database]\n  all-of-it:\n    - databse\n')
    line = only(complaints(pg), 'databse')
    assert 'pgctl.yaml:' in line and 'database' in line


def test_a_cycle_of_aliases_is_reported(pg):
    pg.service('a')
    pg.config('aliases:\n  b: [c]\n  c: [b]\n')
    assert any('ircular' in line or 'cycle' in line for line in complaints(pg))


@pytest.mark.parametrize('name, content', [
    ('pgctl.yaml', 'timeout: 5\nservices: [a]\ntimeout: 6\n'),
    ('pgctl.json', '{"timeout": 5,\n "services": ["a"],\n "timeout": 6}\n'),
])
def test_a_key_that_is_given_twice_is_reported_with_both_lines_though_it_counts(pg, name, content):
    pg.service('a')
    pg.config(content, name=name)
    line = only(complaints(pg), 'timeout')
    assert f'{name}:3: ' in line and 'line 1' in line and 'remove' in line
    assert '"timeout": 6' in pg.run('config', env={'PGCTL_TIMEOUT': None}).succeeded().stdout


@pytest.mark.parametrize('key, value', [('timeout', 'soon'), ('poll', '-1'), ('services', '{}'), ('json', '[1]'), ('aliases', '5'),
                                        ('pgdir', '7')])
def test_a_wrong_value_that_a_higher_file_hides_is_reported_with_its_line(pg, key, value):
    pg.service('a')
    pg.config(f'# of all projects\n{key}: {value}\n', directory=pg.directory)
    right = {'timeout': '5', 'poll': '.01', 'services': '[a]', 'json': 'false', 'aliases': '{default: [a]}', 'pgdir': 'playground'}
    pg.config(f'{key}: {right[key]}\n')
    assert f'{pg.directory}/pgctl.yaml:2: {key}: ' in only(complaints(pg), f'{key}: ')
    pg.start()
    pg.stop()


def test_every_complaint_is_told_at_once(pg):
    service = pg.service('a')
    (service / 'run').chmod(0o644)
    pg.service('b', files={'timeout-stop': 'soon'})
    pg.service('c', '#!/no/such/interpreter\n')
    pg.config('timeuot: 5\naliases: {x: [nope]}\n')
    lines = complaints(pg)
    for word in ('playground/a/run', 'playground/b/timeout-stop', 'playground/c/run', 'timeuot', 'nope'):
        only(lines, word)


def test_a_file_that_does_not_parse_is_reported(pg):
    pg.service('a')
    pg.config('services: [a\n')
    assert any('pgctl.yaml:' in line for line in complaints(pg))


def test_complaints_about_services_and_a_check_of_a_running_playground_leave_it_alone(pg):
    pg.service('a')
    pg.start()
    pid = pg.pid('a')
    pg.run('check').succeeded()
    assert pg.pid('a') == pid


def test_what_config_prints_is_a_configuration_file_without_complaints(pg):
    pg.service('a')
    del pg.env['PGCTL_NO_GLOBAL_CONFIG']  # it would be among what is printed, and configures nothing in a file
    pg.config(pg.run('config').succeeded().stdout, 'pgctl.json')
    assert pg.run('check').succeeded().stdout == ''
    pg.start()
