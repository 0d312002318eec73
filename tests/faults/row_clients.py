"""Rows 15 and 26: clients that are silent, slow, endless, or talk garbage."""

import json
import resource
import socket
import subprocess
import sys
import time

import processes
from control_socket import connected, everything_said, request, socket_path, start_request
from rows import NotRun, row

CLIENTS = 2000
MUTATIONS = 2000  # of requests, in a round that is not short
# Alone it gets as many descriptors: neither we nor what we start have more than a login gives.
STAY_SILENT = '''
import resource, socket, sys
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
clients = [socket.socket(socket.AF_UNIX) for _ in range(int(sys.argv[2]))]
for client in clients:
    client.connect(sys.argv[1])
print('connected', flush=True)
sys.stdin.readline()
for client in clients:
    client.settimeout(60)
print(sum(client.recv(1) == b'' for client in clients), 'dropped')
'''
STOCK_LIMIT = 1024


def like_a_login():
    resource.setrlimit(resource.RLIMIT_NOFILE, (STOCK_LIMIT, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


@row(15, '2,000 clients connect and stay silent')
def silent_clients(trial):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < CLIENTS + 100:
        raise NotRun('this login has a hard limit of fewer descriptors')
    trial.writer('w1')
    trial.pg.start(preexec_fn=like_a_login)
    trial.remember()
    trial.pg.service('a')
    silent = subprocess.Popen([sys.executable, '-c', STAY_SILENT, str(socket_path(trial)), str(CLIENTS)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        assert silent.stdout.readline() == 'connected\n'
        trial.check()
        trial.pg.start('a')
        trial.pg.restart('a')
        trial.pg.stop('a')
        # Idle ones are dropped: the end of the connection is seen by its client.
        assert silent.communicate('\n', timeout=120)[0] == f'{CLIENTS} dropped\n'
    finally:
        silent.kill()
        silent.wait()
    trial.finish()


def requests(trial):
    """One of each; none is ever sent whole, as those would do something."""
    named = {'services': ['w1'], 'shown_prefix': 'playground/'}
    return [request('/v1/stop', named), request('/v1/restart', named), start_request(trial, ['w1']),
            request('/v1/claim', {**named, 'pid': 1}), request('/v1/changes', named),
            request('/v1/upgrade', {'token': 1, 'program': 'x', 'version': '9.9.9'}),
            request('/v1/neighbour', {'playground': '/nowhere', 'environment': [], 'answer': '/nowhere/either'}),
            b'POST /v1/stop HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n' + b'12\r\n{"services":["w1"]\r\n1\r\n}\r\n0\r\n\r\n',
            b'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n', b'GET /v1/end HTTP/1.1\r\nHost: x\r\n\r\n']


def answers(trial, said):
    """What the supervisor says to these bytes, until it closes the connection."""
    with connected(trial) as client:
        try:
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return everything_said(client)


def assert_refused(trial, said):
    """An error reply or a close, and of several requests in one not the first either."""
    answer = answers(trial, said)
    assert answer == b'' or answer.startswith(b'HTTP/1.1 4'), f'{said[:200]!r} was answered with {answer[:500]!r}'


def largest(trial):
    """Bytes that the supervisor had resident at its largest."""
    return processes.largest(trial.ours('supervisor'))


@row(26, 'the control socket gets every prefix of a request')
def prefixes(trial):
    trial.start_writers(1)
    for whole in requests(trial):
        for size in range(len(whole)):
            assert_refused(trial, whole[:size])
    trial.finish()


def with_length(length, body=b'{"services":["w1"]}', target='/v1/stop'):
    return f'POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n'.encode() + body


def in_chunks(chunks):
    return b'POST /v1/stop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n' + chunks


WRONG_LENGTHS = [
    *(with_length(length) for length in ('-1', '0x13', '', ' ', '1 9', '+19', '19,', '0', '1', '18', '20', '99999999999', '9' * 30)),
    b'POST /v1/stop HTTP/1.1\r\nContent-Length: 19\r\nContent-Length: 20\r\n\r\n{"services":["w1"]}',
    b'POST /v1/stop HTTP/1.1\r\nContent-Length: 19\r\nTransfer-Encoding: chunked\r\n\r\n{"services":["w1"]}',
    b'POST /v1/stop HTTP/1.1\r\nHost: x\r\n\r\n{"services":["w1"]}',
    *(in_chunks(chunks) for chunks in (b'zz\r\n{}\r\n0\r\n\r\n', b'-2\r\n{}\r\n0\r\n\r\n', b'ffffffffffffffffff\r\n{}',
                                       b'13\r\n{"services":["w1"]}', b'13\r\n{"services":["w1"]}0\r\n\r\n',
                                       b'5\r\n{"services":["w1"]}\r\n0\r\n\r\n', b'0\r\n\r\n')),
]
NONSENSE = [
    b'\0' * 1000, b'\r\n' * 1000, b'GET', b'GET / HTTP/9.9\r\n\r\n', b'GET /v1/status HTTP/1.1\n\n\0', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'\x55' * 500, b'POST /v1/stop HTTP/1.1\r\nExpect: 100-continue\r\n\r\n',
    *(with_length(len(body), body) for body in (b'null', b'[]', b'{}', b'"', b'{"services": "w1"}', b'{"services": [{}]}',
                                                b'{"services": ["w1"', b'\xff\xfe', b'[' * 100000, b'{"a":' * 100000)),
    request('/v1/start', {'services': ['../w1']}), with_length(2, b'{}', '/v1/nothing'), with_length(2, b'{}', '//v1//stop'),
]


@row(26, 'the control socket gets wrong lengths, and garbage')
def garbage(trial):
    trial.start_writers(1)
    for said in [*WRONG_LENGTHS, *NONSENSE, *(trial.random.randbytes(trial.random.randrange(1, 20000)) for _ in range(20))]:
        assert_refused(trial, said)
    # What is changed in one place may still be right, but then it asks for nothing that changes anything.
    harmless = [request('/v1/stop', {'services': []}), request('/v1/changes', {'services': ['w1']}),
                b'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n']
    for _ in range(trial.times(MUTATIONS, shorter=20)):
        said = bytearray(trial.random.choice(harmless))
        said[trial.random.randrange(len(said))] = trial.random.randrange(256)
        answer = answers(trial, bytes(said))
        assert answer == b'' or answer.startswith(b'HTTP/1.1 '), f'{bytes(said)!r} was answered with {answer[:500]!r}'
    trial.finish()


@row(26, 'the control socket gets a request byte by byte')
def slow_bytes(trial):
    trial.start_writers(1)
    with connected(trial) as client:
        for byte in b'GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n':
            client.sendall(bytes([byte]))
            time.sleep(0.002)
        answer = everything_said(client)
    assert answer.startswith(b'HTTP/1.1 200'), answer
    assert 'w1' in json.loads(answer.partition(b'\r\n\r\n')[2])['services']
    trial.finish()


def is_cut_off(trial, parts):
    """`parts` never end by themselves."""
    with connected(trial) as client:
        try:
            for part in parts:
                client.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            return
    raise AssertionError('a gigabyte was taken')


def a_gigabyte(head, part):
    yield head
    for _ in range((1 << 30) // len(part)):
        yield part


def endless(what, *beginnings_and_parts):
    @row(26, f'the control socket gets {what} of a gigabyte')
    def taken_in_part(trial):
        trial.start_writers(1)
        before = largest(trial)
        for head, part in beginnings_and_parts:
            is_cut_off(trial, a_gigabyte(head, part))
        assert largest(trial) < before + (4 << 20), f'the supervisor had {largest(trial) >> 20} MiB, and {before >> 20} before'
        trial.finish()
    return taken_in_part


MEGABYTE = b'y' * (1 << 20)
endless('a first line', (b'', MEGABYTE), (b'GET /', MEGABYTE), (b'GET / HTTP/1.1', MEGABYTE))
endless('headers', (b'GET /v1/status HTTP/1.1\r\n', b'X-Long: ' + MEGABYTE + b'\r\n'),
        (b'GET /v1/status HTTP/1.1\r\n', b'X: y\r\n' * 10000), (b'GET /v1/status HTTP/1.1\r\nX-Long: ', MEGABYTE))
endless('what stands beside chunks', (in_chunks(b'5;'), MEGABYTE), (in_chunks(b'0\r\n'), b'X: y\r\n' * 10000),
        (in_chunks(b'0' * 10), b'0' * (1 << 20)))


LARGEST_BODY = 64 << 20  # bytes, as the supervisor has it


@row(26, 'the control socket gets bodies without an end')
def endless_bodies(trial):
    trial.start_writers(1)
    for head, part in ((with_length(1 << 30, b''), b' ' * (1 << 20)), (in_chunks(b''), b'100000\r\n' + b' ' * (1 << 20) + b'\r\n')):
        is_cut_off(trial, a_gigabyte(head, part))
    assert largest(trial) < 3 * LARGEST_BODY, f'the supervisor had {largest(trial) >> 20} MiB at its largest'
    trial.finish()


def a_byte_now_and_then(client):
    """Until the supervisor has had enough of it."""
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end:
            client.sendall(b'y')
            time.sleep(0.1)
    except (BrokenPipeError, ConnectionResetError):
        return
    raise AssertionError('it waits for ever for the rest of a header')


@row(26, 'the control socket gets requests that stop halfway, or hardly go on')
def halves(trial):
    trial.start_writers(1)
    whole = requests(trial)
    clients = [connected(trial) for _ in range(50)]
    try:
        for client in clients:
            said = trial.random.choice(whole)
            client.sendall(said[:trial.random.randrange(1, len(said))])
        trial.check()
        # Each is dropped after a while, whether it has said something or not.
        with connected(trial) as slow:
            slow.sendall(b'GET /v1/status HTTP/1.1\r\nX-Long: ')
            a_byte_now_and_then(slow)
        for client in clients:
            answer = everything_said(client)
            assert answer == b'' or answer.startswith(b'HTTP/1.1 4'), answer
    finally:
        for client in clients:
            client.close()
    trial.finish()
