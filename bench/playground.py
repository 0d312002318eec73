"""A private playground for measuring: its own home and runtime directory, and everything of it gone at the end."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import time

SLEEPER = "#!/bin/sh\nexec sleep 100000\n"


class Playground:
    """`count` services s1 … sN that all run `run`."""

    def __init__(self, binaries, count, run=SLEEPER, settle="0"):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pgctl-bench-"))
        # In memory, as where systemd makes it.
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="pgctl-bench-", dir="/dev/shm"))
        self.playground = self.directory / "playground"
        self.pgctl = str(binaries / "pgctl")
        self.names = [f"s{i}" for i in range(1, count + 1)]
        for name in self.names:
            service = self.playground / name
            service.mkdir(parents=True)
            (service / "run").write_text(run)
            (service / "run").chmod(0o755)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "PGCTL_NO_GLOBAL_CONFIG": "true",
            "PGCTL_SETTLE": settle,
            "PGCTL_TIMEOUT": "120",
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("stop")
        shutil.rmtree(self.directory)
        shutil.rmtree(self.runtime)

    def run(self, *arguments):
        return subprocess.run([self.pgctl, *arguments], cwd=self.directory, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)

    def timed(self, *arguments):
        begin = time.perf_counter()
        self.run(*arguments)
        return time.perf_counter() - begin

    def our_processes(self):
        """Pids of the keepers, the supervisor and the logger."""
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                line = pathlib.Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if line.startswith(b"pgctl") and str(self.playground).encode() in line:
                found.append(int(entry))
        return found

    def proportional_memory(self):
        """PSS of all our processes, KiB (man 5 proc, smaps_rollup)."""
        return sum(_pss(pid) for pid in self.our_processes())


def _pss(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise RuntimeError(f"no Pss in /proc/{pid}/smaps_rollup")


def wait_until_all_sleep(pids):
    """Until each of them has executed what it execs in the end."""
    for pid in pids:
        while pathlib.Path(f"/proc/{pid}/comm").read_text() != "sleep\n":
            time.sleep(0.0002)
