"""The supervisor's socket, for clients that are not ours: where it is, and what one says there (src/protocol/messages.h)."""

import json
import select
import socket


def runtime(trial):
    return trial.pg.pghome / str(trial.pg.path.resolve()).lstrip('/') / '.pgctl'


def socket_path(trial):
    return runtime(trial) / 'control.sock'


def connected(trial):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(60)
    client.connect(str(socket_path(trial)))
    return client


def request(target, body, headers=''):
    """A whole one, as bytes; `body` becomes JSON unless it is bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f'POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n{headers}\r\n'.encode() + content


def start_request(trial, services, shown_prefix='playground/'):
    """With what a command sends along of its own environment and limits."""
    environment = [f'{name}={value}' for name, value in trial.pg.environment().items()]
    return request('/v1/start', {'services': services, 'shown_prefix': shown_prefix, 'caller': {'environment': environment},
                                 'defaults': {'timeout': 60}})


def everything_said(client):
    """All bytes until the supervisor has closed the connection."""
    said = b''
    try:
        while chunk := client.recv(1 << 16):
            said += chunk
    except ConnectionResetError:
        pass
    return said


def was_let_go(client):
    """Whether the supervisor has closed it; reads nothing."""
    poll = select.poll()
    poll.register(client, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))
