# SPDX-License-Identifier: Apache-2.0
"""Writes golden/torch: one set of weights as torch.save and as safetensors write it."""

from collections import OrderedDict
from pathlib import Path

import golden
import torch
from safetensors.torch import load_file, save_file

FOLDER = golden.FOLDER / "torch"
DENSE = Path(__file__).parents[2] / "common/src/test/resources/parity/dense-tanh/model/2_Dense"


def weights() -> "OrderedDict[str, torch.Tensor]":
    """Every type of number, views of all kinds, tied tensors, a Parameter, and torch's metadata."""
    wide = torch.randn(4, 6)
    cube = torch.randn(2, 3, 4)
    state = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2)).state_dict()
    state["double"] = torch.randn(2, 2, dtype=torch.float64)
    state["half"] = torch.randn(3, 2).half()
    state["brain"] = torch.randn(3, 2).bfloat16()
    state["long"] = torch.tensor([[-(2**40), 7]])
    state["int"] = torch.tensor([-(2**30), 7], dtype=torch.int32)
    state["short"] = torch.tensor([-300, 7], dtype=torch.int16)
    state["char"] = torch.tensor([-3, 7], dtype=torch.int8)
    state["byte"] = torch.tensor([253, 7], dtype=torch.uint8)
    state["bool"] = torch.tensor([True, False, True])
    state["wide"] = wide
    state["tied"] = wide
    state["transposed"] = wide.t()
    state["rows"] = wide[1:3]
    state["columns"] = wide[:, 2:5]
    state["every_second"] = wide[::2, 1::2]
    state["permuted"] = cube.permute(2, 0, 1)
    state["permuted_half"] = cube.half().permute(1, 2, 0)[1:, :, 1]
    state["diagonal"] = torch.randn(5, 5).bfloat16().diagonal()
    state["parameter"] = torch.nn.Parameter(torch.randn(2, 1, 3))
    state["frozen"] = torch.nn.Parameter(torch.randn(2).half(), requires_grad=False)
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 3)
    return state


def main() -> None:
    torch.manual_seed(7)
    FOLDER.mkdir(parents=True, exist_ok=True)
    state = weights()
    torch.save(state, FOLDER / "zip.bin")
    torch.save(state, FOLDER / "legacy.bin", _use_new_zipfile_serialization=False)
    dense = {name: tensor.detach().clone().contiguous() for name, tensor in state.items()}
    save_file(dense, FOLDER / "weights.safetensors", metadata={"format": "pt"})
    small = {"a": torch.tensor([[1.5, -2.0], [3.0, 4.5]]).t(), "b": torch.tensor([7, -3]).bfloat16()}
    torch.save(small, FOLDER / "small-zip.bin")
    torch.save(small, FOLDER / "small-legacy.bin", _use_new_zipfile_serialization=False)
    torch.save(load_file(DENSE / "model.safetensors"), FOLDER / "dense.bin")


if __name__ == "__main__":
    main()
