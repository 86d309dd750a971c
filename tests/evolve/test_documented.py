"""The page on evolution names every reason and every flag."""

import re
from pathlib import Path

from sure_math.evolve.contracts import CONTRACT_FLAGS
from sure_math.evolve.parse import TAGS
from sure_math.pipeline import STAGES
from sure_math.weight.contracts import ANSWER_FLAGS

PAGE = (Path(__file__).parents[2] / "docs" / "evolution.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`<?([a-z_]+)>?`", PAGE))


def test_every_reason_and_flag_is_explained() -> None:
    stages = [
        stage for stage in STAGES if stage.name in ("evolve", "decontaminate", "pool", "weight")
    ]
    known = {reason for stage in stages for reason in stage.reasons}
    assert known | {*CONTRACT_FLAGS, *ANSWER_FLAGS, *TAGS} <= NAMED
