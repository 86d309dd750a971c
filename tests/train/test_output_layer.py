"""The loss's reading of an output layer gives the logits that the model itself gives."""

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    CohereConfig,
    Gemma2Config,
    GraniteConfig,
    PreTrainedConfig,
    Qwen3Config,
)

from sure_math.train.output_layer import output_layer

_SIZE = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "pad_token_id": 0,
}


@pytest.mark.parametrize(
    "config",
    [
        Qwen3Config(**_SIZE),
        CohereConfig(**_SIZE, logit_scale=0.25),
        GraniteConfig(**_SIZE, logits_scaling=8.0),
        Gemma2Config(**_SIZE, final_logit_softcapping=0.5),
    ],
    ids=["qwen3", "cohere", "granite", "gemma2"],
)
def test_logits_are_those_of_the_model(config: PreTrainedConfig) -> None:
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float64).eval()
    tokens = torch.tensor([[5, 9, 2, 40]])
    with torch.no_grad():
        hidden = model.base_model(tokens).last_hidden_state[0]
        head = output_layer(model)
        ours = head.logits(hidden, slice(0, head.vocabulary), temperature=1.0)
        assert torch.allclose(ours, model(tokens).logits[0].double(), atol=1e-9)
