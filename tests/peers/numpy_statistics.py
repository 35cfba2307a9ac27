"""`equivec eval` gives the numbers that NumPy and SciPy give."""

import random

import support
from support import answer, check

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.stats

PAIRS, DIMENSION = 60, 25


def fold(word):
    """A-Z as a-z and nothing else: É stays."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in word)


def some_vectors():
    """60 pairs of words, x to y, in two noisy relations, among other words; some words stand there in several cases,
    the first of them being small letters, Title or CAPITALS. The pairs are spread over the whole vocabulary."""
    source = numpy.random.default_rng(3)
    rows = {f"other{i}": source.standard_normal(DIMENSION) for i in range(400)}
    relations = 2 * source.standard_normal((2, DIMENSION))
    for i in range(PAIRS):
        x = source.standard_normal(DIMENSION)
        y = x + relations[i % 2] + 0.6 * source.standard_normal(DIMENSION)
        for word, row in ((f"x{i}é", x), (f"y{i}é", y)):
            forms = [word, word.capitalize(), word.replace("é", "É")][:1 + i % 3]
            for form in forms if i % 4 else forms[::-1]:
                rows[form] = row + 0.3 * source.standard_normal(DIMENSION)
    words = list(rows)
    random.Random(5).shuffle(words)
    return words, numpy.array([rows[word] for word in words], dtype="float32")


def some_questions():
    source = random.Random(7)
    sections = {"first relation": [], "second relation": [], "unknown words": []}
    for n in range(600):
        i, j = source.sample(range(n % 2, PAIRS, 2), 2)
        question = [f"x{i}é", f"y{i}é", f"x{j}é", f"y{j}é"]
        sections[list(sections)[n % 2]].append([source.choice((str, str.capitalize))(word) for word in question])
    sections["unknown words"] = [["x0é", "y0é", "x2é", "nowhere"], ["x1É", "y1é", "x3é", "y3é"]]
    return sections


def score(words, rows, questions, restrict):
    """(correct, total, missing) by the convention of word2vec's compute-accuracy, with the question's words excluded in
    every case; the answer is right if it folds to the expected word."""
    folded = [fold(word) for word in words[:restrict]]
    first = {word: i for i, word in reversed(list(enumerate(folded)))}
    unit = rows[:restrict].astype("float64")
    unit /= numpy.linalg.norm(unit, axis=1, keepdims=True)
    correct = total = 0
    for question in questions:
        a, b, c, expected = map(fold, question)
        if not {a, b, c, expected} <= first.keys():
            continue
        target = unit[first[b]] - unit[first[a]] + unit[first[c]]
        similarity = unit @ (target / numpy.linalg.norm(target))
        similarity[[i for i, word in enumerate(folded) if word in (a, b, c)]] = -2
        second, best = numpy.argsort(similarity)[-2:]
        assert similarity[best] - similarity[second] > 1e-6, "a tie that rounding may decide: take another seed"
        total += 1
        correct += folded[best] == expected
    return correct, total, len(questions) - total


def check_analogies(vectors, file, words, rows, sections, restrict=None):
    options = ["--restrict", restrict] if restrict else []
    (found,) = answer("eval", vectors, "--analogies", file, *options)["analogies"]
    scores = [score(words, rows, questions, restrict) for questions in sections.values()]
    name = f"analogies{f' among the first {restrict}' if restrict else ''}"

    def numbers(entry):
        return entry["correct"], entry["total"], entry["missing"]

    check(f"{name}: sections", [s["name"] for s in found["sections"]] == list(sections), found["sections"])
    check(f"{name}: counts of the sections", [numbers(s) for s in found["sections"]] == scores,
          f"{[numbers(s) for s in found['sections']]}, NumPy {scores}")
    correct, total, missing = map(sum, zip(*scores))
    check(f"{name}: {correct} of {total} correct, {missing} missing", numbers(found) == (correct, total, missing),
          numbers(found))
    check(f"{name}: accuracy", abs(found["accuracy"] - correct / total) < 1e-12, found["accuracy"])
    check(f"{name}: not trivial", 0.2 < correct / total < 0.9 and missing > 0, f"{correct}/{total}")


def some_pairs(words):
    """Pairs with scores that repeat, in any case, and some with words that are not there."""
    source = random.Random(11)
    pairs = [(*source.sample(words, 2), source.randint(0, 20) / 2) for _ in range(300)]
    pairs = [(a.upper() if source.random() < 0.2 else a, b, s) for a, b, s in pairs]
    return pairs + [("nowhere", words[0], 3), (words[0], "Nowhere", 5), pairs[0]]


def check_similarity(vectors, file, words, rows, pairs, restrict=None):
    options = ["--restrict", restrict] if restrict else []
    (found,) = answer("eval", vectors, "--similarity", file, *options)["similarity"]
    first = {fold(word): i for i, word in reversed(list(enumerate(words[:restrict])))}
    known = [(first[fold(a)], first[fold(b)], s) for a, b, s in pairs if fold(a) in first and fold(b) in first]
    a, b, scores = (numpy.array(column) for column in zip(*known))
    unit = rows.astype("float64") / numpy.linalg.norm(rows.astype("float64"), axis=1, keepdims=True)
    cosines = (unit[a] * unit[b]).sum(axis=1)
    name = f"similarity{f' among the first {restrict}' if restrict else ''}"
    counts = (found["pairs"], found["missing"])
    check(f"{name}: {len(known)} pairs", counts == (len(known), len(pairs) - len(known)), counts)
    for key, expected in (("spearman", scipy.stats.spearmanr(cosines, scores)[0]),
                          ("pearson", scipy.stats.pearsonr(cosines, scores)[0])):
        check(f"{name}: {key} to 1e-6", abs(found[key] - expected) < 1e-6, f"{found[key]}, SciPy {expected}")


folder = support.folder()
words, rows = some_vectors()
support.save(folder / "v.vec", words, rows)
sections, pairs = some_questions(), some_pairs(words)
with open(folder / "questions.txt", "w", encoding="utf-8") as file:
    for name, questions in sections.items():
        print(f": {name}", *map(" ".join, questions), sep="\n", file=file)
with open(folder / "pairs.tsv", "w", encoding="utf-8") as file:
    print(*("\t".join(map(str, pair)) for pair in pairs), sep="\n", file=file)

for restrict in (None, 500):
    check_analogies(folder / "v.vec", folder / "questions.txt", words, rows, sections, restrict)
    check_similarity(folder / "v.vec", folder / "pairs.tsv", words, rows, pairs, restrict)
support.finish()
