"""fastText and equivec read each other's models: known and unseen words have the same vectors and neighbours."""

import subprocess

import support
from support import answer, check, run

support.need("fasttext", "python3-numpy", "python3-gensim")
import gensim
import numpy

KNOWN_AND_UNSEEN = ["the", "king", "unheardofness", "zzz", "été", "x"]


def train(corpus, stem, *options):
    subprocess.run(["fasttext", "skipgram", "-input", corpus, "-output", stem, "-dim", "12", "-minCount", "1",
                    "-epoch", "3", "-thread", "1", "-bucket", "2000", *options], check=True, capture_output=True)


def rows_of(lines):
    return {line.split(" ")[0]: numpy.array(line.split()[1:], dtype="float32") for line in lines}


def vectors_by_fasttext(model, words):
    done = subprocess.run(["fasttext", "print-word-vectors", model], input="\n".join(words) + "\n",
                          capture_output=True, text=True, check=True)
    return rows_of(done.stdout.removesuffix("\n").split("\n"))


def vectors_by_equivec(model, words, folder):
    (folder / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    run("convert", model, folder / "words.vec", "--words", folder / "words.txt", "-q")
    return rows_of(support.lines(folder / "words.vec")[1:])


def check_same(name, found, expected, tolerance, printed=True):
    """printed: both were written with five digits or one of them was, whose last may be off by one half each."""
    def excess(a, b):
        largest = numpy.maximum(numpy.maximum(numpy.abs(a), numpy.abs(b)), 1e-30)
        return numpy.abs(a - b) - printed * 10.0 ** (numpy.floor(numpy.log10(largest)) - 4)
    worst = max(float(excess(found[word], expected[word]).max()) for word in expected)
    check(f"{name}: the same vectors to {tolerance}", set(found) == set(expected) and worst < tolerance, worst)


def check_neighbors(name, model):
    for word in ("king", "unheardofness"):
        done = subprocess.run(["fasttext", "nn", model, "5"], input=word + "\n", capture_output=True, text=True)
        lines = done.stdout.replace("Query word? ", "").strip().split("\n")
        expected = {line.split()[0]: float(line.split()[1]) for line in lines if line}
        found = {n["word"]: n["similarity"] for n in answer("neighbors", model, word, "--count", "5")["neighbors"]}
        near = sorted(found.values())[0]
        same = all(abs(found.get(w, near) - s) < 2e-5 for w, s in expected.items())
        check(f"{name}: fastText's nn agrees for {word}", len(expected) == 5 and same, f"{found}, fastText {expected}")


folder = support.folder()
corpus = folder / "corpus.txt"
support.write_corpus(corpus)
corpus.write_text(corpus.read_text(encoding="utf-8") + "the king and the kings été\n" * 20, encoding="utf-8")

train(corpus, folder / "theirs")
check_same("fastText's model", vectors_by_equivec(folder / "theirs.bin", KNOWN_AND_UNSEEN[:5], folder),
           vectors_by_fasttext(folder / "theirs.bin", KNOWN_AND_UNSEEN[:5]), 1e-5)
check_neighbors("fastText's model", folder / "theirs.bin")

run("convert", folder / "theirs.bin", folder / "again.bin", "--format", "fasttext")
check_same("fastText's model written again", vectors_by_fasttext(folder / "again.bin", KNOWN_AND_UNSEEN),
           vectors_by_fasttext(folder / "theirs.bin", KNOWN_AND_UNSEEN), 1e-5)

run("train", "skipgram", corpus, "-o", folder / "ours.bin", "--subwords", "3..6", "--buckets", "2000", "--dimension",
    "12", "--min-count", "1", "--epochs", "2", "--threads", "1", "-q")
check_same("equivec's model", vectors_by_equivec(folder / "ours.bin", KNOWN_AND_UNSEEN[:5], folder),
           vectors_by_fasttext(folder / "ours.bin", KNOWN_AND_UNSEEN[:5]), 1e-5)
check_neighbors("equivec's model", folder / "ours.bin")

model = gensim.models.fasttext.load_facebook_model(str(folder / "ours.bin"))
by_gensim = {word: model.wv[word] for word in KNOWN_AND_UNSEEN[:5]}
check_same("gensim reads equivec's model", by_gensim,
           vectors_by_equivec(folder / "ours.bin", KNOWN_AND_UNSEEN[:5], folder), 1e-5, printed=False)
check("gensim finds what training left on the output side", numpy.abs(model.syn1neg).max() > 0, model.syn1neg)
before = model.wv["king"].copy()
sentences = [line.split() for line in support.lines(corpus)][:200]
model.train(sentences, total_examples=len(sentences), epochs=1)
check("gensim goes on from equivec's model",
      numpy.isfinite(model.wv["king"]).all() and not numpy.array_equal(before, model.wv["king"]), before)

support.finish()
