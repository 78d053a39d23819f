# SPDX-License-Identifier: Apache-2.0
"""Writes golden/deep/*: the last hidden state of models of 12 layers of 256, with computed weights.

The weights are not stored: a hash of a tensor's name and of the index of a component, which DeepEncoderTest
computes too.
"""

import zlib
from typing import Any

import golden
import numpy as np
import torch
import transformers
from safetensors.torch import save_file

FOLDER = golden.FOLDER / "deep"
LENGTHS = [17, 5, 9]
COMMON = {"vocab_size": 120, "hidden_size": 256, "num_hidden_layers": 12, "num_attention_heads": 8,
          "intermediate_size": 512, "max_position_embeddings": 40, "pad_token_id": 0}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("BertModel", COMMON),
    "modernbert": ("ModernBertModel", {**COMMON, "local_attention": 8, "bos_token_id": 2, "cls_token_id": 2,
                                       "eos_token_id": 3, "sep_token_id": 3}),
    "qwen3": ("Qwen3Model", {**COMMON, "num_key_value_heads": 2, "head_dim": 48}),
}


def noise(seed: int, count: int) -> np.ndarray:
    """From -0.5 to 0.5."""
    z = ((np.uint64(seed) << np.uint64(32)) + np.arange(count, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    z ^= z >> np.uint64(32)
    z *= np.uint64(0xD6E8FEB86659FD93)
    z ^= z >> np.uint64(32)
    return (z >> np.uint64(40)).astype(np.float64) / (1 << 24) - 0.5


def values(name: str, shape: torch.Size) -> torch.Tensor:
    flat = len(shape) == 1
    offset = 1.0 if flat and name.endswith("weight") else 0.0
    scale = 0.2 if flat else 1.0 if "embed" in name else 3.4 / np.sqrt(shape[1])
    numbers = offset + scale * noise(zlib.crc32(name.encode()), shape.numel())
    return torch.from_numpy(numbers.astype(np.float32)).reshape(shape)


@torch.no_grad()
def write(name: str) -> None:
    class_name, settings = CASES[name]
    model_class = getattr(transformers, class_name)
    model = model_class._from_config(model_class.config_class(**settings), attn_implementation="eager").eval()
    for key, parameter in model.named_parameters():
        parameter.data = values(key, parameter.shape)
    torch.manual_seed(3)
    ids = [torch.randint(4, 120, (n,)).tolist() for n in LENGTHS]
    states = torch.cat([model(torch.tensor([row])).last_hidden_state for row in ids], dim=1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file({"expected": states.contiguous()}, FOLDER / f"{name}.safetensors")
    config = {**settings, "model_type": model.config.model_type}
    golden.write(f"deep/{name}", {"transformers": transformers.__version__, "config": config, "ids": ids})


if __name__ == "__main__":
    for case in CASES:
        write(case)
