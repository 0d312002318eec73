"""The completions, in the shells themselves: what is offered for a line that was typed so far."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
COMPLETIONS = PROJECT / 'packaging/completions'
COMMANDS = ['check', 'config', 'debug', 'log', 'reload', 'restart', 'start', 'status', 'stop', 'upgrade']

BASH = '''
source "$COMPLETIONS/pgctl.bash"
IFS=$'\\n' read -r -d '' -a COMP_WORDS <<<"$LINE_WORDS" || true
[[ $LINE_ENDS_WITH_SPACE ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_pgctl
printf '%s\\n' "${COMPREPLY[@]}"
'''

# A terminal in a terminal: what Tab offers can only be had from an interactive zsh. Its listing is turned into lines that begin with a mark.
ZSH = r'''
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; fpath=(${(q)COMPLETIONS} \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell '
compadd() {
    if [[ ${@[(r)-O]} == -O || ${@[(r)-A]} == -A || ${@[(r)-D]} == -D ]]; then builtin compadd "$@"; return; fi
    local -a __offered; builtin compadd -O __offered "$@"; print -l -- "@@"$^__offered"@@"; builtin compadd "$@"
}
complete_and_say() { zle complete-word; print "@@DO""NE" }
zle -N complete_and_say
bindkey "^I" complete_and_say
zle-line-init() { print READ""Y }
zle -N zle-line-init'
typeset text chunk
while [[ $text != *READY* ]]; do zpty -r shell chunk && text+=$chunk; done
zpty -w -n shell "$LINE"$'\t'
text=
while [[ $text != *@@DONE* ]]; do zpty -r shell chunk && text+=$chunk; done
zpty -d shell
print -r -- "$text"
'''


def lines(*command, cwd, **variables):
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                            env={**os.environ, 'LC_ALL': 'C.UTF-8', 'COMPLETIONS': str(COMPLETIONS), **variables})
    return result.stdout.replace('\r', '').split('\n')


def bash(line, cwd):
    """Words are separated by one space here; a word with a space in it cannot be typed."""
    offered = lines('bash', '-c', BASH, cwd=cwd, LINE_WORDS='\n'.join(line.split()), LINE_ENDS_WITH_SPACE='1' if line[-1] == ' ' else '')
    return [word for word in offered if word]


def fish(line, cwd):
    script = 'source $COMPLETIONS/pgctl.fish; complete --do-complete $LINE'
    return [word.split('\t')[0] for word in lines('fish', '--no-config', '-c', script, cwd=cwd, LINE=line) if word]


def zsh(line, cwd):
    offered = [word.split('@@')[1] for word in lines('zsh', '-f', '-c', ZSH, cwd=cwd, LINE=line) if word.count('@@') >= 2]
    return list(dict.fromkeys(offered))


@pytest.fixture(params=[bash, fish, zsh], ids=lambda shell: shell.__name__)
def complete(request, directory):
    if not shutil.which(request.param.__name__):
        pytest.skip(f'{request.param.__name__} is not installed')
    return lambda line, cwd=directory: sorted(request.param(line, cwd))


@pytest.fixture
def directory(tmp_path, monkeypatch):
    bin = Path(os.environ.get('PGCTL_BIN', PROJECT / 'build/release/bin'))
    monkeypatch.setenv('PATH', f'{bin}:{os.environ["PATH"]}')
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('PGCTL_PGHOME', str(tmp_path / 'home'))
    for playground, services in {'playground': ['web', 'webhook', 'db'], 'elsewhere': ['other']}.items():
        for service in services:
            run = tmp_path / playground / service / 'run'
            run.parent.mkdir(parents=True)
            run.write_text('#!/bin/sh\nexec sleep 1000\n')
            run.chmod(0o755)
    (tmp_path / 'pgctl.yaml').write_text('aliases:\n  everything: [web, db]\n')
    return tmp_path


def test_commands_are_offered_first(complete):
    assert complete('pgctl ') == COMMANDS
    assert complete('pgctl sta') == ['start', 'status']


def test_then_services_and_aliases_are(complete):
    assert complete('pgctl stop ') == ['db', 'default', 'everything', 'web', 'webhook']
    assert complete('pgctl stop web') == ['web', 'webhook']
    assert complete('pgctl stop db ev') == ['everything']


def test_options_are_offered_after_a_dash(complete):
    assert '--no-force' in complete('pgctl stop --no')
    assert '--json' in complete('pgctl --js')


def test_another_playground_that_was_named_is_asked(complete):
    assert 'other' in complete('pgctl --pgdir elsewhere start o')


def test_where_there_is_no_playground_only_aliases_are_offered(complete, tmp_path_factory):
    assert complete('pgctl start ', tmp_path_factory.mktemp('empty')) == ['default']


def test_config_takes_no_service(complete):
    assert [word for word in complete('pgctl config ') if word in ('web', 'db', 'everything')] == []


def test_a_name_with_a_space_is_inserted_quoted(directory):
    (directory / 'playground/web').rename(directory / 'playground/a name')
    assert bash('pgctl start a', directory) == ['a\\ name']
    assert bash('pgctl start "a', directory) == ['a name']
    if shutil.which('fish'):
        assert fish('pgctl start a', directory) == ['a name']  # fish itself inserts it with a backslash
