"""`equivec bias` and `equivec debias` give the numbers that NumPy gives."""

import json
import random

import support
from support import answer, check, run

support.need("python3-numpy")
import numpy
from reference import bolukbasi

LEFT_OUT = {"gal", "Mary", "John", "convent", "dentist"}  # of a pair, of both cases, of an equalize pair, an occupation
ADDED = ["mary", "john", "UNCLE", "AUNT", "Uncle", "Aunt", "Brothers", "Sisters", "Twin_Brother", "Twin_Sister"]


def some_vectors():
    """Random unit vectors of the words in data/gender.json and 500 others, along a direction that the definitional
    words are made to have."""
    sets = json.loads((support.ROOT / "data" / "gender.json").read_text(encoding="utf-8"))
    pairs = sets["definitional"]["sets"] + sets["equalize"]["sets"]
    words = [w for pair in pairs for w in pair] + sets["specific"]["words"] + sets["occupations"]["words"] + ADDED
    words = sorted(set(words) - LEFT_OUT) + [f"other{i}" for i in range(500)]
    random.Random(2).shuffle(words)
    source = numpy.random.default_rng(2)
    rows = source.standard_normal((len(words), 40))
    towards = source.standard_normal(40)
    for first, last in sets["definitional"]["sets"]:
        for word, sign in ((first, 1), (last, -1)):
            if word in words or word.lower() in words:
                rows[words.index(word if word in words else word.lower())] += sign * towards
    return words, bolukbasi.unit(rows).astype("float32")


def check_bias(file, words, vectors, gender):
    document = answer("bias", file, "--sets", "gender")
    g, shares = bolukbasi.direction(vectors, gender.definitional)
    basis = numpy.array(document["subspace"]["basis"])
    check("direction to 1e-6", basis.shape == (1, 40) and abs(basis[0] - g).max() < 1e-6, basis)
    found = numpy.array(document["subspace"]["explained_variance"])
    length = max(len(found), len(shares))
    difference = abs(numpy.pad(found, (0, length - len(found))) - numpy.pad(shares, (0, length - len(shares)))).max()
    check("explained variance to 1e-6", difference < 1e-6, f"{found}, NumPy {shares}")

    (measure,) = [m for m in document["measures"] if m["measure"] == "direct-bias"]
    cosines = vectors[gender.occupations] @ g
    check("direct bias to 1e-6", abs(measure["value"] - abs(cosines).mean()) < 1e-6, measure["value"])
    order = [words[i] for i in gender.occupations]
    names = sorted(entry["word"] for entry in measure["words"])
    check("direct bias: its words", names == sorted(order), support.first_difference(names, sorted(order)))
    cosine = dict(zip(order, cosines))
    worst = max(abs(entry["cosine"] - cosine[entry["word"]]) for entry in measure["words"])
    check("direct bias: cosines to 1e-6", worst < 1e-6, worst)
    check("direct bias: missing words", measure["missing"] == gender.missing_occupations, measure["missing"])


def check_debias(file, folder, words, vectors, gender):
    run("debias", file, "-o", folder / "out.npy", "--sets", "gender")
    found = numpy.load(folder / "out.npy")
    check("debias keeps the words", support.lines(folder / "out.words.txt") == words)
    difference = abs(found - bolukbasi.hard_debias(vectors, gender)).max(axis=1)
    worst = difference.argmax()
    check("all rows to 1e-6", difference[worst] < 1e-6,
          f"{(difference >= 1e-6).sum()} rows differ, most {words[worst]!r} by {difference[worst]}")
    check("most words are neutral, and pairs are equalized", len(gender.neutral) > 500 and len(gender.equalize) > 50)


folder = support.folder()
words, rows = some_vectors()
support.save(folder / "v.vec", words, rows)
vectors, gender = bolukbasi.unit(rows), bolukbasi.Gender(words)
check_bias(folder / "v.vec", words, vectors, gender)
check_debias(folder / "v.vec", folder, words, vectors, gender)
support.finish()
