"""equivec reads the .vec file that fastText writes, and says what to do about its .bin."""

import subprocess

import support
from support import check, run

support.need("fasttext", "python3-numpy")
import numpy


def train(corpus, stem):
    subprocess.run(["fasttext", "skipgram", "-input", corpus, "-output", stem, "-dim", "10", "-minCount", "1",
                    "-epoch", "1", "-thread", "1", "-bucket", "1000"], check=True, capture_output=True)


def parse(path):
    header, *rows = support.lines(path)
    fields = [row.rstrip(" ").split(" ") for row in rows]
    assert header == f"{len(fields)} 10"
    return [f[0] for f in fields], numpy.array([f[1:] for f in fields], dtype="float32")


def check_refusal(command, *arguments):
    done = run(command, *arguments, status=1)
    message = done.stderr.rstrip("\n")
    check(f"{command} refuses the .bin in one line", message and "\n" not in message and not done.stdout, done)
    check(f"{command} names fastText and the .vec", "fastText" in message and ".vec" in message, message)


folder = support.folder()
support.write_corpus(folder / "corpus.txt")
train(folder / "corpus.txt", folder / "model")
support.same_vectors("fastText's .vec", support.load(folder / "model.vec"), parse(folder / "model.vec"))
check_refusal("info", folder / "model.bin")
check_refusal("convert", folder / "model.bin", folder / "out.vec")
check("nothing is written for a refused file", not (folder / "out.vec").exists(), "out.vec exists")
support.finish()
