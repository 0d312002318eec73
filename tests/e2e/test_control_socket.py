"""The supervisor's socket: HTTP and JSON, for our own client and for any other; and supervisors of another version."""

import fcntl
import http.client
import json
import os
import socket
import threading

import processes


class Http(http.client.HTTPConnection):
    """Over the playground's Unix socket, however long its path is."""

    def __init__(self, directory):
        super().__init__('localhost', timeout=60)
        self.directory = directory

    def connect(self):
        self.sock = connect(self.directory)


def runtime(pg):
    return pg.pghome / str(pg.path).lstrip('/') / '.pgctl'


def connect(directory):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    fd = os.open(directory, os.O_PATH)
    try:
        connection.connect(f'/proc/self/fd/{fd}/control.sock')
    finally:
        os.close(fd)
    return connection


def get(pg, path, method='GET', body=None):
    connection = Http(runtime(pg))
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def test_the_socket_is_only_for_its_owner(pg):
    pg.service('a')
    pg.start()
    assert (runtime(pg) / 'control.sock').stat().st_mode & 0o777 == 0o600
    assert runtime(pg).stat().st_mode & 0o777 == 0o700


def test_the_status_can_be_had_without_our_client(pg):
    pg.service('a')
    pg.start()
    code, _, body = get(pg, '/v1/status')
    found = json.loads(body)
    assert code == 200
    assert found['services']['a']['state'] == 'ready'
    assert found['services']['a']['pid'] == pg.pid('a')
    assert found['version'] == '6.0.0'


def test_an_unknown_path_or_version_is_answered_with_our_own_version(pg):
    pg.service('a')
    pg.start()
    for path in ('/', '/v1/nothing', '/v2/status'):
        code, headers, _ = get(pg, path)
        assert code == 404 and headers['Server'] == 'pgctl/6.0.0', path


def test_garbage_gets_an_error_or_a_close_and_the_supervisor_goes_on(pg):
    pg.service('a')
    pg.start()
    before = pg.our_processes('supervisor')
    for garbage in (b'', b'\x00' * 1000, b'GET', b'GET / HTTP/1.1\r\n' + b'X: y\r\n' * 100000, b'POST /v1/start HTTP/1.1\r\n\r\n',
                    b'POST /v1/start HTTP/1.1\r\nContent-Length: 5\r\n\r\n[[[[[', b'POST /v1/stop HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}',
                    b'POST /v1/start HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n{', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'):
        with connect(runtime(pg)) as connection:
            try:
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65536)
            except (BrokenPipeError, ConnectionResetError):
                continue
            assert answer == b'' or answer.startswith(b'HTTP/1.1 4'), (garbage[:40], answer)
    assert pg.our_processes('supervisor') == before
    assert pg.state('a') == 'ready'


def test_a_request_that_is_wrong_is_refused_with_the_field_and_does_nothing(pg):
    pg.service('a')
    pg.start()
    before = pg.pid('a')
    for path, body, complaint in (
            ('/v1/stop', '{}', 'services: is missing'),
            ('/v1/stop', '{"services": "a"}', 'services: should be a list, not string'),
            ('/v1/stop', '{"services": ["a"], "force": "yes"}', 'force: should be true or false, not string'),
            ('/v1/restart', '{"services": ["a"], "caller": {"umask": "022"}}', 'caller.umask: should be an integer, not string'),
            ('/v1/start', '{"services": ["a"], "caller": {"limits": [{"soft": 1}]}}', 'caller.limits[0].resource: is missing'),
            ('/v1/claim', '{"services": [1]}', 'services[0]: should be a string, not number'),
            ('/v1/changes', '[]', 'not a JSON object')):
        code, _, answer = get(pg, path, 'POST', body)
        assert (code, json.loads(answer)) == (400, {'errors': [complaint]})
    assert pg.pid('a') == before


def test_clients_that_connect_and_stay_silent_do_not_keep_others_from_being_answered(pg):
    pg.service('a')
    pg.start()
    silent = [connect(runtime(pg)) for _ in range(200)]
    try:
        assert pg.state('a') == 'ready'
        pg.restart()
    finally:
        for connection in silent:
            connection.close()


class OtherVersion:
    """Stands where our supervisor would, and answers every request as one of another version does."""

    def __init__(self, pg):
        self.directory = runtime(pg)
        self.directory.mkdir(parents=True, exist_ok=True)
        for path in (pg.pghome, *self.directory.parents, self.directory):
            if str(path).startswith(str(pg.pghome)):
                path.chmod(0o700)
        self.lock = open(self.directory / 'lock', 'w')
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.socket = socket.socket(socket.AF_UNIX)
        fd = os.open(self.directory, os.O_PATH)
        (self.directory / 'control.sock').unlink(missing_ok=True)
        self.socket.bind(f'/proc/self/fd/{fd}/control.sock')
        os.close(fd)
        self.socket.listen()
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b'HTTP/1.1 404 Not Found\r\nServer: pgctl/7.1.0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}')

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.lock.close()
        (self.directory / 'control.sock').unlink()


def test_a_supervisor_of_another_version_is_named_in_one_clear_line(pg):
    pg.service('a')
    other = OtherVersion(pg)
    try:
        for command in ('status', 'start', 'stop', 'restart'):
            result = pg.run(command).failed()
            assert len(result.stderr.splitlines()) == 1, result.stderr
            assert '7.1.0' in result.error and '6.0.0' in result.error
    finally:
        other.end()
    assert processes.describe(processes.mentioning(pg.path / 'a')) == []
