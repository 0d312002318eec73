"""The forty services of the chaos run, and what they are expected to do."""

import shlex
from pathlib import Path

KINDS = {'writer': 12, 'crasher': 6, 'forker': 6, 'stubborn': 5, 'slow': 6, 'task': 5}


def names(kind=None):
    return [f'{one}{number}' for one, count in KINDS.items() for number in range(1, count + 1) if kind in (None, one)]


def kind_of(name):
    return name.rstrip('0123456789')


def build(playground, ledger):
    script = Path(__file__).resolve().parent / 'service.pl'
    (ledger / 'sleepers').mkdir()
    for name in names():
        # Under this name a child shows whose it is, also where it has cleared its environment.
        (ledger / 'sleepers' / name).symlink_to('/bin/sleep')
        kind = kind_of(name)
        command = shlex.join(['perl', str(script), kind, name, str(ledger)])
        # For the life that was registered last and still lives (nobody may have reaped it yet): a check begins before the next one
        # could have registered.
        note = shlex.quote(str(ledger / name))
        ready = (f'exec 2>/dev/null\nset -- $(tail -n 1 {note}.lives)\ngrep -q "^State:.[^ZX]" "/proc/$1/status" && test -e {note}.ready.$(wc -l <{note}.lives)'
                 if kind == 'slow' else None)
        playground.service(name, f'exec {command}', ready=ready, files={'timeout-stop': 1 if kind == 'stubborn' else 20})
