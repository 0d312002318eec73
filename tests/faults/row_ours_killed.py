"""Rows 1 to 5: our own processes are killed."""

import json
import os
import shutil
import signal
import subprocess
import time

import observer
import processes
from control_socket import runtime
from lives import Ending, Sole, at_full_rate, no_write_failed, start_hasty_writers
from load import Clients
from rows import row
from succession import adopted, assert_right, await_end, finish_beside_keepers, lost_keepers, replaced
from tracing import EVERYTHING, Traced
from trial import ROLES

KILLS = 200  # of the supervisor, in a round that is not short
LOGGER_KILLS = 100  # in a round that is not short
LOGGER_KILLS_OF_A_START = 20  # at most, since a log keeps only so much of what is written at full rate
MANY = 400
RECORD = 64  # bytes
IN_THE_GAP = 15  # lives that end while there is no supervisor, in a round that is not short


def after_a_random_while(trial):
    time.sleep(trial.random.uniform(0, 0.1))


@row(1, 'the supervisor is killed again and again under load')
def supervisor_killed(trial):
    trial.pg.service('load')
    start_hasty_writers(trial, 2)
    trial.but('load')
    with Clients(trial):
        for _ in range(trial.times(KILLS, shorter=20)):
            after_a_random_while(trial)
            trial.figure('adopted', adopted(trial, 'supervisor'), at_most=0.2)
    no_write_failed(trial)
    trial.finish()


@row(1, f'the supervisor of {MANY} services is killed')
def supervisor_of_many_killed(trial):
    for number in range(MANY):
        trial.pg.service(f's{number}')
    trial.pg.start()
    trial.before = mains(trial)
    trial.cost_before = observer.cost(trial.pg.our_processes())
    assert len(trial.before) == MANY
    for _ in range(3):
        after_a_random_while(trial)
        trial.figure('adopted', adopted(trial, 'supervisor'), at_most=0.2)
    assert mains(trial) == trial.before, 'I1: all run as they did, and once'
    # Each of these is looked for in all of /proc.
    trial.but(*trial.random.sample(sorted(trial.before), MANY - 5))
    trial.finish()


def mains(trial):
    """The main process of each service, from one look at /proc: what sleeps, below a keeper."""
    found = {}
    for pid in trial.pg.sleepers():
        name = processes.environment(pid)['PGCTL_SERVICE'].rpartition('/')[2]
        assert name not in found, f'I1: {name} runs twice: {processes.describe([pid, found[name].pid])}'
        found[name] = observer.identity(pid)
    return found


@row(1, 'services end while there is no supervisor')
def exit_in_the_gap(trial):
    ending = Ending(trial)
    trial.start_writers(1)
    trial.but('a')
    ending.end_lives(trial.times(IN_THE_GAP), lambda life: ends_in_the_gap(trial, ending, life))
    trial.finish()


def ends_in_the_gap(trial, ending, life):
    """Whether status was asked soon enough to show it."""
    main, supervisor = trial.main('a'), trial.ours('supervisor')
    processes.kill([supervisor], signal.SIGSTOP)
    ending.end_life()
    await_end(main.pid)
    killed = trial.kill('supervisor')
    await_end(killed.pid)
    return ending.told_rightly(life)


@row(2, "a service's keeper is killed")
def service_keeper_killed(trial):
    trial.start_writers()
    after_a_random_while(trial)
    kill_keeper_of(trial, 'w2')
    trial.wait_until_written('w2')
    trial.finish()


def kill_keeper_of(trial, name):
    keeper = processes.parent(trial.main(name).pid)
    assert b'keeper' in processes.read(keeper, 'cmdline') and keeper != trial.ours('keeper'), processes.describe([keeper])
    processes.kill([keeper])
    await_end(keeper)
    lost_keepers(trial, 1)


@row(1, 'the supervisor is killed while nothing more fits among the reports that wait for it')
def supervisor_killed_behind_reports(trial):
    trial.start_writers()
    processes.kill([trial.ours('supervisor')], signal.SIGSTOP)
    fill_reports(trial)
    kill_keeper_of(trial, 'w2')  # which the playground's keeper has to report, and to the next supervisor
    trial.figure('replaced', trial.recovered('supervisor', trial.kill('supervisor')))
    trial.wait_until_written('w2')
    trial.finish()


def fill_reports(trial):
    """With what is none of the records that are exchanged there."""
    reports = os.open(runtime(trial) / 'events', os.O_WRONLY | os.O_NONBLOCK)
    try:
        while os.write(reports, bytes(RECORD)):
            pass
    except BlockingIOError:
        pass
    finally:
        os.close(reports)


# What a service may have below it: its child, one that is nobody's child, one of another session, one that ignores TERM; and one
# that shows nowhere whose it is.
FAMILY = '''{sleep} &
({sleep} &)
setsid sh -c '{sleep} &'
sh -c 'trap "" TERM; exec {sleep}' &
'''
UNMARKED = 'env -i {sleep} &\n'


def family(trial, kinds, count):
    """The service `a`, whose set are so many processes."""
    trial.pg.service('a', kinds.format(sleep=trial.pg.sleep) + f'exec {trial.pg.sleep}', files={'timeout-stop': 1})
    trial.start_writers(1)
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == count, lambda: f'{count} run: {processes.describe(trial.pg.sleepers())}')
    return {observer.identity(pid) for pid in trial.pg.sleepers()}


def stopped_whole(trial, before):
    """With its keeper `a` loses none of its processes, and its stop ends them all."""
    after_a_random_while(trial)
    trial.check()
    assert {observer.identity(pid) for pid in trial.pg.sleepers()} == before, 'all go on'
    trial.pg.stop('a')
    assert trial.pg.sleepers() == [], f'I6: left of a: {processes.describe(trial.pg.sleepers())}'
    trial.but('a')
    trial.pg.start('a')
    assert len(trial.pg.sleepers()) >= 1
    lost_keepers(trial, -1)
    trial.finish()


@row(2, 'the keeper of a service of many processes is killed')
def family_keeper_killed(trial):
    before = family(trial, FAMILY, 5)
    kill_keeper_of(trial, 'a')
    stopped_whole(trial, before)


@row(2, 'the keeper of a service is killed, of which a process has no environment')
def unmarked_keeper_killed(trial):
    before = family(trial, UNMARKED, 2)
    kill_keeper_of(trial, 'a')
    stopped_whole(trial, before)


@row(2, 'the keeper of a service is killed, and then its main process')
def family_keeper_and_main_killed(trial):
    family(trial, FAMILY + UNMARKED, 6)
    kill_keeper_of(trial, 'a')
    after_a_random_while(trial)
    main = trial.before['a']
    trial.but('a')
    processes.kill([main.pid])
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'] not in (None, main.pid), 'it is started again')
    lost_keepers(trial, -1)
    trial.pg.stop('a')
    assert trial.pg.sleepers() == [], f'I6: of both lives are left: {processes.describe(trial.pg.sleepers())}'
    trial.pg.start('a')
    trial.finish()


@row(3, "the playground's keeper is killed")
def playground_keeper_killed(trial):
    trial.start_writers()
    after_a_random_while(trial)
    trial.figure('replaced', adopted(trial, 'keeper'), at_most=0.2)
    finish_beside_keepers(trial)


@row(3, "the playground's keeper is killed while a command waits")
def keeper_killed_under_a_command(trial):
    trial.start_writers(1)
    trial.pg.service('a', ready=f'ls -l /proc/self/fd >&2\ntest -e {trial.quoted(trial.file("go"))}', files={'timeout-ready': 60})
    start = trial.pg.begin('start', 'a')
    trial.pg.wait_until(lambda: any('/proc/' in line for line in trial.pg.log('a')), 'it is being checked')
    assert not any('socket:' in line for line in trial.pg.log('a')), f'a check has a connection of ours: {trial.pg.log("a")}'
    main = trial.main('a')
    trial.figure('replaced', adopted(trial, 'keeper'), at_most=0.2)
    trial.open('go')
    start.result().succeeded()
    assert trial.main('a') == main, 'I1: what waited to be ready was not started again'
    trial.remember()
    trial.finish()


@row(3, "the playground's keeper is killed, and later a service's keeper and the service")
def both_keepers_killed(trial):
    trial.start_writers()
    trial.pg.service('a', f'{trial.pg.sleep} &\nexec {trial.pg.sleep}')
    trial.pg.start('a')
    trial.pg.wait_until(lambda: len(trial.pg.sleepers()) == 2, 'the service and its child run')
    trial.figure('replaced', adopted(trial, 'keeper'), at_most=0.2)
    main = trial.main('a')
    processes.kill([processes.parent(main.pid)])
    trial.check()
    after_a_random_while(trial)
    processes.kill([main.pid])
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'] not in (None, main.pid), 'it is started again')
    trial.check()
    trial.pg.stop('a')
    assert trial.pg.sleepers() == [], 'the child of the first life is stopped with the second'
    finish_beside_keepers(trial)


@row(3, "the playground's keeper is killed at the moment in which what a lost service has left over is to be killed", namespaces=True)
def keeper_killed_before_a_kill(trial):
    """Whoever takes over the supervisor then has other children, which are strangers: here that is the first process."""
    trial.pg.service('a', f'trap "" TERM\n{trial.pg.sleep} & while :; do wait; done', files={'timeout-stop': 1})
    trial.start_writers(1)
    trial.but('a')
    stranger = subprocess.run(['/bin/sh', '-c', 'sleep infinity >/dev/null & echo $!'], check=True, stdout=subprocess.PIPE, text=True)
    stranger = observer.identity(int(stranger.stdout))
    kill_keeper_of(trial, 'a')
    stop = trial.pg.begin('stop', 'a')
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['process'] == 'stopping', 'it is asked to end')
    supervisor = trial.ours('supervisor')
    processes.kill([supervisor], signal.SIGSTOP)
    time.sleep(trial.random.uniform(1, 1.5))
    trial.kill('keeper')
    processes.kill([supervisor], signal.SIGCONT)
    stop.result().succeeded()
    assert observer.lives(stranger), 'a stranger was killed'
    processes.kill([stranger.pid])
    trial.pg.start('a')
    lost_keepers(trial, -1)
    finish_beside_keepers(trial)


@row(3, "the playground's keeper is killed while what a service without a keeper of its own wrote last waits for the logger")
def keeper_killed_before_the_last_words(trial):
    """With it the logger goes, and nobody but the supervisor, which becomes the next keeper, has the pipe then."""
    trial.start_writers(1)
    trial.pg.service('a', f'trap "echo last words; exit" TERM\necho first\n{trial.pg.sleep} & while :; do wait; done', files={'timeout-stop': 60})
    trial.pg.start('a')
    trial.pg.wait_until(lambda: trial.pg.log('a') == ['first'], 'a runs')
    kill_keeper_of(trial, 'a')
    lost_keepers(trial, -1)
    trial.pg.wait_until(lambda: trial.pg.status('a')['a']['pid'], 'it goes on')
    main = trial.main('a')
    logger = trial.ours('logger')
    processes.kill([logger], signal.SIGSTOP)
    stop = trial.pg.begin('stop', 'a')
    await_end(main.pid)
    after_a_random_while(trial)
    trial.kill('keeper')
    stop.result().succeeded()
    assert trial.pg.log('a') == ['first', 'last words'], f'I3: {trial.pg.log("a")}'
    finish_beside_keepers(trial)


@row(4, 'the logger is killed again and again at full rate')
def logger_killed(trial):
    down = services_that_are_down(trial)
    start_hasty_writers(trial, 2)
    lives = kills = 0
    wanted = trial.times(LOGGER_KILLS)
    while kills < wanted:
        if lives > 0:
            start_with_new_logs(trial)
        stop_when_logged(trial, down, lives + 1)
        trial.remember()
        kills += kill_loggers(trial, min(wanted - kills, LOGGER_KILLS_OF_A_START))
        no_write_failed(trial)
        reads_only_what_is_up(trial, down)
        lives += 2
        trial.pg.start(*down)
        stop_when_logged(trial, down, lives)
        trial.finish()


def start_with_new_logs(trial):
    for name in trial.writers:
        shutil.rmtree(trial.pg.log_file(name).parent)
    trial.pg.start()


def kill_loggers(trial, times):
    """Fewer where a machine is so slow that the log has before all that it keeps. Returns how often."""
    keeper = trial.ours('keeper')
    kills = 0
    while kills < times and at_full_rate(trial):
        # Half of them are killed while they take over what the one before was killed in.
        if trial.random.random() < 0.5:
            trial.wait_until_written('w1', 50)
        time.sleep(trial.random.uniform(0, 0.03))
        trial.figure('replaced', replaced(trial, keeper, 'logger'))
        kills += at_full_rate(trial)
    trial.wait_until_written('w1', 50)
    return kills


def services_that_are_down(trial):
    """By and by: they run first, and leave their files behind."""
    names = [f'down{number}' for number in range(3)]
    for name in names:
        trial.pg.service(name, f'echo hello\nexec {trial.pg.sleep}')
    return names


def stop_when_logged(trial, down, lives):
    """Each life says hello, once it comes to that."""
    def wrong():
        return {name: trial.pg.log(name) for name in down if trial.pg.log(name) != ['hello'] * lives}
    trial.pg.wait_until(lambda: not wrong(), lambda: f'I3: what comes up is logged, {lives} times: {wrong()}')
    trial.pg.stop(*down)
    assert not wrong(), f'I3: {wrong()}'


def reads_only_what_is_up(trial, down):
    """I4, of the FIFOs alone: the logger that is there now has been told of no other service."""
    def held():
        outputs = [path for path in processes.open_files(trial.ours('logger')).values() if path.endswith('/output')]
        return [name for name in [*down, *trial.writers] if any(f'/services/{name}/' in path for path in outputs)]
    trial.pg.wait_until(lambda: held() == trial.writers, lambda: f'I4: the logger holds the FIFOs of {held()}, and {trial.writers} are up')


def at_one_moment(trial):
    trial.pg.kill_everything_of_ours()


def one_after_the_other(trial):
    """As `kill -9 $(pgrep pgctl)` does: those that live longer see the others go, and may do something about it."""
    ours = trial.pg.our_processes()
    trial.random.shuffle(ours)
    for pid in ours:
        processes.kill([pid])
        if trial.random.random() < 0.3:
            time.sleep(trial.random.uniform(0, 0.01))


def all_killed(way, words, command):
    @row(5, f'all of ours are killed {words}, and the next command is {command}')
    def killed(trial):
        sole = Sole(trial)
        trial.start_writers(2)
        after_a_random_while(trial)
        way(trial)
        trial.harms(*ROLES)
        begin = time.monotonic()
        told = trial.pg.run('--json', command).succeeded()
        trial.figure('adopted', time.monotonic() - begin, at_most=1)
        NEXT[command](trial, told, sole)
        sole.check()
        sole.lived(1)
    return killed


def adopted_at_once(trial, told, _):
    assert_right(trial, json.loads(told.stdout))
    finish_adopted(trial, told, _)


def finish_adopted(trial, *_):
    trial.check()
    assert trial.pg.start().returncode == 0
    lost_keepers(trial, trial.cost_before.processes - len(ROLES))
    trial.finish()


def all_gone(trial, *_):
    left = [one for name in trial.before for one in observer.of_service(trial.pg.path / name)]
    assert not left, f'I6: left: {processes.describe([one.pid for one in left])}'
    trial.stop()


NEXT = {'status': adopted_at_once, 'start': finish_adopted, 'stop': all_gone}
for next_command in NEXT:
    all_killed(at_one_moment, 'at one moment', next_command)
    all_killed(one_after_the_other, 'one after the other', next_command)


SLOW_EXECUTION = 'execve:delay_enter=5000000'  # microseconds


def about_to_run(trial):
    """The child of a keeper that is to become `a`, and shows its keeper's name until it does."""
    title = f'pgctl keeper {trial.pg.path / "a"}'
    keepers = [pid for pid in processes.all_pids() if processes.command_line(pid)[0] == title]
    return next((pid for pid in keepers if processes.read(pid, 'comm') == b'pgctl executing\n'), None)


def killed_before_run(number, words, kill):
    """Whoever looks for the service at that moment finds neither its name nor its environment."""
    @row(number, f'{words} killed while ./run is about to be executed')
    def killed(trial):
        trial.start_writers(1)
        sole = Sole(trial)
        with Traced(trial, trial.ours('keeper'), SLOW_EXECUTION, EVERYTHING):
            start = trial.pg.begin('start', 'a')
            child = trial.pg.wait_until(lambda: about_to_run(trial), 'a is about to be executed')
            kill(trial, processes.parent(child))
            start.result()
            trial.pg.start('a')
        sole.check()
        trial.wait_until_written('w1')
        trial.pg.stop('a')
        assert not observer.of_service(trial.pg.path / 'a'), 'I6: something is left of a'
        sole.check()
        trial.pg.start('a')
        trial.remember()
        finish_beside_keepers(trial)


@row(2, "a service's keeper is killed while ./run is about to be executed, and is not wanted any more")
def killed_before_run_of_a_stop(trial):
    trial.start_writers(1)
    trial.pg.service('a')
    with Traced(trial, trial.ours('keeper'), SLOW_EXECUTION, EVERYTHING):
        start = trial.pg.begin('start', 'a')
        child = trial.pg.wait_until(lambda: about_to_run(trial), 'a is about to be executed')
        stop = trial.pg.begin('stop', 'a')
        trial.pg.wait_until(lambda: trial.pg.status('a')['a']['process'] == 'stopping', 'it is being stopped')
        processes.kill([processes.parent(child)])
        stop.result().succeeded()
        assert not processes.alive(child), f'I6: left of a: {processes.describe([child])}'
        start.result().failed()
    trial.pg.start('a')
    trial.pg.stop('a')
    trial.finish()


def kill_with_its_keeper(trial, keeper):
    trial.kill('supervisor')
    processes.kill([keeper])


killed_before_run(2, "a service's keeper is", lambda _, keeper: processes.kill([keeper]))
killed_before_run(2, "a service's keeper and the supervisor are", kill_with_its_keeper)
killed_before_run(3, "the playground's keeper is", lambda trial, _: trial.kill('keeper'))
