"""Contract, section 3: where configuration comes from, which source wins, and what each key means."""

import json
import os
import re

import pytest


def config(pg, *arguments, **options):
    return json.loads(pg.run(*arguments, 'config', **options).succeeded().stdout)


# --- the defaults, and how they are printed

def test_the_defaults(pg):
    found = config(pg, env={'PGCTL_TIMEOUT': None, 'PGCTL_NO_GLOBAL_CONFIG': None, 'HOME': str(pg.home),
                            'PREFIX': str(pg.directory / 'nothing')})
    assert found['pgdir'] == 'playground'
    assert found['pghome'] == str(pg.pghome)
    assert found['services'] == ['default']
    assert found['aliases'] == {'default': ['(all services)']}
    # Texts, as 5.2.1 printed them.
    assert (found['timeout'], found['poll'], found['settle']) == ('2.0', '.01', '0.1')
    for key in ('json', 'no_force', 'verbose', 'telemetry'):
        assert found[key] is False, key
    for key in ('embedded_log_viewer', 'environment_process_tracing'):
        assert found[key] is True, key
    assert found['telemetry_clog_config_path'] is None
    assert found['command'] == 'config'
    assert found['config'] is None


def test_config_is_printed_as_json_with_sorted_keys_and_indent_4(pg):
    pg.config('zebra: 1\naliases: {z: [b, a], y: c}\nünicode: "ä€😀"\n')
    text = pg.run('config').succeeded().stdout
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=4) + '\n'


def test_pghome_is_in_the_runtime_directory(pg):
    pg.service('a', run=f'echo "$PGCTL_SCRATCH" > {pg.file("scratch")}; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.text('scratch'), 'the service wrote where its scratch directory is')
    assert pg.text('scratch') == f'{pg.runtime}/pgctl{pg.path}/a\n'


@pytest.mark.parametrize('runtime', [None, ''], ids=['unset', 'empty'])
def test_pghome_is_below_home_without_a_runtime_directory(pg, runtime):
    pg.env['XDG_RUNTIME_DIR'] = runtime
    pg.service('a', run=f'echo "$PGCTL_SCRATCH" > {pg.file("scratch")}; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.text('scratch'), 'the service wrote where its scratch directory is')
    assert pg.text('scratch') == f'{pg.home}/.run/pgctl{pg.path}/a\n'
    pg.stop()


def test_pghome_may_be_given(pg):
    pg.service('a', run=f'echo "$PGCTL_SCRATCH" > {pg.file("scratch")}; exec {pg.sleep}')
    mine = pg.directory / 'mine'
    pg.start('--pghome', str(mine))
    pg.wait_until(lambda: pg.text('scratch'), 'the service wrote where its scratch directory is')
    assert pg.text('scratch') == f'{mine}{pg.path}/a\n'
    assert pg.status('--pghome', str(mine))['a']['state'] == 'ready'
    pg.stop('--pghome', str(mine))


def test_a_tilde_in_pghome_is_the_home_directory(pg):
    pg.service('a', run=f'echo "$PGCTL_SCRATCH" > {pg.file("scratch")}; exec {pg.sleep}')
    pg.env['PGCTL_PGHOME'] = '~/state'
    pg.start()
    pg.wait_until(lambda: pg.text('scratch'), 'the service wrote where its scratch directory is')
    assert pg.text('scratch') == f'{pg.home}/state{pg.path}/a\n'
    pg.stop()


# --- the sources, lowest to highest

class Sources:
    """Every source says another value of the same key."""

    def __init__(self, pg):
        self.pg = pg
        self.env = {'PGCTL_NO_GLOBAL_CONFIG': None, 'PREFIX': str(pg.directory / 'prefix')}

    def prefix(self):
        self.pg.config('who: prefix\n', directory=self.pg.directory / 'prefix' / 'etc')

    def home(self):
        self.pg.config('who: home\n', name='.pgctl.yaml', directory=self.pg.home)

    def above(self):
        self.pg.config('who: above\n', directory=self.pg.directory)

    def here(self):
        self.pg.config('who: here\n')

    def environment(self):
        self.env['PGCTL_WHO'] = 'environment'

    def given(self):
        return ['--config', str(self.pg.config('who: given\n', name='given.yaml', directory=self.pg.directory / 'files'))]


def test_each_source_wins_over_the_ones_before_it(pg):
    sources = Sources(pg)
    seen = [config(pg, env=sources.env).get('who')]
    arguments = []
    for source in ('prefix', 'home', 'above', 'here', 'environment', 'given'):
        arguments = getattr(sources, source)() or arguments
        seen.append(config(pg, *arguments, env=sources.env)['who'])
    assert seen == [None, 'prefix', 'home', 'above', 'here', 'environment', 'given']


def test_the_command_line_wins_over_everything(pg):
    given = pg.config('pgdir: given\npghome: /given\n', name='given.yaml', directory=pg.directory / 'files')
    found = config(pg, '--config', str(given), '--pgdir', 'typed', '--pghome', '/typed',
                   env={'PGCTL_PGDIR': 'environment', 'PGCTL_PGHOME': '/environment'})
    assert (found['pgdir'], found['pghome']) == ('typed', '/typed')
    assert found['config'] == str(given)


def test_options_on_the_command_line_are_in_the_configuration(pg):
    found = config(pg, '--json', '--no-force', '--verbose')
    assert (found['json'], found['no_force'], found['verbose']) == (True, True, True)
    pg.service('a')
    assert json.loads(pg.run('config', 'a', 'b').succeeded().stdout)['services'] == ['a', 'b']
    assert json.loads(pg.run('config', '--all').succeeded().stdout)['services'] == ['(all services)']


def test_every_file_from_the_root_down_to_the_working_directory_is_read(pg):
    deep = pg.project / 'one' / 'two'
    deep.mkdir(parents=True)
    pg.config('a: 1\nb: 1\nc: 1\n', directory=pg.directory)
    pg.config('b: 2\nc: 2\n', directory=pg.project)
    pg.config('c: 3\n', directory=deep)
    found = config(pg, cwd=deep)
    assert (found['a'], found['b'], found['c']) == (1, 2, 3)


def test_the_system_and_home_files_are_skipped_on_request(pg):
    sources = Sources(pg)
    sources.prefix()
    sources.home()
    assert 'who' not in config(pg, env={**sources.env, 'PGCTL_NO_GLOBAL_CONFIG': 'true'})
    assert config(pg, env={**sources.env, 'PGCTL_NO_GLOBAL_CONFIG': 'false'})['who'] == 'home'


def test_mappings_merge_by_key_and_other_values_replace(pg):
    pg.config('aliases: {a: [x], b: [y]}\nservices: [one, two]\n', directory=pg.directory)
    pg.config('aliases: {b: [z]}\nservices: [three]\n')
    found = config(pg)
    assert found['aliases'] == {'default': ['(all services)'], 'a': ['x'], 'b': ['z']}
    assert found['services'] == ['three']


def test_mappings_merge_at_every_depth(pg):
    pg.config('deep: {one: {a: 1, b: 1}, two: 2}\n', directory=pg.directory)
    pg.config('deep: {one: {b: 9}}\n')
    assert config(pg)['deep'] == {'one': {'a': 1, 'b': 9}, 'two': 2}


# --- the environment

def test_a_variable_sets_the_key_of_its_name(pg):
    found = config(pg, env={'PGCTL_SOME_NAME': 'a value'})
    assert found['some_name'] == 'a value'


def test_a_variable_that_ends_in_list_gives_a_list(pg):
    found = config(pg, env={'PGCTL_SERVICES_LIST': ' a  b\tc '})
    assert found['services'] == ['a', 'b', 'c']
    assert 'services_list' not in found


def test_services_from_the_environment_are_acted_on(pg):
    for name in 'abc':
        pg.service(name)
    assert sorted(pg.status(env={'PGCTL_SERVICES_LIST': 'a c'})) == ['a', 'c']


@pytest.mark.parametrize('word', ['1', 'true', 'yes', 'on', 'TRUE', 'Yes', 'oN'])
def test_words_of_the_environment_that_mean_true(pg, word):
    pg.service('a')
    assert json.loads(pg.run('status', env={'PGCTL_JSON': word}).succeeded().stdout)['a']['state'] == 'down'


@pytest.mark.parametrize('word', ['0', 'false', 'no', 'off', 'FALSE', 'No', 'oFF'])
def test_words_of_the_environment_that_mean_false(pg, word):
    pg.service('a')
    assert pg.run('status', env={'PGCTL_JSON': word}).succeeded().stdout == ' ● a: down\n'


def test_verbose_and_no_force_come_from_the_environment_too(pg):
    pg.service('a', f'trap "" TERM\n{pg.sleep} &\nwait; wait', files={'timeout-stop': 0.3})
    pg.start()
    with pg.within():
        result = pg.run('stop', env={'PGCTL_NO_FORCE': 'yes'}).failed()
    assert 'failed to stop' in result.stderr and 'no-force' in result.stderr
    result = pg.run('stop', env={'PGCTL_VERBOSE': 'on'})
    assert '[pgctl] Stopped logger for: a' in result.stderr.splitlines()


# --- the formats

def test_yaml_is_read(pg):
    pg.config('services:\n  - a\n  - b\naliases:\n  both: [a, b]\ntimeout: 3.5\njson: true\nnothing: null\n# a comment\n',
              name='pgctl.yaml')
    found = config(pg)
    assert found['services'] == ['a', 'b']
    assert found['aliases']['both'] == ['a', 'b']
    assert found['nothing'] is None


def test_yml_is_read(pg):
    pg.config('who: yml\n', name='pgctl.yml')
    assert config(pg)['who'] == 'yml'


def test_json_is_read(pg):
    pg.config('{"who": "json", "list": [1, 2.5, true, null, "x"], "map": {"a": {}}}', name='pgctl.json')
    found = config(pg)
    assert found['who'] == 'json'
    assert found['list'] == [1, 2.5, True, None, 'x']
    assert found['map'] == {'a': {}}


@pytest.mark.parametrize('ending', ['ini', 'conf'])
def test_ini_is_read_from_its_pgctl_section(pg, ending):
    pg.config('[other]\nwho = other\n\n[pgctl]\n; a comment\nwho = ini\nservices_list = a  b\n  c\ntimeout = 7\n',
              name=f'pgctl.{ending}')
    found = config(pg, env={'PGCTL_TIMEOUT': None})
    assert found['who'] == 'ini'
    assert found['services'] == ['a', 'b', 'c']
    assert 'services_list' not in found
    assert float(found['timeout']) == 7


def test_yaml_keeps_the_type_of_a_value(pg):
    pg.config('number: 5\nfraction: 1.5\ntext: "5"\nswitch: true\nquoted: "true"\n')
    found = config(pg)
    assert [found[key] for key in ('number', 'fraction', 'text', 'switch', 'quoted')] == [5, 1.5, '5', True, 'true']


@pytest.mark.parametrize('name', ['pgctl.local.yaml', 'pgctl.my.project.yml', 'pgctl..yaml'])
def test_anything_may_stand_between_the_name_and_the_ending(pg, name):
    pg.config('who: me\n', name=name)
    assert config(pg)['who'] == 'me'
    pg.config('who: other\n', name='pgctl.yaml')
    error = pg.run('config').failed().error
    assert name in error and 'pgctl.yaml' in error


@pytest.mark.parametrize('name', ['pgctl.txt', 'pgctl.yaml.bak', 'pgctl.yaml~', 'pgctl.', 'pgctl.toml', 'pgctl'])
def test_other_endings_are_ignored(pg, name):
    pg.config('{{{ no format at all', name=name)
    pg.config('who: yaml\n')
    assert config(pg)['who'] == 'yaml'


def test_an_empty_file_says_nothing(pg):
    pg.config('')
    assert config(pg)['pgdir'] == 'playground'
    pg.config('# only a comment\n')
    assert config(pg)['pgdir'] == 'playground'


def test_two_readable_files_at_one_level_are_an_error_that_names_them(pg):
    pg.config('who: yaml\n', name='pgctl.yaml')
    pg.config('{"who": "json"}', name='pgctl.json')
    result = pg.run('config').failed()
    assert 'pgctl.yaml' in result.error and 'pgctl.json' in result.error
    assert len(result.stderr.splitlines()) == 1


def test_files_of_two_formats_at_two_levels_are_fine(pg):
    pg.config('who: yaml\n', name='pgctl.yaml', directory=pg.directory)
    pg.config('{"who": "json"}', name='pgctl.json')
    assert config(pg)['who'] == 'json'


@pytest.mark.parametrize('name, content, line', [
    ('pgctl.yaml', 'timeout: 1\nservices: [a, b\naliases: {}\n', (2, 3, 4)),
    ('pgctl.yaml', 'a: 1\n\tb: 2\n', (2,)),
    ('pgctl.json', '{\n  "timeout": 1,\n  "services": [,]\n}\n', (3,)),
    ('pgctl.ini', '[pgctl]\ntimeout = 1\nno value at all\n', (3,)),
], ids=['yaml-list', 'yaml-tab', 'json', 'ini'])
def test_a_file_that_does_not_parse_is_an_error_with_its_path_and_line(pg, name, content, line):
    pg.service('a')
    pg.config(content, name=name)
    for command in ('config', 'status', 'start'):
        result = pg.run(command).failed()
        assert len(result.stderr.splitlines()) == 1, result.stderr
        assert any(f'{name}:{number}' in result.error for number in line), result.error


def test_the_given_file_may_have_any_place_but_must_be_there(pg):
    result = pg.run('--config', str(pg.directory / 'missing.yaml'), 'config').failed()
    assert 'missing.yaml' in result.error


def test_the_given_file_may_be_relative(pg):
    pg.config('who: given\n', name='given.json.yaml')
    assert config(pg, '--config', 'given.json.yaml')['who'] == 'given'


def test_a_given_file_of_an_unknown_ending_is_an_error_that_names_it(pg):
    pg.config('who: given\n', name='given.txt')
    assert 'given.txt' in pg.run('--config', 'given.txt', 'config').failed().error


def test_the_given_file_is_told_by_its_ending_and_no_pipe(pg):
    command = pg.script(pg.file('command'), "#!/bin/bash\nexec pgctl --config <(echo 'who: given') config\n")
    assert 'unknown kind of configuration' in pg.shell(str(command)).failed().error
    fifo = pg.file('given.yaml')
    os.mkfifo(fifo)
    assert pg.run('--config', str(fifo), 'config').failed().error.endswith('given.yaml: is not a regular file')


def test_an_unknown_key_is_kept(pg):
    pg.service('a')
    pg.config('my_own_key: {a: [1]}\n')
    assert config(pg)['my_own_key'] == {'a': [1]}
    pg.start()


def test_telemetry_keys_are_accepted(pg):
    pg.service('a')
    pg.config('telemetry: true\ntelemetry_clog_config_path: /nowhere/clog.yaml\n')
    assert config(pg)['telemetry'] is True
    pg.start()


@pytest.mark.seen_otherwise_under_valgrind  # which is itself what strace would see
def test_with_telemetry_too_nothing_is_sent(pg):
    pg.service('a', ready='exit 0', files={'poll-ready': 0.02, 'poll-down': 0.02})
    pg.config('telemetry: true\ntelemetry_clog_config_path: /nowhere/clog.yaml\n')
    trace = pg.file('trace')
    # With -f also what is left running, so strace ends when all of it has. A leak check does not work under it.
    result = pg.shell(f'LSAN_OPTIONS=detect_leaks=0 strace -f -e trace=network -o {trace} '
                      'sh -c "pgctl start && pgctl status && pgctl restart && pgctl stop"')
    if 'PTRACE' in result.stderr or 'strace: not found' in result.stderr:
        pytest.skip('nobody may be traced here')
    assert result.succeeded().stderr.endswith('[pgctl] Stopped: a\n')
    families = re.findall(r'\bsocket(?:pair)?\((\w+)', trace.read_text())
    assert set(families) == {'AF_UNIX'}
    addresses = re.findall(r'\bsa_family=(\w+)', trace.read_text())
    assert set(addresses) == {'AF_UNIX'}


# --- keys and what they do

def test_pgdir_from_a_file_names_the_playground(pg):
    pg.service('a', under=pg.project / 'services')
    pg.config('pgdir: services\n')
    assert sorted(pg.status()) == ['a']


def test_configured_services_are_acted_on_when_none_is_named(pg):
    for name in 'abc':
        pg.service(name)
    pg.config('services: [c, a]\n')
    assert pg.run('start', env={'PGCTL_POLL': '5'}).succeeded().stderr.splitlines()[0] == '[pgctl] Starting: c, a'
    assert pg.state('b') == 'down'


def test_json_from_a_file_makes_status_json(pg):
    pg.service('a')
    pg.config('json: true\n')
    assert json.loads(pg.run('status').succeeded().stdout)['a']['state'] == 'down'


# --- aliases

def test_an_alias_stands_for_its_services_in_order(pg):
    for name in 'abc':
        pg.service(name)
    pg.config('aliases: {two: [c, a]}\n')
    assert pg.run('start', 'two', env={'PGCTL_POLL': '5'}).succeeded().stderr == (
        '[pgctl] Starting: c, a\n[pgctl] Started: c\n[pgctl] Started: a\n')


def test_an_alias_may_be_one_name_instead_of_a_list(pg):
    pg.service('a')
    pg.config('aliases: {it: a}\n')
    assert sorted(pg.status('it')) == ['a']


def test_an_alias_may_stand_for_services_by_paths_seen_from_the_playground(pg):
    for name in 'ab':
        pg.service(name)
    pg.service('c', under=pg.path / 'group')
    pg.config('aliases: {default: [./b, group/c, ../playground/a, b], wrong: [playground/a], outside: [../x]}\n')
    below = pg.project / 'below'
    below.mkdir()
    try:
        assert pg.start(cwd=below, env={'PGCTL_POLL': '5'}).stderr.splitlines() == [
            '[pgctl] Starting: b, c, a', '[pgctl] Started: b', '[pgctl] Started: c', '[pgctl] Started: a']
        assert pg.run('stop', 'wrong').failed().error == "No such service: 'playground/playground/a'"
        assert pg.run('stop', 'outside').failed().error == "not a service name: '../x' (it leads out of the playground)"
        assert sorted(pg.status()) == ['a', 'b', 'c']
    finally:
        pg.stop()


def test_the_default_alias_may_be_configured(pg):
    pg.service('a')
    pg.service('b')
    pg.config('aliases: {default: [b]}\n')
    assert sorted(pg.status()) == ['b']


def test_aliases_expand_recursively_in_order_and_duplicates_are_dropped(pg):
    for name in 'abcd':
        pg.service(name)
    pg.config('aliases:\n  one: [d, two, a]\n  two: [c, three]\n  three: [d, b]\n')
    result = pg.run('start', 'one', 'c', env={'PGCTL_POLL': '5'}).succeeded()
    assert result.stderr.splitlines()[0] == '[pgctl] Starting: d, c, b, a'


def test_an_alias_reached_in_two_ways_is_no_cycle(pg):
    pg.service('a')
    pg.config('aliases: {one: [two, three], two: [four], three: [four], four: [a]}\n')
    assert sorted(pg.status('one')) == ['a']


def test_all_services_inside_an_alias_means_all(pg):
    for name in 'abc':
        pg.service(name)
    pg.config('aliases: {every: [c, (all services)]}\n')
    result = pg.run('start', 'every', env={'PGCTL_POLL': '5'}).succeeded()
    assert result.stderr.splitlines()[0] == '[pgctl] Starting: c, a, b'


@pytest.mark.parametrize('command', ['start', 'status', 'stop', 'restart', 'log', 'debug'])
def test_a_cycle_of_aliases_is_an_error(pg, command):
    pg.service('a')
    pg.config('aliases: {default: [b], b: [c], c: [b]}\n')
    assert pg.run(command).failed().stderr == "[pgctl] ERROR: Circular aliases! Visited twice during alias expansion: 'b'\n"


def test_an_alias_of_itself_is_a_cycle(pg):
    pg.config('aliases: {b: [b]}\n')
    assert pg.run('start', 'b').failed().error == "Circular aliases! Visited twice during alias expansion: 'b'"


def test_an_alias_to_nothing_names_the_missing_service(pg):
    pg.service('a')
    pg.config('aliases: {it: [a, nope]}\n')
    assert pg.run('start', 'it').failed().error == "No such service: 'playground/nope'"
    assert pg.state('a') == 'down'


# --- timeouts

def test_timeout_counts_for_a_service_without_files_of_its_own(pg):
    pg.service('a', ready='exit 1')
    with pg.within():
        result = pg.run('start', env={'PGCTL_TIMEOUT': '0.5'}).failed()
    assert re.search(r"service 'a' failed to start after \d+\.\d\d seconds", result.stderr)


def test_timeout_limits_a_stop_of_a_service_without_files_of_its_own(pg):
    pg.service('a', f'trap "" TERM\n{pg.sleep} &\nwait; wait')
    pg.start()
    with pg.within():
        result = pg.stop(env={'PGCTL_TIMEOUT': '0.5'})
    assert '[pgctl] WARNING: Killing these runaway processes which did not stop:' in result.stderr
    assert pg.sleepers() == []


def test_without_force_timeout_limits_a_stop_too(pg):
    pg.service('a', f'trap "" TERM\n{pg.sleep} &\nwait; wait')
    pg.start()
    with pg.within():
        result = pg.run('stop', '--no-force', env={'PGCTL_TIMEOUT': '0.5'}).failed()
    assert re.search(r"service 'a' failed to stop after \d+\.\d\d seconds, these runaway processes did not stop:", result.stderr)
    pg.stop(env={'PGCTL_TIMEOUT': '0.1'})


def test_the_files_of_a_service_win_over_the_configured_timeout(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'timeout-ready': 60, 'poll-ready': 0.02})
    starting = pg.begin('start', env={'PGCTL_TIMEOUT': '0.1'})
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up')
    pg.wait_until(lambda: (pg.status()['a']['seconds'] or 0) >= 1, 'it has been up for longer than the configured timeout')
    assert starting.running()
    pg.open('gate')
    starting.result().succeeded()
