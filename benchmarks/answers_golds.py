r"""Reference answers for the simulated problems: an authored list, or those of real sources.

SCHOOL has the shapes of school mathematics (mostly numbers), CONTEST those of olympiads (more
expressions, lists, sets). Real answers are read where local copies of the sources lie.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.answers_rewrites import NUMBER
from sure_math.seeds.adapters import ADAPTERS
from sure_math.seeds.rows import Row

SCHOOL = r"""
7|12|-4|0.75|36|144|1250|18|-15|96|2.5|405|30|1024|17|64|250|8|23|11|5040|1.2|-0.125|720|3600|999
1|2|3|5|6|10|14|27|31|42|54|60|75|81|100|126|210|343|500|672|1331|2401|0.08|16.5|-9|-27
\frac{3}{4}|\frac{7}{12}|-\frac{5}{8}|\frac{11}{20}|\frac{2}{9}|\frac{17}{6}|-\frac{13}{3}|\frac{1}{64}|\frac{9}{2}
2\sqrt{3}|\sqrt{13}|5\sqrt{2}|\frac{\sqrt{3}}{3}|\frac{3\sqrt{5}}{2}|4+\sqrt{7}|12-6\sqrt{2}|\sqrt{50}
9\pi|\frac{\pi}{6}|\frac{7\pi}{12}|36-9\pi|18+4\pi|\frac{125\pi}{3}
45^\circ|72^\circ|15\%|37.5\%|\$18|\$2.40
(3,-2)|(0,5)|\left(\frac{1}{2},4\right)|(2,-1,6)|(4,\pi)
[-3,5]|(-\infty,4)|[2,\infty)|(-1,7]|(-\infty,-2)\cup(3,\infty)
x^2+4x-7|3x-8|2x^2-5x+1|(x-2)(x+9)|6a+4b|5y^3-y|\frac{x+2}{x-5}|x^2-6
1,4|-3,5|2,3,7|\{2,5,11\}|3\pm\sqrt{2}|y=3x-4|x^2+y^2=16
\text{even}|\text{Tuesday}|\text{neither}|\text{(C)}|\text{(A)}
2^{10}|6\cdot 10^{8}|3^{12}|5!|2+3i|-7-4i|13i
\begin{pmatrix}2\\-3\end{pmatrix}|\begin{pmatrix}1&4\\0&-5\end{pmatrix}|\begin{pmatrix}6\\0\\7\end{pmatrix}
"""
CONTEST = r"""
1681|2027|91|40320|5151|\frac{1013}{4052}|\frac{41}{144}|63504|7|2|338|\frac{16}{81}|10395|4|1
\frac{\sqrt{5}-1}{2}|\frac{7+3\sqrt{5}}{2}|3\sqrt{2}-4|\sqrt{6}+\sqrt{2}|\frac{9\sqrt{15}}{16}|2\sqrt[3]{5}|8-3\sqrt{7}
\frac{n(n-1)}{2}|2^{n-1}|n^2-3n+4|\frac{n+1}{2n}|3^{n}-2^{n}|n!-1|2^{n}+n-5|\frac{4^{n}-1}{3}|2n-5|k^2+7
\frac{a+3b}{2}|a^2+5ab+b^2|\frac{2ab}{a+b}|3abc-2|\frac{a^3}{6}|4(a+b-2)
f(x)=2x-3|f(x)=x^2+4|f(n)=n+6|y=\frac{3}{x}|n=3k+2
(1,3),(2,8)|(0,0),(4,-2)|(5,2,1)|\left(\frac{3}{5},\frac{4}{5}\right)|(2,11),(3,7),(6,5)|(3,4,12)
\{1,3,8\}|1,2,6|-5,0,9|\frac{1}{3},2|2,3,5,13|16,25
(0,\frac{1}{4}]|[6,\infty)|(-\infty,-7]\cup[7,\infty)|(2-\sqrt{3},2+\sqrt{3})
0<a<\frac{3}{2}|x\geq 5|[-1,8)
2^{2024}-3|3\cdot 2^{99}|\frac{1}{2^{50}}|7^{6}-7|10!+5|\frac{12!}{2^{7}}|6^{5}
\frac{\pi^2}{8}|\frac{2\pi}{9}|\ln 5|1-\frac{2}{\pi}|\frac{5}{e}|\log_2 11
4\pi\sqrt{3}|\frac{\pi-3}{4}|\pi+1
\sin 20^\circ|\cos\frac{3\pi}{11}|\tan 35^\circ|\frac{13}{15}|\frac{3+4i}{5}|105^\circ
\lfloor\frac{n}{3}\rfloor|\left\lceil\frac{2n}{5}\right\rceil
\text{no}|\text{Player B}|\text{infinitely many}
\begin{pmatrix}0&2\\-1&3\end{pmatrix}|x^4-10x^2+3|t^3-6t+2|(x+y+2)^3|x^2+3xy-y^2=8
"""

_MATH = "EleutherAI__hendrycks_math"
_CONTEST_FILES = {
    "omni_math": "KbsdJames__Omni-MATH/test.jsonl",
    "olympiadbench": "Hothan__OlympiadBench/OE_TO_maths_en_COMP/OE_TO_maths_en_COMP.parquet",
}
_MAX_LENGTH = 60
# Prose, and shapes in which another number may leave the value as it was.
_UNSUITABLE = re.compile(
    r"(?<![\\A-Za-z])[A-Za-z]{3}|\\(?:text|mathrm|mbox|begin|[lc]?dots|d?binom|mod|pmod|equiv|quad)"
    r"|\\[\[\]()]|\(-1\)\s*\^|(?:frac|sqrt)\s*\d|_|:|\{0\}|\\%|%|[^\x20-\x7e]"
)


def golds(data: Path) -> tuple[list[str], list[str], str]:
    """(school, contest, where they are from); real ones if the folder `data` has the sources."""
    seeds = data / "seeds"
    if not (seeds / _MATH).is_dir():
        return _lines(SCHOOL), _lines(CONTEST), "authored"
    school = [
        answer
        for path in sorted((seeds / _MATH).glob("*/train-*.parquet"))
        for answer in _answers("math", pq.read_table(path).to_pylist())
    ]
    contest = [
        answer for name, file in _CONTEST_FILES.items() for answer in _read(name, seeds / file)
    ]
    return school, contest, "real"


def _lines(block: str) -> list[str]:
    return [gold for line in block.split("\n") for gold in line.split("|") if gold]


def _read(adapter: str, path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        return _answers(adapter, pq.read_table(path).to_pylist())
    return _answers(adapter, map(json.loads, path.read_text().splitlines()))


def _answers(adapter: str, rows: list[Row] | Iterator[Row]) -> Iterator[str]:
    """Answers that a number changed in them makes wrong."""
    for row in rows:
        draft = ADAPTERS[adapter].draft(row)
        answer = draft.answer if draft else None
        if answer and len(answer) <= _MAX_LENGTH and _suitable(answer):
            yield answer


def _suitable(answer: str) -> bool:
    balanced = answer.count("{") == answer.count("}") and "rac{" not in answer.replace("frac{", "")
    return balanced and bool(NUMBER.search(answer)) and not _UNSUITABLE.search(answer)
