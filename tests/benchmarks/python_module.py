"""How fast the Python module is: beside the command on the same text and gensim, in pairs on this machine.

    python_module.py TEXT VECTORS [PART...]

TEXT is plain text of some million words, a sentence a line (or one line); VECTORS are in any format. PARTs: train, gensim,
walks, neighbors; all without one. EQUIVEC names the program. scripts/benchmarks measures loading and search."""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import equivec

program = os.environ.get("EQUIVEC", "equivec")
options = dict(dimension=100, window=5, subsample=1e-4, epochs=5, threads=2)


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def paired(name, ours, theirs, pairs=3):
    """Prints the median of theirs / ours, run in turn."""
    ratios = []
    for _ in range(pairs):
        a, b = seconds(ours), seconds(theirs)
        ratios.append(b / a)
        print(f"  {name}: {a:.3f} s, the other {b:.3f} s: {b / a:.2f} times", flush=True)
    print(f"{name}: {statistics.median(ratios):.2f} times (median of {pairs})", flush=True)


def sentences_of(text, words=10**9, length=1000):
    tokens = pathlib.Path(text).read_text().split()[:words]
    return [tokens[i:i + length] for i in range(0, len(tokens), length)]


def command(file, *more):
    def run():
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        subprocess.run([program, "train", "skipgram", file, "-o", os.path.join(folder, "out.safetensors"), "-q",
                        *arguments, *more], check=True)
    return run


def text_file(sentences):
    file = os.path.join(folder, "text")
    with open(file, "w") as out:
        out.writelines(" ".join(map(str, sentence)) + "\n" for sentence in sentences)
    return file


def train(text):
    sentences = sentences_of(text)
    paired("list of token lists, beside the command from text",
           lambda: equivec.train_word2vec(sentences, **options), command(text_file(sentences)))


def walks(text):
    sentences = sentences_of(text)
    numbers = {word: i for i, word in enumerate({word for sentence in sentences for word in sentence})}
    array = np.full((len(sentences), max(map(len, sentences))), -1, dtype=np.int32)
    for row, sentence in zip(array, sentences):
        row[:len(sentence)] = [numbers[word] for word in sentence]
    file = text_file([row[row >= 0].tolist() for row in array])
    paired("walks of integers, beside the command from text", lambda: equivec.train_word2vec(array, **options),
           command(file))


def gensim(text):
    from gensim.models import Word2Vec

    sentences = sentences_of(text, 2_000_000)
    paired("list of token lists, beside gensim's Word2Vec with two workers",
           lambda: equivec.train_word2vec(sentences, **options),
           lambda: Word2Vec(sentences, sg=1, vector_size=100, window=5, sample=1e-4, epochs=5, workers=2), 2)


def neighbors(vectors):
    # What Python adds to the library's own time: the search of ten words takes next to none.
    few = vectors.first(10)
    few.neighbors("the")
    count = 20000
    each = seconds(lambda: [few.neighbors("the") for _ in range(count)]) / count
    print(f"neighbors of one word: {1e6 * each:.1f} microseconds beside the search", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    parts = sys.argv[3:] or ["train", "walks", "gensim", "neighbors"]
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            if part in ("train", "walks", "gensim"):
                globals()[part](sys.argv[1])
            else:
                globals()[part](equivec.load(sys.argv[2]))
