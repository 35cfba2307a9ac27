"""Which words have changed, on a real text: seeds alone change nothing, and words whose contexts were exchanged are found.

Two random halves of a text are compared, in one of which pairs of words took each other's places; null spaces are trained
on resamples of the first half.
"""

import collections
import csv
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check, run

TRAINING = ["-q"]
MEASURES = ("cosine", "neighbors", "second_order")
RUNS = 10

data = support.real_data()
support.need("zstd")
folder = support.folder()


def train(text, name, seed):
    file = folder / f"{name}.safetensors"
    run("train", "skipgram", text, "-o", file, "--seed", seed, *TRAINING)
    return file


def drift(*arguments):
    """The rows of the table of all words."""
    run("drift", *arguments, "--examples", 0, "-o", folder / "table.tsv", "-q")
    with open(folder / "table.tsv", encoding="utf-8") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def called(rows, measure):
    return {row["word"] for row in rows if float(row[measure + "_q_value"]) <= 0.05}


with subprocess.Popen(["zstd", "-dcq", data / "corpora/wiki8.txt.zst"], stdout=subprocess.PIPE, text=True) as process:
    words = process.stdout.read(40_000_000).split()
    process.stdout.close()

# Seeds alone.
(folder / "small.txt").write_text(" ".join(words[: len(words) // 20]))
seeds = [train(folder / "small.txt", f"seed{seed}", seed) for seed in range(1, RUNS + 3)]
shares = {measure: 0 for measure in MEASURES}
for r in range(RUNS):
    null = [seeds[(r + i) % len(seeds)] for i in (2, 3)]
    rows = drift(seeds[r], seeds[r + 1], "--null", *null)
    for measure in MEASURES:
        shares[measure] += len(called(rows, measure)) / len(rows) / RUNS
check(f"of words that have not changed, at most 5 % are called changed: {shares}", max(shares.values()) <= 0.05, shares)

# Halves, one with words exchanged.
random.seed(1)
pieces = [words[i:i + 1000] for i in range(0, len(words), 1000)]
random.shuffle(pieces)
halves = pieces[: len(pieces) // 2], pieces[len(pieces) // 2:]
counts = [collections.Counter(word for piece in half for word in piece) for half in halves]
frequent = [word for word, _ in counts[1].most_common(15000) if counts[0][word] >= 20]
exchanged = {}
for place in range(200, len(frequent) - 40, len(frequent) // 100):
    one, other = frequent[place], frequent[place + random.randrange(1, 40)]
    if one not in exchanged and other not in exchanged:
        exchanged.update({one: other, other: one})


def write(name, half, places):
    (folder / name).write_text("\n".join(" ".join(places.get(word, word) for word in piece) for piece in half))
    return folder / name


first = train(write("first.txt", halves[0], {}), "first", 1)
same = train(write("same.txt", halves[1], {}), "same", 2)
changed = train(write("changed.txt", halves[1], exchanged), "changed", 2)
null = []
for resample in (1, 2, 3, 4):  # six pairs: with three, p-values are not small enough for `neighbors` to be steady
    null.append(folder / f"null{resample}.safetensors")
    run("train", "skipgram", folder / "first.txt", "-o", null[-1], "--seed", resample, "--resample", resample, *TRAINING)

rows = drift(first, same, "--null", *null)
shares = {measure: len(called(rows, measure)) / len(rows) for measure in MEASURES}
check(f"between two halves of a text at most 5 % of the words are called changed: {shares}",
      max(shares.values()) <= 0.05, shares)

rows = drift(first, changed, "--null", *null)
compared = {row["word"] for row in rows} & set(exchanged)
# Trainings differ. Of seven runs the lowest were 0.83, 0.49 and 0.67; `neighbors` varies the most with the seeds.
for measure, least in zip(MEASURES, (0.8, 0.4, 0.6)):
    found = called(rows, measure)
    wrong = len(found - compared)
    share = len(found & compared) / len(compared)
    check(f"{measure}: of {len(compared)} exchanged words {share:.0%} are found, {wrong} others called",
          share >= least and wrong <= 0.2 * len(found), (share, wrong))
support.finish()
