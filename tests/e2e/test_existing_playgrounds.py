"""Whole playgrounds as people have them under 5.2.1, run through their lives with everything that is said."""

import re

from texts import STAMP, normalised, split_ps


def said(result):
    return normalised(result.stderr)


def test_a_greeter_that_prints_for_ever(pg):
    pg.service('greeter', '#!/bin/bash\nexec 2>&1\nwhile :; do\n    echo "Hello, Buck!"\n    sleep 0.2\ndone\n')
    assert pg.run('status').stdout == ' ● greeter: down\n'
    assert pg.start().stderr == '[pgctl] Starting: greeter\n[pgctl] Started: greeter\n'
    assert normalised(pg.run('status').stdout) == ' ● greeter: ready\n   └─ pid: N, S seconds\n'
    pg.wait_until(lambda: len(pg.log('greeter')) >= 3, 'it has greeted three times')
    shown = pg.run('log').succeeded().stdout
    assert re.fullmatch(rf'==> playground/greeter/logs/current <==\n({STAMP}  Hello, Buck!\n){{3,}}', shown)
    assert pg.restart().stderr == ('[pgctl] Stopping: greeter\n[pgctl] Stopped: greeter\n'
                                   '[pgctl] Starting: greeter\n[pgctl] Started: greeter\n')
    assert pg.stop().stderr == '[pgctl] Stopping: greeter\n[pgctl] Stopped: greeter\n'
    assert pg.run('status').stdout == ' ● greeter: down\n'


def test_a_service_that_writes_the_date_and_one_that_tails_it(pg):
    dates = pg.file('dates')
    dates.touch()
    pg.service('date', f'while :; do date >> {dates}; sleep 0.1; done')
    pg.service('tail', f'exec tail -n 0 -F {dates}')
    assert pg.start(env={'PGCTL_POLL': '5'}).stderr == (
        '[pgctl] Starting: date, tail\n[pgctl] Started: date\n[pgctl] Started: tail\n')
    pg.wait_until(lambda: len(pg.log('tail')) >= 3, 'three dates were tailed')
    assert pg.stop('date').stderr == '[pgctl] Stopping: date\n[pgctl] Stopped: date\n'
    assert {name: one['state'] for name, one in pg.status().items()} == {'date': 'down', 'tail': 'ready'}
    assert pg.stop(env={'PGCTL_POLL': '5'}).stderr == '[pgctl] Stopping: date, tail\n[pgctl] Stopped: date\n[pgctl] Stopped: tail\n'
    assert pg.stop().stderr == '[pgctl] Already stopped: date, tail\n'


def test_a_service_with_an_unreliable_ready(pg):
    pg.service('unreliable', f'exec {pg.sleep}',
               ready=f'echo asked >> {pg.file("asked")}; test $(wc -l < {pg.file("asked")}) -ge 4', files={'poll-ready': 0.1})
    assert pg.start().stderr == '[pgctl] Starting: unreliable\n[pgctl] Started: unreliable\n'
    assert len(pg.lines('asked')) >= 4
    assert pg.state('unreliable') == 'ready'


def slow_startup(pg):
    pg.service('slow-startup', f'#!/bin/bash\necho starting\nrm -f {pg.file("up")}\n'
                               f'exec pgctl-poll-ready bash -c "{pg.waiting_for("warm")}; touch {pg.file("up")}; exec {pg.sleep}"\n',
               ready=f'test -e {pg.file("up")}', files={'timeout-ready': 30, 'poll-ready': 0.1, 'poll-down': 1})


def test_a_slow_startup_with_poll_ready(pg):
    slow_startup(pg)
    starting = pg.begin('start', env={'PGCTL_TIMEOUT': '2.0'})
    pg.wait_until(lambda: pg.state('slow-startup') == 'up', 'it is up')
    pg.wait_until(lambda: pg.status()['slow-startup']['seconds'] >= 3, 'it takes longer than the general timeout')
    assert normalised(pg.run('status').stdout) == ' ● slow-startup: up\n   └─ pid: N, S seconds\n'
    pg.open('warm')
    assert starting.result().succeeded().stderr == '[pgctl] Starting: slow-startup\n[pgctl] Started: slow-startup\n'
    pg.wait_until(lambda: "pgctl-poll-ready: service's ready check succeeded" in pg.log('slow-startup'), 'its log says so')
    assert pg.log('slow-startup') == ['starting', "pgctl-poll-ready: service's ready check succeeded"]
    assert pg.start().stderr == '[pgctl] Already started: slow-startup\n'
    assert pg.stop().stderr == '[pgctl] Stopping: slow-startup\n[pgctl] Stopped: slow-startup\n'


def test_a_slow_startup_that_is_too_slow(pg):
    slow_startup(pg)
    (pg.path / 'slow-startup' / 'timeout-ready').write_text('1.5\n')
    result = pg.run('start').failed()
    assert said(result) == '''\
[pgctl] Starting: slow-startup
[pgctl] ERROR: service 'slow-startup' failed to start after S.SS seconds, its status is up (pid N) S seconds
==> playground/slow-startup/logs/current <==
TIME  starting
[pgctl] Stopping: slow-startup
[pgctl] Stopped: slow-startup
[pgctl]
[pgctl] There might be useful information further up in the log; you can view it by running:
[pgctl]     less +G playground/slow-startup/logs/current
[pgctl] ERROR: Some services failed to start: slow-startup
'''
    assert pg.log('slow-startup') == ['starting', 'pgctl-poll-ready: service is stopping -- quitting the poll']
    assert pg.state('slow-startup') == 'down'


def test_a_service_with_an_orphan_subprocess(pg):
    pg.service('orphan-subprocess', f'#!/bin/bash\n(trap "" TERM; exec {pg.sleep}) &\necho $! > {pg.file("orphan")}\nexec {pg.sleep}\n',
               files={'timeout-stop': 0.5})
    pg.start()
    pg.wait_until(lambda: len(pg.sleepers()) == 2, 'the service and its child run')
    with pg.within():
        result = pg.stop()
    before, shown, after = split_ps(result.stderr.splitlines())
    assert before == ['[pgctl] Stopping: orphan-subprocess', '[pgctl] WARNING: Killing these runaway processes which did not stop:']
    assert [line.split()[1] for line in shown] == pg.lines('orphan')
    assert after[0] == '' and after[1] == 'This usually means these processes are buggy.'
    assert after[-1] == '[pgctl] Stopped: orphan-subprocess'
    assert pg.sleepers() == []
    assert pg.stop().stderr == '[pgctl] Already stopped: orphan-subprocess\n'


def test_a_service_that_shows_its_environment(pg):
    pg.service('environment', 'env | grep -E "^(MYVAR|PGCTL_SERVICE|PGCTL_SERVICE_PROCESS|PGCTL_DEBUG)=" | sort; exec sleep infinity')
    pg.start(env={'MYVAR': 'one'})
    pg.wait_until(lambda: len(pg.log('environment')) == 3, 'the environment is in the log')
    pg.restart(env={'MYVAR': 'two'})
    pg.wait_until(lambda: len(pg.log('environment')) == 6, 'the new environment is in the log')
    fixed = [f'PGCTL_SERVICE={pg.path}/environment', 'PGCTL_SERVICE_PROCESS=true']
    assert pg.log('environment') == ['MYVAR=one', *fixed, 'MYVAR=two', *fixed]


def test_services_with_output_on_both_streams(pg):
    for name, greeting in (('ohhi', 'oe'), ('sweet', 'sweet')):
        pg.service(name, f'#!/bin/bash\necho {greeting}\necho {greeting}_error >&2\nexec {pg.sleep}\n')
    pg.start()
    pg.wait_until(lambda: len(pg.log('ohhi')) == 2 and len(pg.log('sweet')) == 2, 'all lines are in the logs')
    assert normalised(pg.run('log').stdout) == '''\
==> playground/ohhi/logs/current <==
TIME  oe
TIME  oe_error

==> playground/sweet/logs/current <==
TIME  sweet
TIME  sweet_error
'''
    assert normalised(pg.run('log', 'sweet').stdout) == '==> playground/sweet/logs/current <==\nTIME  sweet\nTIME  sweet_error\n'


def test_a_service_made_of_sub_services(pg):
    """A parent whose run starts its sub-services, and whose end stops them."""
    pg.service('sub-a')
    pg.service('sub-b')
    pg.service('parent', f'#!/bin/bash\ntrap "pgctl stop sub-a sub-b; kill \\$sleep; exit" TERM\npgctl start sub-a sub-b\n'
                         f'{pg.sleep} & sleep=$!\ntouch {pg.file("done")}\nwait\n',
               ready=f'test -e {pg.file("done")}', files={'poll-ready': 0.05})
    pg.config('aliases: {default: [parent]}\n')
    assert pg.start().stderr == '[pgctl] Starting: parent\n[pgctl] Started: parent\n'
    assert {name: one['state'] for name, one in pg.status('--all').items()} == {'parent': 'ready', 'sub-a': 'ready', 'sub-b': 'ready'}
    assert '[pgctl] Starting: sub-a, sub-b' in pg.log('parent')
    assert pg.stop().stderr == '[pgctl] Stopping: parent\n[pgctl] Stopped: parent\n'
    assert {one['state'] for one in pg.status('--all').values()} == {'down'}
    assert '[pgctl] Stopping: sub-a, sub-b' in pg.log('parent')


def test_a_playground_with_aliases_hooks_and_messages(pg):
    """A web application: a database that both others need, and messages that tell where it is."""
    pg.service('database', f'exec {pg.sleep}', ready='exit 0', files={'timeout-ready': 20, 'poll-ready': 0.05})
    pg.service('web', f'exec {pg.sleep}', scripts={'start-msg': 'echo "web is at http://localhost:8080/"'})
    pg.service('worker', f'exec {pg.sleep}')
    pg.hook('pre-start', 'echo "making the database ready"; mkdir -p var')
    pg.hook('post-stop', 'echo "cleaning up"; rmdir var')
    pg.config('aliases:\n  default: [app]\n  app: [database, web]\n  everything: [(all services)]\n')

    started = pg.start(env={'PGCTL_POLL': '5'})
    assert started.stdout == 'making the database ready\n'
    assert started.stderr == ('[pgctl] Starting: database, web\n[pgctl] Started: database\n[pgctl] Started: web\n'
                              'web is at http://localhost:8080/\n')
    assert (pg.project / 'var').is_dir()
    assert normalised(pg.run('status', 'everything').stdout) == (
        ' ● database: ready\n   └─ pid: N, S seconds\n ● web: ready\n   └─ pid: N, S seconds\n ● worker: down\n')

    pg.start('worker')
    stopped = pg.stop('app')
    assert stopped.stdout == ''
    stopped = pg.stop('everything', env={'PGCTL_POLL': '5'})
    assert stopped.stdout == 'cleaning up\n'
    assert stopped.stderr == ('[pgctl] Stopping: database, web, worker\n[pgctl] Stopped: database\n[pgctl] Stopped: web\n'
                              '[pgctl] Stopped: worker\n')
    assert not (pg.project / 'var').exists()


def test_a_service_that_fails_beside_one_that_works(pg):
    pg.service('broken', 'echo "cannot open the database" >&2\nexit 1\n', files={'timeout-ready': 1})
    pg.service('sweet')
    result = pg.run('start', env={'PGCTL_POLL': '0.9'}).failed()
    lines = said(result).splitlines()
    assert lines[0] == '[pgctl] Starting: broken, sweet'
    assert '[pgctl] Started: sweet' in lines
    assert 'TIME  cannot open the database' in lines
    at = lines.index('[pgctl] Stopping: broken')
    assert lines[at:] == [
        '[pgctl] Stopping: broken', '[pgctl] Stopped: broken', '[pgctl]',
        '[pgctl] There might be useful information further up in the log; you can view it by running:',
        '[pgctl]     less +G playground/broken/logs/current', '[pgctl] ERROR: Some services failed to start: broken']
    assert pg.state('sweet') == 'ready'


def test_files_that_5_2_1_left_behind_do_no_harm(pg):
    service = pg.service('a')
    (service / 'nosetsid').touch()
    (service / 'down').touch()
    (service / '.pgctl.lock').touch()
    (service / 'supervise').symlink_to(pg.directory / 'gone')
    (service / '.log').mkdir()
    (service / '.log' / 'run').write_text('#!/bin/bash\nexec s6-log\n')
    (service / 'event').mkdir()
    (service / 'notification-fd').write_text('5\n')
    pg.script(service / 'ready', 'exit 0')
    (service / 'logs').mkdir()
    (service / 'logs' / 'lock').touch()
    (service / 'logs' / 'state').touch()
    (service / 'logs' / 'current').write_text('2024-01-01 00:00:00.000000000  from 5.2.1\n')
    pg.start()
    assert pg.state('a') == 'ready'
    assert sorted(pg.status()) == ['a']
    assert pg.log('a')[0] == 'from 5.2.1'
    pg.stop()
