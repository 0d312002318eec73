"""The rule that tells flat from growing."""

from trend import changes, grows, slope

CYCLES = range(10_000, 110_000, 10_000)


def test_the_same_at_every_point_is_flat():
    assert not grows([(cycle, 4 << 20) for cycle in CYCLES])
    assert not changes([(cycle, 12) for cycle in CYCLES])


def test_the_smallest_allocation_forgotten_in_each_cycle_is_growth():
    assert grows([(cycle, (4 << 20) + 32 * cycle) for cycle in CYCLES])


def test_one_forgotten_in_every_eighth_cycle_is_growth_too():
    assert grows([(cycle, (4 << 20) + 4 * cycle) for cycle in CYCLES])


def test_a_page_more_and_a_page_less_is_flat():
    assert not grows([(cycle, (4 << 20) + 4096 * (cycle // 10_000 % 2)) for cycle in CYCLES])


def test_one_odd_point_is_no_growth():
    assert not grows([(cycle, (4 << 20) + (1 << 20) * (cycle == 100_000)) for cycle in CYCLES])


def test_getting_smaller_is_flat():
    assert slope([(cycle, (8 << 20) - 32 * cycle) for cycle in CYCLES]) == -32
    assert not grows([(cycle, (8 << 20) - 32 * cycle) for cycle in CYCLES])


def test_a_single_descriptor_more_is_a_change():
    assert changes([(1, 12), (2, 12), (3, 13)])
