"""Check `splits`: nothing of the test split is in training, by id, by text or by descent."""

import hashlib
from collections.abc import Iterator

import polars as pl

from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.release import Release
from sure_math.publish.manifest import holds_responses
from sure_math.text import canonical_text


def check_splits(release: Release) -> str:
    """Test rows against train rows, over all configurations."""
    columns = ("problem_id", "split", "root_id", "parent_id", "root_sha256")
    rows = release.problems(columns)
    test, train = rows.filter(split="test"), rows.filter(split="train")
    faults = _holdout_faults(release, test.height)
    if test.height:
        faults += _descent_faults(test, train) + _text_faults(release)
    refuse(faults)
    if not test.height:
        return f"{train.height} train rows; the recipe asked for no test split"
    return f"{test.height} test rows share no id, text or root with {train.height} train rows"


def _holdout_faults(release: Release, test_rows: int) -> list[str]:
    """Test rows that were promised and are not there."""
    sources = [source for source in release.provenance.recipe.seeds.sources if source.holdout]
    if sources and not test_rows:
        names = some(f"{source.name} ({source.holdout})" for source in sources)
        return [
            f"the recipe holds rows out for test, the release has none of them: {names}; "
            "`sure-math status` says where they were lost"
        ]
    listed = release.manifest.rows().items()
    counted = sum(splits.get("test", 0) for name, splits in listed if not holds_responses(name))
    announced = release.card[0].rows().items()
    said = sum(splits.get("test", 0) for name, splits in announced if not holds_responses(name))
    if not test_rows == counted == said:
        return [f"{test_rows} test rows, the manifest says {counted}, the card {said}"]
    return []


def _descent_faults(test: pl.DataFrame, train: pl.DataFrame) -> list[str]:
    """Train rows that are a test row or come from the same root, by each mark of it."""
    marks = {
        "are also in test": ("problem_id", "problem_id"),
        "were made from a test row": ("parent_id", "problem_id"),
        "descend from the root of a test row": ("root_id", "root_id"),
        "have a root with the text of the root of a test row": ("root_sha256", "root_sha256"),
    }
    faults = []
    for what, (column, of_test) in marks.items():
        wrong = train.filter(pl.col(column).is_in(test[of_test].implode()))
        if wrong.height:
            faults.append(f"{wrong.height} train rows {what}: {some(wrong['problem_id'])}")
    return faults


def _text_faults(release: Release) -> list[str]:
    """Train rows that say the same as a test row: equal canonical text."""
    held_out = dict(_texts(release, "test"))
    wrong = [(name, held_out[key]) for key, name in _texts(release, "train") if key in held_out]
    if not wrong:
        return []
    pairs = some(f"{name} (test: {test})" for name, test in wrong)
    return [f"{len(wrong)} train rows have the text of a test row: {pairs}"]


def _texts(release: Release, split: str) -> Iterator[tuple[bytes, str]]:
    """Digest of the canonical text, and id, of every problem of a split."""
    files = [
        file
        for file in release.manifest.files
        if file.split == split and not holds_responses(file.config)
    ]
    for _, part in release.rows(files, ["problem_id", "problem"]):
        for name, text in part.iter_rows():
            yield hashlib.blake2b(canonical_text(text).encode(), digest_size=16).digest(), name
