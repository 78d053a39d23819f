# SPDX-License-Identifier: Apache-2.0
"""Writes golden/backend/*: tiny random models of transformers with all their hidden states.

Each case is a safetensors file, with the weights in float16 under the names the reference saves them by and
the hidden states in float32 as "expected" (layers + 1, tokens of all rows, H), and a JSON file with the
configuration and the token ids. Every row ran alone; rows of a padded batch must give the same.
"""

import argparse
import json
from typing import Any

import golden
import torch
import transformers
from safetensors.torch import save_file

FOLDER = golden.FOLDER / "backend"
LENGTHS = [9, 4, 1, 13, 6]
VOCAB = 40

BERT = {"vocab_size": VOCAB, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
        "intermediate_size": 20, "max_position_embeddings": 18, "type_vocab_size": 2, "pad_token_id": 0}
ROBERTA = {**BERT, "pad_token_id": 1, "type_vocab_size": 1}
DECODER = {"vocab_size": VOCAB, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 6,
           "num_key_value_heads": 2, "head_dim": 6, "intermediate_size": 20, "max_position_embeddings": 64,
           "pad_token_id": 0, "bos_token_id": None, "eos_token_id": None}
MODERN = {"vocab_size": VOCAB, "hidden_size": 24, "num_attention_heads": 3, "intermediate_size": 20,
          "max_position_embeddings": 64, "pad_token_id": 0, "bos_token_id": 2, "cls_token_id": 2,
          "eos_token_id": 3, "sep_token_id": 3}
T5 = {"vocab_size": VOCAB, "d_model": 16, "d_kv": 6, "d_ff": 20, "num_layers": 2, "num_heads": 3,
      "pad_token_id": 0, "is_encoder_decoder": False, "use_cache": False}

# name: (class, configuration, prefix of the tensors in the file)
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "bert-relu-types": ("BertModel", {**BERT, "hidden_act": "relu", "type_vocab_size": 3}, "bert."),
    "bert-one-head": ("BertModel", {**BERT, "num_attention_heads": 1, "layer_norm_eps": 0.01}, ""),
    "roberta-padding-5": ("RobertaModel", {**ROBERTA, "pad_token_id": 5, "max_position_embeddings": 22}, "roberta."),
    "xlm-roberta": ("XLMRobertaModel", {**ROBERTA, "num_attention_heads": 4, "hidden_act": "gelu_new"}, ""),
    "camembert": ("CamembertModel", {**ROBERTA, "num_hidden_layers": 1}, "roberta."),
    "electra-narrow": ("ElectraModel", {**BERT, "embedding_size": 10}, "electra."),
    "electra-equal": ("ElectraModel", {**BERT, "embedding_size": 24, "num_hidden_layers": 1}, ""),
    "distilbert": ("DistilBertModel", {"vocab_size": VOCAB, "dim": 24, "n_layers": 2, "n_heads": 3, "hidden_dim": 20,
                                       "max_position_embeddings": 16, "pad_token_id": 0}, "distilbert."),
    "distilbert-sinusoidal": ("DistilBertModel", {
        "vocab_size": VOCAB, "dim": 20, "n_layers": 1, "n_heads": 5, "hidden_dim": 30, "activation": "relu",
        "max_position_embeddings": 16, "sinusoidal_pos_embds": True, "pad_token_id": 0}, ""),
    "mpnet": ("MPNetModel", {**ROBERTA}, "mpnet."),
    "mpnet-five-heads": ("MPNetModel", {**ROBERTA, "hidden_size": 20, "num_attention_heads": 5}, ""),
    "albert-two-groups": ("AlbertModel", {**BERT, "embedding_size": 10, "num_hidden_layers": 5, "num_hidden_groups": 2,
                                          "inner_group_num": 1}, "albert."),
    "albert-inner": ("AlbertModel", {**BERT, "embedding_size": 24, "num_hidden_layers": 2, "num_hidden_groups": 1,
                                     "inner_group_num": 2, "hidden_act": "gelu"}, ""),
    "t5-relu": ("T5EncoderModel", {**T5, "feed_forward_proj": "relu"}, ""),
    "t5-gated-few-buckets": ("T5EncoderModel", {**T5, "feed_forward_proj": "gated-gelu", "num_layers": 3,
                                                "relative_attention_num_buckets": 8,
                                                "relative_attention_max_distance": 10}, ""),
    "mt5-gated-silu": ("MT5EncoderModel", {**T5, "feed_forward_proj": "gated-silu"}, ""),
    "modernbert-window": ("ModernBertModel", {**MODERN, "num_hidden_layers": 4, "local_attention": 4}, "model."),
    "modernbert-biases": ("ModernBertModel", {**MODERN, "num_hidden_layers": 3, "local_attention": 7,
                                              "attention_bias": True, "mlp_bias": True, "norm_bias": True,
                                              "layer_types": ["sliding_attention", "full_attention",
                                                              "sliding_attention"]}, ""),
    "qwen3-grouped": ("Qwen3Model", {**DECODER}, "model."),
    "qwen3-biased-window": ("Qwen3Model", {**DECODER, "attention_bias": True, "use_sliding_window": True,
                                           "sliding_window": 4, "max_window_layers": 1, "head_dim": 8,
                                           "num_key_value_heads": 6}, ""),
    "qwen3-bidirectional": ("Qwen3Model", {**DECODER, "num_key_value_heads": 1, "num_hidden_layers": 2,
                                           "is_causal": False}, ""),
}


def randomise(model: torch.nn.Module) -> None:
    """Weights that let every part of a layer count, exact in float16."""
    for name, parameter in sorted(model.named_parameters()):
        values = torch.randn(parameter.shape)
        if parameter.dim() == 1:
            values = values * 0.2 + (1.0 if name.endswith("weight") else 0.0)
        else:
            values = values * (0.6 if "embed" in name or "relative" in name else 1.3 / parameter.shape[-1] ** 0.5)
        parameter.data = values.half().float()


def rows(pad: int) -> list[list[int]]:
    """Random ids; one row has the padding token among its tokens, as a text may spell it out."""
    ids = [torch.randint(6, VOCAB, (n,)).tolist() for n in LENGTHS]
    ids[4][2] = pad
    return ids


@torch.no_grad()
def states(model: torch.nn.Module, ids: list[list[int]]) -> torch.Tensor:
    """(layers + 1, tokens, H), every row by itself."""
    outputs = []
    for row in ids:
        tokens = torch.tensor([row])
        hidden = model(tokens, attention_mask=torch.ones_like(tokens), output_hidden_states=True).hidden_states
        outputs.append(torch.stack(hidden)[:, 0])
    return torch.cat(outputs, dim=1)


def write(name: str) -> None:
    class_name, settings, prefix = CASES[name]
    torch.manual_seed(sum(name.encode()))
    model_class = getattr(transformers, class_name)
    config = model_class.config_class(**settings)
    model = model_class._from_config(config, attn_implementation="eager").eval()
    randomise(model)
    pad = settings["pad_token_id"]
    ids = rows(pad)
    tensors = {prefix + key: value.half().contiguous() for key, value in model.state_dict().items()}
    for key in ["encoder.embed_tokens.weight"]:
        tensors.pop(key, None)
    tensors = {k: v for k, v in tensors.items() if "pooler" not in k and "inv_freq" not in k}
    tensors["expected"] = states(model, ids).contiguous()
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(tensors, FOLDER / f"{name}.safetensors")
    kept = {**settings, "model_type": config.model_type}
    golden.write(f"backend/{name}", {"transformers": transformers.__version__, "config": kept, "ids": ids})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="the cases to write; all without any")
    for name in parser.parse_args().names or CASES:
        write(name)
        size = sum((FOLDER / f"{name}.{end}").stat().st_size for end in ("json", "safetensors"))
        print(json.dumps({"case": name, "bytes": size}))


if __name__ == "__main__":
    main()
