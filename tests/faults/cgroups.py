"""A cgroup of our own, of version 1 or 2, for rows that limit what the processes in it may use."""

import contextlib
from pathlib import Path

from rows import NotRun


@contextlib.contextmanager
def limited_cgroup(trial, kinds, leave=lambda group: None):
    """Its directory. `kinds`: where a controller may be mounted → the limits there, as file → content. At the end `leave` is called
    again and again until no process is in it any more."""
    for base, limits in kinds.items():
        group = Path(base, trial.root.name)
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            if not all((group / file).exists() for file in limits):
                continue
            for file, limit in limits.items():
                (group / file).write_text(str(limit))
            yield group
            return
        finally:
            trial.pg.wait_until(lambda group=group: removed(group, leave), 'nothing is in the cgroup any more')
    raise NotRun(f'needs a cgroup of our own with {" or ".join(sorted({file for limits in kinds.values() for file in limits}))}')


def removed(group, leave):
    with contextlib.suppress(OSError):
        leave(group)
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()
