"""Whether what many commands did at once, and were told, could as well have happened one after the other.

For each service by itself: a start makes it run, a stop makes it not run, a restart does first the one and then the other, and
whoever looks sees what the last one before him has made. An order explains it all if each step lies between the begin and the
end of its command (so that one which began after another's end comes after it) and sees what it was told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    begin: float
    end: float
    runs: bool  # what it makes of the service, or sees of it
    sees: bool = False  # changes nothing
    perhaps: bool = False  # of a command that failed: may have made it, for a while
    after: 'Step | None' = None  # an earlier step of the same command


def explained(steps, runs):
    """Whether there is such an order for the steps of one service, which at first `runs` or not."""
    seen = set()
    open_ends = [(runs, frozenset(steps))]
    while open_ends:
        runs, left = open_ends.pop()
        left = _without_what_sees(left, runs)
        if all(step.perhaps for step in left):
            return True
        if (runs, left) in seen:
            continue
        seen.add((runs, left))
        open_ends += [(step.runs, _without(left, step)) for step in _next(left, runs)]
    return False


def _possible(left):
    """Those that nothing else has to come before."""
    first_end = min((step.end for step in left if not step.perhaps), default=float('inf'))
    return [step for step in left if step.begin <= first_end and step.after not in left]


def _without(left, step):
    """It has happened, and what may have happened before it began has not."""
    return frozenset(other for other in left if other != step and not (other.perhaps and other.end < step.begin))


def _without_what_sees(left, runs):
    """As far as that decides nothing: what may have happened before one of these began might still have to, with others in between."""
    while True:
        satisfied = [step for step in _possible(left) if step.sees and step.runs == runs and _without(left, step) == left - {step}]
        if not satisfied:
            return left
        for step in satisfied:
            left = _without(left, step)


def _next(left, runs):
    """Of those that do the same, and after which their commands do the same, the one that has to be first, so that not every order is
    tried; and of those that see what there is, the one that began first."""
    kinds = {}
    possible = _possible(left)
    for step in sorted(possible, key=lambda step: -step.end):
        if not step.sees:
            kinds[step.runs, step.perhaps, *(other.perhaps for other in left if other.after == step)] = step
    see = sorted((step for step in possible if step.sees and step.runs == runs), key=lambda step: step.begin)
    return [*kinds.values(), *see[:1]]
