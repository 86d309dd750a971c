"""Write a trained network as a Hugging Face model directory."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from sure_math.builtin.chat import BEGIN, END, PAD
from sure_math.builtin.training.network import EPSILON, MAX_POSITIONS, ROPE_THETA, Size
from sure_math.builtin.training.tokenizer import save as save_tokenizer


def save(folder: Path, size: Size, weights: Mapping[str, Tensor], tokenizer: Tokenizer) -> None:
    """Write configuration, tokenizer and bf16 weights, as transformers and vLLM read them."""
    save_tokenizer(tokenizer, folder)
    specials = {
        "pad_token_id": tokenizer.token_to_id(PAD),
        "bos_token_id": tokenizer.token_to_id(BEGIN),
        "eos_token_id": tokenizer.token_to_id(END),
    }
    _write(folder / "config.json", _config(size) | specials)
    _write(folder / "generation_config.json", {"do_sample": True, "temperature": 0.7} | specials)
    tensors = {name: value.to(torch.bfloat16).contiguous() for name, value in weights.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _config(size: Size) -> dict[str, Any]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "vocab_size": size.vocabulary,
        "hidden_size": size.hidden,
        "num_hidden_layers": size.layers,
        "intermediate_size": size.feed_forward,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.kv_heads,
        "head_dim": size.head_dim,
        "hidden_act": "silu",
        "rms_norm_eps": EPSILON,
        "rope_theta": ROPE_THETA,
        "max_position_embeddings": MAX_POSITIONS,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
    }


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
