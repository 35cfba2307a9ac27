"""equivec reads the .vec file that fastText writes."""

import subprocess

import support

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


folder = support.folder()
support.write_corpus(folder / "corpus.txt")
train(folder / "corpus.txt", folder / "model")
support.same_vectors("fastText's .vec", support.load(folder / "model.vec"), parse(folder / "model.vec"))
support.finish()
