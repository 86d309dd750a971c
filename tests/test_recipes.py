"""Recipes: what is refused, where overrides reach, and that a resolved recipe runs again."""

from pathlib import Path

import pytest
import yaml

from sure_math.config import Recipe
from sure_math.errors import ConfigError
from sure_math.pipeline import inspect_run, open_run
from sure_math.recipes import bundled_recipes, load_recipe, resolve

SOURCE = {"name": "own", "adapter": "table", "path": "own.jsonl", "tier": "easy"}


def write(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text)
    return str(path)


def test_shipped_recipes() -> None:
    assert set(bundled_recipes()) >= {"clean", "cluster", "demo", "paper"}


@pytest.mark.parametrize("name", bundled_recipes())
def test_every_shipped_recipe_resolves(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.description
    assert recipe.seeds.sources


@pytest.mark.parametrize("name", bundled_recipes())
def test_a_resolved_recipe_is_itself_a_recipe(name: str, tmp_path: Path) -> None:
    recipe = load_recipe(name, ["sample.n=16", "seeds.min_length=12"])
    run = open_run(recipe, tmp_path)
    run.save_recipe()
    again = inspect_run(tmp_path)
    assert again.recipe == recipe
    assert again.root == run.root


def test_a_run_under_another_name_keeps_that_name(tmp_path: Path) -> None:
    run = open_run(load_recipe("demo"), tmp_path, "trial")
    run.save_recipe()
    assert run.root == tmp_path / "trial"
    assert load_recipe(str(tmp_path / "trial/recipe.yaml")).name == "trial"
    assert inspect_run(tmp_path, "trial").root == run.root


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", ""])
def test_a_name_must_be_that_of_a_folder(name: str) -> None:
    with pytest.raises(ConfigError, match="name"):
        resolve({"name": name})


def test_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no recipe 'demoo'") as error:
        load_recipe("demoo")
    assert "demo" in str(error.value.hint)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_recipe(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample: {m: 8}", r"sample\.m: no such setting"),
        ("smaple: {n: 8}", r"smaple: no such setting; did you mean sample\?"),
        ("sample: {n: 1}", r"sample\.n: .*greater than or equal to 2"),
        ("sample: {n: many}", r"sample\.n: .*integer"),
        ("models: {teacher: {backend: vlm, model: x}}", r"models\.teacher: .*'vlm'"),
        ("evolve: {validity_vote: 3}", r"evolve\.validity_vote: .*mean validity_votes\?"),
        ("models: {judge: {backend: openai, mdoel: x}}", r"models\.judge\.mdoel: .*mean model\?"),
        ("evolve: {weights: {easy: {funnier: 1}}}", r"weights\.easy\.funnier: .*'rewrite'"),
        ("evolve: {quota: {eazy: 3}}", r"evolve\.quota\.eazy: no such name; .*be 'easy', 'medium'"),
        ("evolve: {quota: {easy: -3}}", r"evolve\.quota\.easy: .*greater than or equal to 0"),
        ("publish: {licenses: {non-com: [mit]}}", "publish.licenses: 'non-com': a configuration"),
        ("evolve: {weights: {easy: {harder: 0}}}", "no strategy of tier easy"),
        ("evolve: {weights: {easy: {harder: -1}}}", r"evolve\.weights\.easy\.harder"),
        ("evolve: {weights: {easy: {harder: .inf}}}", r"weights\.easy\.harder: .*finite"),
        ("evolve: {oversample: .inf}", r"evolve\.oversample: .*finite"),
        ("evolve: {oversample: .nan}", r"evolve\.oversample"),
        ("{evolve: {min_answered: 9}, sample: {n: 8}}", "min_answered is 9, but sample.n only 8"),
        ("evolve: {rounds: {simple: 1}}", r"evolve\.rounds\.simple"),
        ("seeds: {sources: [{name: a, adapter: math, tier: easy, holdout: 2}]}", "use: annotate"),
        ("{answers: {kind: text}, cluster: {judge: false}}", "text needs cluster.judge"),
        ("answers: {kind: text, fallbacks: [hashes]}", "with kind: text it is all"),
        ("cluster: {equivalence: paper, linkage: complete}", "joins by single linkage"),
        ("cluster: {controls: off}", r"cluster\.controls: .*'require', 'report' or 'skip'"),
        ("- a\n- b", "not a mapping"),
        ("sample: {n: 8", "not YAML"),
        ("just words", "not a mapping"),
        ("models: &m {teacher: *m}", "contains itself"),
        ("", "not a mapping"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_recipe(write(tmp_path, text))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ConfigError, match="not YAML"):
        load_recipe(str(tmp_path / "mine.yaml"))


def test_source_names_must_differ() -> None:
    with pytest.raises(ConfigError, match="repeated: own"):
        resolve({"name": "x", "seeds": {"sources": [SOURCE, SOURCE]}})


@pytest.mark.parametrize(
    ("names", "message"), [(["own", "own"], "repeated: own"), (["held-out test"], "repeated: held")]
)
def test_evaluation_sets_must_differ_from_each_other_and_from_the_test_split(
    names: list[str], message: str
) -> None:
    sets = [{"name": name, "adapter": "table", "path": "own.jsonl"} for name in names]
    with pytest.raises(ConfigError, match=message):
        resolve({"name": "x", "decontaminate": {"evaluation_sets": sets}})


def test_too_few_answers_do_not_matter_where_nothing_is_evolved() -> None:
    given = {"evolve": {"enabled": False, "min_answered": 9}, "sample": {"n": 2}}
    assert resolve({"name": "x", **given}).sample.n == 2


def test_the_file_name_is_the_default_name(tmp_path: Path) -> None:
    assert load_recipe(write(tmp_path, "seed: 3")) == Recipe(name="mine", seed=3)


def test_every_error_is_listed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load_recipe(write(tmp_path, "{seed: a, shard_rows: 0, sample: {n: 0}}"))
    assert str(error.value).count("\n") == 3


def test_overrides_reach_everywhere() -> None:
    recipe = load_recipe(
        "demo",
        [
            "sample.n=4",
            "seeds.sources.1.cap=5",
            "models.teacher={backend: openai, model: m, base_url: 'http://h/v1'}",
            "publish.pretty_name=A = B",
            "evolve.keep=last",
            "answers.fallbacks=[hashes]",
        ],
    )
    assert recipe.sample.n == 4
    assert recipe.seeds.sources[1].cap == 5
    assert recipe.models.teacher.backend == "openai"
    assert recipe.publish.pretty_name == "A = B"
    assert recipe.evolve.keep == "last"
    assert recipe.answers.fallbacks == ("hashes",)


def test_an_override_into_a_default_changes_that_value_alone() -> None:
    defaults = Recipe(name="x")
    data = {"name": "x"}
    overrides = ["evolve.rounds.easy=4", "evolve.weights.hard.harder=9", "models.judge.model=m"]
    recipe = resolve(data, overrides)
    assert recipe.evolve.rounds == {**defaults.evolve.rounds, "easy": 4}
    hard = {**defaults.evolve.weights["hard"], "harder": 9}
    assert recipe.evolve.weights == {**defaults.evolve.weights, "hard": hard}
    assert recipe.models.judge == defaults.models.judge.model_copy(update={"model": "m"})
    assert recipe.models.teacher == defaults.models.teacher
    assert Recipe(name="x") == defaults


def test_an_override_leaves_the_other_uses_of_a_yaml_alias_alone(tmp_path: Path) -> None:
    text = "models: {teacher: &m {backend: openai, model: m}, judge: *m}"
    models = load_recipe(write(tmp_path, text), ["models.judge.model=other"]).models
    assert (models.teacher.model, models.judge.model) == ("m", "other")


def test_a_partial_mapping_leaves_the_other_tiers_alone() -> None:
    defaults = Recipe(name="x").evolve
    recipe = resolve(
        {"name": "x", "evolve": {"rounds": {"easy": 0}, "weights": {"easy": {"apply": 1}}}}
    )
    assert recipe.evolve.rounds == {**defaults.rounds, "easy": 0}
    assert recipe.evolve.weights == {**defaults.weights, "easy": {"apply": 1}}
    assert recipe.evolve.follow_up == defaults.follow_up


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sample.n", "not of the form"),
        ("=3", "not of the form"),
        ("sample.m=3", r"sample\.m: no such setting"),
        ("sample.n=[1", "not YAML"),
        ("seeds.sources.99.cap=1", "no position in a list of 5"),
        ("seeds.sources.last.cap=1", "no position"),
        ("seeds.sources.²=1", "no position"),
        ("seed.deep.er=1", "nothing below"),
        ("seed.deep=1", "no parts"),
        ("..=1", "no such setting"),
    ],
)
def test_bad_overrides(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_recipe("demo", [override])


def test_shipped_recipes_say_only_what_they_change() -> None:
    """A bundled recipe that repeats a default would hide what it is about."""
    for name in bundled_recipes():
        path = Path(__file__).parents[1] / "pipelines" / f"{name}.yaml"
        sections = yaml.safe_load(path.read_text())
        defaults = Recipe(name="x").model_dump(mode="json")
        for section in ("sample", "cluster", "weight", "answers", "publish", "evolve"):
            for key, value in sections.get(section, {}).items():
                assert value != defaults[section][key], f"{name}: {section}.{key}"
