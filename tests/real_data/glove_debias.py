"""Hard debiasing of real GloVe vectors (341,479 words) keeps what the method promises, and keeps the vectors good."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check, run

data = support.real_data()
support.need("python3-numpy")
import numpy
from reference import bolukbasi


def check_queries(vectors):
    neighbors = [n["word"] for n in answer("neighbors", vectors, "king", "--count", 10)["neighbors"]]
    check("king's neighbours contain queen", "queen" in neighbors, neighbors)
    answers = [n["word"] for n in answer("analogy", vectors, "man", "king", "woman")["answers"]]
    check("man is to king as woman is to queen", answers[0] == "queen", answers)


def check_neutral(after, g, neutral):
    worst = numpy.max([abs(bolukbasi.unit(after[block]) @ g).max() for block in blocks(neutral)])
    check(f"{len(neutral)} neutralized words: |cosine| below 1e-6, at most {worst:.1e}", worst < 1e-6, worst)


def check_equidistant(after, neutral, pairs):
    """|w - e|^2 = |w|^2 + |e|^2 - 2 w.e, for all neutral words w and all words e of the pairs."""
    firsts, seconds = (after[[pair[side] for pair in pairs]].astype("float64") for side in (0, 1))
    differences = []
    for block in blocks(neutral):
        w = after[block].astype("float64")
        lengths = (w**2).sum(axis=1, keepdims=True)
        d1, d2 = (numpy.sqrt(lengths + (e**2).sum(axis=1) - 2 * w @ e.T) for e in (firsts, seconds))
        differences.append(abs(d1 - d2).max())
    worst = numpy.max(differences)
    check(f"{len(pairs)} pairs: equally far from every neutralized word to 1e-5, at most {worst:.1e}",
          worst < 1e-5, worst)


def blocks(rows, size=20000):
    return (rows[i:i + size] for i in range(0, len(rows), size))


def quality(name, vectors):
    """Accuracy in per cent of Google's analogies among the first 30,000 words; prints it and WordSim-353."""
    (google,) = answer("eval", vectors, "--analogies", data / "eval/analogy/questions-words.txt",
                       "--restrict", 30000)["analogies"]
    (wordsim,) = answer("eval", vectors, "--similarity", data / "eval/similarity/EN-WS-353-ALL.txt")["similarity"]
    print(f"{name}: Google analogies {100 * google['accuracy']:.2f} % ({google['correct']} of {google['total']}), "
          f"WordSim-353 {wordsim['spearman']:.4f} ({wordsim['pairs']} pairs)", flush=True)
    return 100 * google["accuracy"]


folder = support.folder()
native, debiased = folder / "glove.safetensors", folder / "debiased.safetensors"
run("convert", support.real_glove(), native)
check_queries(native)
run("debias", native, "-o", debiased, "--sets", "gender")

words, before = support.load(native)
words_after, after = support.load(debiased)
check("debiasing keeps the words", words_after == words)
gender = bolukbasi.Gender(words)
g, _ = bolukbasi.direction(bolukbasi.unit(before), gender.definitional)
check_neutral(after, g, gender.neutral)
check_equidistant(after, gender.neutral, gender.equalize)

accuracy_before, accuracy_after = quality("before", native), quality("after", debiased)
change = accuracy_after - accuracy_before
check(f"analogies change by less than one point: {change:+.2f}", abs(change) < 1, change)
support.finish()
