"""scripts/compare runs equivec and fastText in turns, and its tables have sound numbers; mistakes end with one line."""

import json
import math
import re
import statistics
import subprocess
import sys

import support
from support import check

support.need("fasttext")
SCRIPT = support.ROOT / "scripts" / "compare"
OPTIONS = ["--equivec", support.PROGRAM, "--dimension", "300", "--subsample", "0", "--epochs", "10", "--threads", "1",
           "--rounds", "2"]


def compare(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True)


def check_refusal(name, status, text, *arguments):
    done = compare(*arguments)
    check(f"{name}: status {status}", done.returncode == status, done)
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("round ")]
    check(f"{name}: one line that says what", len(complaints) == 1 and text in complaints[0], done.stderr)
    check(f"{name}: no table", "words/s" not in done.stdout, done.stdout)


folder = support.folder()
corpus, pairs, kept = folder / "corpus.txt", folder / "pairs.txt", folder / "kept"
support.write_corpus(corpus)
pairs.write_text("bab bad 9\nbab dad 1\ndab dob 8\n", encoding="utf-8")

done = compare(corpus, *OPTIONS, "--fasttext", "fasttext", "--similarity", pairs, "--keep", kept)
check("equivec against fastText", done.returncode == 0, done.stderr)
rows = [line.split() for line in done.stdout.splitlines() if line.startswith(("equivec ", "fastText "))]
check("a row of times and a row of scores for each", [len(row) for row in rows] == [4, 8, 2, 2], done.stdout)
numbers = [float(n) for row in rows for n in re.findall(r"\d+(?:\.\d+)?", " ".join(row[1:]).replace(",", ""))]
check("numbers are finite", len(numbers) == 3 + 9 + 2 and all(map(math.isfinite, numbers)), rows)
check("times and their ratios are above 0", min(numbers[:12]) > 0, numbers)
for median, least, greatest in (numbers[6:9], numbers[9:12]):
    check("a median lies between the least and the greatest", least <= median <= greatest, numbers)
order = re.findall(r"round (\d): (\w+)", done.stderr)
check("the second round starts with the other program",
      order == [("1", "equivec"), ("1", "fastText"), ("2", "fastText"), ("2", "equivec")], order)
check("--keep keeps the vectors of each run", len(list(kept.glob("*/out.vec"))) == 4, sorted(kept.rglob("*")))

numbers_file = folder / "numbers.json"
done = compare(corpus, *OPTIONS, "--group", 1, "--group", 5, "--fasttext", "fasttext", "--json", numbers_file)
check("groups of 1 against groups of 5 and fastText", done.returncode == 0, done.stderr)
rows = [line.split("  ") for line in done.stdout.splitlines() if line.startswith(("equivec, groups of 1 ", "equivec, groups of 5 "))]
check("a row for each number of windows", len(rows) == 2, done.stdout)
found = json.loads(numbers_file.read_text(encoding="utf-8"))["programs"]
check("--json has each program", [p["name"] for p in found] == ["equivec, groups of 1", "equivec, groups of 5", "fastText"], found)
check("--json has each round's speed, time and memory",
      all(len(p[name]) == 2 and min(p[name]) > 0 for p in found for name in ("speeds", "seconds", "megabytes")), found)
check("the table's speeds are medians of --json's",
      f"{statistics.median(found[0]['speeds']):,.0f}" in " ".join(rows[0]).split(), (rows[0], found[0]))

done = compare(corpus, *OPTIONS, "--subwords", "3..4", "--buckets", 50000, "--fasttext", "fasttext",
               "--word2vec", "true", "--keep", folder / "ngrams")
check("subwords against fastText's", done.returncode == 0, done.stderr)
check("who has no n-grams is left out", "left out: true: it has no n-grams" in done.stdout, done.stdout)
for model in (folder / "ngrams" / "1-equivec" / "out.safetensors", folder / "ngrams" / "1-fastText" / "out.bin"):
    check(f"{model.name} has a vector of a word that was not there", "babbed" in support.run("neighbors", model, "babbed").stdout)

# Stanford's GloVe by its output, which programs of three lines print here.
stanford = folder / "stanford"
stanford.mkdir()
for name in ("vocab_count", "cooccur", "shuffle"):
    (stanford / name).write_text("#!/bin/sh\ncat\n", encoding="utf-8")
(stanford / "glove").write_text("#!/bin/sh\nprintf 'Read 1000 lines.\\n'; sleep 0.2; printf '11/22/26, iter: 001, cost: 0.1\\n'\n"
                                "printf '1 2\\nbab 1 2\\n' > out.txt\n", encoding="utf-8")
for program in stanford.iterdir():
    program.chmod(0o755)
epochs = 600  # fewer take less than a tenth of a second, of which no speed is told
glove = ["--model", "glove", "--equivec", support.PROGRAM, "--dimension", "300", "--epochs", str(epochs), "--threads", "1",
         "--rounds", "1", "--glove", stanford]
done = compare(corpus, *glove, "--fasttext", "fasttext")
rows = [line.split() for line in done.stdout.splitlines() if line.startswith(("equivec ", "GloVe "))]
check("equivec against Stanford's GloVe", done.returncode == 0 and [len(row) for row in rows] == [3, 7], done)
check("pairs of all epochs by the time between the reports",
      epochs * 1000 / 3 < float(rows[1][1].replace(",", "")) < epochs * 1000 / 0.15, rows)
check("who has no GloVe is left out", "left out: fastText: it has no GloVe" in done.stdout, done.stdout)

check_refusal("missing program", 2, "nowhere: no such program", corpus, *OPTIONS, "--word2vec", folder / "nowhere")
check_refusal("missing corpus", 1, "nowhere", folder / "nowhere", *OPTIONS)
check_refusal("unknown option", 2, "--speed", corpus, *OPTIONS, "--speed")
check_refusal("n-grams of no length", 2, "--subwords", corpus, *OPTIONS, "--subwords", "3")
check_refusal("number too small", 2, "--rounds", corpus, *OPTIONS, "--rounds", 0)
check_refusal("program that fails", 1, "false fails, status 1", corpus, *OPTIONS, "--word2vec", "false", "--rounds", 1)
support.finish()
