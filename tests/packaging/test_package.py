"""What `cmake --install` and the .deb put on a machine. Needs a complete build in build/release."""

import gzip
import os
import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BUILD = PROJECT / 'build/release'
PAGES = sorted((PROJECT / 'packaging/man').glob('*.1'))


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, **options).stdout


@pytest.fixture(scope='module')
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp('a prefix with spaces')
    run('cmake', '--install', BUILD, '--prefix', prefix)
    return prefix


@pytest.fixture(scope='module')
def package(tmp_path_factory):
    directory = tmp_path_factory.mktemp('package')
    run('cpack', '--config', BUILD / 'CPackConfig.cmake', '-B', directory)
    [package] = directory.glob('*.deb')
    return package


def version():
    return run(BUILD / 'bin/pgctl', '--version').strip()


def test_one_program_is_installed_under_three_names(prefix):
    assert not (prefix / 'bin/pgctl').is_symlink()
    assert os.readlink(prefix / 'bin/pgctl-poll-ready') == 'pgctl'
    assert os.readlink(prefix / 'bin/pgctl-fuser') == 'pgctl'
    assert run(prefix / 'bin/pgctl', '--version').strip() == version()


def test_the_manual_and_the_completions_are_where_man_and_the_shells_look(prefix):
    for page in PAGES:
        assert gzip.open(prefix / f'share/man/man1/{page.name}.gz', 'rt').read() == page.read_text()
    for program in ('pgctl', 'pgctl-poll-ready', 'pgctl-fuser'):
        assert (prefix / 'share/bash-completion/completions' / program).is_file()
    assert (prefix / 'share/zsh/vendor-completions/_pgctl').is_file()
    assert (prefix / 'share/fish/vendor_completions.d/pgctl.fish').is_file()


def test_the_package_depends_on_nothing_for_its_program_is_static(package):
    assert run('dpkg-deb', '-f', package, 'Depends', 'Pre-Depends') == ''
    assert 'INTERP' not in run('readelf', '--program-headers', BUILD / 'bin/pgctl')


def test_the_package_has_the_version_of_the_program(package):
    assert run('dpkg-deb', '-f', package, 'Version').strip() == version()
    assert (PROJECT / 'packaging/debian/changelog').read_text().startswith(f'pgctl ({version()}) ')
    architecture = run('dpkg', '--print-architecture').strip()
    assert package.name == f'pgctl_{version()}_{architecture}.deb'


def test_the_program_in_the_package_runs(package, tmp_path):
    run('dpkg-deb', '-x', package, tmp_path)
    assert run(tmp_path / 'usr/bin/pgctl', '--version').strip() == version()
    assert (tmp_path / 'usr/share/doc/pgctl/copyright').is_file()


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_man_formats_the_page_without_a_warning(page):
    result = subprocess.run(['man', '--warnings', '--encoding=UTF-8', '--local-file', str(page)],
                            capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C.UTF-8', 'MANWIDTH': '80'})
    assert (result.returncode, result.stderr) == (0, '')
    assert 'NAME' in result.stdout


def words_of_help():
    text = run(BUILD / 'bin/pgctl', '--help')
    return sorted(set(re.findall(r'(?<![\w-])--[a-z][a-z-]+', text)))


def test_the_manual_names_every_option_of_the_help():
    page = (PROJECT / 'packaging/man/pgctl.1').read_text().replace('\\-', '-')
    assert [word for word in words_of_help() if word[1:] not in page] == []


def test_the_manual_names_every_configuration_key():
    page = (PROJECT / 'packaging/man/pgctl.1').read_text()
    keys = re.findall(r'^    "(\w+)":', run(BUILD / 'bin/pgctl', 'config', cwd='/', env={'PATH': os.environ['PATH']}), re.MULTILINE)
    assert 'timeout' in keys
    assert [key for key in keys if not re.search(rf'^\.It Va .*\b{key}\b', page, re.MULTILINE)
            and key not in ('command', 'config', 'force_enable_log_viewer')] == []


@pytest.mark.parametrize('completions', ['pgctl.bash', '_pgctl', 'pgctl.fish'])
def test_every_option_of_the_help_is_completed(completions):
    text = (PROJECT / 'packaging/completions' / completions).read_text()
    missing = [word for word in words_of_help() if word not in text and f'-l {word[2:]} ' not in text]
    assert [word for word in missing if word != '--force'] == []  # accepted and ignored
