"""The tokenizer shared by the built-in models: byte-level BPE over words, every digit a token of
its own.
"""

import json
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from sure_math.builtin.chat import BEGIN, CHAT_TEMPLATE, END, PAD, SPECIAL_TOKENS, TAGS
from sure_math.builtin.training.examples import judging, teaching

_PIECES = r"\d| ?[A-Za-z]+|\\[A-Za-z]+|\s|[^\sA-Za-z\d\\]+|\\"
_SAMPLES = 30_000
_SEED = 7


def build(vocabulary: int = 1024) -> Tokenizer:
    """Train the tokenizer; the vocabulary may close earlier, when every word is a token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(TAGS),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        max_token_length=14,
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    tokenizer.add_tokens([AddedToken(tag, normalized=False) for tag in TAGS])
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write the tokenizer as transformers reads it, chat template included."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PAD,
        "bos_token": BEGIN,
        "eos_token": END,
        "model_max_length": 1024,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)


def _texts() -> list[str]:
    rng = Random(_SEED)
    examples = [source(rng) for source in (teaching, judging) for _ in range(_SAMPLES)]
    return [piece for e in examples for piece in (e.role, e.user, e.response)]
