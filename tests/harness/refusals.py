"""What bad input gets: one clear line with the file, the line or the key, exit 1, nothing half-started, nothing lost."""

import processes


def refused(pg, *arguments, mentions=(), **options):
    """One clear line that holds these words; nothing runs and nothing was made in the services' directories."""
    before = sorted(str(path) for path in pg.directory.rglob('*') if 'run/pgctl' not in str(path))
    result = pg.run(*arguments, **options).failed()
    assert result.stdout == ''
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for word in mentions:
        assert word in result.error, result.error
    assert processes.describe(processes.mentioning(pg.directory)) == []
    assert sorted(str(path) for path in pg.directory.rglob('*') if 'run/pgctl' not in str(path)) == before
    return result.error
