"""Row 27: clients that do not read what they asked for, or die before it is told."""

import fcntl
import os
import signal
import sys
import termios
import time

import processes
from control_socket import connected, start_request, was_let_go
from rows import row

BETWEEN_DEAF = 3  # seconds
LEAST_ROOM = 64 << 10  # bytes that any socket holds for its reader
MOST_TO_TELL = 32 << 20  # bytes, of all of them
LONG = 'p' * (16 << 10)  # what stands before a service's name where it is shown: a few events fill any socket


def killed_in_the_middle_of(trial, *services):
    """A stop, which goes on for a second after the command has ended."""
    trial.start_writers(1)
    asked = trial.file('asked')
    trial.pg.service('a', f'trap "touch {trial.quoted(asked)}" TERM\n{trial.pg.sleep} & {trial.pg.sleep} & while true; do wait; done',
                     files={'timeout-stop': 1})
    trial.pg.start('a')
    stop = trial.pg.begin('stop', *services)
    trial.pg.wait_until(asked.exists, 'a is asked to end')
    time.sleep(trial.random.uniform(0, 1))
    processes.kill([stop.pid])


@row(27, 'a client is killed in the middle of a stop of one service')
def client_of_a_stop(trial):
    killed_in_the_middle_of(trial, 'a')
    trial.pg.wait_until(lambda: trial.pg.state('a') == 'down', 'a is down')
    assert trial.pg.sleepers() == []
    trial.finish()


@row(27, 'a client is killed in the middle of a stop of everything')
def client_of_the_last_stop(trial):
    killed_in_the_middle_of(trial)
    trial.pg.wait_until(lambda: not processes.mentioning(trial.root), 'the stop is finished: everything has ended')
    trial.stop()


def many(trial, count):
    """Half of them run, half can't be executed, which says so with what is shown before their names."""
    for number in range(count):
        trial.pg.service(f'good{number}')
        trial.pg.service(f'bad{number}')
        (trial.pg.path / f'bad{number}/run').write_bytes(b'\x7fELFnot really')
    return [f'{kind}{number}' for number in range(count) for kind in ('good', 'bad')]


def deaf_starts(trial, names):
    """Clients that ask for a start, and never read what becomes of it."""
    clients = [connected(trial) for _ in range(3)]
    for client in clients:
        client.sendall(start_request(trial, names, LONG))
    good = [name for name in names if name.startswith('good')]
    trial.pg.wait_until(lambda: all(one['pid'] for one in trial.pg.status(*good).values()), 'the good ones run')
    return clients


@row(27, 'clients never read what becomes of their starts')
def deaf_followers(trial):
    trial.start_writers(1)
    names = many(trial, 40)
    before = processes.largest(trial.ours('supervisor'))
    clients = deaf_starts(trial, names)
    try:
        # Nobody waits for them, and what waits for them is no more than there is to be told.
        trial.check()
        trial.pg.restart('good0')
        trial.pg.wait_until(lambda: all(was_let_go(client) for client in clients), 'they are let go')
        largest = processes.largest(trial.ours('supervisor'))
        assert largest < before + MOST_TO_TELL, f'the supervisor had {largest >> 20} MiB, and {before >> 20} before'
        trial.pg.stop(*names)
        # What was for them is no more, and what runs ends, while they still hold their connections.
        trial.finish()
    finally:
        for client in clients:
            client.close()


@row(27, 'everything is stopped while clients do not read')
def stop_under_deaf_followers(trial):
    trial.start_writers(1)
    clients = deaf_starts(trial, many(trial, 40))
    try:
        trial.check()
        trial.stop()
        assert all(was_let_go(client) for client in clients)
    finally:
        for client in clients:
            client.close()


def fill(client):
    """With requests, until the supervisor reads no more, since it can't answer."""
    client.setblocking(False)
    asked = b''
    try:
        while True:
            asked = asked or b'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n' * 100
            asked = asked[client.send(asked):]
    except BlockingIOError:
        pass


def is_full(trial, client):
    """No further answer finds room at it: while others are answered, it gets nothing more of what it has asked for."""
    before = waiting(client)
    trial.pg.status()
    return waiting(client) == before > LEAST_ROOM


def waiting(client):
    """Bytes that it could read (man 7 unix)."""
    return int.from_bytes(fcntl.ioctl(client, termios.FIONREAD, bytes(4)), sys.byteorder)


@row(27, 'a client asks again and again, and never reads')
def deaf_asker(trial):
    trial.start_writers(1)
    for number in range(20):
        trial.pg.service(f's{number}')
    with connected(trial) as client:
        fill(client)
        trial.check()
        trial.pg.wait_until(lambda: was_let_go(client), 'it is let go')
        trial.finish()


@row(27, 'there is always a client that does not read while everything is stopped')
def stop_under_coming_deaf_clients(trial):
    trial.start_writers(1)
    for number in range(20):
        trial.pg.service(f's{number}')
    trial.pg.start()
    clients = [connected(trial)]
    begun = [time.monotonic()]

    def ended_among_them(stop):
        """Each could be waited for until after the next one has come."""
        if time.monotonic() - begun[-1] > BETWEEN_DEAF:
            begun.append(time.monotonic())
            try:
                clients.append(connected(trial))
                fill(clients[-1])
            except OSError:  # nobody listens any more
                pass
        return not stop.running()

    try:
        fill(clients[0])
        trial.pg.wait_until(lambda: is_full(trial, clients[0]), 'it does not read')
        stop = trial.pg.begin('stop')
        trial.pg.wait_until(lambda: ended_among_them(stop), 'the stop has ended')
        stop.result().succeeded()
        trial.stop()
    finally:
        for client in clients:
            client.close()


# A character that JSON writes as two.
LONG_NAME = '"' * 250


def room_in_a_socket():
    """Bytes that one who does not read may be sent (man 7 socket), and some more for what was just being sent."""
    with open('/proc/sys/net/core/wmem_default') as file:
        return int(file.read()) + (64 << 10)


def connections(pid):
    return sum(target.startswith('socket:') for target in processes.open_files(pid).values()) - 1  # without the one that listens


@row(27, 'a start is stopped while more becomes ready than its socket holds, and goes on later')
def stopped_start(trial):
    trial.start_writers(1)
    supervisor = trial.ours('supervisor')
    gate = trial.file('gate')
    os.mkfifo(gate)
    names = [f'{number}{LONG_NAME}' for number in range(room_in_a_socket() // (2 * len(LONG_NAME)))]
    for name in names:
        trial.pg.service(name, f': < {trial.quoted(gate)}\necho >&3\nexec {trial.pg.sleep}', files={'notification-fd': 3})
    # Into a file, as that holds everything that is said.
    start = trial.pg.begin('-c', f'exec pgctl start 2> {trial.quoted(trial.file("told"))}', program='sh')
    trial.pg.wait_until(lambda: all(one['pid'] for one in trial.pg.status().values()), 'all live')
    processes.kill([start.pid], signal.SIGSTOP)
    opened = os.open(gate, os.O_RDWR)
    try:
        trial.pg.wait_until(lambda: all(one['state'] == 'ready' for one in trial.pg.status().values()), 'all are ready')
        trial.check()
        trial.pg.wait_until(lambda: connections(supervisor) == 0, 'who does not read is let go')
    finally:
        os.close(opened)
        processes.kill([start.pid], signal.SIGCONT)
    start.result().succeeded()
    told = trial.pg.lines('told')
    for name in ('w1', *names):
        assert told.count(f'[pgctl] Started: {name}') == 1, f'{name[:10]} was told {told.count(name)} times'
    trial.pg.stop(*names)
    trial.finish()
