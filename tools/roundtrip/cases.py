# SPDX-License-Identifier: Apache-2.0
"""Models with random weights that the reference writes, each with what it answers.

    cases.py FOLDER [--seed N]

Makes FOLDER/<case>/{model, expected.json} for every case the installed release can write. What is
kept in common/src/test/resources/cases came from seed 1; a round trip draws another.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sentence_transformers
import torch
import transformers
from sentence_transformers import SentenceTransformer, models
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from torch import nn

RELEASE = tuple(int(part) for part in sentence_transformers.__version__.split(".")[:2])

WORDS = (
    "a the man woman plays guitar piano song is was not stock market fell rose new york city "
    "bank of england bank street river light blue dark red one two three ten fast slow runs".split()
)

TEXTS = [
    "A man plays the guitar.",
    "",
    "The stock market of New York fell fast, fast, FAST - and rose.",
    "blue",
    "The woman (not the man) plays a slow song in Zürich, 東京 🚆!",
    " two  dark\tblue\nlights of the Bank of England ",
    "zzz qqq",
    "the bank of england street runs three city light rose new york man is one of ten " * 3,
]

#: Those in which a word of WORDS stands: others have no vector behind a CNN or max pooling.
KNOWN = [text for text in TEXTS if text.strip() and "zzz" not in text]

Case = Callable[[], tuple[SentenceTransformer, list[dict[str, Any]], list[str]]]
CASES: dict[str, tuple[tuple[int, int], Case]] = {}


def case(since: tuple[int, int] = (5, 4)) -> Callable[[Case], Case]:
    """Registers a case; older releases than `since` do not have it, 4.1 writes only its own."""

    def register(make: Case) -> Case:
        CASES[make.__name__.replace("_", "-")] = (since, make)
        return make

    return register


# What models are made of


def randomize(module: nn.Module, scale: float = 0.5) -> nn.Module:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn_like(parameter) * scale)
    return module


def word_pieces(folder: Path) -> Path:
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + c for c in letters)]
    pieces += [*WORDS, *"0123456789.,!?-()"]
    vocab = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = [("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=special
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=48,
    )
    folder.mkdir(parents=True, exist_ok=True)
    fast.save_pretrained(str(folder))
    return folder


def bert(folder: Path, layers: int = 2, **config: Any) -> Path:
    word_pieces(folder)
    size = len(Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab())
    model = transformers.BertModel(
        transformers.BertConfig(
            vocab_size=size,
            hidden_size=16,
            num_hidden_layers=layers,
            num_attention_heads=2,
            intermediate_size=24,
            max_position_embeddings=64,
            **config,
        )
    )
    randomize(model, 0.3).save_pretrained(str(folder))
    return folder


def transformer(**config: Any) -> models.Transformer:
    return models.Transformer(str(bert(scratch() / "bert", **config)))


def words(tokenizer: Any = None, **kwargs: Any) -> models.WordEmbeddings:
    if tokenizer is None:
        tokenizer = models.tokenizer.WhitespaceTokenizer(vocab=["PADDING_TOKEN", *WORDS])
    rows = len(tokenizer.get_vocab())
    table = torch.randn(rows, 12)
    table[0] = 0
    return models.WordEmbeddings(tokenizer, table, **kwargs)


def frequencies() -> dict[str, float]:
    return {word: float(np.round(np.random.rand() * 3, 3)) for word in WORDS[::2]}


SCRATCH: list[Path] = []


def scratch() -> Path:
    return SCRATCH[0]


def model(*modules: nn.Module) -> SentenceTransformer:
    return SentenceTransformer(modules=list(modules), device="cpu")


# The cases


@case()
def words_phrase():
    vocab = ["PADDING_TOKEN", *WORDS, "new_york", "bank_of_england", "new_york_city", "blue_light"]
    tokenizer = models.tokenizer.PhraseTokenizer(vocab=vocab)
    return model(words(tokenizer), models.Pooling(12, "mean")), [{}], TEXTS


@case()
def words_transformers():
    fast = transformers.AutoTokenizer.from_pretrained(str(word_pieces(scratch() / "pieces")))
    table = torch.randn(len(fast), 12)
    embeddings = models.WordEmbeddings(fast, table, max_seq_length=9)
    return model(embeddings, models.Pooling(12, ["mean", "max"])), [{}], TEXTS


@case()
def words_stop_lower():
    vocab = ["PADDING_TOKEN", *WORDS, "the", "plays"]
    tokenizer = models.tokenizer.WhitespaceTokenizer(vocab, stop_words=["of", "a"], do_lower_case=True)
    return model(words(tokenizer, max_seq_length=5), models.Pooling(12, "mean")), [{}], TEXTS


@case()
def words_weights_modes():
    embeddings = words()
    weights = models.WordWeights(embeddings.tokenizer.get_vocab(), frequencies(), 0.25)
    modes = ["mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
    return model(embeddings, weights, models.Pooling(12, modes)), [{}], TEXTS


@case()
def cnn_strided():
    cnn = randomize(models.CNN(12, 6, kernel_sizes=[3, 3], stride_sizes=[2, 2]))
    return model(words(), cnn, models.Pooling(12, ["mean", "max"])), [{"batch_size": 1}], KNOWN


@case()
def cnn_lstm():
    cnn = randomize(models.CNN(12, 5))
    lstm = randomize(models.LSTM(15, 7, num_layers=2, bidirectional=False, dropout=0.3))
    texts = KNOWN
    return model(words(), cnn, lstm, models.Pooling(7, "mean")), [{"batch_size": 1}], texts


@case()
def lstm_deep():
    lstm = randomize(models.LSTM(12, 5, num_layers=3, bidirectional=True))
    return model(words(), lstm, models.Pooling(10, ["mean", "max"])), [{}], KNOWN


@case()
def layers_weighted():
    last = models.WeightedLayerPooling(
        16, num_hidden_layers=3, layer_start=1, layer_weights=nn.Parameter(torch.rand(3) + 0.1)
    )
    encoder = transformer(layers=3, output_hidden_states=True)
    return model(encoder, last, models.Pooling(16, "mean")), [{}], TEXTS


@case()
def dense_residual_tokens():
    token = randomize(
        models.Dense(16, 10, module_input_name="token_embeddings", use_residual=True)
    )
    same = randomize(models.Dense(20, 20, activation_function=nn.GELU(), use_residual=True))
    pooling = models.Pooling(10, ["max", "cls"])
    return model(transformer(), token, pooling, same, models.Normalize()), [{}], TEXTS


@case()
def norm_dropout():
    norm = randomize(models.LayerNorm(16))
    return model(transformer(), models.Pooling(16, "cls"), norm, models.Dropout(0.4)), [{}], TEXTS


@case()
def router_mappings():
    shared = randomize(models.Dense(16, 8))
    query = [transformer(layers=1), models.Pooling(16, "mean"), shared]
    document = [transformer(), models.Pooling(16, "cls"), shared, models.Normalize()]
    router = models.Router(
        {"query": query, "document": document},
        default_route="document",
        route_mappings={("search", None): "query", (None, "text"): "document"},
    )
    calls = [{}, {"task": "search"}, {"task": "query"}, {"task": "document"}]
    return model(router), calls, TEXTS


@case()
def router_after_pooling():
    heads = {"query": [randomize(models.Dense(16, 8))], "document": [models.Normalize()]}
    router = models.Router(heads, allow_empty_key=False)
    calls = [{"task": "query"}, {"task": "document"}]
    return model(transformer(), models.Pooling(16, "mean"), router), calls, TEXTS


@case()
def static_normalize():
    static = models.StaticEmbedding(
        Tokenizer.from_file(str(word_pieces(scratch() / "pieces") / "tokenizer.json")),
        embedding_dim=9,
    )
    return model(static, models.Normalize()), [{}, {"prompt": "the "}], TEXTS


@case()
def bow_duplicates():
    bow = models.BoW([*WORDS, "Zürich,", "the"], frequencies(), unknown_word_weight=0.5)
    return model(bow, randomize(models.Dense(bow.get_embedding_dimension(), 6))), [{}], TEXTS


@case(since=(4, 1))
def asym_first():
    if RELEASE >= (5, 0):
        return None
    sides = {
        "query": [transformer(layers=1), models.Pooling(16, "cls")],
        "doc": [transformer(), models.Pooling(16, pooling_mode_mean_tokens=True)],
    }
    asym = models.Asym(sides, allow_empty_key=False)
    return model(asym), [{"asym_key": "query"}, {"asym_key": "doc"}], TEXTS


@case(since=(4, 1))
def bow_old():
    if RELEASE >= (5, 0):
        return None
    made = model(models.BoW(WORDS, frequencies(), cumulative_term_frequency=False))
    # This release shuffles the vocabulary whenever it reads one; the file's order is what counts.
    made.columns = lambda read: [read[0].vocab.index(word) for word in made[0].vocab]
    return made, [{}], TEXTS


@case(since=(4, 1))
def words_old():
    if RELEASE >= (5, 0):
        return None
    embeddings = words(max_seq_length=3)
    cnn = randomize(models.CNN(12, 4, kernel_sizes=[1, 3]))
    return model(embeddings, cnn, models.Pooling(8, "mean")), [{"batch_size": 1}], KNOWN


# Other forms of the weights


@case()
def weights_bin():
    lstm = randomize(models.LSTM(12, 5))
    dense = randomize(models.Dense(10, 4))
    made = model(words(), lstm, models.Pooling(10, "mean"), dense)
    made.save_safely = False
    return made, [{}], TEXTS


@case()
def weights_bert_bin():
    folder = bert(scratch() / "bin")
    encoder = transformers.BertModel.from_pretrained(str(folder))
    made = model(models.Transformer(str(folder)), models.Pooling(16, "mean"))
    made.after_save = lambda to: (
        torch.save(encoder.state_dict(), to / "pytorch_model.bin"),
        (to / "model.safetensors").unlink(),
    )
    return made, [{}], TEXTS


def narrow(kind: torch.dtype):
    made = model(
        transformer(), models.Pooling(16, "mean"), randomize(models.Dense(16, 8, bias=False))
    )
    made.narrow = kind
    return made, [{}], TEXTS


@case()
def weights_fp16():
    return narrow(torch.float16)


@case()
def weights_bf16():
    return narrow(torch.bfloat16)


@case()
def weights_sharded():
    folder = bert(scratch() / "whole")
    encoder = transformers.BertModel.from_pretrained(str(folder))
    made = model(models.Transformer(str(folder)), models.Pooling(16, "mean"))
    made.after_save = lambda to: (
        (to / "model.safetensors").unlink(),
        encoder.save_pretrained(str(to), max_shard_size="12KB"),
    )
    return made, [{}], TEXTS


# Writing them down


def answer(
    made: SentenceTransformer, texts: list[str], args: dict[str, Any], columns: Any
) -> list[list[float]]:
    kwargs = dict(args)
    key = kwargs.pop("asym_key", None)
    inputs = texts if key is None else [{key: text} for text in texts]
    vectors = made.encode(inputs, convert_to_numpy=True, show_progress_bar=False, **kwargs)
    vectors = vectors[:, columns]
    assert np.isfinite(vectors).all(), f"not finite: {args}"
    return [[round(float(x), 8) for x in row] for row in vectors]


def write(name: str, make: Case, folder: Path, seed: int) -> bool:
    torch.manual_seed(seed)
    np.random.seed(seed)
    made = make()
    if made is None:
        return False
    reference, calls, texts = made
    reference.eval()
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    if kind := getattr(reference, "narrow", None):
        reference.to(kind)
    reference.save(
        str(target / "model"),
        create_model_card=False,
        safe_serialization=getattr(reference, "save_safely", True),
    )
    if after := getattr(reference, "after_save", None):
        after(target / "model")
    # What a directory means is what it means when it is read: saving drops words that stand twice.
    read = SentenceTransformer(str(target / "model"), device="cpu").float().eval()
    columns = reference.columns(read) if hasattr(reference, "columns") else slice(None)
    expected = {
        "case": name,
        "reference": f"sentence-transformers {sentence_transformers.__version__},"
        f" transformers {transformers.__version__}",
        "texts": texts,
        "calls": [
            {
                "args": {key: value for key, value in args.items() if key != "batch_size"},
                "embeddings": answer(read, texts, args, columns),
            }
            for args in calls
        ],
    }
    text = json.dumps(expected, ensure_ascii=False, allow_nan=False)
    (target / "expected.json").write_text(text, encoding="utf-8")
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    SCRATCH.append(options.folder / ".scratch")
    count = 0
    for index, (name, (since, make)) in enumerate(CASES.items()):
        fits = since == (4, 1) if RELEASE < (5, 0) else True
        if fits and RELEASE >= since and options.only in name:
            count += write(name, make, options.folder, options.seed * 1000 + index)
    shutil.rmtree(SCRATCH[0], ignore_errors=True)
    print(f"{count} cases in {options.folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
