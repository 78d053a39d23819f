# SPDX-License-Identifier: Apache-2.0
"""Writes tiny transformers of random weights, exported to ONNX and OpenVINO, with what they answer.

Usage: graphs.py   (the reference's environment and beside it onnx, onnxscript, onnxruntime and
openvino, none of which sentence-transformers needs)
Into golden/graph/NAME: config.json, model.safetensors, onnx/model.onnx, openvino/openvino_model.xml
with its .bin, and expected.json with ragged rows of ids and their last hidden states, each row run
alone by torch. For bert also onnx/model_external.onnx, whose weights are in a file beside it, and
onnx/model_qint8.onnx with quantised weights.
"""

import shutil
from pathlib import Path
from typing import Any

import golden
import onnx
import onnxruntime.quantization
import openvino
import torch
import transformers

LENGTHS = [7, 2, 12, 1, 5]
SIZES: dict[str, Any] = {
    "hidden_size": 12,
    "intermediate_size": 24,
    "num_attention_heads": 3,
    "num_hidden_layers": 2,
    "max_position_embeddings": 40,
    "initializer_range": 0.4,
}
# BERT's has as many words as the tokenizer of the parity models, so that texts can be encoded.
MODELS = {
    "bert": (transformers.BertConfig, {"vocab_size": 900, "pad_token_id": 0, "type_vocab_size": 2}),
    "roberta": (
        transformers.RobertaConfig,
        {"vocab_size": 40, "pad_token_id": 1, "type_vocab_size": 1},
    ),
    "qwen3": (
        transformers.Qwen3Config,
        {"vocab_size": 40, "pad_token_id": 1, "num_key_value_heads": 1, "head_dim": 4, "num_hidden_layers": 1},
    ),
}


class LastHiddenState(torch.nn.Module):
    """What is exported: ids and mask in, one tensor out."""

    def __init__(self, model: torch.nn.Module, types: bool) -> None:
        super().__init__()
        self.model = model
        self.types = types

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        more = {"token_type_ids": token_type_ids} if self.types else {"use_cache": False}
        return self.model(
            input_ids=input_ids, attention_mask=attention_mask, return_dict=False, **more
        )[0]


def write(name: str) -> None:
    make, own = MODELS[name]
    torch.manual_seed(11)
    config = make(**{**SIZES, **own}, attn_implementation="eager")
    model = transformers.AutoModel.from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    folder = golden.FOLDER / "graph" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    rows = [torch.randint(3, 40, (length,)).tolist() for length in LENGTHS]
    with torch.no_grad():
        states = [model(torch.tensor([row])).last_hidden_state[0].flatten().tolist() for row in rows]
    golden.write(f"graph/{name}/expected", {"ids": rows, "states": states})
    export(model, name == "bert", folder)
    for file in folder.rglob("*.*"):
        file.chmod(0o644)


def export(model: torch.nn.Module, types: bool, folder: Path) -> None:
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if types else [])]
    example = torch.ones(2, 5, dtype=torch.int64)
    example[1, 3:] = 0
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}
    (folder / "onnx").mkdir()
    onnx_file = folder / "onnx/model.onnx"
    inputs = (example + 3, example, *([example * 0] if types else []))
    program = torch.onnx.export(
        LastHiddenState(model, types).eval(),
        inputs,
        dynamo=True,
        input_names=names,
        output_names=["last_hidden_state"],
        dynamic_shapes=tuple(axes for _ in names),
        external_data=False,
    )
    program.save(onnx_file, external_data=False)
    proto = plain(onnx.load(onnx_file))
    onnx.save(proto, onnx_file)
    (folder / "openvino").mkdir()
    openvino.save_model(
        openvino.convert_model(onnx_file),
        folder / "openvino/openvino_model.xml",
        compress_to_fp16=False,
    )
    if types:
        onnxruntime.quantization.quantize_dynamic(onnx_file, folder / "onnx/model_qint8.onnx")
        onnx.save(
            proto,
            folder / "onnx/model_external.onnx",
            save_as_external_data=True,
            location="model_external.onnx_data",
            size_threshold=64,
        )


def plain(proto: onnx.ModelProto) -> onnx.ModelProto:
    """Without what the exporter notes about every node, which is most of such a small file."""
    del proto.graph.value_info[:]
    del proto.graph.metadata_props[:]
    proto.ClearField("functions")
    for node in proto.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    return proto


if __name__ == "__main__":
    for model_name in MODELS:
        write(model_name)
