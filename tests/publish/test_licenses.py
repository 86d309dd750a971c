"""Licences decide where a row goes, and whether there is a release at all."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from sure_math.config import PublishConfig
from sure_math.errors import ConfigError, PublishError
from sure_math.pipeline import STAGES
from sure_math.publish.licenses import conditions, placement, refuse_sources
from sure_math.publish.release import write_release
from sure_math.recipes import bundled_recipes, load_recipe, resolve
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.publish.test_release import python
from tests.roles import respond

# One annotated row of `easy` under a non-commercial licence, in other capitals than the recipe's.
NON_COMMERCIAL = (
    "seeds.sources.0.use=annotate",
    "seeds.sources.0.license=CC-BY-NC-SA-4.0",
)
LOADS = """
import datasets, json, sure_math
name, names = "sure-math", ("default", "responses", "nc", "nc_responses")
plain = {c: datasets.load_dataset(name, c, split="train") for c in names}
ours = {c: sure_math.load_dataset(name, config=c, split="train") for c in names}
streams = {c: list(datasets.load_dataset(name, c, split="train", streaming=True)) for c in names}
print(json.dumps({
    "rows": {c: len(rows) for c, rows in plain.items()},
    "same": all(plain[c].to_list() == ours[c].to_list() == streams[c] for c in names),
    "licenses": {c: sorted(set(plain[c]["license"])) for c in ("default", "nc")},
    "bare": datasets.load_dataset(name, split="train").to_list() == plain["default"].to_list(),
}))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    return finish(tmp_path_factory.mktemp("run"), server, *NON_COMMERCIAL)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def with_licenses(run: Run, licenses: dict[str, list[str]], root: Path | None = None) -> Run:
    """The same finished run under another allow-list."""
    data = run.recipe.model_dump(mode="json")
    data["publish"]["licenses"] = licenses
    return Run(root or run.root, resolve(data), STAGES)


def front(release: Path) -> dict[str, Any]:
    head: dict[str, Any] = yaml.safe_load((release / "README.md").read_text().split("---\n", 2)[1])
    return head


# --- where a row goes -----------------------------------------------------------------------------


def test_the_first_configuration_that_lists_a_licence_gets_it() -> None:
    places = placement({"default": ["MIT ", "cc-by-4.0"], "more": ["mit", "Apache-2.0"]})
    assert places == {"mit": "default", "cc-by-4.0": "default", "apache-2.0": "more"}


def test_non_commercial_rows_load_from_a_configuration_of_their_own(release: Path) -> None:
    seen = python(release.parent, LOADS)
    assert seen["rows"] == {"default": 5, "responses": 40, "nc": 1, "nc_responses": 8}
    assert seen["licenses"] == {"default": ["cc-by-4.0"], "nc": ["CC-BY-NC-SA-4.0"]}
    assert seen["same"]
    assert seen["bare"]


def test_their_files_lie_in_folders_of_their_own(release: Path) -> None:
    manifest = json.loads((release / "sure_math.json").read_text())
    folders = {file["config"]: file["path"].split("/")[0] for file in manifest["files"]}
    assert folders == {
        "default": "data", "responses": "responses", "nc": "nc", "nc_responses": "nc_responses"
    }  # fmt: skip
    assert [each["config_name"] for each in front(release)["dataset_info"]] == list(folders)
    assert [each.get("default") for each in front(release)["configs"]] == [True, None, None, None]


def test_the_card_and_the_licence_file_say_what_holds_where(release: Path) -> None:
    text, body = (release / "LICENSE").read_text(), (release / "README.md").read_text()
    assert front(release)["license"] == "other"
    assert front(release)["license_link"] == "LICENSE"
    assert "Configurations default and responses:\n- cc-by-4.0 (problems: 8)" in text
    assert "Configurations nc and nc_responses:\n- CC-BY-NC-SA-4.0 (problems: 1)" in text
    for words in ("CC-BY-NC-SA-4.0: not for commercial use", "CC-BY-NC-SA-4.0: share alike"):
        assert words in text
        assert f"- `nc`: {words}" in body
    assert "| nc, nc_responses | CC-BY-NC-SA-4.0 | 1 |" in body
    named = '`load_dataset("sure-math", "nc")` and `load_dataset("sure-math", "nc_responses")`.'
    assert named in body


def test_a_release_with_more_folders_is_replaced_and_foreign_ones_are_not(
    run: Run, release: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sure-math"
    shutil.copytree(release, out)
    free = with_licenses(run, {"default": ["cc-by-4.0", "cc-by-nc-sa-4.0"]})
    write_release(free, out)
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"data", "plots", "responses"}
    (out / "nc").mkdir()
    (out / "nc" / "thesis.txt").write_text("two years of work")
    with pytest.raises(PublishError, match="holds what no release of sure-math made: nc"):
        write_release(free, out)
    assert (out / "nc" / "thesis.txt").exists()


def test_without_free_rows_nothing_loads_by_default(run: Run, tmp_path: Path) -> None:
    write_release(
        with_licenses(run, {"other": ["cc-by-4.0"], "nc": ["cc-by-nc-sa-4.0"]}),
        tmp_path / "sure-math",
    )
    assert "default" not in str(front(tmp_path / "sure-math")["configs"])
    card = (tmp_path / "sure-math" / "README.md").read_text()
    assert 'load_dataset("sure-math", "other", split="train"' in card
    code = (
        "import datasets, json\n"
        'print(json.dumps([len(datasets.load_dataset("sure-math", c, split="train"))'
        ' for c in ("other", "other_responses", "nc")]))'
    )
    assert python(tmp_path, code) == [5, 40, 1]


# --- what is refused ------------------------------------------------------------------------------


def test_rows_outside_the_allow_list_stop_the_release_and_are_named(
    run: Run, release: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sure-math"
    shutil.copytree(release, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(PublishError) as error:
        write_release(with_licenses(run, {"nc": ["cc-by-nc-sa-4.0"]}), out)
    said = str(error.value)
    rows = pl.concat(map(pl.DataFrame, run.store("weight").tables())).sort("problem_id")
    first = rows.filter(pl.col("license") == "cc-by-4.0").head(3)
    assert "licence cc-by-4.0, source labelled (problems: 8): " in said
    for problem_id, source_id in first.select("problem_id", "source_id").iter_rows():
        assert f"{problem_id} ({source_id})" in said
    assert "Saved: nothing was written" in said
    assert 'publish.licenses.other="[cc-by-4.0]"' in said
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["sure-math"]


def test_a_source_that_could_never_be_published_stops_the_run_before_it_starts(
    tmp_path: Path, server: ScriptedServer
) -> None:
    asked = len(server.requests)
    with pytest.raises(ConfigError) as error:
        finish(tmp_path, server, "seeds.sources.1.license=my own", "seeds.sources.2.license=null")
    said = str(error.value)
    assert "source medium: licence my own\n  source hard: licence unknown" in said
    assert 'publish.licenses.other="[my own, unknown]"' in said
    assert len(server.requests) == asked
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize("name", bundled_recipes())
def test_what_the_bundled_recipes_gather_can_be_published(name: str) -> None:
    refuse_sources(load_recipe(name))


@pytest.mark.parametrize("name", ["data", "responses", "x_responses", "../up", "", "a b", "né"])
def test_names_that_cannot_be_folders_of_a_release_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"folder of the release|letters, digits"):
        PublishConfig(licenses={name: ("mit",)})


# --- what licences ask ----------------------------------------------------------------------------


def test_conditions_by_licence() -> None:
    assert conditions(["cc0-1.0"]) == []
    kept = "MIT, apache-2.0: keep the copyright and licence notices of the sources."
    assert conditions(["apache-2.0", "MIT", "cc0-1.0"]) == [kept]
    (by,) = conditions(["cc-by-4.0"])
    assert by.startswith("cc-by-4.0: name the sources")
    nc, sa, by, notice = conditions(["CC-BY-NC-SA-4.0", "cc-by-sa-4.0", "mit"])
    assert notice.startswith("mit: keep")
    assert nc == "CC-BY-NC-SA-4.0: not for commercial use."
    assert sa.startswith("CC-BY-NC-SA-4.0, cc-by-sa-4.0: share alike")
    (unknown,) = conditions(["unknown"])
    assert "not freely licensed" in unknown
