import itertools
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from sure_math.runtime.ids import content_id, sampling_seed, stable_hash

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), _JSON))
def test_hash_ignores_key_order(value: dict) -> None:
    assert stable_hash(value) == stable_hash(dict(reversed(value.items())))


@given(st.lists(st.text(), min_size=1))
def test_seed_has_63_bits(parts: list[str]) -> None:
    assert 0 <= sampling_seed(*parts) < 2**63


def test_neighbouring_rows_get_unrelated_seeds() -> None:
    seeds = [sampling_seed("sample", 0, row) for row in range(1000)]
    gaps = {later - earlier for earlier, later in itertools.pairwise(seeds)}
    assert len(set(seeds)) == 1000
    assert len(gaps) == 999
    assert min(abs(gap) for gap in gaps) > 1000


def test_parts_do_not_run_together() -> None:
    assert content_id("ab", "c") != content_id("a", "bc")


def test_same_in_another_process() -> None:
    code = "from sure_math.runtime.ids import *; print(content_id('x', 1), sampling_seed('x', 1))"
    other = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.split() == [content_id("x", 1), str(sampling_seed("x", 1))]
