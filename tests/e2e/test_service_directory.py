"""Contract, section 4: the files of a service's directory, and the environment that its processes get."""

import os
import re
import resource
import signal

import pytest

import processes

NOTHING_ELSE = {'run', 'logs'}


def names(directory):
    return sorted(entry.name for entry in directory.iterdir())


# --- how run is executed

def test_run_is_executed_by_that_name_in_the_directory_of_the_service(pg):
    service = pg.service('a', f'printf "%s\\n" "$0" "$#" "$(pwd)" > {pg.file("how.new")}\n'
                              f'mv {pg.file("how.new")} {pg.file("how")}\nexec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: pg.text('how'), 'the service wrote how it was executed')
    assert pg.lines('how') == ['./run', '0', str(service)]


def test_run_may_be_a_program_instead_of_a_script(pg):
    pg.service('a', run=None)
    (pg.path / 'a' / 'run').symlink_to('/bin/cat')
    (pg.path / 'b').mkdir()
    (pg.path / 'b' / 'run').write_bytes((pg.sleeper).resolve().read_bytes())
    (pg.path / 'b' / 'run').chmod(0o755)
    # Without arguments `sleep` fails at once, and says so in its log; `cat` ends with 0 at the end of /dev/null.
    pg.start('a')
    pg.run('start', 'b', env={'PGCTL_TIMEOUT': '1'}).failed()
    assert any('missing operand' in line for line in pg.log('b'))


def test_stdin_is_dev_null(pg):
    pg.service('a')
    pg.start()
    assert processes.open_files(pg.pid('a'))[0] == '/dev/null'


def test_the_service_has_its_three_streams_and_no_other_fd(pg):
    pg.service('a')
    read_end, write_end = os.pipe()
    try:
        pg.start(pass_fds=(read_end, write_end))
    finally:
        os.close(read_end)
        os.close(write_end)
    assert sorted(processes.open_files(pg.pid('a'))) == [0, 1, 2]


def test_stdout_and_stderr_go_to_the_log(pg):
    pg.service('a', f'echo to stdout; echo to stderr >&2; exec {pg.sleep}')
    pg.start()
    pg.wait_until(lambda: len(pg.log('a')) == 2, 'both lines are in the log')
    assert pg.log('a') == ['to stdout', 'to stderr']


def test_the_service_has_a_session_of_its_own(pg):
    pg.service('a')
    pg.service('b')
    pg.start()
    for name in 'ab':
        assert processes.session(pg.pid(name)) == pg.pid(name)


def test_the_service_has_no_terminal_even_when_started_from_one(pg):
    pg.service('a', f'(echo > /dev/tty) 2> /dev/null && echo has one > {pg.file("terminal")}; exec {pg.sleep}')
    terminal = pg.terminal('pgctl', 'start')
    assert terminal.wait() == 0
    assert pg.text('terminal') == ''


def test_signals_have_their_default_dispositions_and_none_is_blocked(pg):
    def ignore_and_block():
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM, signal.SIGUSR2})

    pg.service('a')
    pg.start(preexec_fn=ignore_and_block, restore_signals=False)
    assert int(processes.status_field(pg.pid('a'), 'SigIgn'), 16) == 0
    assert int(processes.status_field(pg.pid('a'), 'SigBlk'), 16) == 0
    pg.stop()


# --- its environment

def environment_of(pg, name='a'):
    return processes.environment(pg.pid(name))


def test_the_environment_is_that_of_the_command_that_started_it(pg):
    pg.service('a')
    pg.start(env={'A_WORD': 'one', 'A_TEXT': 'two words, "quotes" and\na second line', 'EMPTY': '', 'BYTES': 'caf\udce9'})
    found = environment_of(pg)
    assert found['A_WORD'] == 'one'
    assert found['A_TEXT'] == 'two words, "quotes" and\na second line'
    assert found['EMPTY'] == ''
    assert found['BYTES'] == 'caf\udce9'


@pytest.mark.seen_otherwise_under_valgrind  # which has variables of its own
def test_our_variables_are_added_and_no_other(pg):
    service = pg.service('a')
    pg.start(env={'MINE': '1'})
    expected = {**pg.environment(), 'MINE': '1', 'PGCTL_SERVICE': str(service), 'PGCTL_SCRATCH': f'{pg.pghome}{service}',
                'PGCTL_SERVICE_PROCESS': 'true'}
    found = environment_of(pg)
    assert {key: value for key, value in found.items() if key not in ('PWD', 'OLDPWD', 'SHLVL', '_')} == expected
    assert 'PGCTL_DEBUG' not in found


def test_the_environment_of_an_earlier_command_does_not_stay(pg):
    pg.service('a')
    pg.service('b')
    pg.start('a', env={'FIRST': '1'})
    pg.start('b', env={'SECOND': '2'})
    assert 'FIRST' in environment_of(pg, 'a') and 'SECOND' not in environment_of(pg, 'a')
    assert 'SECOND' in environment_of(pg, 'b') and 'FIRST' not in environment_of(pg, 'b')


@pytest.mark.seen_otherwise_under_valgrind  # which keeps descriptors for itself
def test_a_restart_takes_environment_umask_and_limits_anew_from_its_own_caller(pg):
    pg.service('a')

    def as_caller(mask, files):
        def prepare():
            os.umask(mask)
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        return prepare

    pg.start(env={'WHO': 'start', 'ONLY_START': '1'}, preexec_fn=as_caller(0o022, 500))
    pg.restart(env={'WHO': 'restart'}, preexec_fn=as_caller(0o077, 400))
    found = environment_of(pg)
    assert found['WHO'] == 'restart' and 'ONLY_START' not in found
    assert processes.status_field(pg.pid('a'), 'Umask') == '0077'
    assert re.search(r'Max open files +400 +400', processes.read(pg.pid('a'), 'limits').decode())


def test_a_service_that_is_started_again_after_it_ended_keeps_its_environment(pg):
    pg.service('a')
    pg.start(env={'WHO': 'start'})
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'it is ready again')
    assert environment_of(pg)['WHO'] == 'start'


@pytest.mark.parametrize('mask', [0o000, 0o027, 0o077])
def test_the_umask_is_that_of_the_caller(pg, mask):
    pg.service('a')
    pg.start(preexec_fn=lambda: os.umask(mask))
    assert processes.status_field(pg.pid('a'), 'Umask') == f'{mask:04o}'


@pytest.mark.seen_otherwise_under_valgrind  # which keeps descriptors for itself
def test_the_resource_limits_are_those_of_the_caller(pg):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (333, 444))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_STACK, (4 << 20, 16 << 20))

    pg.service('a')
    pg.start(preexec_fn=limit)
    limits = processes.read(pg.pid('a'), 'limits').decode()
    assert re.search(r'Max open files +333 +444', limits)
    assert re.search(r'Max core file size +0 +0', limits)
    assert re.search(r'Max stack size +4194304 +16777216', limits)


def test_the_umask_of_the_caller_does_not_open_our_own_files(pg):
    pg.service('a')
    pg.start(preexec_fn=lambda: os.umask(0))
    for path in [pg.pghome, *pg.pghome.rglob('*')]:
        if not path.is_symlink():
            assert path.lstat().st_mode & 0o077 == 0, f'{path} is open to others'


# --- the scratch directory

def test_the_scratch_directory_exists_and_is_private(pg):
    service = pg.service('a')
    pg.start()
    scratch = pg.pghome / str(service).lstrip('/')
    assert environment_of(pg)['PGCTL_SCRATCH'] == str(scratch)
    assert scratch.is_dir()
    assert scratch.stat().st_mode & 0o777 == 0o700
    assert scratch.stat().st_uid == os.geteuid()


@pytest.mark.parametrize('mode', [0o755, 0o777], ids=oct)
def test_a_scratch_directory_that_is_there_already_is_made_private_and_kept(pg, mode):
    service = pg.service('a')
    scratch = pg.pghome / str(service).lstrip('/')
    for directory in [*reversed(scratch.parents), scratch]:
        directory.mkdir(mode=0o700, exist_ok=True)
    (scratch / 'kept').write_text('precious')
    scratch.chmod(mode)
    pg.start()
    assert scratch.stat().st_mode & 0o777 == 0o700
    assert (scratch / 'kept').read_text() == 'precious'
    scratch.chmod(mode)
    pg.restart()
    assert scratch.stat().st_mode & 0o777 == 0o700


def test_what_a_service_keeps_in_its_scratch_directory_stays(pg):
    pg.service('a', f'echo line >> "$PGCTL_SCRATCH/kept"; exec {pg.sleep}')
    pg.start()
    pg.restart()
    pg.stop()
    pg.start()
    kept = pg.pghome / str(pg.path / 'a').lstrip('/') / 'kept'
    pg.wait_until(lambda: kept.read_text() == 3 * 'line\n', 'three lives left a line each')


# --- nothing of ours in the playground

def test_nothing_else_of_ours_is_in_the_directory_of_the_service(pg):
    service = pg.service('a', ready='exit 0', files={'poll-ready': 0.05})
    for act in (pg.start, pg.restart, pg.stop):
        act()
        pg.wait_until(pg.log_file('a').exists, 'the logger has written what the check said')
        assert names(service) == ['logs', 'poll-ready', 'ready', 'run']
        assert names(service / 'logs') == ['current']
        assert names(pg.path) == ['a']
        assert names(pg.project) == ['playground']


def test_our_state_is_below_pghome_and_closed_to_others(pg):
    pg.service('a')
    pg.start()
    runtime = pg.pghome / str(pg.path).lstrip('/') / '.pgctl'
    assert runtime.is_dir()
    assert runtime.stat().st_mode & 0o777 == 0o700
    assert names(pg.directory) == ['home', 'project', 'run', 'sleep']
    assert names(pg.home) == []
    assert names(pg.runtime) == ['pgctl']


def test_a_stale_down_file_is_removed_by_start(pg):
    service = pg.service('a', files={'down': ''})
    pg.start()
    assert not (service / 'down').exists()


# --- readiness files

def test_a_service_is_ready_when_its_ready_exits_0(pg):
    pg.service('a', ready=f'test -e {pg.file("gate")}', files={'poll-ready': 0.02})
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up and not ready')
    assert starting.running()
    pg.open('gate')
    starting.result().succeeded()
    assert pg.state('a') == 'ready'


def test_ready_runs_in_the_directory_and_environment_of_the_service(pg):
    service = pg.service('a', ready=f'pwd > {pg.file("where")}; env > {pg.file("environment")}')
    pg.start(env={'MINE': 'yes'})
    assert pg.text('where') == f'{service}\n'
    assert {'MINE=yes', f'PGCTL_SERVICE={service}', f'PGCTL_SCRATCH={pg.pghome}{service}'} <= set(pg.lines('environment'))


def counting(pg, name, condition='true'):
    """A check that notes that it was asked."""
    return f'echo asked >> {pg.file("asked-" + name)}; {condition}'


def asked(pg, name):
    return len(pg.lines('asked-' + name))


def test_ready_is_asked_again_every_poll_ready_seconds_until_it_passes(pg):
    passes = f'test -e {pg.file("gate")}'
    pg.service('seldom', ready=counting(pg, 'seldom', passes), files={'poll-ready': 5, 'poll-down': 0.01})
    pg.service('often', ready=counting(pg, 'often', passes), files={'poll-down': 60})  # every 0.15 seconds
    starting = pg.begin('start')
    pg.wait_until(lambda: asked(pg, 'often') >= 60, 'it was asked sixty times')
    # At most once more for each five seconds; with one interval for both it would be as often.
    assert 1 <= asked(pg, 'seldom') < 20
    pg.open('gate')
    starting.result().succeeded()


def test_ready_is_asked_again_every_poll_down_seconds_after_it_passed(pg):
    pg.service('often', ready=counting(pg, 'often'), files={'poll-ready': 60, 'poll-down': 0.1})
    pg.service('seldom', ready=counting(pg, 'seldom'), files={'poll-ready': 0.01})  # every 10 seconds
    pg.start()
    pg.wait_until(lambda: asked(pg, 'often') >= 60, 'it was asked sixty times')
    assert 1 <= asked(pg, 'seldom') < 20
    assert {one['state'] for one in pg.status().values()} == {'ready'}


def test_ready_never_overlaps_itself(pg):
    pg.service('a', ready=f'mkdir {pg.file("inside")} || echo overlap >> {pg.file("overlap")}\nsleep 0.2\nrmdir {pg.file("inside")}\n'
                          f'echo asked >> {pg.file("asked")}', files={'poll-ready': 0.01, 'poll-down': 0.01})
    pg.start()
    pg.wait_until(lambda: len(pg.lines('asked')) >= 4, 'it was asked four times')
    assert pg.text('overlap') == ''


def test_a_service_with_a_notification_fd_is_ready_when_it_writes_a_newline_there(pg):
    pg.service('a', f'{pg.waiting_for("gate")}\necho >&7\nexec {pg.sleep}', files={'notification-fd': 7})
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'the service is up and not ready')
    assert starting.running()
    pg.open('gate')
    starting.result().succeeded()
    assert pg.state('a') == 'ready'


def test_notifications_that_come_before_the_word_that_the_service_was_started_are_not_lost(pg):
    # Which of the two the supervisor sees first is decided by the kernel, so it is tried many times: one in fifty came too early.
    for number in range(40):
        pg.service(f's{number}', f'echo >&3\nexec {pg.sleep}', files={'notification-fd': 3})
    for _ in range(5):
        pg.start()
        pg.stop()


def test_a_notification_without_a_newline_is_not_yet_one(pg):
    pg.service('a', f'printf almost >&5\ntouch {pg.file("written")}\n{pg.waiting_for("gate")}\necho >&5\nexec {pg.sleep}',
               files={'notification-fd': 5})
    starting = pg.begin('start')
    pg.wait_until(lambda: pg.file('written').exists(), 'it wrote something')
    assert pg.state('a') == 'up'
    assert starting.running()
    pg.open('gate')
    starting.result().succeeded()


def test_a_service_that_closes_its_notification_fd_in_silence_is_not_ready(pg):
    pg.service('a', f'exec 4>&-\nexec {pg.sleep}', files={'notification-fd': 4, 'timeout-ready': 1})
    with pg.within():
        result = pg.run('start').failed()
    assert "[pgctl] ERROR: service 'a' failed to start after" in result.stderr


def test_a_notification_counts_only_for_the_life_that_wrote_it(pg):
    pg.service('a', f'test -e {pg.file("lived")} || {{ touch {pg.file("lived")}; echo >&3; exec {pg.sleep}; }}\n'
                    f'{pg.waiting_for("gate")}\necho >&3\nexec {pg.sleep}', files={'notification-fd': 3})
    pg.start()
    first = pg.pid('a')
    processes.kill([first])
    pg.wait_until(lambda: pg.status()['a']['pid'] not in (None, first), 'the service was started again')
    assert pg.state('a') == 'up'
    pg.open('gate')
    pg.wait_until(lambda: pg.state('a') == 'ready', 'the second life said that it is ready')


# --- timeouts, one number of seconds in a file

def test_timeout_ready_is_how_long_a_start_may_take(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': '0.75'})
    with pg.within():
        result = pg.run('start').failed()
    seconds = re.search(r"service 'a' failed to start after (\d+\.\d\d) seconds", result.stderr).group(1)
    assert 0.75 <= float(seconds) < 30


def test_timeout_stop_is_how_long_a_stop_may_take(pg):
    pg.service('a', f'trap "" TERM\n{pg.sleep} &\nwait', files={'timeout-stop': '0.4'})
    pg.start()
    with pg.within():
        result = pg.run('stop', '--no-force').failed()
    seconds = re.search(r"service 'a' failed to stop after (\d+\.\d\d) seconds", result.stderr).group(1)
    assert 0.4 <= float(seconds) < 30


@pytest.mark.parametrize('content', ['0.5', '0.5\n', ' .50 \n', '5e-1\n', '00.5'])
def test_a_number_of_seconds_may_be_written_in_any_of_these_ways(pg, content):
    service = pg.service('a', ready='exit 1')
    (service / 'timeout-ready').write_text(content)
    with pg.within():
        result = pg.run('start').failed()
    seconds = re.search(r"service 'a' failed to start after (\d+\.\d\d) seconds", result.stderr).group(1)
    assert 0.5 <= float(seconds) < 30


# --- messages

def test_start_msg_is_run_after_a_successful_start_and_its_output_shown_on_stderr(pg):
    pg.service('a', scripts={'start-msg': 'echo "a is at http://localhost"; echo "and more" >&2'})
    result = pg.start()
    assert result.stdout == ''
    assert result.stderr == '[pgctl] Starting: a\n[pgctl] Started: a\na is at http://localhost\nand more\n'


def test_stop_msg_is_run_after_a_successful_stop_and_its_output_shown_on_stderr(pg):
    pg.service('a', scripts={'stop-msg': 'echo "goodbye"'})
    pg.start()
    result = pg.stop()
    assert result.stdout == ''
    assert result.stderr == '[pgctl] Stopping: a\n[pgctl] Stopped: a\ngoodbye\n'


def test_each_start_msg_follows_its_own_service(pg):
    for name in 'ab':
        pg.service(name, scripts={'start-msg': f'echo message of {name}'})
    result = pg.start(env={'PGCTL_POLL': '5'})
    assert result.stderr.splitlines() == ['[pgctl] Starting: a, b', '[pgctl] Started: a', 'message of a', '[pgctl] Started: b',
                                          'message of b']


def test_no_start_msg_when_there_was_nothing_to_start(pg):
    pg.service('a', scripts={'start-msg': f'echo ran >> {pg.file("ran")}', 'stop-msg': f'echo ran >> {pg.file("ran")}'})
    pg.stop()
    assert pg.lines('ran') == []
    pg.start()
    pg.start()
    assert pg.lines('ran') == ['ran']


def test_no_start_msg_after_a_failed_start(pg):
    pg.service('a', ready='exit 1', files={'timeout-ready': 0.3}, scripts={'start-msg': 'echo never'})
    assert 'never' not in pg.run('start').failed().stderr


def test_a_message_is_shown_as_it_is_written_and_its_failure_after_it(pg):
    pg.service('a', scripts={'start-msg': 'echo "  indented"; exit 9'})
    assert pg.start().stderr.splitlines() == ['[pgctl] Starting: a', '[pgctl] Started: a', '  indented',
                                              '[pgctl] WARNING: playground/a/start-msg: exit code 9']


def test_what_a_message_leaves_running_is_not_waited_for(pg):
    pg.service('a', scripts={'start-msg': f'{pg.sleep} > /dev/null 2>&1 & echo $! > {pg.file("child")}; echo hello'})
    assert pg.start().stderr.splitlines()[-1] == 'hello'
    os.kill(int(pg.text('child')), signal.SIGKILL)


def test_with_a_ready_file_too_a_notification_proves_nothing(pg):
    pg.service('a', f'echo >&5\nexec {pg.sleep}', ready=f'test -e {pg.file("gate")}', files={'notification-fd': 5, 'poll-ready': 0.05})
    start = pg.begin('start')
    pg.wait_until(lambda: pg.state('a') == 'up', 'a runs')
    assert start.running() and pg.state('a') == 'up'
    pg.open('gate')
    start.result().succeeded()
    assert pg.state('a') == 'ready'
