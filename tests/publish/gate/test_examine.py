"""Every way to break a release is found by the check that is there for it, and by no other."""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math.publish.gate import examine
from tests.publish.gate.breaking import Broken, instead, with_type
from tests.publish.gate.conftest import BENCHMARK


@pytest.fixture
def broken(release: Path, tmp_path: Path) -> Broken:
    folder = tmp_path / "sure-math"
    shutil.copytree(release, folder)
    return Broken(folder)


def test_a_release_passes(release: Path) -> None:
    checks = examine(release)
    assert {check.name: check.detail for check in checks if not check.passed} == {}
    assert [check.name for check in checks] == [
        "manifest", "schema", "ids", "splits", "licences", "decontamination", "counts", "weights",
        "recomputation", "card", "loads", "snippet",
    ]  # fmt: skip
    details = {check.name: check.detail for check in checks}
    assert "3 test rows share no id, text or root with" in details["splits"]
    assert f"held against {BENCHMARK}" in details["decontamination"]


def test_counting_anew_changes_nothing(broken: Broken) -> None:
    broken.count()
    assert broken.failed() == {}


# --- manifest -------------------------------------------------------------------------------------


def test_a_truncated_file(broken: Broken) -> None:
    path = broken.path("data/train")
    path.write_bytes(path.read_bytes()[:-100])
    failed = broken.failed()
    assert f"data/{path.name} has {path.stat().st_size} bytes" in failed["manifest"]
    assert "cannot be read" in failed["schema"]
    assert "a footer cannot be read" in failed["counts"]
    for name in ("ids", "splits", "weights", "recomputation"):
        assert failed[name].startswith("not run: the tables are not as expected")


def test_a_flipped_byte(broken: Broken) -> None:
    path = broken.path("responses/train")
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    assert f"{path.name} was changed: its SHA-256 is" in broken.failed()["manifest"]


def test_a_changed_page(broken: Broken) -> None:
    broken.text("LICENSE", "Every row", "Each row")
    assert broken.failed().keys() == {"manifest"}


def test_a_missing_file(broken: Broken) -> None:
    broken.path("responses/test").unlink()
    failed = broken.failed()
    assert failed["manifest"].endswith(".parquet is missing")
    assert "counts" in failed


@pytest.mark.parametrize(
    "name", ["data/train-00001-of-00002.parquet", "more.CSV", ".huggingface.yaml", "sure-math.py"]
)
def test_a_stray_file_that_a_loader_may_read(broken: Broken, name: str) -> None:
    shutil.copy(broken.path("data/test"), broken.folder / name)
    failed = broken.failed()
    assert failed.keys() == {"manifest"}
    assert f"{name} is no file of a release" in failed["manifest"]


def test_what_the_owner_of_a_repository_adds_may_stay(broken: Broken) -> None:
    (broken.folder / ".gitattributes").write_text("*.parquet filter=lfs")
    (broken.folder / "photograph.png").write_bytes(b"x")
    (broken.folder / ".cache").mkdir()
    (broken.folder / ".cache" / "entry.json").write_text("{}")
    assert broken.failed() == {}


@pytest.mark.parametrize("text", [None, "{", "[]", '{"files": 3}', "\xff", "[" * 100_000])
def test_no_manifest_or_garbage(broken: Broken, text: str | None) -> None:
    path = broken.folder / "sure_math.json"
    path.unlink() if text is None else path.write_text(text, encoding="latin-1")
    failed = broken.failed()
    assert len(failed) == 10
    assert "sure_math.json" in failed.pop("manifest")
    assert {*failed.values()} == {"not run: no manifest"}


@pytest.mark.parametrize("seed", range(12))
def test_damage_of_any_kind_is_found_and_never_raises(broken: Broken, seed: int) -> None:
    dice = random.Random(seed)
    path = dice.choice(sorted(p for p in broken.folder.rglob("*") if p.suffix != ".png"))
    while path.is_dir():
        path = dice.choice(sorted(path.iterdir()))
    data = bytearray(path.read_bytes())
    for _ in range(dice.choice([1, 3, 10])):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    path.write_bytes(data[: dice.choice([len(data), len(data) // 2])])
    assert "manifest" in broken.failed()


def test_a_manifest_that_points_elsewhere(broken: Broken) -> None:
    broken.page("sure_math.json", lambda m: m["files"][0].update(path="../../secret.parquet"))
    assert "names what is no file of the release" in broken.failed()["manifest"]


@pytest.mark.parametrize("name", ["sure_math.json", "LICENSE", "README.md", "provenance.json"])
def test_a_pipe_in_place_of_a_page_is_not_waited_for(broken: Broken, name: str) -> None:
    (broken.folder / name).unlink()
    os.mkfifo(broken.folder / name)
    assert name in broken.failed()["manifest"]


def test_a_history_of_another_version(broken: Broken) -> None:
    broken.page("sure_math.json", lambda m: m["history"][0].update(version="9.9.9"))
    assert broken.failed()["manifest"].endswith("but its history begins with 9.9.9")


# --- schema and ids -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "kind", "nullable"),
    [
        ("tier", pa.large_string(), False),
        ("w_se", pa.float32(), False),
        ("tier", pa.dictionary(pa.int32(), pa.string()), False),
        ("semantic_entropy", pa.float64(), True),
    ],
)
def test_a_column_of_another_type(
    broken: Broken, column: str, kind: pa.DataType, nullable: bool
) -> None:
    with_type(broken.path("data/train"), column, kind, nullable=nullable)
    broken.mend()
    failed = broken.failed()
    assert f"column {column} is {kind}" in failed["schema"]
    assert failed["weights"].startswith("not run: ")
    assert "manifest" not in failed


def test_a_column_too_few(broken: Broken) -> None:
    path = broken.path("responses/test")
    pq.write_table(pq.read_table(path).drop_columns(["cluster"]), path)
    broken.mend()
    assert "other columns than the table has: ['cluster']" in broken.failed()["schema"]


def test_another_version_of_the_schema(broken: Broken) -> None:
    broken.page("sure_math.json", lambda m: m["tables"].update(default=99))
    failed = broken.failed()
    assert failed.keys() == {"schema"}
    assert "was made with schema 99, this sure-math reads" in failed["schema"]


def test_an_id_twice_across_configurations(broken: Broken) -> None:
    other = broken.rows("data/test")["problem_id"][0]
    old = broken.first("nc/train", problem_id=other, root_id=other)
    broken.change("nc_responses/train", instead("problem_id", old, problem_id=other))
    broken.count()
    failed = broken.failed()
    assert failed.keys() == {"ids", "splits"}
    assert f"1 problem ids stand in more than one row: {other}" in failed["ids"]
    assert f"1 train rows are also in test: {other}" in failed["splits"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"tier": "olympic"}, "tier 'olympic' of problem"),
        ({"answer_source": "rumour"}, "answer_source 'rumour'"),
        ({"flags": ["figure", "wrong"]}, "flags 'wrong'"),
        ({"validity": ["fine"]}, "validity 'fine'"),
        ({"split": "train"}, "stand in a file of another split"),
        ({"root_sha256": "abc"}, "root_sha256 that is none"),
        ({"curated": False}, "neither wholly seeds nor wholly evolved"),
    ],
)
def test_a_value_nobody_knows(broken: Broken, columns: dict[str, Any], words: str) -> None:
    name = broken.first("data/test", **columns)
    broken.mend()
    failed = broken.failed()
    assert words in failed["ids"]
    assert name in failed["ids"]
    others = {"splits", "decontamination"} if "split" in columns else set()
    assert failed.keys() == {"ids", *others}


@pytest.mark.parametrize("column", ["finish_reason", "extract_status"])
def test_a_response_that_ended_in_an_unknown_way(broken: Broken, column: str) -> None:
    broken.first("responses/train", **{column: "exploded"})
    broken.mend()
    assert f"{column} 'exploded' of problem" in broken.failed()["ids"]


# --- splits ---------------------------------------------------------------------------------------


def test_a_test_row_in_train(broken: Broken) -> None:
    moved = broken.rows("data/test").head(1).with_columns(split=pl.lit("train"))
    broken.change("data/train", lambda rows: pl.concat([rows, moved]))
    broken.count()
    failed = broken.failed()
    name = moved["problem_id"][0]
    assert failed["splits"].startswith(f"1 train rows are also in test: {name}")
    assert failed.keys() >= {"ids", "recomputation"}


def test_the_text_of_a_test_row_in_train(broken: Broken) -> None:
    test = broken.rows("data/test")
    name = broken.first("nc/train", problem=f"$\\displaystyle$ {test['problem'][1].upper()} ")
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"splits"}
    pair = f"{name} (test: {test['problem_id'][1]})"
    assert failed["splits"] == f"1 train rows have the text of a test row: {pair}"


@pytest.mark.parametrize(
    ("column", "of_test", "words"),
    [
        ("parent_id", "problem_id", "were made from a test row"),
        ("root_id", "problem_id", "descend from the root of a test row"),
        ("root_sha256", "root_sha256", "have a root with the text of the root of a test row"),
    ],
)
def test_a_descendant_of_a_test_row(broken: Broken, column: str, of_test: str, words: str) -> None:
    test = broken.rows("data/test")[of_test][0]
    evolved = broken.rows("data/train").drop_nulls("strategy")["problem_id"][0]
    broken.change("data/train", instead("problem_id", evolved, **{column: test}))
    broken.mend()
    failed = broken.failed()
    assert failed == {"splits": f"1 train rows {words}: {evolved}"}


def test_a_holdout_that_is_not_there(broken: Broken) -> None:
    for folder in ("data", "responses"):
        test = broken.rows(f"{folder}/test")
        if folder == "data":
            test = test.with_columns(split=pl.lit("train"))
        broken.change(f"{folder}/train", lambda rows, test=test: pl.concat([rows, test]))
        broken.path(f"{folder}/test").unlink()
    broken.count()
    failed = broken.failed()
    assert failed.keys() == {"splits"}
    assert "the release has none of them: labelled (3)" in failed["splits"]


# --- licences and decontamination -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("license_id", "words"),
    [
        ("proprietary", "default: 1 rows under 'proprietary', which the recipe allows nowhere"),
        ("CC-BY-NC-4.0", "default: 1 rows under 'CC-BY-NC-4.0', which belongs to nc"),
        ("", "1 rows lack a source or a licence"),
    ],
)
def test_a_licence_out_of_place(broken: Broken, license_id: str, words: str) -> None:
    name = broken.first("data/test", license=license_id)
    broken.count()
    failed = broken.failed()
    assert failed.keys() == {"licences"}
    assert f"{words}: {name}" in failed["licences"]


def test_a_source_that_the_recipe_does_not_have(broken: Broken) -> None:
    broken.first("data/test", source="elsewhere")
    broken.mend()
    assert "source 'elsewhere' is none of the recipe's" in broken.failed()["licences"]


def test_a_licence_that_no_page_names(broken: Broken) -> None:
    broken.text("LICENSE", "cc-by-nc-4.0", "free")
    broken.text("README.md", "cc-by-nc-4.0", "free")
    broken.mend()
    failed = broken.failed()
    assert failed == {
        "licences": "LICENSE does not name the licence cc-by-nc-4.0\n"
        "README.md does not name the licence cc-by-nc-4.0"
    }


def test_licences_counted_wrongly(broken: Broken) -> None:
    broken.page("provenance.json", lambda facts: facts["licenses"].pop("nc"))
    broken.mend()
    assert "provenance.json counts the licences" in broken.failed()["licences"]


def test_no_report_on_an_evaluation_set(broken: Broken) -> None:
    broken.page("provenance.json", lambda facts: facts.update(evaluation_sets=[]))
    broken.text("README.md", BENCHMARK, "another")
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"decontamination"}
    for page in ("provenance.json reports nothing on", "README.md says nothing of"):
        assert f"{page} the evaluation set '{BENCHMARK}'" in failed["decontamination"]


def test_no_section_on_decontamination(broken: Broken) -> None:
    broken.text("README.md", "## Decontamination", "### Decontamination")
    broken.mend()
    failed = broken.failed()
    assert failed == {"decontamination": "README.md has no section '## Decontamination'"}


@pytest.mark.parametrize("held_against", [[], ["held-out test"], [BENCHMARK]])
def test_a_row_that_was_not_held_against_everything(
    broken: Broken, held_against: list[str]
) -> None:
    name = broken.first("data/train", decontamination=held_against)
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"decontamination"}
    for missing in {BENCHMARK, "held-out test"} - set(held_against):
        assert f"1 rows were not held against '{missing}': {name}" in failed["decontamination"]


def test_a_recipe_without_benchmarks_says_so(broken: Broken) -> None:
    broken.page(
        "provenance.json", lambda f: f["recipe"]["decontaminate"].update(evaluation_sets=[])
    )
    broken.mend()
    checks = {check.name: check for check in examine(broken.folder, loads=False, snippet=False)}
    assert checks["decontamination"].passed
    assert "nothing was held against a benchmark" in checks["decontamination"].detail


@pytest.mark.parametrize("text", ["", "{}", "{", '{"recipe": []}'])
def test_provenance_that_cannot_be_read(broken: Broken, text: str) -> None:
    (broken.folder / "provenance.json").write_text(text)
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"splits", "licences", "decontamination", "recomputation"}
    assert all(each.startswith("not run: provenance.json") for each in failed.values())


# --- counts ---------------------------------------------------------------------------------------


def test_wrong_counts_in_the_card(broken: Broken) -> None:
    broken.head(lambda head: head["dataset_info"][1]["splits"][0].update(num_examples=7))
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"counts"}
    assert "responses: the card announces the rows {'train': 7" in failed["counts"]


def test_wrong_counts_in_the_manifest(broken: Broken) -> None:
    broken.page("sure_math.json", lambda m: m["files"][0].update(rows=1))
    failed = broken.failed()
    assert "the manifest says 1" in failed["counts"]
    assert "its history says" in failed["manifest"]


def test_a_card_that_has_other_files_loaded(broken: Broken) -> None:
    broken.head(lambda head: head["configs"][0]["data_files"][0].update(path=["data/*.parquet"]))
    broken.mend()
    assert "default/train: the card has a loader read data/*.parquet" in broken.failed()["counts"]


# --- weights and recomputation --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"w_se": float("nan")}, "w_se is no finite number"),
        ({"w_se": 1.5}, "w_se is outside [0, 1]"),
        ({"semantic_entropy": float("inf")}, "semantic_entropy is no finite number"),
        ({"semantic_entropy": 9.0}, "semantic_entropy is outside [0, log n_samples]"),
        ({"n_answered": -1}, "n_answered is negative"),
        ({"n_clusters": 9}, "n_clusters is above n_answered"),
    ],
)
def test_a_weight_that_cannot_be(broken: Broken, columns: dict[str, Any], words: str) -> None:
    name = broken.first("data/train", **columns)
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"weights", "recomputation"}
    assert f"1 rows where {words}: {name}" in failed["weights"]


def off(column: str, by: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The first row a little different."""
    first = pl.int_range(pl.len()) == 0
    return lambda rows: rows.with_columns(
        pl.when(first).then(pl.col(column) + by).otherwise(column).alias(column)
    )


@pytest.mark.parametrize("column", ["w_se", "semantic_entropy", "surface_entropy"])
def test_a_weight_a_little_off(broken: Broken, column: str) -> None:
    rows = broken.rows("nc/train")
    by = 1e-6 if rows[column][0] < 0.5 else -1e-6
    broken.change("nc/train", off(column, by))
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"recomputation"}
    name = rows["problem_id"][0]
    assert failed["recomputation"].startswith(f"1 problems with another {column}: {name} has")


def test_a_cluster_a_little_off(broken: Broken) -> None:
    def change(rows: pl.DataFrame) -> pl.DataFrame:
        lists = rows["clusters"].to_list()
        lists[0][0]["prob"] += 1e-6
        return rows.with_columns(clusters=pl.Series(lists, dtype=rows.schema["clusters"]))

    broken.change("data/train", change)
    broken.mend()
    assert broken.failed()["recomputation"].startswith("1 problems with another clusters")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"logprob": -0.125}, "problems with another semantic_entropy"),
        ({"finish_reason": "length"}, "problems with another n_truncated"),
        ({"logprob": None}, "problems with another logprobs_mode"),
        ({"logprob": 3.0}, "responses have a logprob that is none"),
        ({"cluster": -1, "answer": "5"}, "responses have a cluster without an answer"),
        ({"sample_index": 8}, "responses have a sample_index outside"),
        ({"sample_index": 1}, "responses stand there twice"),
        ({"problem_id": "nobody"}, "problems of responses are not there: nobody"),
    ],
)
def test_a_response_that_does_not_fit(broken: Broken, columns: dict[str, Any], words: str) -> None:
    broken.first("responses/train", **columns)
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"recomputation"}
    assert words in failed["recomputation"]


def test_a_response_too_few(broken: Broken) -> None:
    name = broken.rows("responses/test")["problem_id"][0]
    broken.change("responses/test", lambda rows: rows.slice(1))
    broken.count()
    failed = broken.failed()
    assert failed.keys() == {"recomputation"}
    assert f"another n_returned: {name} has 8, its responses give 7" in failed["recomputation"]


def test_a_problem_without_responses(broken: Broken) -> None:
    name = broken.rows("nc/train")["problem_id"][0]
    broken.change("nc_responses/train", lambda rows: rows.filter(pl.col("problem_id") != name))
    broken.count()
    failed = broken.failed()
    assert failed == {"recomputation": f"nc/train: 1 problems have no responses: {name}"}


# --- card -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("![w_se](plots/none.png)", "README.md links plots/none.png, which is not in the release"),
        ("[licence](../LICENSE)", "README.md links ../LICENSE"),
        ('<img width="3" src="x.svg">', "README.md links x.svg"),
        ("[above](#nothing-there)", "README.md links #nothing-there"),
        ("made by {{ recipe.name }}", "README.md has a piece of its template: {{ recipe.name }}"),
        ("{% if x %}", "a piece of its template: {% if x %}"),
        ("| a | None |", "a table has 'None'"),
        ("| 0.5 | nan |", "a table has 'nan'"),
    ],
)
def test_a_page_with_gaps(broken: Broken, added: str, words: str) -> None:
    broken.text("README.md", "## Limits", f"{added}\n\n## Limits")
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"card"}
    assert words in failed["card"]


@pytest.mark.parametrize("bait", ["<img ", "```x\n", "](", "{% a"])
def test_a_page_that_would_keep_a_reader_busy(broken: Broken, bait: str) -> None:
    broken.text("README.md", "## Limits", f"{bait * 200_000}\n\n## Limits")
    broken.mend()
    assert broken.failed().keys() <= {"card"}


def test_a_page_with_what_only_looks_like_gaps(broken: Broken) -> None:
    fine = (
        "[a](LICENSE), [b](./provenance.json#x), [c](https://example.org), [d](#what-is-in-it), "
        "`[e](nowhere)`, \\[g\\](nowhere), {{x}}, $\\frac{{a}}{b}$, None of these.\n\n"
        "```\n[f](nowhere) {{ x }}\n```\n\n| nothing |  | finance |"
    )
    broken.text("README.md", "## Limits", f"{fine}\n\n## Limits")
    broken.mend()
    assert broken.failed() == {}


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ({"license": "free-for-all"}, "license: free-for-all is no licence that a hub knows"),
        ({"license_name": None}, "license: other needs a license_name"),
        ({"license_link": "there"}, "license: other needs license_link: LICENSE"),
        ({"language": ["English"]}, "language ['English'] is no list of ISO 639 codes"),
        ({"task_categories": ["sums"]}, "task_categories: ['sums']"),
        ({"size_categories": ["1K<n<10K"]}, "size_categories ['1K<n<10K'], but"),
        ({"pretty_name": " "}, "pretty_name is empty"),
    ],
)
def test_front_matter_that_a_hub_refuses(broken: Broken, head: dict[str, Any], words: str) -> None:
    broken.head(lambda value: value.update(head))
    broken.mend()
    failed = broken.failed()
    assert failed.keys() == {"card"}
    assert words in failed["card"]


@pytest.mark.parametrize("change", [{"name": "other"}, {"dtype": "int32"}])
def test_a_card_with_another_column(broken: Broken, change: dict[str, str]) -> None:
    broken.head(lambda head: head["dataset_info"][1]["features"][1].update(change))
    broken.mend()
    found = broken.failed()
    assert found.keys() == {"card"}
    assert "responses: other columns than the table has: " in found["card"]
    assert "sample_index" in found["card"]


def test_a_card_of_another_version(broken: Broken) -> None:
    broken.head(lambda head: head["configs"][0].update(version="0.0.0"))
    broken.mend()
    assert "default is version 0.0.0 in the card" in broken.failed()["card"]


@pytest.mark.parametrize(
    "old_new",
    [("---\n", ""), ("configs:", "config:"), ("configs:", "configs: [}"),
     ("- config_name: default", "- config_name: default\n  data_dir: /etc")],
)  # fmt: skip
def test_front_matter_that_cannot_be_read(broken: Broken, old_new: tuple[str, str]) -> None:
    broken.text("README.md", *old_new)
    broken.mend()
    failed = broken.failed()
    assert failed["card"].startswith("not run: ")
    assert "README.md" in failed["card"]
    assert "counts" in failed


def test_no_licence_file(broken: Broken) -> None:
    (broken.folder / "LICENSE").unlink()
    broken.page("sure_math.json", lambda m: m["pages"].pop("LICENSE"))
    failed = broken.failed()
    assert "there is no page LICENSE" in failed["card"]
    assert failed["licences"].startswith("not run: LICENSE cannot be read")
