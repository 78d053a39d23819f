# SPDX-License-Identifier: Apache-2.0
"""Makes the models of the backends benchmark: each once for torch, ONNX Runtime and OpenVINO.

What: writes OUTDIR/NAME-BACKEND for the model of MODEL_DIR, by its real weights, and unless told
otherwise for one of BERT-base's shape with random weights and the same tokenizer. The files are exported by
sentence-transformers itself, through Optimum.

Why: both sides of the benchmark load the same files, so they run the same graphs.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer, models
from transformers import AutoTokenizer, BertConfig, BertModel

BACKENDS = ["torch", "onnx", "openvino"]
SEED = 5


def bert_base(tokenizer_dir: Path, folder: Path) -> None:
    torch.manual_seed(SEED)
    tokenizer = AutoTokenizer.from_pretrained(tokenizer_dir)
    BertModel(BertConfig(vocab_size=len(tokenizer))).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    transformer = models.Transformer(str(folder / "bert"), max_seq_length=256)
    pooling = models.Pooling(transformer.get_word_embedding_dimension())
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "base"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the models of the backends benchmark.")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path)
    parser.add_argument("model", metavar="MODEL_DIR", type=Path)
    parser.add_argument("--names", nargs="+", choices=["model", "base"], default=["model", "base"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sources = {"model": args.model, "base": Path(scratch) / "base"}
        if "base" in args.names:
            bert_base(args.model, Path(scratch))
        for name in args.names:
            source = sources[name]
            for backend in BACKENDS:
                model = SentenceTransformer(str(source), backend=backend, device="cpu")
                model.save_pretrained(str(args.outdir / f"{name}-{backend}"))


if __name__ == "__main__":
    main()
