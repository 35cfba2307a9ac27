"""What sequence models reach on real texts: the table of docs/sequence.md, a row for each task asked for.

    sequence_models.py [--seeds N] [classify | tag | names | characters]...

Without a task, all, one after the other, in about an hour of processor time. classify, tag and names compare
GloVe's vectors with random ones, both trained along. characters compares a recurrent language model with an interpolated
5-gram with modified Kneser-Ney discounts on the same characters. EQUIVEC_TEST_DATA names the folder of texts, EQUIVEC the
program; equivec-sequence lies beside it or on PATH."""

import argparse
import collections
import json
import math
import pathlib
import resource
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import run

data = support.real_data() / "downstream"
corpus = support.real_data() / "corpora" / "wiki.txt.zst"
folder = support.folder()


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def glove():
    vectors = folder / "glove.safetensors"
    if not vectors.exists():
        run("convert", support.real_glove(), vectors, "-q")
    return vectors


def sentiment():
    """SST-2, whose label stands behind the sentence."""
    files = []
    for part in ("train", "dev", "test"):
        files.append(folder / f"{part}.tsv")
        lines = (data / "sst2" / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
        files[-1].write_text("".join(f"{label}\t{text}\n" for text, label in (line.rsplit("\t", 1) for line in lines)),
                             encoding="utf-8")
    return files


def treebank():
    files = []
    for part in ("train", "dev", "test"):
        files.append(folder / f"{part}.conllu")
        with files[-1].open("wb") as file:
            subprocess.run(["zstd", "-dqc", data / f"ud-ewt-{part}.conllu.zst"], stdout=file, check=True)
    return files


def names():
    return [data / "wnut17train.conll", data / "emerging.dev.conll", data / "emerging.test.annotated"]


CHARACTERS = ("--character-encoder", "convolution", "--dropout", "0.3")
TASKS = {
    "classify": ("SST-2, two classes", sentiment, ("--epochs", "4")),
    "tag": ("English Web Treebank, parts of speech", treebank,
            (*CHARACTERS, "--learning-rate", "2e-3", "--epochs", "6")),
    "names": ("WNUT-17, names, F1 of spans", names,
              (*CHARACTERS, "--crf", "--hidden", "64", "--learning-rate", "4e-3", "--epochs", "12")),
}


def compare(task, seeds):
    """A row for GloVe's vectors and one for random ones."""
    name, files, options = TASKS[task]
    train, development, test = files()
    before = processor_seconds()
    document = json.loads(run("sequence", "compare", "tag" if task == "names" else task, train, test, "--development",
                              development, "--vectors", glove(), "random", "--dimension", "100", "--seeds", seeds, "--use",
                              "tuned", *options, "--json", "-q").stdout)
    seconds = (processor_seconds() - before) / (2 * seeds)
    for row in document["vectors"]:
        vectors = "GloVe" if row["vectors"] != "random" else "random"
        low, high = row["interval"]
        print(f"| {name} | {vectors} | {100 * row['mean']:.1f} [{100 * low:.1f}, {100 * high:.1f}] |")
    difference = document["vectors"][1]["difference_over_seeds"]
    print(f"difference {100 * difference['value']:+.1f}, p {difference['p_value']:.2g} over seeds; "
          f"{seconds:.0f} s of processor time a model")


def kneser_ney(train, test, order=5):
    """The perplexity of `test` by an interpolated model with modified Kneser-Ney discounts (Chen and Goodman 1998). A character
    that is not in `train` is one unknown character."""
    counts = collections.Counter(train[place:place + order] for place in range(len(train) - order + 1))
    levels = []  # of each order from the longest: the context's sum and its rest for lower orders, and the discounted counts
    for size in range(order, 0, -1):
        of_counts = collections.Counter(counts.values())
        ratio = of_counts[1] / (of_counts[1] + 2 * of_counts[2]) if of_counts[1] else 0
        discounts = [0] + [max(0, k - (k + 1) * ratio * of_counts[k + 1] / of_counts[k]) if of_counts[k] else 0 for k in (1, 2, 3)]
        sums, rests, left = collections.Counter(), collections.Counter(), {}
        for gram, count in counts.items():
            discount = discounts[min(count, 3)]
            sums[gram[:-1]] += count
            rests[gram[:-1]] += discount
            left[gram] = count - discount
        levels.append((size, sums, rests, left))
        counts = collections.Counter(gram[1:] for gram in counts)  # in how many contexts one longer
    uniform = 1 / (len(set(train)) + 1)
    logs = 0.0
    for place in range(len(test)):
        probability = uniform
        for size, sums, rests, left in reversed(levels):
            gram = test[max(0, place - size + 1):place + 1]
            if len(gram) < size or gram[:-1] not in sums:
                break
            probability = (left.get(gram, 0) + rests[gram[:-1]] * probability) / sums[gram[:-1]]
        logs += math.log(probability)
    return math.exp(-logs / len(test))


def characters():
    """3 MB to train, 200 kB each to develop and to test, from places far apart."""
    parts = {"train": (0, 3_000_000), "development": (50_000_000, 200_000), "test": (60_000_000, 200_000)}
    text, files = subprocess.run(["zstd", "-dqc", corpus], capture_output=True, check=True).stdout, {}
    for part, (begin, size) in parts.items():
        files[part] = folder / f"{part}.txt"
        whole = text[text.rindex(b"\n", 0, begin) + 1 if begin else 0:text.rindex(b"\n", 0, begin + size) + 1]
        files[part].write_bytes(whole)
    train, test = (files[part].read_text(encoding="utf-8", newline="\n") for part in ("train", "test"))
    before = processor_seconds()
    model = folder / "characters.safetensors"
    run("sequence", "train", "language-model", files["train"], "--development", files["development"], "--units", "characters",
        "--dimension", "32", "--hidden", "320", "--batch", "16", "--truncate", "64", "--learning-rate", "4e-3", "--schedule",
        "linear", "--dropout", "0.05", "--epochs", "4", "-o", model, "-q")
    seconds = processor_seconds() - before
    found = json.loads(run("sequence", "evaluate", model, files["test"], "--json").stdout)["perplexity"]
    low, high = found["interval"]
    print(f"characters of Wikipedia: perplexity {found['value']:.2f} [{low:.2f}, {high:.2f}], {seconds:.0f} s; n-grams with "
          "Kneser-Ney discounts: " + ", ".join(f"{order}: {kneser_ney(train, test, order):.2f}" for order in (5, 6, 7)))


parser = argparse.ArgumentParser(description="What sequence models reach on real texts.")
parser.add_argument("task", nargs="*", choices=[*TASKS, "characters", []])
parser.add_argument("--seeds", type=int, default=3)
asked = parser.parse_args()
for task in asked.task or [*TASKS, "characters"]:
    if task == "characters":
        characters()
    else:
        compare(task, asked.seeds)
