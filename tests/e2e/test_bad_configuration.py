"""Configurations that are none, or hold what they may not: what is wrong, with the file, the line or the key."""

import os
import re

import pytest

from refusals import refused


@pytest.mark.parametrize('name, content', [
    ('pgctl.yaml', '- just\n- a list\n'),
    ('pgctl.yaml', 'just a word\n'),
    ('pgctl.json', '[1, 2]\n'),
    ('pgctl.json', '"text"\n'),
    ('pgctl.ini', 'no = section\n'),
])
def test_a_configuration_of_the_wrong_shape_is_refused_with_its_path(pg, name, content):
    pg.service('a')
    pg.config(content, name=name)
    refused(pg, 'start', mentions=[name])


@pytest.mark.parametrize('key, value', [
    ('services', '5'), ('services', '{a: b}'), ('services', '[[a]]'), ('aliases', '[a]'), ('aliases', '{default: {a: b}}'),
    ('services', 'null'), ('aliases', ''), ('aliases', '{default: null}'), ('pgdir', 'null'), ('pghome', '~'),
    ('aliases', 'a'), ('pgdir', '[playground]'), ('pghome', '{}'), ('json', '[1]'), ('timeout', '[1]'),
])
def test_a_value_of_the_wrong_type_is_refused_with_its_key(pg, key, value):
    pg.service('a')
    pg.config(f'{key}: {value}\n')
    refused(pg, 'start', mentions=[key], env={'PGCTL_TIMEOUT': None})


def test_a_configuration_that_cannot_be_read_is_refused_with_its_path(pg):
    pg.service('a')
    pg.config('services: [a]\n').chmod(0)
    pg.become_ordinary_user()
    refused(pg, 'start', mentions=['pgctl.yaml', 'ermission denied'])


def test_a_configuration_that_is_a_directory_is_refused_with_its_path(pg):
    pg.service('a')
    (pg.project / 'pgctl.yaml').mkdir()
    refused(pg, 'start', mentions=['pgctl.yaml'])


@pytest.mark.parametrize('content', ['services: [a\n', 'a: b: c\n', '"\n', '\t: x\n', '&a *a\n'])
def test_a_configuration_with_a_syntax_error_is_refused_with_its_line(pg, content):
    pg.service('a')
    pg.config(content)
    refused(pg, 'start', mentions=['pgctl.yaml:'])


@pytest.mark.parametrize('name, content, line', [
    ('pgctl.yaml', b'who: me\n\nwhere: caf\xe9\n', 3), ('pgctl.yaml', b'who: me\n# caf\xe9\n', 2), ('pgctl.yaml', b'who: me\n\nwhere: a\0b\n', 3),
    ('pgctl.json', b'{\n"who": "caf\xe9"}\n', 2), ('pgctl.json', b'{\n"who": "a\0b"}\n', 2), ('pgctl.json', b'{\n\n\0}\n', 3),
    ('pgctl.ini', b'[pgctl]\nwho = caf\xe9\n', 2), ('pgctl.ini', b'[pgctl]\n\nwho = a\0b\n', 3),
])
def test_a_configuration_of_odd_bytes_is_refused_with_their_line(pg, name, content, line):
    pg.service('a')
    (pg.project / name).write_bytes(content)
    assert refused(pg, 'start').startswith(f'{name}:{line}: ')


@pytest.mark.parametrize('ending', ['yaml', 'json', 'ini'])
def test_a_configuration_of_all_bytes_there_are_is_refused_with_a_line(pg, ending):
    pg.service('a')
    (pg.project / f'pgctl.{ending}').write_bytes(bytes(range(256)))
    assert re.match(rf'pgctl\.{ending}:\d+: ', refused(pg, 'start'))


def test_an_ini_without_its_section_is_refused_with_a_line(pg):
    pg.service('a')
    pg.config('\n[other]\nwho = me\n', name='pgctl.ini')
    error = refused(pg, 'start', mentions=['[pgctl]'])
    assert re.match(r'pgctl\.ini:\d+: ', error)


@pytest.mark.parametrize('command', ['start', 'status', 'config'])
def test_a_configuration_that_is_a_pipe_is_refused_and_not_waited_for(pg, command):
    pg.service('a')
    os.mkfifo(pg.project / 'pgctl.yaml')
    refused(pg, command, mentions=['pgctl.yaml'])


def test_a_configuration_that_nests_without_end_is_no_crash(pg):
    pg.service('a')
    pg.config('[' * 100000, name='pgctl.json')
    assert pg.run('start').returncode == 1
    (pg.project / 'pgctl.json').unlink()
    pg.config('[' * 100000)
    assert pg.run('start').returncode == 1


def test_two_configurations_at_one_level_are_refused_by_every_command(pg):
    pg.service('a')
    pg.config('services: [a]\n', name='pgctl.yaml')
    pg.config('services: [a]\n', name='pgctl.yml')
    refused(pg, 'start', mentions=['pgctl.yaml', 'pgctl.yml'])


@pytest.mark.parametrize('value', ['-1', '', 'nan', 'inf', 'soon', '1s', '0x10', '1,5', '--1'])
def test_a_timeout_in_the_environment_that_is_no_number_of_seconds_is_refused_with_its_key(pg, value):
    pg.service('a')
    refused(pg, 'start', mentions=['timeout'], env={'PGCTL_TIMEOUT': value})


@pytest.mark.parametrize('key', ['timeout', 'poll', 'settle'])
@pytest.mark.parametrize('value', ['-1', '""', '.nan', '.inf', 'soon', 'null', '', '~'])
def test_a_number_of_seconds_in_a_file_that_is_none_is_refused_with_file_and_key(pg, key, value):
    pg.service('a')
    pg.config(f'json: false\n{key}: {value}\n')
    refused(pg, 'start', mentions=['pgctl.yaml:2', key], env={'PGCTL_TIMEOUT': None})


def test_a_switch_in_the_environment_that_is_neither_on_nor_off_is_refused_with_its_key(pg):
    pg.service('a')
    refused(pg, 'status', mentions=['json'], env={'PGCTL_JSON': 'maybe'})
