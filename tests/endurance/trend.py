"""Whether a number that was looked at several times grows. Pure: it gets the numbers, and knows nothing of processes."""

import statistics

# The smallest thing that malloc gives out takes 32 bytes, so one that is forgotten in every cycle shows as sixteen times this.
BYTES_PER_CYCLE = 2
# What an allocator and the kernel's caches may move to and fro, whatever happens: less is not told from nothing.
NOISE = 128 << 10  # bytes


def slope(points):
    """Growth per cycle of [(cycle, value), …]: the median of the slopes between any two points (Theil and Sen), so that one odd
    point does not matter."""
    slopes = [(later[1] - earlier[1]) / (later[0] - earlier[0]) for i, earlier in enumerate(points) for later in points[i + 1:]]
    return statistics.median(slopes)


def grows(points):
    """For bytes of memory."""
    cycles = points[-1][0] - points[0][0]
    return slope(points) * cycles > max(NOISE, BYTES_PER_CYCLE * cycles)


def changes(points):
    """For what is counted: descriptors, processes, zombies. At rest it is always the same."""
    return len({value for _, value in points}) > 1
