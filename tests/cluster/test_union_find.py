from hypothesis import given
from hypothesis import strategies as st

from sure_math.cluster.union_find import UnionFind

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20)


def test_labels_are_numbered_by_first_appearance() -> None:
    sets = UnionFind(5)
    assert sets.union(4, 1)
    assert sets.union(3, 4)
    assert not sets.union(1, 3)
    assert sets.labels() == [0, 1, 2, 1, 1]


def test_no_items() -> None:
    assert UnionFind(0).labels() == []


@given(PAIRS, st.randoms())
def test_labels_do_not_depend_on_the_order_of_unions(pairs, random) -> None:
    one, other = UnionFind(10), UnionFind(10)
    for a, b in pairs:
        one.union(a, b)
    random.shuffle(pairs)
    for a, b in pairs:
        other.union(b, a)
    assert one.labels() == other.labels()


@given(PAIRS)
def test_connected_is_reachability(pairs) -> None:
    sets = UnionFind(10)
    for a, b in pairs:
        sets.union(a, b)
    for start in range(10):
        reached, frontier = {start}, [start]
        while frontier:
            here = frontier.pop()
            near = {b for a, b in pairs if a == here} | {a for a, b in pairs if b == here}
            frontier += near - reached
            reached |= near
        assert {i for i in range(10) if sets.connected(start, i)} == reached


def test_long_chains_stay_shallow_enough() -> None:
    sets = UnionFind(200_000)
    for i in range(199_999):
        sets.union(i, i + 1)
    assert set(sets.labels()) == {0}
