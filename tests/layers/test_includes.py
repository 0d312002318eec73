"""A folder of src/ is a layer. A file includes from its own folder and from the layers below it, and from nowhere else:

    cli, keeper, supervisor, logger  →  protocol, logs, config  →  model  →  os  →  base

with two exceptions: model/ does not include os/ (its decisions need no system), and cli/ may include keeper/ (it starts one)."""

import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / 'src'

# Layer → what it may include besides itself.
BELOW_THE_MIDDLE = {'model', 'os', 'base'}
MIDDLE = {'protocol', 'logs', 'config'}
MAY_INCLUDE = {
    'base': set(),
    'os': {'base'},
    'model': {'base'},
    'config': MIDDLE | BELOW_THE_MIDDLE,
    'logs': MIDDLE | BELOW_THE_MIDDLE,
    'protocol': MIDDLE | BELOW_THE_MIDDLE,
    'keeper': MIDDLE | BELOW_THE_MIDDLE,
    'supervisor': MIDDLE | BELOW_THE_MIDDLE,
    'logger': MIDDLE | BELOW_THE_MIDDLE,
    'cli': MIDDLE | BELOW_THE_MIDDLE | {'keeper'},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def wrong_includes(sources):
    """One line for each include that goes the wrong way: where it is, and what it includes."""
    complaints = []
    for file in sorted([*sources.rglob('*.cc'), *sources.rglob('*.h')]):
        name = file.relative_to(sources)
        if len(name.parts) == 1:  # main.cc stands above all layers
            continue
        layer = name.parts[0]
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = found.group(1).split('/')[0]
            if layer not in MAY_INCLUDE:
                complaints.append(f'{name}:{number}: {layer}/ is no layer')
            elif target != layer and target not in MAY_INCLUDE[layer]:
                complaints.append(f'{name}:{number}: {layer}/ must not include "{found.group(1)}"')
    return complaints


def circles(sources):
    """Layers that include each other, directly or not: they would be one layer in truth."""
    edges = {}
    for file in [*sources.rglob('*.cc'), *sources.rglob('*.h')]:
        layer = file.relative_to(sources).parts[0]
        for line in file.read_text().splitlines():
            found = INCLUDE.match(line)
            if found and found.group(1).split('/')[0] != layer:
                edges.setdefault(layer, set()).add(found.group(1).split('/')[0])

    def reach(layer, seen):
        for target in edges.get(layer, ()):
            if target not in seen:
                seen.add(target)
                reach(target, seen)
        return seen

    return sorted(layer for layer in edges if layer in reach(layer, set()))


def test_every_file_includes_only_from_the_layers_below_its_own():
    assert wrong_includes(SOURCES) == []


def test_no_two_layers_include_each_other():
    assert circles(SOURCES) == []


def test_there_is_something_to_look_at():
    assert {file.parent.name for file in SOURCES.rglob('*.h')} >= {'base', 'os'}


def tree(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_a_right_tree_is_accepted(tmp_path):
    sources = tree(tmp_path, {
        'main.cc': '#include "cli/main.h"\n#include "keeper/main.h"\n',
        'cli/main.cc': '#include "cli/main.h"\n#include "keeper/main.h"\n#include "base/text.h"\n#include <vector>\n',
        'protocol/message.h': '#include "model/state.h"\n',
        'model/step.cc': '#include "base/result.h"\n',
    })
    assert wrong_includes(sources) == []


def test_each_wrong_include_is_rejected_with_its_file_and_line(tmp_path):
    sources = tree(tmp_path, {
        'base/text.cc': '#include <string>\n\n#include "os/file.h"\n',
        'os/file.cc': '#include "base/text.h"\n#include "model/state.h"\n',
        'model/step.cc': '#include "os/clock.h"\n',
        'logs/stamp.h': '  #  include "supervisor/loop.h"\n',
        'supervisor/loop.cc': '#include "logger/main.h"\n',
        'keeper/main.cc': '#include "cli/main.h"\n',
        'cli/start.cc': '#include "supervisor/loop.h"\n',
        'util/text.h': '#include "base/text.h"\n',
    })
    assert wrong_includes(sources) == [
        'base/text.cc:3: base/ must not include "os/file.h"',
        'cli/start.cc:1: cli/ must not include "supervisor/loop.h"',
        'keeper/main.cc:1: keeper/ must not include "cli/main.h"',
        'logs/stamp.h:1: logs/ must not include "supervisor/loop.h"',
        'model/step.cc:1: model/ must not include "os/clock.h"',
        'os/file.cc:2: os/ must not include "model/state.h"',
        'supervisor/loop.cc:1: supervisor/ must not include "logger/main.h"',
        'util/text.h:1: util/ is no layer',
    ]


def test_layers_that_include_each_other_are_found(tmp_path):
    sources = tree(tmp_path, {
        'logs/a.h': '#include "config/b.h"\n',
        'config/b.h': '#include "protocol/c.h"\n',
        'protocol/c.h': '#include "logs/a.h"\n',
        'os/d.h': '#include "base/e.h"\n',
    })
    assert circles(sources) == ['config', 'logs', 'protocol']
