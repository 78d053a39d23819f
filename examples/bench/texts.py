# SPDX-License-Identifier: Apache-2.0
"""Makes the two text sets of the benchmarks, the same bytes on every machine.

What: short.txt holds 3000 short texts (about 11 tokens on average, counted with the model's
start and end tokens) and mixed.txt holds 800 longer ones (about 45 tokens on average, with a tail
to about 250), one text a line; other numbers of texts may be asked for. They are cut from, and put together of, the sentences in
examples/data/sentences.csv or the texts of another file.

Why: the rate of an encoder depends on how long the texts are and how much their lengths differ,
so there is one set of search-query-like texts and one of paragraphs of uneven length. Lengths are
counted in words, because this script has no tokenizer; an English word is about 1.2 tokens.

Only random() of the generator is used: Python promises the same sequence for it in all versions.
"""

import argparse
import csv
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SENTENCES = Path(__file__).resolve().parents[1] / "data" / "sentences.csv"
SEED = 3

SHORT_TEXTS = 3000
SHORT_WORDS = range(5, 15)

MIXED_TEXTS = 800
MIXED_MEAN_WORDS = 33
MIXED_MAX_WORDS = 200

# A cell or line with fewer words is a heading or a label, not a text.
MIN_WORDS = 3
BREAK = re.compile(r"[,;:.!?]['\")]*$")


def read_csv(path: Path) -> list[str]:
    """The column named text where the first row names one, else the first two columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if rows and "text" in rows[0]:
        column = rows[0].index("text")
        return [row[column] for row in rows[1:] if len(row) > column]
    return [cell for row in rows for cell in row[:2]]


def read_source(path: Path) -> list[str]:
    """The distinct texts of a .csv or .txt file, in its order, each on one line."""
    if path.suffix.lower() == ".csv":
        cells = read_csv(path)
    else:
        cells = path.read_text(encoding="utf-8-sig").split("\n")
    texts = (" ".join(cell.split()) for cell in cells)
    return list(dict.fromkeys(text for text in texts if words(text) >= MIN_WORDS))


def words(text: str) -> int:
    return text.count(" ") + 1 if text else 0


def shuffled(items: Iterable[str], rng: random.Random) -> list[str]:
    return sorted(items, key=lambda _: rng.random())


def pieces(text: str) -> tuple[list[str], list[str]]:
    """The runs of whole clauses in a text, and their prefixes, that are as long as a short text."""
    parts = text.split(" ")
    last = len(parts)
    ends = [at for at, part in enumerate(parts, 1) if at == last or BREAK.search(part)]
    starts = [0, *ends[:-1]]
    runs = ((start, end) for start in starts for end in ends)
    whole = [cut(parts, start, end) for start, end in runs if end - start in SHORT_WORDS]
    prefixes = [
        cut(parts, start, start + length)
        for start in starts
        for length in SHORT_WORDS
        if start + length <= last
    ]
    return whole, prefixes


def cut(parts: list[str], start: int, end: int) -> str:
    return " ".join(parts[start:end]).rstrip(",;:")


def short_pool(source: list[str], rng: random.Random) -> dict[int, list[str]]:
    """The distinct pieces of all texts by number of words, whole clauses before mere prefixes."""
    cuts = [pieces(text) for text in source]
    whole = dict.fromkeys(piece for wholes, _ in cuts for piece in wholes)
    prefixes = dict.fromkeys(piece for _, rest in cuts for piece in rest if piece not in whole)
    pool: dict[int, list[str]] = {length: [] for length in SHORT_WORDS}
    for piece in shuffled(whole, rng) + shuffled(prefixes, rng):
        pool[words(piece)].append(piece)
    return pool


def short_length(rng: random.Random) -> int:
    """The smaller of two even draws, so that shorter texts are more frequent."""
    return SHORT_WORDS[int(min(rng.random(), rng.random()) * len(SHORT_WORDS))]


def crossings(pool: dict[int, list[str]], rng: random.Random) -> dict[int, list[str]]:
    """As many pieces again of each length: the start of one, then the rest of another."""
    fresh = {}
    for length, texts in pool.items():
        starts = [text.split(" ")[: length // 2] for text in texts]
        rests = [text.split(" ")[length // 2 :] for text in shuffled(texts, rng)]
        fresh[length] = [" ".join(start + rest) for start, rest in zip(starts, rests)]
    return fresh


def unseen(pool: dict[int, list[str]], seen: set[str]) -> dict[int, list[str]]:
    return {
        length: [text for text in dict.fromkeys(texts) if text not in seen]
        for length, texts in pool.items()
    }


def short_texts(source: list[str], rng: random.Random, count: int) -> list[str]:
    """Pieces of random length, then crossings of them; without duplicates where there are enough."""
    pool = short_pool(source, rng)
    if not any(pool.values()):
        raise SystemExit(f"texts.py: no text of {SHORT_WORDS[0]} words or more in the source")
    left = {length: list(reversed(texts)) for length, texts in pool.items()}
    texts: list[str] = []
    while len(texts) < count:
        if not any(left.values()):
            left = unseen(crossings(pool, rng), set(texts))
            left = left if any(left.values()) else {k: list(v) for k, v in pool.items()}
        wanted = short_length(rng)
        length = min(filter(left.get, left), key=lambda have: abs(have - wanted))
        texts.append(left[length].pop())
    return texts


def endless(source: list[str], rng: random.Random) -> Iterator[str]:
    while True:
        yield from shuffled(source, rng)


def mixed_text(stream: Iterator[str], more: float, rng: random.Random) -> str:
    """Sentences joined for as long as the dice say so, which makes their number exponential."""
    text = next(stream)
    while rng.random() < more and words(text) < MIXED_MAX_WORDS:
        text += " " + next(stream)
    return " ".join(text.split(" ")[:MIXED_MAX_WORDS])


def mixed_texts(source: list[str], rng: random.Random, count: int) -> list[str]:
    """Texts of a random number of sentences; one that came before gets a further sentence."""
    mean_words = sum(map(words, source)) / len(source)
    more = 1 - min(1.0, mean_words / MIXED_MEAN_WORDS)
    stream = endless(source, rng)
    texts: list[str] = []
    seen: set[str] = set()
    while len(texts) < count:
        text = mixed_text(stream, more, rng)
        if text in seen:
            text = f"{text} {next(stream)}"
        seen.add(text)
        texts.append(text)
    return texts


def write_lines(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(text + "\n" for text in texts)
    mean = sum(map(words, texts)) / len(texts)
    longest = max(map(words, texts))
    print(f"{path}: {len(texts)} texts, {mean:.1f} words on average, {longest} at most")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes short.txt and mixed.txt in OUTDIR.")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path)
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        type=Path,
        default=SENTENCES,
        help="a .csv whose first two columns are texts, or a .txt with one text a line",
    )
    parser.add_argument("--short", metavar="N", type=positive, default=SHORT_TEXTS)
    parser.add_argument("--mixed", metavar="N", type=positive, default=MIXED_TEXTS)
    args = parser.parse_args()
    try:
        source = read_source(args.source)
    except (OSError, ValueError, csv.Error) as error:
        parser.error(f"cannot read {args.source}: {error}")
    if not source:
        parser.error(f"no text in {args.source}")
    args.outdir.mkdir(parents=True, exist_ok=True)
    short = short_texts(source, random.Random(SEED), args.short)
    mixed = mixed_texts(source, random.Random(SEED + 1), args.mixed)
    write_lines(args.outdir / "short.txt", short)
    write_lines(args.outdir / "mixed.txt", mixed)


if __name__ == "__main__":
    main()
