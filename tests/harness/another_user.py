"""Another user of the machine, who connects to our control socket and asks."""

import subprocess
import sys

from playground import NOBODY

AS_NOBODY = {'user': NOBODY, 'group': NOBODY, 'extra_groups': []}
NO_ANSWER = {"b''", 'ConnectionResetError', 'BrokenPipeError'}
ASK = '''
import socket, sys
client = socket.socket(socket.AF_UNIX)
try:
    client.connect(sys.argv[1])
    client.sendall(b'GET /v1/status HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
    client.settimeout(60)
    print(client.recv(100))
except OSError as error:
    print(type(error).__name__)
'''


def asked(socket, **user):
    """What he gets to hear, as bytes are written in Python, or the name of the error."""
    command = subprocess.run([sys.executable, '-c', ASK, str(socket)], capture_output=True, text=True, timeout=90, **user)
    assert command.returncode == 0, command.stderr
    return command.stdout.strip()
