"""The resolved configuration of a run: frozen models, no unknown keys.

A field marked `Operational` (URLs, concurrency, devices) may change between two attempts of one
run; every other field decides the content of a table and is part of its stage hash.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sure_math.model_config import Models
from sure_math.problem_set import ProblemSet
from sure_math.section import Operational, Section

Tier = Literal["easy", "medium", "hard", "competition"]
Strategy = Literal["harder", "rewrite", "algebraize", "apply", "compose", "competition"]
TIERS: tuple[Tier, ...] = ("easy", "medium", "hard", "competition")
STRATEGIES: tuple[Strategy, ...] = (
    "harder",
    "rewrite",
    "algebraize",
    "apply",
    "compose",
    "competition",
)


class SourceConfig(ProblemSet):
    """One seed source; its name, unique within a recipe, stands in the `source` column."""

    tier: Tier
    cap: int | None = Field(default=None, ge=1)
    use: Literal["evolve", "annotate"] = "evolve"
    """`evolve`: seeds of new problems; `annotate`: problems that go to the teacher as they are."""
    holdout: int = Field(default=0, ge=0)
    """So many of the `annotate` rows (after the shuffle) form the test split."""
    license: str | None = None
    """For the `table` adapter: the licence of the rows."""

    @model_validator(mode="after")
    def _consistent(self) -> "SourceConfig":
        if self.holdout and self.use != "annotate":
            raise ValueError("holdout needs use: annotate")
        return self


def _refuse_repeats(kind: str, names: list[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"{kind} names must be unique, repeated: {', '.join(doubled)}")


class SeedsConfig(Section):
    """Where problems come from."""

    sources: tuple[SourceConfig, ...] = ()
    min_length: int = 10
    """Shortest problem text kept, in characters."""

    @field_validator("sources")
    @classmethod
    def _unique(cls, given: tuple[SourceConfig, ...]) -> tuple[SourceConfig, ...]:
        _refuse_repeats("source", [source.name for source in given])
        return given


class EvolveConfig(Section):
    """Evol-Instruct for mathematics: plan, prompts and validation.

    Tiers that a recipe leaves out of a mapping keep their default.
    """

    enabled: bool = True
    rounds: dict[Tier, NonNegativeInt] = {"easy": 1, "medium": 2, "hard": 3, "competition": 5}
    chains_per_seed: dict[Tier, NonNegativeInt] = dict.fromkeys(TIERS, 1)
    keep: Literal["last", "all"] = "last"
    """Which problems of a chain go to the teacher."""
    weights: dict[Tier, dict[Strategy, NonNegativeFloat]] = {
        "easy": {"harder": 0.20, "rewrite": 0.25, "algebraize": 0.20, "apply": 0.20,
                 "compose": 0.10, "competition": 0.05},
        "medium": {"harder": 0.25, "rewrite": 0.15, "algebraize": 0.15, "apply": 0.15,
                   "compose": 0.15, "competition": 0.15},
        "hard": {"harder": 0.30, "rewrite": 0.10, "algebraize": 0.10, "apply": 0.05,
                 "compose": 0.15, "competition": 0.30},
        "competition": {"harder": 0.35, "rewrite": 0.05, "algebraize": 0.05, "apply": 0.05,
                        "compose": 0.15, "competition": 0.35},
    }  # fmt: skip
    """Round 1, per tier."""
    follow_up: dict[Tier, dict[Strategy, NonNegativeFloat]] = {
        "easy": {"harder": 0.4, "competition": 0.3, "compose": 0.3},
        "medium": {"harder": 0.4, "competition": 0.3, "compose": 0.3},
        "hard": {"harder": 0.40, "competition": 0.35, "compose": 0.25},
        "competition": {"harder": 0.4, "competition": 0.4, "compose": 0.2},
    }
    """Rounds 2 and later, per tier; the previous round's strategy is left out."""
    quota: dict[Tier, NonNegativeInt] = {}
    """Evolved problems wanted per tier; a tier that is not named is not limited."""
    oversample: float = Field(default=2.0, ge=1)
    """Chains planned per wanted problem; about half fail validation or turn out ill-posed."""
    attempts: int = Field(default=3, ge=1)
    prompts: Annotated[str | None, Operational] = None
    """A folder with prompts of one's own, `harder.md` and so on; what it lacks is shipped. Their
    text decides the content, not their place."""
    temperature: float = Field(default=0.8, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=2048, ge=1)
    enable_thinking: bool = False
    validity_votes: int = Field(default=0, ge=0)
    """Verdicts of the judge on every new problem; it is rejected if none calls it well posed.
    0: no judge."""
    validity_prompt: Annotated[str, Operational] = "validity"
    """A shipped prompt or a path; its text decides the content, not its name."""
    validity_max_tokens: int = Field(default=1024, ge=1)
    validity_controls: Annotated[Literal["require", "report", "skip"], Operational] = "require"
    """Questions with known answers before the judge's first one, as in `cluster.controls`."""
    validity_control_set: Annotated[str | None, Operational] = None
    """A shipped set of control problems or the path of a .jsonl file. None: `validity`."""
    min_answered: int = Field(default=2, ge=0)
    """An evolved problem with fewer answered responses is rejected after sampling."""

    @field_validator("rounds", "chains_per_seed", "weights", "follow_up")
    @classmethod
    def _every_tier(cls, given: dict[Tier, Any], info: ValidationInfo) -> dict[Tier, Any]:
        return {**cls.model_fields[str(info.field_name)].default, **given}

    @field_validator("weights", "follow_up")
    @classmethod
    def _some_strategy(
        cls, given: dict[Tier, dict[Strategy, float]]
    ) -> dict[Tier, dict[Strategy, float]]:
        for tier, weights in given.items():
            if not any(weights.values()):
                raise ValueError(f"no strategy of tier {tier} has a weight above 0")
        return given


HELD_OUT = "held-out test"
"""The test split of a run, as an evaluation set."""


class EvaluationSet(ProblemSet):
    """A benchmark whose problems must not appear in the dataset; items with answers are told apart
    from their sisters more surely."""


class DecontaminateConfig(Section):
    """What is blocked before the teacher is asked."""

    evaluation_sets: tuple[EvaluationSet, ...] = ()
    lineage: bool = True
    """Also block what descends from a blocked problem."""
    held_out: bool = True
    """Also keep the test split out of the training pool."""
    judge: bool = False
    """Ask the judge, in both orders, where text, numbers and answers leave it open."""
    prompt: Annotated[str, Operational] = "same_problem"
    """A shipped prompt or a path; its text decides the content, not its name."""
    max_tokens: int = Field(default=512, ge=1)
    retries: int = Field(default=1, ge=0)
    """How often an unparseable verdict is asked again before it counts as contaminated."""
    controls: Annotated[Literal["require", "report", "skip"], Operational] = "require"
    """Questions with known answers before the judge's first one, as in `cluster.controls`."""
    control_set: Annotated[str | None, Operational] = None
    """A shipped set of control pairs or the path of a .jsonl file. None: the one of the prompt."""

    @field_validator("evaluation_sets")
    @classmethod
    def _unique(cls, given: tuple[EvaluationSet, ...]) -> tuple[EvaluationSet, ...]:
        # The test split of the run is checked beside them, as a set of this name.
        _refuse_repeats("evaluation set", [HELD_OUT, *(each.name for each in given)])
        return given


class DedupConfig(Section):
    """Which problems count as one."""

    near: float | None = Field(default=0.8, gt=0, le=1)
    """Smallest Jaccard similarity of token 5-grams at which two problems with the same numbers and
    no different answers count as one. None: only equal texts do."""


class SampleConfig(Section):
    """Teacher sampling."""

    n: int = Field(default=8, ge=2)
    temperature: float = Field(default=0.7, ge=0, le=2)
    top_p: float = Field(default=1.0, gt=0, le=1)
    max_tokens: int = Field(default=4096, ge=1)
    enable_thinking: bool = False
    prompt: Annotated[str | None, Operational] = None
    """A shipped prompt or a path; its text decides the content, not its name. None: `solve`, or
    `respond` with `answers.kind: text`."""
    allow_missing_logprobs: Annotated[bool, Operational] = False
    """Fall back to discrete semantic entropy where the backend gives no log-probabilities."""


class AnswersConfig(Section):
    """Final-answer extraction."""

    kind: Literal["boxed", "text"] = "boxed"
    """`boxed`: the last box; `text`: the whole response after its thinking, for summaries and
    other free text, which only a judge can compare."""
    fallbacks: tuple[Literal["the_answer_is", "final_answer", "hashes"], ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "AnswersConfig":
        if self.kind == "text" and self.fallbacks:
            raise ValueError("fallbacks look for an answer in the text; with kind: text it is all")
        return self


class ClusterConfig(Section):
    """Which answers mean the same."""

    equivalence: Literal["tiers", "paper"] = "tiers"
    """`tiers`: exact, canonical, symbolic, then judge; `paper`: exact string, then judge."""
    linkage: Literal["single", "complete"] = "single"
    """`single`: two clusters merge if their first members are equal; `complete`: if every pair of
    their members is."""
    judge: bool = True
    prompt: Annotated[str | None, Operational] = None
    """A shipped prompt or a path; its text decides the content, not its name. None: `judge`, or
    `entail` with `answers.kind: text`."""
    max_tokens: int = Field(default=512, ge=1)
    retries: int = Field(default=1, ge=0)
    """How often an unparseable verdict is asked again before it counts as no."""
    symbolic_seconds: float = Field(default=2.0, gt=0)
    """CPU seconds one symbolic comparison may take before it is undecided."""
    closing_questions: int = Field(default=1, ge=0)
    """Judge questions a problem may spend, under single linkage, on pairs that only other pairs
    joined (b = c after a = b and a = c); a no is a conflict and changes no cluster."""
    controls: Annotated[Literal["require", "report", "skip"], Operational] = "require"
    """Questions with known answers before the judge's first one: a judge that fails them stops
    the run (`require`) or is warned about (`report`)."""
    control_set: Annotated[str | None, Operational] = None
    """A shipped set of control pairs or the path of a .jsonl file. None: the one of the prompt."""

    @model_validator(mode="after")
    def _consistent(self) -> "ClusterConfig":
        if self.equivalence == "paper" and self.linkage == "complete":
            raise ValueError("equivalence: paper joins by single linkage")
        return self


class WeightConfig(Section):
    """Equations 4-6."""

    unanswered: Literal["own_class", "drop"] = "own_class"


PERMISSIVE_LICENSES = ("apache-2.0", "mit", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0")
NON_COMMERCIAL_LICENSES = ("cc-by-nc-4.0", "cc-by-nc-sa-4.0")


class PublishConfig(Section):
    """The release."""

    pretty_name: str = "SURE-Math"
    version: str = Field(default="1.0.0", pattern=r"^\d+\.\d+\.\d+$")
    """As `datasets` wants it; the tag on a hub has a `v` before it."""
    out: Annotated[str, Operational] = "sure-math"
    """Folder of the local release, relative to the current directory."""
    notice: str | None = None
    """A sentence that stands at the top of the data card."""
    licenses: dict[str, tuple[str, ...]] = {
        "default": PERMISSIVE_LICENSES,
        "nc": NON_COMMERCIAL_LICENSES,
    }
    """Licences allowed in each configuration of the release; a row goes into the first that lists
    its licence, and a row that fits nowhere stops the release."""

    @field_validator("licenses")
    @classmethod
    def _usable_names(cls, given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name in given:
            if not (name.isascii() and name.isidentifier()):
                raise ValueError(f"{name!r}: a configuration is named with letters, digits and _")
            if name in {"data", "responses"} or name.endswith("_responses"):
                raise ValueError(f"{name!r} is the name of another folder of the release")
        return given


class Recipe(Section):
    """A whole run."""

    name: str = Field(pattern=r"^[^./\\][^/\\]*$")
    """Also the name of the run directory."""
    description: str = ""
    seed: int = 0
    shard_rows: int = Field(default=256, ge=1)
    models: Models = Models()
    seeds: SeedsConfig = SeedsConfig()
    evolve: EvolveConfig = EvolveConfig()
    decontaminate: DecontaminateConfig = DecontaminateConfig()
    dedup: DedupConfig = DedupConfig()
    sample: SampleConfig = SampleConfig()
    answers: AnswersConfig = AnswersConfig()
    cluster: ClusterConfig = ClusterConfig()
    weight: WeightConfig = WeightConfig()
    publish: PublishConfig = PublishConfig()

    @model_validator(mode="after")
    def _comparable(self) -> "Recipe":
        if self.answers.kind == "text" and not self.cluster.judge:
            raise ValueError("answers.kind: text needs cluster.judge: nothing else compares texts")
        if self.evolve.enabled and self.evolve.min_answered > self.sample.n:
            raise ValueError(
                f"evolve.min_answered is {self.evolve.min_answered}, but sample.n only "
                f"{self.sample.n}: every evolved problem would be rejected after sampling"
            )
        return self

    @property
    def sample_prompt(self) -> str:
        """Name or path of the prompt the teacher is asked with."""
        usual = "respond" if self.answers.kind == "text" else "solve"
        return self.sample.prompt or usual

    @property
    def judge_prompt(self) -> str:
        """Name or path of the prompt the judge is asked with."""
        usual = "entail" if self.answers.kind == "text" else "judge"
        return self.cluster.prompt or usual
