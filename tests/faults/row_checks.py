"""Row 42: checks that hang, fork, flood, and kill: what they cost is bounded, and whose they are is said."""

import time

import observer
import processes
from rows import row

FREQUENT = {'poll-ready': 0.02}


def about(name, told):
    """Its errors that say that the service has failed, by name."""
    return [line for line in told.errors if line.startswith(f"[pgctl] ERROR: service '{name}' failed to start after ")]


@row(42, 'the check hangs from the first time on')
def check_hangs_at_once(trial):
    trial.start_writers(1)
    trial.pg.service('a', 'exec sleep infinity', ready=f'exec {trial.pg.sleep}', files={'timeout-ready': 0.5})
    told = trial.pg.run('start', 'a').failed()
    assert len(about('a', told)) == 1, told.stderr
    assert trial.pg.sleepers() == []
    trial.finish()


@row(42, 'the check hangs when it has passed before')
def check_hangs(trial):
    trial.start_writers(1)
    gate = trial.quoted(trial.file('gate'))
    trial.pg.service('a', 'exec sleep infinity', ready=f'test -e {gate} || exit 0\nexec {trial.pg.sleep}',
                     files={'poll-down': 0.1, 'timeout-ready': 1})
    trial.pg.start('a')
    main = trial.main('a')
    trial.open('gate')
    said = 'pgctl-poll-ready: ./ready did not end within'
    trial.pg.wait_until(lambda: any(line.startswith(said) for line in trial.pg.log('a')), lambda: f'the log says so: {trial.pg.log("a")}')
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'up', 'it is not ready any more')
    assert trial.main('a') == main and len(trial.pg.sleepers()) <= 1
    trial.check()
    trial.pg.stop('a')
    assert trial.pg.sleepers() == []
    trial.finish()


LARGEST_LOG = 6 * (10 << 20)  # bytes: with the old files that are kept


@row(42, 'the check floods its output')
def check_floods(trial):
    trial.start_writers(1)
    trial.pg.service('a', ready='head -c 80000000 /dev/zero | tr "\\0" "\\n"\nexit 1', files=FREQUENT)
    start = trial.pg.begin('start', 'a')
    logs = trial.pg.path / 'a/logs'
    trial.pg.wait_until(lambda: logs.is_dir() and len(list(logs.iterdir())) >= 6, 'the log is full of it')
    trial.check()
    trial.pg.stop('a')
    assert len(about('a', start.result().failed())) == 1
    assert observer.bytes_below(logs) <= LARGEST_LOG, observer.bytes_below(logs)
    trial.finish()


@row(42, 'the check kills its own service')
def check_kills(trial):
    """And then passes, or fails."""
    trial.start_writers(1)
    # The check of each life waits for it to have said which process it is: what had that number before is none of its business.
    place = trial.quoted(trial.root)
    trial.pg.service('a', f'echo $$ >> {place}/lives\nexec {trial.pg.sleep}', files=FREQUENT, ready=f'''cd {place}
check=$(( $(ls check.* | wc -l) + 1 ))
until test $(wc -l < lives) -ge $check; do sleep 0.01; done
touch check.$check
pid=$(sed -n ${{check}}p lives); kill -9 $pid
while grep -q "^State:.[^ZX]" /proc/$pid/status; do sleep 0.01; done
exit {trial.random.randrange(2)}''')
    begin = time.monotonic()
    start = trial.pg.begin('start', 'a')
    while len(trial.pg.lines('lives')) < 3:
        assert start.running() and trial.pg.state('a') != 'ready', 'a life is ready that was killed before its check passed'
    # At most one life a second, however often it is checked.
    assert len(trial.pg.lines('lives')) <= time.monotonic() - begin + 2, trial.pg.lines('lives')
    trial.check()
    trial.pg.stop('a')
    assert len(about('a', start.result().failed())) == 1
    assert trial.pg.sleepers() == []
    trial.finish()


def leaves_behind(trial, child):
    """What each of many checks has left would be many."""
    checks = trial.quoted(trial.file('checks'))
    trial.pg.service('a', 'exec sleep infinity', ready=f'echo >> {checks}\n{child}\nexit 1', files=FREQUENT)
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(lambda: len(trial.pg.lines('checks')) >= 20, 'it was checked twenty times')
    left = trial.pg.sleepers()
    assert len(left) <= 4, f'left while it is checked: {processes.describe(left)}'
    trial.check()
    return start


@row(42, 'the check leaves processes behind')
def check_forks(trial):
    trial.start_writers(1)
    start = leaves_behind(trial, f'{trial.pg.sleep} & {trial.pg.sleep} &')
    trial.pg.stop('a')
    assert len(about('a', start.result().failed())) == 1
    assert trial.pg.sleepers() == []
    trial.finish()


@row(42, 'the check leaves processes behind that hide')
def check_hides(trial):
    trial.start_writers(1)
    start = leaves_behind(trial, f'setsid {trial.pg.sleep} & env -i setsid {trial.pg.sleep} &')
    trial.pg.stop('a')
    assert len(about('a', start.result().failed())) == 1
    trial.check()
    left = trial.pg.sleepers()
    assert left == [], f'I6: {len(left)} are left: {processes.describe(left[:3])}'
    trial.finish()
