# SPDX-License-Identifier: Apache-2.0
"""Writes golden/python_text.json: white space, punctuation and lower case of Python, over all of Unicode."""

import string
import sys
import unicodedata
from collections.abc import Callable

import golden

SIGMA = "Σ"
TEXTS = [
    "ΟΔΟΣ",
    "ΟΔΟΣ ΣΑΣ Σ",
    "ΣΑΣ.",
    "ΣΑΣ'Σ",
    "Α0Σ 0Σ",
    "ΑΣ\u0301Α ΑΣ\u0301",
    "ΑΣ_ΑΣ",
    "Α\u00adΣ Α:Σ",
    "İSTANBUL I İ ı",
    "ẞ ß STRASSE ﬁ Ǆ ǅ",
    "Ⱥ Ω K Å",
    "𐐀𐐁 𐲀 Ꮚ ᲐᲑ Ⅷ Ⓐ",
    "😀ΑΣ😀",
    "𝐀Σ𝐀",
]


def code_points() -> list[str]:
    return [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]


def runs(holds: Callable[[str], bool]) -> list[list[int]]:
    """First and last code point of every run for which it holds."""
    found: list[list[int]] = []
    for char in code_points():
        if holds(char):
            if found and found[-1][1] == ord(char) - 1:
                found[-1][1] += 1
            else:
                found.append([ord(char), ord(char)])
    return found


def is_cased(char: str) -> bool:
    """A sigma between it and nothing is final; ignorable ones are looked through."""
    return (char + SIGMA).lower().endswith("ς")


def is_ignorable(char: str) -> bool:
    return ("a" + char + SIGMA).lower().endswith("ς") and not is_cased(char)


def lower_runs() -> list[list[int]]:
    """First, last, step and distance of the letters that become one other."""
    found: list[list[int]] = []
    for char in code_points():
        lower = char.lower()
        if lower == char or len(lower) > 1:
            continue
        c, distance = ord(char), ord(lower) - ord(char)
        if found and found[-1][3] == distance:
            first, last, step, _ = found[-1]
            if first == last and c - last <= 2 or c - last == step:
                found[-1] = [first, c, c - last, distance]
                continue
        found.append([c, c, 1, distance])
    return found


def main() -> None:
    golden.write(
        "python_text",
        {
            "python": sys.version.split()[0],
            "unicode": unicodedata.unidata_version,
            "spaces": [ord(c) for c in code_points() if c.isspace()],
            "punctuation": [ord(c) for c in sorted(string.punctuation)],
            "lower": lower_runs(),
            "longer": [ord(c) for c in code_points() if len(c.lower()) > 1],
            "cased": runs(is_cased),
            "ignorable": runs(is_ignorable),
            "texts": [{"text": text, "lower": text.lower()} for text in TEXTS],
        },
    )


if __name__ == "__main__":
    main()
