"""What the card says of models: facts from `data_cards/models.yaml`, by the names of models."""

import re

import polars as pl
import pytest

from sure_math.publish.duties import duties, known_terms, non_commercial_line, terms_of


@pytest.mark.parametrize(
    ("model", "license_id", "words"),
    [
        ("Qwen/Qwen2.5-72B-Instruct", "Qwen licence", "Built with Qwen"),
        ("qwen2.5:72b-instruct", "Qwen licence", "Improved using Qwen"),
        ("Qwen/Qwen2.5-3B-Instruct", "Qwen research licence", "research and evaluation only"),
        ("Qwen/Qwen2.5-Coder-3B", "Qwen research licence", "research"),
        ("Qwen/Qwen2.5-32B-Instruct-AWQ", "Apache-2.0", "none"),
        ("Qwen/Qwen2.5-0.5B", "Apache-2.0", "none"),
        ("Qwen/Qwen3-8B", "Apache-2.0", "none"),
        ("Qwen/Qwen3-30B-A3B", "Apache-2.0", "none"),
        ("meta-llama/Llama-3.3-70B-Instruct", "Llama community licence", '"Llama"'),
        ("meta-llama/Llama-4-Maverick-17B-128E", "Llama community licence", "Built with Llama"),
        ("meta-llama/Meta-Llama-3-8B", "Llama 2 or Llama 3 community licence", "may not be used"),
        ("deepseek-ai/DeepSeek-R1", "MIT", "distillation"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "MIT", "distillation"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "MIT, on top of", '"Llama"'),
        ("deepseek-ai/DeepSeek-V3", "DeepSeek model licence", "derivative"),
        ("deepseek-ai/DeepSeek-V3-0324", "MIT", "general knowledge, not checked"),
        ("google/gemma-3-27b-it", "Gemma terms of use", "derivative"),
        ("google/gemma-4-31b", "Apache-2.0", "none"),
        ("openai/gpt-oss-120b", "Apache-2.0", "none"),
        ("gpt-4o-mini", "OpenAI terms of use", "compete"),
        ("o3-mini", "OpenAI terms of use", "compete"),
        ("builtin/teacher", "Apache-2.0", "never to be presented as SURE-Math"),
    ],
)
def test_terms_by_name(model: str, license_id: str, words: str) -> None:
    (found,) = duties({"evolver": [], "teacher": [model], "judge": []})
    assert found.license.startswith(license_id)
    assert words in found.duty


@pytest.mark.parametrize(
    "model",
    ["scripted", "Qwen/Qwen2.5-Max", "qwen3-max", "Qwen/Qwen3.8-27B", "TinyLlama-1.1B", "o2"],
)
def test_a_model_that_no_pattern_knows_is_named_all_the_same(model: str) -> None:
    assert terms_of(model) is None
    (found,) = duties({"evolver": [model], "teacher": [], "judge": []})
    assert (found.role, found.model, found.link) == ("evolver", model, None)
    assert found.license == "unknown to this tool"
    assert "check its licence" in found.duty


def test_every_entry_is_whole() -> None:
    assert len({terms.title for terms in known_terms()}) == len(known_terms())
    for terms in known_terms():
        assert re.compile(terms.pattern, re.IGNORECASE)
        assert terms.license
        assert terms.duty
        assert terms.link is None or terms.link.startswith("https://")


def _rows(**models: str | None) -> pl.DataFrame:
    names = dict.fromkeys(("evolver", "teacher", "judge"), "Qwen/Qwen3-8B") | models
    return pl.DataFrame({role: [name] for role, name in names.items()}, schema_overrides=STRINGS)


STRINGS = dict.fromkeys(("evolver", "teacher", "judge"), pl.String)


def test_only_models_that_write_make_rows_non_commercial() -> None:
    research = "Qwen/Qwen2.5-3B-Instruct"
    assert non_commercial_line(_rows(evolver=None)) is None
    assert non_commercial_line(_rows(judge=research)) is None
    for role in ("evolver", "teacher"):
        line = non_commercial_line(_rows(**{role: research}))
        assert line is not None
        assert f"{research} ({role}, Qwen research licence)" in line
