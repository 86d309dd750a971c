"""The shape of a Qwen3 checkpoint: parameters and bytes follow from a few numbers of its config.

Read from a local folder, from the table of the Qwen3 family that ships with the recipes, or from
the hub.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sure_math.errors import ConfigError
from sure_math.resources import resource


@dataclass(frozen=True)
class Shape:
    """Sizes of a Qwen3 model, dense or mixture of experts."""

    vocabulary: int
    hidden: int
    layers: int
    intermediate: int
    """Of one MLP; of one expert, where there are experts."""
    heads: int
    kv_heads: int
    head_size: int
    tied: bool
    """Whether the output head is the embedding."""
    experts: int = 0
    experts_per_token: int = 0

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Shape":
        """The shape that a `config.json` describes.

        Raises:
            ConfigError: it is of another architecture.
        """
        experts = int(config.get("num_experts") or 0)
        try:
            return cls(
                vocabulary=config["vocab_size"],
                hidden=config["hidden_size"],
                layers=config["num_hidden_layers"],
                intermediate=config["moe_intermediate_size" if experts else "intermediate_size"],
                heads=config["num_attention_heads"],
                kv_heads=config["num_key_value_heads"],
                head_size=config.get("head_dim")
                or config["hidden_size"] // config["num_attention_heads"],
                tied=bool(config.get("tie_word_embeddings")),
                experts=experts,
                experts_per_token=int(config.get("num_experts_per_tok") or 0),
            )
        except KeyError as error:
            raise ConfigError(f"no Qwen3 configuration: it has no {error}") from error

    @property
    def parameters(self) -> int:
        """All of them; a tied head is counted once."""
        tables = self.vocabulary * self.hidden * (1 if self.tied else 2)
        return tables + self.hidden + self.layers * self._layer(self.experts or 1)

    @property
    def multiplied(self) -> int:
        """Parameters that one token is multiplied by: the head, no embedding, its own experts."""
        layer = self._layer(self.experts_per_token or 1)
        return self.vocabulary * self.hidden + self.layers * layer

    def _layer(self, mlps: int) -> int:
        query, key = self.heads * self.head_size, self.kv_heads * self.head_size
        attention = self.hidden * (2 * query + 2 * key) + 2 * self.head_size
        router = self.hidden * self.experts
        return attention + router + mlps * 3 * self.hidden * self.intermediate + 2 * self.hidden

    def flops(self, tokens: float, context: float) -> float:
        """Of one forward pass over so many tokens that see `context` earlier ones on average."""
        attention = 4 * self.layers * self.heads * self.head_size * context
        return tokens * (2 * self.multiplied + attention)

    @property
    def cache_bytes(self) -> int:
        """Keys and values of one token in bfloat16."""
        return 2 * 2 * self.layers * self.kv_heads * self.head_size

    @property
    def layer_bytes(self) -> int:
        """What one layer keeps of one token for its backward pass, in bfloat16; the norms, which
        compute in float32, keep twice as much."""
        query, key = self.heads * self.head_size, self.kv_heads * self.head_size
        mlp = 4 * self.intermediate * (self.experts_per_token or 1)
        routed = 2 * self.hidden * self.experts_per_token
        return 2 * (9 * self.hidden + 5 * query + 5 * key + mlp + routed)


def shape_of(model: str, revision: str | None = None) -> Shape:
    """The shape of a model: a folder, one of the table, else what transformers finds.

    Raises:
        ConfigError: it cannot be found, or is no Qwen3 model.
    """
    local = Path(model) / "config.json"
    if local.is_file():
        return Shape.of(json.loads(local.read_text(encoding="utf-8")))
    if model in _family():
        return Shape.of(_family()[model])
    return Shape.of(_fetched(model, revision))


@cache
def _family() -> dict[str, dict[str, Any]]:
    text = resource("pipelines", "train", "shapes.json").read_text(encoding="utf-8")
    known: dict[str, dict[str, Any]] = json.loads(text)
    return known


def _fetched(model: str, revision: str | None) -> dict[str, Any]:
    try:
        from transformers import PretrainedConfig

        config, _ = PretrainedConfig.get_config_dict(model, revision=revision)
    except ImportError as error:
        raise ConfigError(
            f"the shape of {model} is not known here", hint="install sure-math[train]"
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"the configuration of {model} cannot be read: {error}",
            hint="name a folder, a model on a hub that can be reached, or one of "
            + ", ".join(_family()),
        ) from error
    return dict(config)
