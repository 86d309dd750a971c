"""The built-in model family: tiny Qwen3 checkpoints that know fourteen program-made problem
families, and how they are made.

They let every stage of the pipeline run for real on a bare machine. They are toys: outside their
own families their output is nonsense, and data made with them is never part of a release.
`models/MODEL_CARD.md` has the figures.
"""

from pathlib import Path

MODELS = ("teacher", "judge", "student")


def model_path(name: str) -> Path:
    """The Hugging Face directory of a checkpoint: teacher (also the evolver), judge or student.

    Raises:
        KeyError: there is no such built-in model.
    """
    if name not in MODELS:
        raise KeyError(f"no built-in model {name!r}; there are {', '.join(MODELS)}")
    return Path(__file__).parent / "models" / name
