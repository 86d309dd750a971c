"""Who may import whom: read from the source of every module, so that no shortcut creeps in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sure_math"
HEAVY = {"torch", "vllm", "ray", "datasets", "huggingface_hub", "transformers", "trl", "accelerate"}
ROOMS = {"seeds", "evolve", "decontaminate", "sample", "answers", "cluster", "weight", "publish"}
# Pure rooms are libraries: other rooms may use them, but never their stage.
HUB = "sure_math.publish.hub."
LIBRARIES = {"answers", "weight", "cluster", "decontaminate", "overlap"}


def _modules() -> dict[str, ast.Module]:
    paths = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in paths]
    return {name: ast.parse(path.read_text()) for name, path in zip(names, paths, strict=True)}


MODULES = _modules()


def imports(name: str) -> set[str]:
    """Every module a module imports anywhere, lazily or not, except for type checking only."""
    found: set[str] = set()
    skipped = {
        id(inner)
        for node in ast.walk(MODULES[name])
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(MODULES[name]):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(name: str) -> set[str]:
    return {each.split(".")[0] for each in imports(name)}


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("name", MODULES)
def test_heavy_libraries_have_one_home(name: str) -> None:
    torch = ("sure_math.backends.", "sure_math.builtin.training.", "sure_math.train.")
    homes = {
        "vllm": name == "sure_math.backends.vllm",
        "ray": False,
        "transformers": name.startswith(torch),
        "torch": name.startswith(torch),
        "trl": name.startswith("sure_math.train."),
        "accelerate": name.startswith("sure_math.train."),
        "datasets": name.startswith(("sure_math.seeds", "sure_math.train.", HUB)),
        "huggingface_hub": name.startswith(("sure_math.seeds", HUB)),
    }
    assert not {library for library in roots(name) & HEAVY if not homes[library]}


@pytest.mark.parametrize("name", [n for n in MODULES if n.endswith(".stage") and room(n) in ROOMS])
def test_stages_never_import_each_other(name: str) -> None:
    others = {
        each
        for each in imports(name)
        if each.startswith("sure_math.") and room(each) in ROOMS - {room(name)}
    }
    assert not {each for each in others if room(each) not in LIBRARIES or ".stage" in each}


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) in {"runtime", "backends"}])
def test_runtime_and_backends_know_no_stage(name: str) -> None:
    assert not {each for each in imports(name) if room(each) in ROOMS}


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "judging"])
def test_judging_knows_no_stage(name: str) -> None:
    own = {each for each in imports(name) if each.startswith("sure_math.")}
    allowed = ("sure_math.judging", "sure_math.runtime", "sure_math.backends.base",
               "sure_math.prompts", "sure_math.answers.thinking", "sure_math.errors",
               "sure_math.resources")  # fmt: skip
    assert not {each for each in own if not each.startswith(allowed)}


PURE = [
    n
    for n in MODULES
    if (
        room(n) in {"answers", "weight", "text", "overlap", "statement"}
        and not n.endswith(".stage")
    )
    or n in {"sure_math.cluster.union_find", "sure_math.cluster.clustering"}
]


@pytest.mark.parametrize("name", PURE)
def test_mathematics_is_pure(name: str) -> None:
    rooms = {room(each) for each in imports(name) if each.startswith("sure_math.")}
    assert rooms <= {"answers", "weight", "cluster", "text", "overlap", "statement", "errors"}
    assert not roots(name) & {*HEAVY, "pyarrow", "polars", "openai"}
    if room(name) == "overlap":
        assert rooms <= {"overlap", "text"}
        assert roots(name) <= {"sure_math", "numpy", *sys.stdlib_module_names}


# Reports on a run look at its folder; those on a dataset see what is published.
RUN_REPORTS = {"sure_math.report.evolution", "sure_math.report.examples",
               "sure_math.report.run_tables"}  # fmt: skip


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "report"])
def test_reports_read_a_published_dataset(name: str) -> None:
    own = {each for each in imports(name) if each.startswith("sure_math.")}
    allowed = ("sure_math.report", "sure_math.answers", "sure_math.schemas", "sure_math.errors",
               "sure_math.publish.hub", "sure_math.text_table", "sure_math.proportion",
               "sure_math.drawing", "sure_math.evaluate.results", "sure_math.evaluate.statistics",
               "sure_math.evaluate.suite", "sure_math.train.recipe")  # fmt: skip
    if name in RUN_REPORTS:
        allowed += ("sure_math.runtime.run", "sure_math.runtime.store", "sure_math.runtime.shards")
    assert not {each for each in own if not each.startswith(allowed)}


@pytest.mark.parametrize("name", MODULES)
def test_pictures_are_drawn_in_few_places(name: str) -> None:
    places = ("sure_math.drawing", "sure_math.report.picture", "sure_math.publish.pictures.")
    assert "matplotlib" not in roots(name) or name.startswith(places)


def own(name: str) -> set[str]:
    return {each for each in imports(name) if each.startswith("sure_math.")}


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) in {"train", "evaluate"}])
def test_consumers_read_what_is_published(name: str) -> None:
    """Training and evaluation know no stage of the pipeline and no run of it."""
    allowed = ["answers.", "schemas", "errors", "publish.hub.load", "publish.manifest", "prompts",
               "section", "settings", "resources", "weight.entropy", "builtin", "backends",
               "runtime.", "model_config", "text"]  # fmt: skip
    if room(name) == "train":
        allowed += ["train."]
    else:
        allowed += ["evaluate.", "seeds.read", "seeds.rows", "seeds.adapters", "config",
                    "own_input", "judging.", "problem_set", "train.record",
                    "proportion"]  # fmt: skip
    outside = {
        each for each in own(name) if not each.startswith(tuple(f"sure_math.{a}" for a in allowed))
    }
    assert not outside
    assert not {each for each in own(name) if each.endswith(".stage") and room(each) in ROOMS}


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "experiment"])
def test_experiments_are_made_of_commands(name: str) -> None:
    allowed = ("sure_math.experiment", "sure_math.settings", "sure_math.section",
               "sure_math.errors", "sure_math.resources", "sure_math.runtime.lock",
               "sure_math.runtime.shards")  # fmt: skip
    if name == "sure_math.experiment.check":  # reads the files that the commands name
        allowed += ("sure_math.recipes", "sure_math.train.recipes", "sure_math.evaluate.suites")
    assert all(each.startswith(allowed) for each in own(name))


@pytest.mark.parametrize("name", [n for n in MODULES if room(n) == "browse"])
def test_the_browser_only_reads_what_lies_on_disk(name: str) -> None:
    own = {each for each in imports(name) if each.startswith("sure_math.")}
    allowed = ("sure_math.browse", "sure_math.runtime.shards", "sure_math.publish.manifest",
               "sure_math.publish.hub", "sure_math.answers.equivalence", "sure_math.cluster.links",
               "sure_math.weight.entropy", "sure_math.config", "sure_math.errors")  # fmt: skip
    assert not {each for each in own if not each.startswith(allowed)}


def test_configuration_imports_only_types() -> None:
    own = ("sure_math.section", "sure_math.model_config", "sure_math.problem_set",
           "sure_math.config")  # fmt: skip
    for name in own:
        assert roots(name) <= {"typing", "pydantic", "sure_math"}
        assert all(e.startswith(own) for e in imports(name) if e.startswith("sure_math"))


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, sure_math, sure_math.cli; from sure_math import semantic_entropy; "
        f"print(sorted({HEAVY | {'pyarrow', 'polars', 'sympy', 'matplotlib'}} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
