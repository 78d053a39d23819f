# SPDX-License-Identifier: Apache-2.0
"""Makes the text sets of the benchmarks, the same bytes on every machine.

What: files of one text a line, of which other numbers may be asked for:
  short   3000 of about 11 tokens on average, counted with the model's start and end tokens
  mixed   800 of about 45 tokens on average, with a tail to about 250
  long    100 of 256 to 512 tokens
  skewed  3000 short ones, drawn from a pool of as many so that few texts are most of them
They are cut from, and put together of, the sentences in examples/data/sentences.csv or the texts of
another file.

Why: the rate of an encoder depends on how long the texts are and how much their lengths differ,
so there are sets of search-query-like texts, of paragraphs of uneven length, of whole pages, and of
texts that come again. Lengths are counted in words, because this script has no tokenizer; an
English word is about 1.2 tokens.

Only random() of the generator is used: Python promises the same sequence for it in all versions.
"""

import argparse
import bisect
import csv
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

SENTENCES = Path(__file__).resolve().parents[1] / "data" / "sentences.csv"
SEED = 3

SHORT_TEXTS = 3000
SHORT_WORDS = range(5, 15)

MIXED_TEXTS = 800
MIXED_MEAN_WORDS = 33
MIXED_MAX_WORDS = 200

LONG_TEXTS = 100
LONG_WORDS = range(220, 381)

SKEWED_TEXTS = 3000

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


def long_texts(source: list[str], rng: random.Random, count: int) -> list[str]:
    """Sentences joined and cut after a number of words that is drawn evenly."""
    stream = endless(source, rng)
    lengths = (LONG_WORDS[int(rng.random() * len(LONG_WORDS))] for _ in range(count))
    return [joined(stream, length) for length in lengths]


def joined(stream: Iterator[str], length: int) -> str:
    """So many words of the stream, from the beginning of a sentence on."""
    text = next(stream)
    while words(text) < length:
        text += " " + next(stream)
    return " ".join(text.split(" ")[:length])


def skewed_texts(source: list[str], rng: random.Random, count: int) -> list[str]:
    """Draws from a pool, the n-th text of which is drawn 1/n times as often as the first (Zipf)."""
    pool = short_texts(source, rng, count)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))
    draws = (rng.random() * weights[-1] for _ in range(count))
    return [pool[min(bisect.bisect(weights, draw), count - 1)] for draw in draws]


def write_lines(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(text + "\n" for text in texts)
    mean = sum(map(words, texts)) / len(texts)
    longest = max(map(words, texts))
    distinct = len(set(texts))
    print(
        f"{path}: {len(texts)} texts, {distinct} distinct, "
        f"{mean:.1f} words on average, {longest} at most"
    )


Maker = Callable[[list[str], random.Random, int], list[str]]

# A new one goes to the end, as its place is a part of its seed.
SETS: dict[str, tuple[int, Maker]] = {
    "short": (SHORT_TEXTS, short_texts),
    "mixed": (MIXED_TEXTS, mixed_texts),
    "long": (LONG_TEXTS, long_texts),
    "skewed": (SKEWED_TEXTS, skewed_texts),
}


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a file of each text set in OUTDIR.")
    parser.add_argument("outdir", metavar="OUTDIR", type=Path)
    parser.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        type=Path,
        default=SENTENCES,
        help="a .csv whose first two columns are texts, or a .txt with one text a line",
    )
    for name, (count, _) in SETS.items():
        parser.add_argument(f"--{name}", metavar="N", type=positive, default=count)
    args = parser.parse_args()
    try:
        source = read_source(args.source)
    except (OSError, ValueError, csv.Error) as error:
        parser.error(f"cannot read {args.source}: {error}")
    if not source:
        parser.error(f"no text in {args.source}")
    args.outdir.mkdir(parents=True, exist_ok=True)
    for number, (name, (_, make)) in enumerate(SETS.items()):
        made = make(source, random.Random(SEED + number), getattr(args, name))
        write_lines(args.outdir / f"{name}.txt", made)


if __name__ == "__main__":
    main()
