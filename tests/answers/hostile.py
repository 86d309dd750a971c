r"""Hostile answers: bombs for every tier, and mutations that find new ones.

`bombs` are generated rather than stored, since some of them are a megabyte long. `mutate` edits a
text token by token; what it makes need not be LaTeX.
"""

import json
import random
import re
from pathlib import Path

CORPUS = [
    json.loads(line)
    for line in Path(__file__).with_name("hostile.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Short hostile answers by kind, and together those that fuzzing found to break something."""
ANSWERS: list[str] = [answer for row in CORPUS for answer in row["answers"]]
UNICODE: list[str] = [row["answers"][0] for row in CORPUS if row["kind"] == "unicode"]


def bombs() -> dict[str, str]:
    """Giant and deeply nested answers by name."""
    megabyte = 10**6
    return {
        "nested braces": "{" * 100_000 + "1" + "}" * 100_000,
        "open braces": "{" * megabyte,
        "closing braces": "}" * megabyte,
        "nested brackets": "(" * 290 + "x" + ")" * 290,
        "nested sets": r"\{" * 140 + "1" + r"\}" * 140,
        "nested fractions": r"\frac{1}{" * 80 + "2" + "}" * 80,
        "many nested fractions": r"\frac{1}{" * 50_000 + "2" + "}" * 50_000,
        "nested roots": r"\sqrt{" * 90 + "2" + "}" * 90,
        "nested powers": "2^{" * 140 + "2" + "}" * 140,
        "nested functions": r"\sin(" * 100 + "x" + ")" * 100,
        "bare functions": r"\sin" * 140 + " x",
        "nested text": r"\text{" * 300 + "x" + "}" * 300,
        "nested bars": "|" * 299 + "x" + "|" * 299,
        "nested boxes": r"\boxed{" * 20_000 + "1" + "}" * 20_000,
        "open boxes": r"\boxed{" * 100_000,
        "many boxes": r"\boxed{1}" * 100_000,
        "minus signs": "-" * 590 + "1",
        "many minus signs": "-" * megabyte + "1",
        "primes": "f" + "'" * 590,
        "factors": "x*" * 290 + "x",
        "spaced factors": "x " * 290 + "x",
        "quotients": "x/" * 290 + "x",
        "differences": "x-" * 290 + "x",
        "relations": "x<" * 290 + "x",
        "ratios": "2:" * 290 + "2",
        "factorials": "+".join(["2999!"] * 99),
        "letter factorials": "+".join(["(60x)!"] * 80),
        "binomials": "+".join([r"\binom{9999}{4999}"] * 33),
        "powers": "+".join(["3^{50000}"] * 60),
        "letter powers": "+".join(["x^{9999}"] * 70),
        "small powers": "+".join([r"\frac{1}{3^{5000}}"] * 30),
        "unlike fractions": "+".join(f"1/{n}" for n in range(1001, 1090)),
        "product of sums": "".join(f"(x+{n})" for n in range(10, 95)),
        "roots of roots": "+".join([r"\sqrt{2+\sqrt{3}}"] * 30),
        "a set of roots": r"\{" + ",".join(rf"\sqrt{{{n}}}" for n in range(2, 34)) + r"\}",
        "a list of sets": ",".join(rf"\{{{n},x\}}" for n in range(70)),
        "a union": r"\cup".join(f"[{2 * n},{2 * n + 1}]" for n in range(60)),
        "nested unions": r"\cup".join(f"(x,{n})" for n in range(60)),
        "a long list": ",".join(map(str, range(500))),
        "a longer list": ",".join(map(str, range(200_000))),
        "a wide matrix": r"\begin{pmatrix}" + "&".join("1" * 280) + r"\end{pmatrix}",
        "a tall matrix": r"\begin{pmatrix}" + r"\\".join("1" * 180) + r"\end{pmatrix}",
        "many matrices": r"\begin{pmatrix}" * 50_000,
        "digits": "1" * 590,
        "many digits": "9" * 2_000,
        "a megabyte of digits": "9" * megabyte,
        "a long decimal": "0." + "3" * 590,
        "a long period": r"0.\overline{" + "3" * 500 + "}",
        "a long fraction": r"\frac{" + "7" * 290 + "}{" + "3" * 290 + "}",
        "a long exponent": "2^{" + "9" * 500 + "}",
        "a long base": "1" * 500 + "_{36}",
        "thousands": "1" + ",000" * 450,
        "many thousands": "1" + ",000" * 100_000,
        "spaces": "x" + " " * 1_980 + "y",
        "spaces in a text": r"\text{" + " " * 1_900 + "}x",
        "spaces before a text": "1" + " " * 1_980 + r"\tex",
        "a megabyte of spaces": "1" + " " * megabyte,
        "line ends": "\n" * megabyte,
        "a remark": "x (approx" * 200,
        "a remark with spaces": "x" + r"\; " * 600 + "(",
        "words": "one hundred " * 160,
        "a megabyte of words": "two " * 250_000,
        "introductions": r"\text{the answer is}" * 90,
        "units": "5" + r"\text{cm}" * 200,
        "tildes": "5" + "~cm" * 600,
        "dollars": "$" * 1_900,
        "a megabyte of dollars": "$" * megabyte,
        "backslashes": "\\" * 1_999,
        "a megabyte of backslashes": "\\" * megabyte,
        "a megabyte of commas": "," * megabyte,
        "commas": "," * 1_990,
        "names": "x=1," * 480,
        "different names": ",".join(f"x_{{{n}}}={n}" for n in range(180)),
        "plus or minus": r"\pm 1," * 250,
        "nuls": "\x00" * megabyte,
        "surrogates": "\ud800" * 100_000,
        "combining marks": "x" + "\u0301" * 1_990,
        "many combining marks": "x" + "\u0301\u0316" * 200_000,
        "compositions": "\u1100\u1161\u11a8" * 600,
        "expansions": "\u0958\u0344\ufb2c" * 300,
    }


_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|[A-Za-z]+|\s+|.", re.DOTALL)
_TOKENS = (
    r"\frac", r"\sqrt", r"\binom", r"\sin", r"\ln", r"\log", r"\pi", r"\infty", r"\cup", r"\in",
    r"\pm", r"\text", r"\boxed", r"\begin", r"\end", r"\left", r"\right", r"\cdot", r"\times",
    r"\leq", r"\geq", r"\neq", r"\approx", r"\overline", r"\mathbb", r"\circ", r"\%", r"\$",
    r"\{", r"\}", r"\\", r"\angle", r"\triangle", r"\sum", r"\int", r"\and", r"\or", r"\lfloor",
    r"\rfloor", r"\setminus", "{pmatrix}", "{cases}", "{Z}", "{R}", "{", "}", "(", ")", "[", "]",
    "|", ",", ";", ":", "!", "'", "^", "_", "+", "-", "*", "/", "=", "<", ">", "&", "$", ".", "~",
    "%", "0", "1", "2", "7", "10", "12", "99", "2024", "0.5", "3.14159", "1e5", "x", "y", "n",
    "k", "f", "e", "i", "A", "AB", "cm", "hours", "degrees", "million", "dozen", "and", "or",
    "is", "approximately", "no", "solution", "DNE", "one", "half", "hundred",
)  # fmt: skip
_WRAPS = (
    "({})", "[{}]", r"\{{{}\}}", "{{{}}}", r"\frac{{{}}}{{3}}", r"\frac{{1}}{{{}}}",
    r"\sqrt{{{}}}", r"\sqrt[{}]{{2}}", "({})^{{9}}", "2^{{{}}}", "({})!", r"\binom{{{}}}{{2}}",
    "|{}|", "-({})", "x={}", "x>{}", "{}, 1", "({}, 2)", r"\{{{}, 1\}}", r"{} \cup (0,1)",
    r"\text{{{}}}", r"{} \text{{ cm}}", r"{}\%", r"\${}", r"\ln({})",
    r"\begin{{pmatrix}} {} & 1 \\ 2 & 3 \end{{pmatrix}}", r"\boxed{{{}}}", r"{} \approx 3.14",
    "${}$", r"\left({}\right)", "f({})", "x_{{{}}}", r"\log_{{{}}} 2",
)  # fmt: skip


def mutate(rng: random.Random, text: str, pool: list[str]) -> str:
    """A few random edits of a text; `pool` lends parts of other texts."""
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        text = _edit(rng, text, pool)
    return text[:4_000]


def _edit(rng: random.Random, text: str, pool: list[str]) -> str:
    tokens = _TOKEN.findall(text) or [""]
    at = rng.randrange(len(tokens))
    match rng.randrange(12):
        case 0:
            del tokens[at : at + rng.randint(1, 3)]
        case 1:
            tokens.insert(at, rng.choice(_TOKENS))
        case 2:
            tokens[at] = rng.choice(_TOKENS)
        case 3:
            tokens.insert(at, tokens[rng.randrange(len(tokens))])
        case 4:
            tokens[at:at] = [tokens[at]] * rng.choice([2, 3, 20, 150])
        case 5:
            tokens.insert(at, rng.choice(UNICODE))
        case 6 | 7:
            return rng.choice(_WRAPS).format(text)
        case 8:
            other = _TOKEN.findall(rng.choice(pool)) or [""]
            start = rng.randrange(len(other))
            tokens[at : at + rng.randint(0, 3)] = other[start : start + rng.randint(1, 12)]
        case 9:
            tokens.insert(at, rng.choice(ANSWERS))
        case 10:
            other_at = rng.randrange(len(tokens))
            tokens[at], tokens[other_at] = tokens[other_at], tokens[at]
        case _:
            return text + rng.choice(["+", ",", " ", r"\cdot ", " = ", ""]) + rng.choice(pool)
    return "".join(tokens)
