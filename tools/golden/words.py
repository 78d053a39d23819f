# SPDX-License-Identifier: Apache-2.0
"""Writes golden/words.json: ids of the reference's word tokenizers; needs nltk beside the reference."""

import json
import tempfile
from pathlib import Path
from typing import Any

import golden
import nltk
from sentence_transformers.sentence_transformer.modules.tokenizer import (
    ENGLISH_STOP_WORDS,
    PhraseTokenizer,
    WhitespaceTokenizer,
    WordTokenizer,
)

VOCAB = [
    "PADDING_TOKEN", "the", "The", "cat", "Cat", "dog", "U.S.", "u.s", "don't", "do", "n't", "ca", "hello", "HELLO",
    "i̇stanbul", "istanbul", "ısparta", "οδος", "οδοσ", "σας", "😀", "naïve", "日本語", "cat", "_", "new", "york", "city",
    "New_York", "new_york_city", "san_francisco", "San_Francisco_Bay", "a_b_c_d_e", "a_b_c_d_e_f", "two__doubled",
    "_lead", "trail_", "b_c", "ΟΔΟΣ_ΟΔΟΣ", "οδος_σας", "x", "y", "z", "a", "b", "c", "d", "e", "f", "``", "''", "'s",
    "'", "1,000", "cannot", "can", "not", "𐐨", "𐐨_x", "don", "well",
]  # fmt: skip
TEXTS = [
    "",
    "   \t\n ",
    "the of and a",
    "the cat",
    "The Cat THE CAT",
    "(cat) \"dog\" ...cat!!! 'the' -The- *HELLO*",
    "!?... -- ''",
    "_ __ _cat_ #dog",
    "U.S. (U.S.) u.s. U.S",
    "don't DON'T \"Don't\" cannot Can't",
    "cat\u00a0dog\u0085cat\u2028dog\u2029cat\u001cdog\u001fcat\u3000dog\u2003cat",
    "cat\u200bdog cat\ufeff dog\u180e",
    "İSTANBUL İstanbul! ISTANBUL ISPARTA",
    "ΟΔΟΣ ΟΔΟΣ. ΣΑΣ (ΣΑΣ) ΟΔΟΣ0 ΟΔΟΣ_ΟΔΟΣ",
    "😀 😀! 😀😀 NAÏVE Naïve, 日本語 𐐀 𐐀.",
    "New York City is in New York, new york city too; NEW YORK",
    "San Francisco Bay San Francisco san francisco bay",
    "a b c d e f g a b c d e",
    "a_b c d_e b c B C",
    "two doubled two__doubled two  doubled _ lead trail _",
    "ΟΔΟΣ ΟΔΟΣ οδος σας ΟΔΟΣ ΣΑΣ 𐐀 X",
    "It's the cat's \"dog\" and 1,000 dogs' cats.",
    "unknown words stay away Unknown",
    "cat dog " * 60,
]
WHITESPACE: list[dict[str, Any]] = [
    {},
    {"do_lower_case": True},
    {"stop_words": []},
    {"stop_words": ["", "hello", "HELLO", "οδος"]},
    {"stop_words": [], "vocab": ["", "a", "cat", "", "A", "a"]},
    {"vocab": []},
]
PHRASE: list[dict[str, Any]] = [
    {},
    {"do_lower_case": True},
    {"stop_words": []},
    {"stop_words": [], "max_ngram_length": 2},
    {"stop_words": [], "max_ngram_length": 6},
    {"stop_words": [], "max_ngram_length": 1},
    {"stop_words": [], "ngram_separator": None},
    {"stop_words": [], "ngram_separator": ""},
    {"stop_words": [], "ngram_separator": "__"},
    {"stop_words": ["New_York", "cat", ""], "vocab": ["New_York", "New", "York", "", "cat", "New_York"]},
]


def saved(tokenizer: WordTokenizer, file: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save(folder)
        content: dict[str, Any] = json.loads((Path(folder) / file).read_text())
    return {key: sorted(value) if key == "stop_words" else value for key, value in content.items()}


def case(make: type[WordTokenizer], file: str, given: dict[str, Any]) -> dict[str, Any]:
    config = {"vocab": VOCAB, **given}
    tokenizer = make(**config)
    content = saved(tokenizer, file)
    own = {key: value for key, value in content.items() if key not in ("vocab", "stop_words")}
    return {"given": given, "saved": own, "ids": [tokenizer.tokenize(text) for text in TEXTS]}


def main() -> None:
    whitespace = [case(WhitespaceTokenizer, "whitespacetokenizer_config.json", given) for given in WHITESPACE]
    phrase = [case(PhraseTokenizer, "phrasetokenizer_config.json", given) for given in PHRASE]
    golden.write(
        "words",
        {
            "nltk": nltk.__version__,
            "stop_words": sorted(ENGLISH_STOP_WORDS),
            "vocab": VOCAB,
            "texts": TEXTS,
            "whitespace": whitespace,
            "phrase": phrase,
        },
    )


if __name__ == "__main__":
    main()
