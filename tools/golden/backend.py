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
DEBERTA = {**BERT, "relative_attention": True}
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
    "llama-biases": ("LlamaModel", {**DECODER, "num_attention_heads": 4, "attention_bias": True, "mlp_bias": True}, "model."),
    "llama-scaled": ("LlamaModel", {**DECODER, "hidden_size": 15, "num_attention_heads": 5, "num_key_value_heads": 5,
                                    "num_hidden_layers": 2, "head_dim": 8,
                                    "rope_theta": 40.0, "rope_scaling": {
                                        "rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0,
                                        "high_freq_factor": 4.0, "original_max_position_embeddings": 32}}, ""),
    "mistral-window": ("MistralModel", {**DECODER, "sliding_window": 5, "rope_theta": 100.0}, "model."),
    "mistral-whole": ("MistralModel", {**DECODER, "sliding_window": None, "num_key_value_heads": 1,
                                       "num_hidden_layers": 2, "rope_scaling": {"type": "linear", "factor": 2.0}}, ""),
    "qwen2": ("Qwen2Model", {**DECODER, "hidden_size": 18, "num_attention_heads": 3, "num_key_value_heads": 1}, "model."),
    "qwen2-window-bidirectional": ("Qwen2Model", {
        **DECODER, "hidden_size": 24, "num_attention_heads": 4, "use_sliding_window": True, "sliding_window": 3,
        "layer_types": ["full_attention", "sliding_attention"], "num_hidden_layers": 2, "is_causal": False}, ""),
    "nomic_bert": ("NomicBertModel", {**BERT, "num_attention_heads": 3}, "nomic_bert."),
    "nomic_bert-own-names": ("NomicBertModel", {**BERT, "num_attention_heads": 4, "type_vocab_size": 1,
                                                "rope_parameters": {"rope_type": "default", "rope_theta": 77.0}}, ""),
    "gte": ("GteModel", {**BERT, "num_attention_heads": 3, "type_vocab_size": 0}, "gte."),
    "gte-own-names": ("GteModel", {**BERT, "num_attention_heads": 4, "hidden_act": "gelu_new", "rope_theta": 90.0}, "new."),
    "gemma3-causal": ("Gemma3TextModel", {**DECODER, "num_hidden_layers": 3, "num_attention_heads": 4, "head_dim": 8,
                                          "sliding_window": 4, "sliding_window_pattern": 2,
                                          "query_pre_attn_scalar": 5}, "model."),
    "gemma3-bidirectional": ("Gemma3TextModel", {
        **DECODER, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 6,
        "sliding_window": 6, "use_bidirectional_attention": True, "attention_bias": True,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
        "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0},
                            "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}}, ""),
    "deberta-v3": ("DebertaV2Model", {**DEBERTA, "type_vocab_size": 0, "position_biased_input": False,
                                      "share_att_key": True, "norm_rel_ebd": "layer_norm", "position_buckets": 6,
                                      "max_position_embeddings": 9, "pos_att_type": "p2c|c2p"}, "deberta."),
    "deberta-v2-convolution": ("DebertaV2Model", {
        **DEBERTA, "conv_kernel_size": 3, "conv_act": "gelu", "position_buckets": 8, "max_relative_positions": 12,
        "share_att_key": False, "pos_att_type": ["p2c", "c2p"], "norm_rel_ebd": "layer_norm", "embedding_size": 10}, ""),
    "deberta-v2-c2p": ("DebertaV2Model", {**DEBERTA, "pos_att_type": ["c2p"], "type_vocab_size": 0,
                                          "num_hidden_layers": 1, "max_relative_positions": 7}, ""),
    "deberta-v2-plain": ("DebertaV2Model", {**DEBERTA, "relative_attention": False, "num_hidden_layers": 1,
                                            "pos_att_type": ["p2c"]}, ""),
    "qwen3-bidirectional": ("Qwen3Model", {**DECODER, "num_key_value_heads": 1, "num_hidden_layers": 2,
                                           "is_causal": False}, ""),
}


def randomise(model: torch.nn.Module) -> None:
    """Weights that let every part of a layer count, exact in float16."""
    one = 0.0 if type(model).__name__.startswith("Gemma") else 1.0
    for name, parameter in sorted(model.named_parameters()):
        values = torch.randn(parameter.shape)
        if parameter.dim() == 1:
            values = values * 0.2 + (one if name.endswith("weight") else 0.0)
        else:
            values = values * (0.6 if "embed" in name or "relative" in name else 1.3 / parameter.shape[-1] ** 0.5)
        parameter.data = values.half().float()


def own_names(model_type: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors as the models' own code writes them: some products are one."""
    if model_type == "nomic_bert":
        names = {"embeddings.LayerNorm": "emb_ln", "self_attn.o_proj": "attn.out_proj", "up_proj": "fc11",
                 "gate_proj": "fc12", "down_proj": "fc2", "post_attention_layernorm": "norm1",
                 "post_mlp_layernorm": "norm2"}
        layer, fused, gates = "encoder.layers.", "attn.Wqkv", []
    else:
        names = {"self_attn.o_proj": "attention.o_proj", "post_attention_layernorm": "attn_ln",
                 "post_mlp_layernorm": "mlp_ln"}
        layer, fused, gates = "encoder.layer.", "attention.qkv_proj", ["up_proj", "gate_proj"]
    own: dict[str, torch.Tensor] = {}
    for key, value in tensors.items():
        for name, instead in names.items():
            if key.startswith(name) or f".{name}." in key:
                key = key.replace(name, instead)
        key = layer + key.removeprefix("layers.") if key.startswith("layers.") else key
        for group, first in ((["q_proj", "k_proj", "v_proj"], "self_attn."), (gates, "mlp.")):
            parts = [part for part in group if f"{first}{part}." in key]
            if parts:
                stem, end = key.split(first + parts[0])
                target = stem + (fused if first == "self_attn." else "mlp.up_gate_proj") + end
                own.setdefault(target, torch.cat([find(tensors, key, parts[0], part, layer) for part in group]))
                break
        else:
            own[key] = value
    return own


def find(tensors: dict[str, torch.Tensor], key: str, found: str, part: str, layer: str) -> torch.Tensor:
    return tensors[key.replace(layer, "layers.").replace(found, part)]


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
    tensors.pop("encoder.embed_tokens.weight", None)
    if name.endswith("own-names"):
        bare = {key.removeprefix(prefix): value for key, value in tensors.items()}
        tensors = {prefix + key: value for key, value in own_names(config.model_type, bare).items()}
    tensors = {k: v for k, v in tensors.items() if "pooler" not in k and "inv_freq" not in k}
    tensors["expected"] = states(model, ids).contiguous()
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_file(tensors, FOLDER / f"{name}.safetensors")
    kept = {**settings, "model_type": "new" if prefix == "new." else config.model_type}
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
