"""What is known of a model without its weights: its tokenizer and its configuration.

A student learns from the probabilities of a teacher token by token, so both must have one
vocabulary: the same strings, the same ids, the same end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sure_math.builtin import MODELS
from sure_math.errors import ConfigError
from sure_math.train.recipe import TrainedModel

_SAME = "distillation compares probabilities token by token: use a teacher of the same family"


@dataclass(frozen=True)
class Checkpoint:
    """A model of a recipe."""

    role: str
    """`student` or `teacher`, for messages."""
    model: str
    """As the recipe names it."""
    tokenizer: Any
    config: Any
    """The part of its configuration that concerns text."""

    @property
    def name(self) -> str:
        """For messages: role and model."""
        return f"the {self.role} {self.model}"

    @property
    def positions(self) -> int | None:
        """Tokens of the longest sequence; None if it does not say."""
        return getattr(self.config, "max_position_embeddings", None)


def read_checkpoint(model: TrainedModel, role: str) -> Checkpoint:
    """Tokenizer and configuration of a model, from a folder or the hub.

    Raises:
        ConfigError: it cannot be found, or its tokenizer is not its own.
    """
    from transformers import AutoConfig, AutoTokenizer

    if model.model != model.place and not Path(model.place).is_dir():
        raise ConfigError(
            f"the {role} {model.model} is no built-in model and no folder",
            hint=f"use builtin: with one of {', '.join(MODELS)}, or with a folder",
        )
    try:
        config = AutoConfig.from_pretrained(model.place, revision=model.revision).get_text_config()
        tokenizer = AutoTokenizer.from_pretrained(model.place, revision=model.revision)
    except Exception as error:  # OSError, ValueError, KeyError and others, by what is wrong
        at = f", revision {model.revision}" if model.revision else ""
        raise ConfigError(
            f"cannot read the {role} {model.model}{at}: {error}",
            hint="name a folder with config.json and tokenizer files, a hub id, or builtin:NAME; "
            "a gated model needs HF_TOKEN",
        ) from error
    found = Checkpoint(role, model.model, tokenizer, config)
    _check_own_tokenizer(found)
    return found


def _check_own_tokenizer(found: Checkpoint) -> None:
    """A folder without a tokenizer gets an empty one from transformers, without a word."""
    known, rows = len(found.tokenizer), found.config.vocab_size
    if 2 * known < rows or known > rows:
        raise ConfigError(
            f"{found.name} has {rows:,} tokens, but its tokenizer knows {known:,}",
            hint="save the tokenizer that belongs to it in the same folder",
        )


def check_one_vocabulary(student: Checkpoint, teacher: Checkpoint, texts: Sequence[str]) -> None:
    """That both read and write the same tokens.

    Args:
        texts: prompts as the models see them.

    Raises:
        ConfigError: they do not; the message says where.
    """
    difference = (
        _vocabulary(student, teacher) or _end(student, teacher) or _ids(student, teacher, texts)
    )
    if difference:
        raise ConfigError(
            f"the tokenizers of {student.name} and {teacher.name} differ: {difference}", hint=_SAME
        )
    rows = student.config.vocab_size, teacher.config.vocab_size
    if rows[0] != rows[1]:
        raise ConfigError(
            f"{student.name} has {rows[0]:,} rows of vocabulary and {teacher.name} {rows[1]:,}, "
            "though their tokenizers are the same: one has more rows of padding",
            hint="resize one of them with resize_token_embeddings and save it, or use a teacher "
            "of the same family",
        )


def _vocabulary(student: Checkpoint, teacher: Checkpoint) -> str | None:
    ours, theirs = student.tokenizer.get_vocab(), teacher.tokenizer.get_vocab()
    if ours == theirs:
        return None
    lone = sorted(ours.keys() - theirs.keys()), sorted(theirs.keys() - ours.keys())
    moved = sorted(token for token in ours.keys() & theirs.keys() if ours[token] != theirs[token])
    parts = [
        f"{len(tokens):,} tokens {what} ({', '.join(map(repr, tokens[:3]))})"
        for tokens, what in (
            (lone[0], "only of the student"),
            (lone[1], "only of the teacher"),
            (moved, "with another id"),
        )
        if tokens
    ]
    return ", ".join(parts)


def _end(student: Checkpoint, teacher: Checkpoint) -> str | None:
    ours, theirs = student.tokenizer.eos_token, teacher.tokenizer.eos_token
    return None if ours == theirs else f"responses end with {ours!r} and with {theirs!r}"


def _ids(student: Checkpoint, teacher: Checkpoint, texts: Sequence[str]) -> str | None:
    for text in texts:
        ours, theirs = (
            each.tokenizer(text, add_special_tokens=False)["input_ids"]
            for each in (student, teacher)
        )
        if ours != theirs:
            place = next(
                (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
                min(len(ours), len(theirs)),
            )
            shown = student.tokenizer.decode(ours[max(0, place - 3) : place + 3])
            return f"they cut {shown!r} differently (token {place} of a prompt)"
    return None
