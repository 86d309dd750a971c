"""Union-Find (disjoint sets): union by size, path compression."""


class UnionFind:
    """Disjoint sets over the integers 0 .. size - 1."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))
        self._size = [1] * size

    def __len__(self) -> int:
        return len(self._parent)

    def find(self, item: int) -> int:
        """The root of the item's set; two items are in one set if their roots are the same."""
        root = item
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[item] != root:
            self._parent[item], item = root, self._parent[item]
        return root

    def union(self, a: int, b: int) -> bool:
        """Merge the sets of a and b; False if they were one set already."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        if self._size[a] < self._size[b]:
            a, b = b, a
        self._parent[b] = a
        self._size[a] += self._size[b]
        return True

    def connected(self, a: int, b: int) -> bool:
        """Whether a and b are in one set."""
        return self.find(a) == self.find(b)

    def labels(self) -> list[int]:
        """One label per item: 0, 1, ... in order of first appearance, whatever the merge order."""
        numbers: dict[int, int] = {}
        return [numbers.setdefault(self.find(i), len(numbers)) for i in range(len(self))]
