"""A service that starts a playground of its own: what pgctl starts there is that playground's, and nobody else's."""

import signal

import pytest

import processes

pytestmark = pytest.mark.seen_otherwise_under_valgrind  # which shows its own command line in the place of ours


def nested(pg, run='exec {sleep}'):
    """The directory of a second project, whose playground has a service b."""
    inner = pg.directory / 'inner'
    pg.service('b', under=inner / 'playground', run=run.format(sleep=pg.sleep))
    return inner


def starts_nested(pg, inner, **options):
    pg.service('a', f'(cd {inner} && pgctl start b); touch {pg.file("done")}; exec {pg.sleep}', **options)
    pg.start('a')
    pg.wait_until(lambda: pg.file('done').exists(), 'the service started the other playground')
    return pg.status(cwd=inner)['b']['pid']


def keepers_of(pg, inner):
    return [pid for pid in pg.our_processes('keeper') if str(inner) in ' '.join(processes.command_line(pid))]


def test_a_service_that_starts_another_playground_does_not_own_it(pg):
    inner = nested(pg)
    pid = starts_nested(pg, inner)
    assert pg.stop('a').stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\n'
    assert pg.status(cwd=inner)['b']['pid'] == pid and processes.alive(pid)
    # Of the outer playground nothing is left, not even something that waits for the inner one.
    assert [one for one in pg.our_processes() if str(pg.path) in ' '.join(processes.command_line(one))] == []
    assert len(keepers_of(pg, inner)) == 2
    assert pg.stop(cwd=inner).stderr == '[pgctl] Stopping: b\n[pgctl] Stopped: b\n'
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_the_other_playground_survives_a_kill_of_its_service(pg):
    inner = nested(pg)
    pid = starts_nested(pg, inner, files={'timeout-stop': 0.5})
    pg.service('a', f'trap "" TERM; {pg.sleep} & wait; wait')
    pg.restart('a')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'a runs')
    assert 'WARNING' in pg.stop('a').stderr
    assert pg.status(cwd=inner)['b']['pid'] == pid
    pg.stop(cwd=inner)


def test_a_service_of_the_other_playground_has_only_its_own_variables(pg):
    inner = nested(pg)
    environment = processes.environment(starts_nested(pg, inner))
    assert environment['PGCTL_SERVICE'] == str(inner / 'playground' / 'b')
    assert environment['PGCTL_SCRATCH'] == f'{pg.pghome}{inner}/playground/b'
    pg.stop(cwd=inner)


def test_a_check_that_starts_another_playground_does_not_own_it(pg):
    inner = nested(pg)
    pg.service('a', ready=f'cd {inner} && pgctl start')
    pg.start()
    pid = pg.status(cwd=inner)['b']['pid']
    pg.stop()
    assert processes.alive(pid)
    pg.stop(cwd=inner)
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_playgrounds_may_be_nested_twice(pg):
    inmost = pg.directory / 'inmost'
    pg.service('c', under=inmost / 'playground')
    inner = nested(pg, run=f'(cd {inmost} && pgctl start); touch {pg.file("inmost-done")}; exec {{sleep}}')
    starts_nested(pg, inner)
    pg.wait_until(lambda: pg.file('inmost-done').exists(), 'the inmost playground was started')
    pid = pg.status(cwd=inmost)['c']['pid']
    pg.stop()
    assert pg.status(cwd=inner)['b']['state'] == 'ready' and processes.alive(pid)
    pg.stop(cwd=inner)
    assert processes.alive(pid)
    pg.stop(cwd=inmost)
    assert processes.describe(processes.mentioning(pg.directory)) == []


def test_what_is_wrong_with_the_other_playground_is_said_by_the_command_that_starts_it(pg):
    inner = nested(pg)
    pg.service('a', f'pgctl --pgdir {inner}/playground --pghome {pg.file("blocked")} start > {pg.file("said")} 2>&1; echo $? >> {pg.file("said")}\n'
                    f'exec {pg.sleep}')
    runtime = pg.file('blocked') / str(inner / 'playground').lstrip('/') / '.pgctl'
    runtime.mkdir(parents=True)
    for directory in [runtime, *runtime.parents]:
        if pg.directory in directory.parents:
            directory.chmod(0o700)
    (runtime / 'lock').mkdir()
    pg.start('a')
    pg.wait_until(lambda: pg.lines('said')[-1:] == ['1'], 'the command has ended')
    assert pg.lines('said')[-2].startswith('[pgctl] ERROR: ') and 'lock' in pg.lines('said')[-2]


def test_another_playground_is_started_also_when_the_enclosing_one_does_not_answer(pg):
    inner = nested(pg)
    pg.service('a', f'{pg.waiting_for("gate")}; (cd {inner} && pgctl start b); touch {pg.file("done")}; exec {pg.sleep}')
    pg.start('a')
    supervisor = pg.our_processes('supervisor')
    processes.kill(supervisor, signal.SIGSTOP)
    pg.open('gate')
    pg.wait_until(lambda: pg.file('done').exists(), 'the service started the other playground')
    processes.kill(supervisor, signal.SIGCONT)
    assert pg.status(cwd=inner)['b']['state'] == 'ready'
    pg.stop(cwd=inner)
