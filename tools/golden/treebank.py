# SPDX-License-Identifier: Apache-2.0
"""Writes golden/treebank.json: the tokens of NLTK's word_tokenize; needs nltk beside the reference."""

import random

import golden
import nltk
from nltk import word_tokenize

SENTENCES = [
    "",
    "   ",
    "Good muffins cost $3.88 (roughly 3,36 euros)\nin New York.  Please buy me\ntwo of them.\nThanks.",
    "They'll save and invest more.",
    "hi, my name can't hello,",
    '"Quoted," she said; "twice".',
    "He said: \"don't\" -- and I can't.",
    "She asked ''why?'' and ``how?''",
    "“Curly” and ‘single’ and „low“ and «chevrons».",
    "I'm YOU'LL we've THEY'RE he'd she's isn't WON'T ain't.",
    "I’m you’ll won’t",
    "cannot CANNOT Cannot. gonna Gimme lemme gotta wanna go, wanna",
    "d'ye more'n more'n'tis 'tis 'Twas cannot'tis cannot'tis'twas",
    "'em the '90s rock'n'roll o'clock 'Reading 're 'nd 's",
    "dogs' toys' '' ' ''' '",
    "e.g. the U.S. and Mr. Smith, Ph.D., of A.B.C.",
    'It ended."',
    "It ended.')",
    "It ended.” ",
    "It ended.\n\n",
    "It ended.\x1c",
    "Wait... what.. no.... .",
    "https://example.com/a?b=c&d=e#f and user@example.com, 50% *off* #1!",
    "10:30, 1,000.50 a:b x,y ::,, :",
    "٣,٤ ५:६ 𝟘,𝟙",
    "𝟙'a 𝟙cannot 𝟙wanna go",
    "a--b --- - – — ― ‒ ‐",
    "[x] (y) {z} <b>bold</b> <3 :-) \\ / | ~ ^ = +",
    "naïve e\u0301'x ª'a \u200d'a _'a ‿'a 'a",
    "no\u00a0break, line\u2028separator. next\u0085line",
    "日本語のテキスト。 🙂🚀 👩‍👩‍👧's",
    "a\tb\r\nc\x1cd\x1fe wanna\x1cgo",
    "'tiſ 'tıs 'tİs gımme",
    "[''a''] (\"a\") <''b {\"c",
    "Who said?!?! \"You\"?",
    "x.)}>\"' y.» z.’ ",
]
PIECES = (
    "can't cannot gonna wanna 'tis 'twas d'ye more'n gotta Lemme don't DON'T won’t I'm 's n't 'em o'clock ' '' \" ` `` "
    "«a» “b” ‘c’ „d“ ... .. … . .) .\" .' .” ! ? #t @u $3.88 1,000 10:30 a:b : , ; & % * ** -- --- – — (x) [y] {z} <b> "
    "http://x.org/?a=b&c=d e.g. U.S. naïve e\u0301'x 日本 🙂 \u00a0 \u2028 \n \t _a 𝟙 ٣ x'y 'a word Word"
).split(" ")
RANDOM = 115


def main() -> None:
    draw = random.Random(17)
    sentences = SENTENCES + [
        "".join(draw.choice(PIECES) + draw.choice([" ", " ", "", "  "]) for _ in range(draw.randint(2, 7)))
        for _ in range(RANDOM)
    ]
    cases = [{"text": text, "tokens": word_tokenize(text, preserve_line=True)} for text in sentences]
    golden.write("treebank", {"nltk": nltk.__version__, "cases": cases})


if __name__ == "__main__":
    main()
