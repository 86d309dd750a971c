"""Checks of the branch games and graphs: all positions, all graphs, or bounds that meet."""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations, combinations_with_replacement, permutations, product
from math import comb


def _lost(size: int, moves: Callable[[int], Iterable[int]], empty: bool = True) -> list[bool]:
    """Whether the player to move loses, pile by pile; a pile without a move, except 0, is lost."""
    lost = [empty]
    for pile in range(1, size + 1):
        lost.append(not any(lost[pile - move] for move in moves(pile)))
    return lost


def games_and_graphs_1() -> int:
    """Decide every pile."""
    lost = _lost(63, lambda pile: range(2, min(6, pile) + 1))
    (first,) = [move for move in range(2, 7) if lost[63 - move]]
    return first


def games_and_graphs_2() -> int:
    """Build such a road map: join the towns with most open road ends first."""
    still_open = dict(enumerate([3] * 6 + [5] * 8))
    roads = 0
    while any(still_open.values()):
        town = max(still_open, key=still_open.__getitem__)
        count = still_open.pop(town)
        for other in sorted(still_open, key=still_open.__getitem__)[-count:]:
            assert still_open[other] > 0
            still_open[other] -= 1
            roads += 1
    return roads


def games_and_graphs_3() -> int:
    """List the games for every number of members."""
    (members,) = [n for n in range(2, 50) if len(list(permutations(range(n), 2))) == 132]
    return members


def games_and_graphs_4() -> int:
    """Decide every pile."""
    lost = _lost(200, lambda pile: [move for move in (1, 3, 4) if move <= pile])
    return sum(lost[1:])


def games_and_graphs_5() -> int:
    """List the faces of one such solid: a pentagonal prism with three side faces halved."""
    top, bottom = [f"t{k}" for k in range(5)], [f"b{k}" for k in range(5)]
    faces = [top, bottom]
    for k in range(5):
        a, b, c, d = top[k], top[(k + 1) % 5], bottom[(k + 1) % 5], bottom[k]
        faces += [[a, b, c], [a, c, d]] if k < 3 else [[a, b, c, d]]
    edges = {frozenset((face[i - 1], face[i])) for face in faces for i in range(len(face))}
    degrees = sorted(sum(vertex in edge for edge in edges) for vertex in top + bottom)
    assert degrees == [3] * 4 + [4] * 6
    return len(faces)


def games_and_graphs_6() -> int:
    """List all sequences of four directions."""
    routes = product(range(3), repeat=4)
    return sum(all(route.count(axis) % 2 == 0 for axis in range(3)) for route in routes)


def games_and_graphs_7() -> int:
    """Collect the boards, as sorted numbers, that can be reached in every step."""
    boards: set[tuple[int, ...]] = {(1, 2, 4, 5, 6, 7)}
    for _ in range(5):
        boards = {
            tuple(
                sorted((*board[:i], *board[i + 1 : j], *board[j + 1 :], x * y - 3 * x - 3 * y + 12))
            )
            for board in boards
            for (i, x), (j, y) in combinations(enumerate(board), 2)
        }
    ((end,),) = boards
    return end


def games_and_graphs_8() -> int:
    """Decide every square, by its distances to the right and the upper edge."""

    @cache
    def lost(right: int, up: int) -> bool:
        moves = [(right - n, up) for n in (1, 2, 3)] + [(right, up - n) for n in (1, 2, 3)]
        return not any(lost(*move) for move in moves if min(move) >= 0)

    return sum(lost(right, up) for right, up in product(range(8), repeat=2))


def games_and_graphs_9() -> int:
    """Guests without handshakes form no triangle: a bound from averaging meets an example."""
    pairs = list(combinations(range(5), 2))
    most = 0
    for chosen in product((0, 1), repeat=len(pairs)):
        edges = {pair for pair, used in zip(pairs, chosen, strict=True) if used}
        if not any(set(combinations(three, 2)) <= edges for three in combinations(range(5), 3)):
            most = max(most, len(edges))
    for guests in range(6, 12):  # every pair is missing from two of the groups without one guest
        most = guests * most // (guests - 2)
    assert most == max(side * (11 - side) for side in range(12))
    return comb(11, 2) - most


def games_and_graphs_10() -> int:
    """Each other set has one player with two wins in it; a tournament reaches the bound."""
    scores = [s for s in combinations_with_replacement(range(8), 8) if sum(s) == comb(8, 2)]
    fewest = min(sum(comb(wins, 2) for wins in s) for s in scores)
    beats = {(i, (i + k) % 8) for i in range(8) for k in range(1, 5 if i < 4 else 4)}
    circular = sum(
        {(a, b), (b, c), (c, a)} <= beats or {(b, a), (c, b), (a, c)} <= beats
        for a, b, c in combinations(range(8), 3)
    )
    assert circular == comb(8, 3) - fewest
    return circular


def games_and_graphs_11() -> int:
    """Try all choices of the six cables that stay; the servers are machines 0 and 1."""
    cables = list(product((0, 1), range(2, 7)))
    connected = 0
    for kept in combinations(cables, 6):
        reached = {0}
        for _ in range(7):
            reached |= {m for cable in kept if reached & set(cable) for m in cable}
        connected += len(reached) == 7
    return connected


def games_and_graphs_12() -> int:
    """Decide every pile."""
    lost = _lost(1000, lambda pile: range(1, pile // 3 + 1))
    (first,) = [move for move in range(1, 334) if lost[1000 - move]]
    return first


def games_and_graphs_13() -> int:
    """Collect the patterns that each further move adds, as binary numbers."""
    patterns = {0}
    for lamp in range(12):
        move = sum(1 << (lamp + shift) % 12 for shift in (-1, 0, 1))
        patterns |= {pattern ^ move for pattern in patterns}
    return len(patterns)


def games_and_graphs_14() -> int:
    """Drive every block once or twice; sweep over the crossings that are passed an odd number."""
    crossings = list(product(range(5), range(4)))
    blocks = [
        (one, other)
        for one, other in combinations(crossings, 2)
        if abs(one[0] - other[0]) + abs(one[1] - other[1]) == 1
    ]
    shortest: dict[frozenset[tuple[int, int]], int] = {frozenset(): 0}
    for block in blocks:
        longer: dict[frozenset[tuple[int, int]], int] = {}
        for odd, length in shortest.items():
            if any(crossing < block[0] for crossing in odd):
                continue  # all blocks at this crossing are done
            for passes, now in ((1, odd ^ set(block)), (2, odd)):
                longer[now] = min(longer.get(now, length + passes), length + passes)
        shortest = longer
    return 100 * shortest[frozenset()]
