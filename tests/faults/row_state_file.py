"""Row 25: the state file is damaged, of another version, or of another boot, when a supervisor has to go by it."""

import binascii
import json

import observer
import processes
from control_socket import runtime
from rows import row

SLOT = 1536  # bytes, as the header of the file has them
CHECKED_BY_NOBODY = (8, SLOT - 1)  # the blank behind the checksum, and the line end
STRETCH = 40  # places of the sweep that a round does: enough rounds do all
AT_RANDOM = 4


def sealed(body):
    """A slot as the supervisor writes it: a checksum, and JSON."""
    text = json.dumps(body, separators=(',', ':')).encode()
    return (f'{binascii.crc32(text):08x} '.encode() + text).ljust(SLOT - 1) + b'\n'


def state(trial):
    return runtime(trial) / 'state'


def replace_supervisor(trial, content):
    """A supervisor that is killed leaves this to its successor; the file stays the same one."""
    supervisor = trial.ours('supervisor')
    trial.harms('supervisor')
    processes.kill([supervisor], 19)
    with state(trial).open('r+b') as file:
        file.truncate(0)
        file.write(content)
    processes.kill([supervisor])
    trial.pg.wait_until(lambda: trial.ours('supervisor') not in (None, supervisor), 'there is another supervisor')


def known_again(trial):
    trial.pg.wait_until(lambda: trial.pg.run('status').returncode == 0, 'it is read')
    status = trial.pg.status()
    assert set(status) == set(trial.before) and all(one['pid'] for one in status.values()), f'not known again: {status}'
    trial.check()


def damaged(name, damage):
    """`damage` gives the contents of one round, each with whether it leaves something that is kept aside."""
    @row(25, f'the state file is {name}')
    def state_damaged(trial):
        trial.start_writers(2)
        aside = runtime(trial) / 'state.damaged'
        for content, kept in damage(trial):
            aside.unlink(missing_ok=True)
            replace_supervisor(trial, content)
            known_again(trial)
            assert aside.exists() == kept, f'{aside} exists: {aside.exists()}, of {content!r}'
            assert not kept or aside.read_bytes() == content, 'another file is kept aside'
        trial.finish()
    return state_damaged


def places(trial):
    """Those of this round: a stretch of the whole, then some at random."""
    size = state(trial).stat().st_size
    return trial.places(size, STRETCH) + [trial.random.randrange(size) for _ in range(trial.times(AT_RANDOM))]


def flipped(trial):
    """When the sweep has come to the end, it begins again with the next bit; what is at random, in any way. Each is the only damage: a
    slot that was damaged before stays so, and hides the next."""
    swept = trial.times(STRETCH)
    whole = state(trial).read_bytes()
    for number, place in enumerate(places(trial)):
        content = bytearray(whole)
        bit = 1 << (trial.round * STRETCH + number) // len(content) % 8
        content[place] ^= bit if number < swept else trial.random.randrange(1, 256)
        yield bytes(content), place % SLOT not in CHECKED_BY_NOBODY


def cut(trial):
    whole = state(trial).read_bytes()
    for size in places(trial):
        yield whole[:size], size % SLOT != 0


def with_garbage(trial):
    for _ in range(3):
        yield trial.random.randbytes(trial.random.randrange(1, 2 * state(trial).stat().st_size)), True


def emptied_and_zeroed(trial):
    yield b'', False
    yield bytes(state(trial).stat().st_size), True
    # A slot of zeros may never have been written.
    content = state(trial).read_bytes()
    yield content[:SLOT] + bytes(SLOT) + content[2 * SLOT:], False


def of_another_boot(trial):
    yield sealed({'pgctl': '6.0.0', 'format': 1, 'boot': 'another'}) + state(trial).read_bytes()[SLOT:], False


damaged('flipped in a bit', flipped)
damaged('cut', cut)
damaged('garbage', with_garbage)
damaged('emptied, and zeroed', emptied_and_zeroed)
damaged('of another boot', of_another_boot)


def lost_with_everything(name, damage):
    """Nobody lives who knows what was in it. What carries our mark in /proc may be anything of the service: a start clears it away, and does
    not start a second copy beside it."""
    @row(25, f'all of ours are killed, and the state file is {name}')
    def state_lost(trial):
        trial.pg.service('a')
        trial.pg.service('b', ready='exit 0')
        trial.pg.start()
        trial.remember()
        trial.kill_all()
        damage(trial)
        told = trial.pg.start()
        now = trial.mains(trial.before)
        for name, one in trial.before.items():
            kept = now[name] == one
            assert observer.lives(one) == kept, f'I1: {name} runs as {now[name]}, and still as {one}'
            assert kept or f'Started: {name}' in told.stderr, f'I2: {name} was started again, and that is not said: {told.stderr}'
        trial.remember()
        trial.finish()
    return state_lost


def overwritten(trial, content):
    state(trial).write_bytes(content)


def flipped_somewhere(trial):
    content = bytearray(state(trial).read_bytes())
    content[trial.random.randrange(len(content))] ^= 1 << trial.random.randrange(8)
    overwritten(trial, bytes(content))


lost_with_everything('gone', lambda trial: state(trial).unlink())
lost_with_everything('emptied', lambda trial: overwritten(trial, b''))
lost_with_everything('garbage', lambda trial: overwritten(trial, trial.random.randbytes(trial.random.randrange(1, 8 * SLOT))))
lost_with_everything('cut', lambda trial: overwritten(trial, state(trial).read_bytes()[:trial.random.randrange(3 * SLOT)]))
lost_with_everything('flipped in a bit', flipped_somewhere)


def of_another_format(name, version, number):
    @row(25, f'the state file is of {name} version')
    def refused(trial):
        trial.start_writers(2)
        content = state(trial).read_bytes()
        header = sealed({**json.loads(content[9:SLOT]), 'pgctl': version, 'format': number})
        replace_supervisor(trial, header + content[SLOT:])
        for command in ('status', 'stop', 'start'):
            told = trial.pg.run(command).failed()
            assert f'was written by pgctl {version}, in a format that this pgctl' in told.stderr, told.stderr
        for writer, one in trial.before.items():
            assert trial.main(writer) == one, f'I1: {writer} was started again'
            trial.wait_until_written(writer)
        assert state(trial).read_bytes() == header + content[SLOT:], 'it is left alone'
        assert not (runtime(trial) / 'state.damaged').exists()
        assert observer.lives(trial.ours_before['keeper']) and observer.lives(trial.ours_before['logger'])
        state(trial).write_bytes(content)
        known_again(trial)
        trial.finish()
    return refused


of_another_format('a newer', '99.1', 99)
of_another_format('an older', '5.9.0', 0)
