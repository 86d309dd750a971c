"""Every picture of a card: real PNG files of a fixed size, equal bytes, whatever the rows are."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from sure_math.publish.pictures import Picture, draw_pictures
from tests.hash_seeds import outputs
from tests.publish.pictures import fabricated

NAMES = ("entropy", "weights", "clusters", "flow")
DIGEST = """
import hashlib, pathlib, tempfile
from sure_math.publish.pictures import draw_pictures
from tests.publish.pictures import fabricated
rows = fabricated.problems(300)
with tempfile.TemporaryDirectory() as place:
    draw_pictures(pathlib.Path(place), rows, fabricated.verdicts(rows), fabricated.flow(rows))
    for path in sorted(pathlib.Path(place).rglob("*.png")):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def draw(folder: Path, rows: pl.DataFrame) -> dict[str, Picture]:
    folder.mkdir(exist_ok=True)
    return draw_pictures(folder, rows, fabricated.verdicts(rows), fabricated.flow(rows))


@pytest.mark.parametrize(
    ("count", "tiers"),
    [(1, ("hard",)), (40, ("easy",)), (3000, ("easy", "medium", "hard", "competition"))],
)
def test_pictures_are_sharp_and_of_the_width_of_a_page(
    tmp_path: Path, count: int, tiers: tuple[str, ...]
) -> None:
    drawn = draw(tmp_path, fabricated.problems(count, tiers))
    assert tuple(drawn) == NAMES
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {f"{n}.png" for n in NAMES}
    for picture in drawn.values():
        assert picture.title
        assert picture.shows
        with Image.open(tmp_path / picture.path) as image:
            image.load()
            assert (image.format, image.width) == ("PNG", 1400)
            assert 200 < image.height < 1600
            assert image.getpixel((0, 0))[:3] == (255, 255, 255)
            assert not set(image.info) - {"dpi"}
            colours = {colour for _, colour in image.getcolors(2**20)}
        assert len(colours) > 20


def test_equal_rows_give_equal_bytes_whatever_the_hash_seed() -> None:
    (printed,) = outputs(DIGEST, "1", "2")
    assert len(printed.splitlines()) == len(NAMES)


def test_other_rows_give_other_pictures(tmp_path: Path) -> None:
    found = set()
    for seed in (1, 2):
        drawn = draw(tmp_path / str(seed), fabricated.problems(200, seed=seed))
        found |= {
            hashlib.sha256((tmp_path / str(seed) / each.path).read_bytes()).hexdigest()
            for each in drawn.values()
        }
    assert len(found) == 2 * len(NAMES)


def test_rows_that_all_agree(tmp_path: Path) -> None:
    rows = fabricated.problems(30).with_columns(
        semantic_entropy=pl.lit(0.0), w_se=pl.lit(1.0), n_clusters=pl.lit(1, pl.Int16)
    )
    drawn = draw(tmp_path, rows)
    assert drawn["weights"].shows == "100 % have w_se of at least 0.5; the mean weight is 1.00"
    assert drawn["clusters"].shows.startswith("30 of 30 problems")
