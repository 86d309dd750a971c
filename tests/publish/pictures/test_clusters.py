"""The numbers behind the bars of cluster counts."""

import polars as pl

from sure_math.publish.pictures.clusters import cluster_counts
from tests.publish.pictures import fabricated


def test_counts_by_tier_without_gaps() -> None:
    rows = fabricated.problems(300, ("easy", "hard"))
    table = cluster_counts(rows)
    assert table.columns[0] == "n_clusters"
    assert set(table.columns[1:]) == {"easy", "hard"}
    assert table["n_clusters"].to_list() == list(range(fabricated.SAMPLES + 1))
    for number, easy in table.select("n_clusters", "easy").iter_rows():
        assert easy == rows.filter(pl.col("n_clusters") == number, tier="easy").height
    assert table.select(pl.sum_horizontal("easy", "hard").sum()).item() == rows.height
