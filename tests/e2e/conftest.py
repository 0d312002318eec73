"""End to end: the real program, in a home of its own for each test. See ../harness/playground.py for the verbs.

PGCTL_BIN names the directory of the binaries (default: build/release/bin)."""

import shutil
import signal
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'harness'))
pytest.register_assert_rewrite('playground', 'refusals')

from playground import Playground  # noqa: E402


def pytest_configure(config):
    # A shell that has started us in the background lets everything below ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line('markers', 'seen_otherwise_under_valgrind: tools/dev/valgrind says why')


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == 'call':
        item.passed = outcome.get_result().passed


@pytest.fixture
def make_playground(request):
    """A playground somewhere below a directory of this test: `make_playground('a place with spaces')`."""
    made = []

    def make(*parts):
        # Short, so that a test decides itself how long its paths are.
        root = Path(tempfile.mkdtemp(prefix='pg', dir='/tmp'))
        root.chmod(0o755)
        directory = root.joinpath(*parts)
        directory.mkdir(parents=True, exist_ok=True)
        made.append((root, Playground(directory)))
        return made[-1][1]

    yield make

    complaints = []
    for root, playground in made:
        complaints += playground.leave()
        shutil.rmtree(root, onerror=_make_writable_and_retry)
    if getattr(request.node, 'passed', False):
        assert not complaints, '\n'.join(complaints)


@pytest.fixture
def pg(make_playground):
    return make_playground()


def _make_writable_and_retry(function, path, _):
    Path(path).parent.chmod(0o700)
    if Path(path).is_dir() and not Path(path).is_symlink():
        Path(path).chmod(0o700)
        shutil.rmtree(path)
    else:
        function(path)


@pytest.fixture
def private_mounts(pg):
    """Wraps a shell line so that it runs where it may mount; what it mounts is gone with it."""
    import shlex
    import subprocess

    for options in ('-m', '-Urm'):
        wrapper = ['unshare', options, '--propagation', 'private']
        attempt = subprocess.run([*wrapper, 'sh', '-c', f'mount -t tmpfs none {pg.home}'], capture_output=True)
        if attempt.returncode == 0:
            return lambda line: shlex.join([*wrapper, 'sh', '-c', line])
    pytest.skip('this user may not mount anything here')
