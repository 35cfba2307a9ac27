"""The numbers that README.md and docs/ cite of docs/benchmarks.md are those that stand there."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import page_tables
import support
from support import check

TRAINING, INDEX = "Training alone", "By an index, by `--candidates`"
SKIPGRAM, GLOVE = "skip-gram, 100 dimensions", "GloVe, 100 dimensions, window 10, 3 epochs"
RATIO, FASTER, RECALL = "times as fast", "times as fast as comparing all", "recall@10 [95 %]"

# (file, pattern of the number, table, row, beginning of the other program's cell or None, column)
CITED = [
    ("README.md", r"([\d.]+) times as fast as word2vec\.c", TRAINING, SKIPGRAM, "word2vec.c", RATIO),
    ("README.md", r"([\d.]+) times as fast as pWord2Vec", TRAINING, SKIPGRAM, "pWord2Vec", RATIO),
    ("README.md", r"GloVe ([\d.]+) times as fast as Stanford's", TRAINING, GLOVE, "GloVe", RATIO),
    ("docs/answers.md", r"two threads make it in ([\d.]+) seconds", "Making an index", "an index, 2 threads", "hnswlib",
     "equivec"),
    ("docs/answers.md", r"By the default of 150 candidates ([\d.]+) of", INDEX, "150 candidates", None, RECALL),
    ("docs/answers.md", r"nearest are found, ([\d.]+) times", INDEX, "150 candidates", None, FASTER),
    ("docs/answers.md", r"by 300 candidates ([\d.]+),", INDEX, "300 candidates", None, RECALL),
    ("docs/answers.md", r"by 300 candidates [\d.]+, ([\d.]+) times", INDEX, "300 candidates", None, FASTER),
]


def text_of(name):
    """Without line breaks, which say nothing."""
    return re.sub(r"\s+", " ", (support.ROOT / name).read_text(encoding="utf-8"))


tables = page_tables.tables()
for file, pattern, title, what, other, column in CITED:
    found = re.findall(pattern, text_of(file))
    rows = [row for row in tables[title] if row["what"] == what and (other is None or row["the other"].startswith(other))]
    if len(found) != 1 or len(rows) != 1:
        check(f"{file}: {pattern}: is there once, and in docs/benchmarks.md once", False, (found, rows))
        continue
    value, digits = page_tables.number(rows[0][column]), len(found[0].partition(".")[2])
    check(f"{file}: {found[0]}: {what}, {column}", float(found[0]) == round(value, digits), rows[0][column])
support.finish()
