# SPDX-License-Identifier: Apache-2.0
"""Writes golden/static/* and golden/static.json: tiny static models and what the reference makes of them."""

import json
from typing import Any

import golden
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WIDTH = 6
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "the cat sat on a mat dog ran un run ##ning ##s ##able cafe query doc - , . : ' # ( ) 日 ##日".split()
LETTERS = [mark + letter for letter in "abcdehrt" for mark in ("", "##")]
VOCABULARY = list(dict.fromkeys(SPECIAL + WORDS + LETTERS))
TEXTS = [
    "The cat sat on a mat.",
    "",
    "   \t\n",
    "ξζ φψ",
    "dogs: the cat's runnable mat, on the mat (a mat) - the dog ran!",
    "Café “cat” 日日 cat",
    "a [MASK] ran, [mask] [CLS]cat",
    "cat\u0000 \u007fmat\u200b the\u00a0dog\u2028ran \x0bsat\x0ccat \x1c",
    "un" * 51 + " cat " + "a" * 100 + " " + "a" * 101,
    "#s ##s catcat qat",
    "ＣＡＴ ﬁ cat́ İ",
]


def tokenizer(**truncation: Any) -> Tokenizer:
    model = models.WordPiece({t: i for i, t in enumerate(VOCABULARY)}, unk_token="[UNK]")
    made = Tokenizer(model)
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cls, sep = (VOCABULARY.index(token) for token in ("[CLS]", "[SEP]"))
    made.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    made.add_special_tokens(SPECIAL)
    made.enable_padding(length=16)
    if truncation:
        made.enable_truncation(**truncation)
    return made


def modules(path: str, *more: str) -> list[dict[str, Any]]:
    types = ["StaticEmbedding", *more]
    paths = [path, *(f"{i}_{name}" for i, name in enumerate(more, 1))]
    kind = "sentence_transformers.models."
    return [
        {"idx": i, "name": str(i), "path": paths[i], "type": kind + name} for i, name in enumerate(types)
    ]


def save(name: str, made: Tokenizer, tensors: dict[str, torch.Tensor], *more: str) -> dict[str, Any]:
    """One model with its answers: of the whole, with a prompt, and of its first module alone."""
    folder = golden.FOLDER / "static" / name
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"), pretty=False)
    save_file(tensors, folder / "model.safetensors")
    (folder / "modules.json").write_text(json.dumps(modules(".", *more)))
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": bool(more)}))
    model = SentenceTransformer(str(folder), device="cpu")
    # In float32: with half the weights the reference would round its answers too.
    model.float()
    alone = StaticEmbedding.load(str(folder)).float()
    return {
        "name": name,
        "ids": [e.ids for e in alone.tokenizer.encode_batch(TEXTS, add_special_tokens=False)],
        "vectors": model.encode(TEXTS).tolist(),
        "prompted": model.encode(TEXTS, prompt="query: ").tolist(),
        "alone": alone(alone.preprocess(TEXTS))["sentence_embedding"].tolist(),
    }


def main() -> None:
    torch.manual_seed(11)
    size = len(VOCABULARY)
    table = torch.randn(size, WIDTH)
    parts = {
        "embeddings": torch.randn(9, WIDTH).half(),
        "mapping": torch.randint(0, 9, (size,)),
        "weights": torch.rand(size, dtype=torch.float64),
    }
    cut = {"max_length": 6, "stride": 2}
    plain = {"embedding.weight": table}
    cases = [
        save("half", tokenizer(), {"embedding.weight": table.half()}),
        save("model2vec", tokenizer(), {"embeddings": table.half()}, "Normalize"),
        save("folded", tokenizer(), parts, "Normalize"),
        save("mapped", tokenizer(), {k: v for k, v in parts.items() if k != "weights"}),
        save("cut-right", tokenizer(**cut), plain),
        save("cut-left", tokenizer(direction="left", strategy="only_first", **cut), plain),
    ]
    golden.write("static", {"texts": TEXTS, "cases": cases})


if __name__ == "__main__":
    main()
