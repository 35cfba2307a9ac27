"""The six methods of `equivec analogy` and `equivec eval` find the words that their formulas find in NumPy, in double,
with the same scores."""

import math
import random

import support
from support import answer, answers, check

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.optimize
import scipy.special

METHODS = ["3cosadd", "3cosmul", "pair-direction", "squared-difference", "3cosavg", "lrcos"]
FROM_PAIRS = {"3cosavg", "lrcos"}
DIMENSION, RELATIONS, PAIRS, WORDS = 24, 4, 14, 400
EPSILON, SEED = 0.01, 3
# Scores that are nearer than this may change places as the program rounds them to float32.
ROUNDING = 2e-7


def split_mix(seed):
    """The program's random numbers: SplitMix64, from the seed mixed twice (include/equivec/base/rng.hpp)."""
    def mixed(z):
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return z ^ z >> 31

    state = mixed(mixed(seed))
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        yield mixed(state)


def fit_class(positive, negative):
    """Weights and intercept of the logistic regression that minimises |weights|^2 / 2 + the sum of the examples'
    log-losses, where positive and negative ones weigh as much, and all of them as much as there are: there the gradient
    is 0."""
    x = numpy.concatenate([positive, negative])
    x = numpy.hstack([x, numpy.ones((len(x), 1))])
    labels = numpy.repeat([1, 0], [len(positive), len(negative)])
    weight = len(x) / 2 / numpy.where(labels == 1, len(positive), len(negative))
    penalty = numpy.append(numpy.ones(DIMENSION), 0)  # the intercept has none

    def gradient(w):
        return penalty * w + x.T @ (weight * (scipy.special.expit(x @ w) - labels))

    def hessian(w):
        p = scipy.special.expit(x @ w)
        return numpy.diag(penalty) + x.T @ ((weight * p * (1 - p))[:, None] * x)

    found = scipy.optimize.root(gradient, numpy.zeros(DIMENSION + 1), jac=hessian).x
    assert numpy.linalg.norm(gradient(found)) < 1e-8, found
    return found[:-1], found[-1]


class Vectors:
    def __init__(self, words, rows):
        self.number = {word: i for i, word in enumerate(words)}
        self.words, self.rows = words, rows.astype("float64")
        self.unit = self.rows / numpy.linalg.norm(self.rows, axis=1, keepdims=True)
        numbers = split_mix(SEED)
        self.counterexamples = [(next(numbers) >> 32) * len(words) >> 32 for _ in range(PAIRS)]

    def scores(self, method, pairs, c, include_query=False):
        """Of all words d; the words of a question, or where there are several pairs c alone, are never its answers."""
        pairs, c = [(self.number[a], self.number[b]) for a, b in pairs], self.number[c]
        firsts, seconds = ([pair[side] for pair in pairs] for side in (0, 1))
        a, b, rows, unit = firsts[0], seconds[0], self.rows, self.unit
        with numpy.errstate(invalid="ignore"):  # of 0 / 0 where pair-direction's d is c
            if method in ("3cosadd", "3cosavg"):
                target = unit[c] + (unit[seconds] - unit[firsts]).mean(axis=0)
                scores = unit @ target / numpy.linalg.norm(target)
            elif method == "3cosmul":
                similarity = (1 + unit @ unit.T[:, [a, b, c]]) / 2
                scores = similarity[:, 1] * similarity[:, 2] / (similarity[:, 0] + EPSILON)
            elif method == "pair-direction":
                offsets, direction = unit - unit[c], unit[b] - unit[a]
                scores = offsets @ direction / numpy.linalg.norm(offsets, axis=1) / numpy.linalg.norm(direction)
                scores[c] = -1
            elif method == "squared-difference":
                scores = -((rows - (rows[b] - rows[a] + rows[c]))**2).sum(axis=1)
            else:
                weights, intercept = fit_class(unit[seconds], unit[firsts + self.counterexamples[:len(pairs)]])
                scores = scipy.special.expit(unit @ weights + intercept) * (unit @ unit[c])
        if not include_query:
            scores[[c] if method in FROM_PAIRS else [a, b, c]] = -math.inf
        return scores

    def best(self, count, *question, **options):
        """(word, score) of the best answers."""
        scores = self.scores(*question, **options)
        order = numpy.argsort(-scores)[:count + 1]
        gaps = scores[order[:-1]] - scores[order[1:]]
        assert (gaps > ROUNDING * abs(scores[order[1:]])).all(), "a tie that rounding may decide: take another seed"
        return [(self.words[i], scores[i]) for i in order[:count]]

    def score(self, method, pairs, questions, **options):
        """(correct, total, missing) of a section: pairs of words with lists of right answers, and questions made of two
        of them. Where several pairs are learned from, each is a question to which the others are given."""
        known = [(a, [b for b in targets if a in self.number and b in self.number]) for a, targets in pairs]
        if method in FROM_PAIRS:
            asked = [(known[:i] + known[i + 1:], last) for i, last in enumerate(known)]
        else:
            asked = [([known[i]], known[j]) for i, j in questions]
        correct = total = 0
        for given, (c, expected) in asked:
            given = [(a, targets[0]) for a, targets in given if targets]
            if given and expected:
                total += 1
                correct += self.best(1, method, given, c, **options)[0][0] in expected
        return correct, total, len(asked) - total


def some_vectors():
    """Pairs x to y, in noisy relations, among other words; lengths differ, since one method looks at them."""
    source = numpy.random.default_rng(SEED)
    rows = {}
    relations = 1.6 * source.standard_normal((RELATIONS, DIMENSION))
    topics = source.standard_normal((RELATIONS, DIMENSION))
    for relation in range(RELATIONS):
        for i in range(PAIRS):
            x = topics[relation] + source.standard_normal(DIMENSION)
            rows[f"x{relation}.{i}"] = x
            for form in "yz"[:1 + i % 2]:
                rows[f"{form}{relation}.{i}"] = x + relations[relation] + 1.3 * source.standard_normal(DIMENSION)
    for i in range(WORDS - len(rows)):
        rows[f"other{i}"] = source.choice(relations) * (i % 2) + source.standard_normal(DIMENSION)
    words = list(rows)
    random.Random(SEED).shuffle(words)
    lengths = source.lognormal(-2, 0.1, (WORDS, 1))
    return words, (lengths * numpy.array([rows[word] for word in words])).astype("float32")


def some_sections():
    """By name: pairs and questions as Vectors.score takes them. Sections that are written as pairs ask all
    ordered pairs of these, some with several right answers; the pairs of those that are written as questions are what
    the questions are made of, as they are met."""
    source = random.Random(SEED)
    as_pairs, as_questions = {}, {}
    for relation in range(RELATIONS):
        pairs = [(f"x{relation}.{i}", [f"{form}{relation}.{i}" for form in ("y", "nowhere", "z")[:1 + i % 2 * 2]])
                 for i in range(PAIRS)]
        if relation < 2:
            source.shuffle(pairs)
            pairs.insert(3, ("nowhere", [f"y{relation}.1"]))
            pairs.insert(5, (f"x{relation}.2", ["nowhere"]))
            count = len(pairs)
            as_pairs[f"relation{relation}"] = pairs, [(i, j) for i in range(count) for j in range(count) if i != j]
            continue
        pairs = [(a, targets[:1]) for a, targets in pairs] + [(f"x{relation}.1", ["nowhere"])]
        drawn = [source.sample(pairs, 2) for _ in range(70)]
        met = list(dict.fromkeys((a, targets[0]) for question in drawn for a, targets in question))
        as_questions[f"relation {relation}"] = [(a, [b]) for a, b in met], [
            tuple(met.index((a, targets[0])) for a, targets in question) for question in drawn]
    return as_pairs, as_questions


def write(folder, as_pairs, as_questions):
    (folder / "pairs").mkdir()
    for name, (pairs, _) in as_pairs.items():
        lines = [f"{a}\t{'/'.join(targets)}\n" for a, targets in pairs]
        (folder / "pairs" / f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    with open(folder / "questions.txt", "w", encoding="utf-8") as file:
        for name, (pairs, questions) in as_questions.items():
            print(f": {name}", file=file)
            for i, j in questions:
                print(pairs[i][0], pairs[i][1][0], pairs[j][0], pairs[j][1][0], file=file)


def check_sets(vectors, folder, *sets, include_query=False):
    options = ["--include-query"] if include_query else []
    document = answer("eval", folder / "v.vec", "--analogies", folder / "pairs", folder / "questions.txt", "--method",
                      *METHODS, "--epsilon", EPSILON, "--seed", SEED, "--resamples", 10, *options)
    entries = iter(document["analogies"])
    for sections in sets:
        for method in METHODS:
            found = next(entries)
            expected = [(name, *vectors.score(method, *section, include_query=include_query))
                        for name, section in sections.items()]
            counts = [(s["name"], s["correct"], s["total"], s["missing"]) for s in found["sections"]]
            name = f"{method} of {found['name']}{', its words included' if include_query else ''}"
            check(f"{name}: {expected} are right, answered, missing",
                  found["method"] == method and counts == expected, counts)
            check(f"{name}: some are right, some wrong, some missing",
                  all(0 < right < total and missing for _, right, total, missing in expected))


def check_answers(vectors, file):
    """Five answers to each of some questions, by the command for them."""
    source = random.Random(SEED + 1)
    for method in METHODS:
        questions = []
        for n in range(40):
            numbers = source.sample(range(PAIRS), source.randint(2, PAIRS) if method in FROM_PAIRS else 2)
            words = [f"{side}{n % RELATIONS}.{i}" for i in numbers for side in "xy"][:-1]
            questions.append(words if n % 8 else source.sample(vectors.words, len(words)))
        worst = 0
        found = answers([" ".join(words) for words in questions], "analogy", file, "--method", method, "-k", 5,
                        "--epsilon", EPSILON, "--seed", SEED)
        for words, document in zip(questions, found):
            expected = vectors.best(5, method, list(zip(words[:-1:2], words[1::2])), words[-1])
            if [a["word"] for a in document["answers"]] != [word for word, _ in expected]:
                check(f"{method}: NumPy's five words in their order", False, f"{document}, NumPy {expected}")
                break
            worst = max([worst] + [abs(a["similarity"] - score)
                                   for a, (_, score) in zip(document["answers"], expected)])
        else:
            check(f"{method}: NumPy's five words for {len(questions)} questions, in their order", True)
            check(f"{method}: NumPy's scores to 1e-5, at most {worst:.1e} away", worst < 1e-5)


assert next(split_mix(1)) == 4720248854425330031, "as rng.hpp has it"
folder = support.folder()
words, rows = some_vectors()
support.save(folder / "v.vec", words, rows)
vectors, (as_pairs, as_questions) = Vectors(words, rows), some_sections()
write(folder, as_pairs, as_questions)
check_sets(vectors, folder, as_pairs, as_questions)
check_sets(vectors, folder, as_pairs, as_questions, include_query=True)
check_answers(vectors, folder / "v.vec")
support.finish()
