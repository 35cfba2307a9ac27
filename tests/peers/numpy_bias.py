"""`equivec bias` gives the numbers that NumPy and SciPy give by the papers' formulas, on the built-in word sets and random
vectors of most of their words."""

import itertools
import json
import math
import random

import support
from support import answer, check

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.optimize
import scipy.stats

DATA = support.ROOT / "data"
DIMENSION = 12
SETS = {path.stem: json.loads(path.read_text()) for path in sorted(DATA.glob("*.json"))}


def some_vectors():
    """A vector for nine of ten words of the sets, all of the definitional ones, and for 3,000 words more. Words of a list
    have something in common, so that there are biases to measure."""
    source, chooser = numpy.random.default_rng(5), random.Random(5)
    rows = {}

    def add(words, share):
        centre = 0.4 * source.standard_normal(DIMENSION)
        for word in words:
            row = centre + source.standard_normal(DIMENSION)
            if chooser.random() < share:
                rows.setdefault(word, row)

    for sets in SETS.values():
        for words in sets.get("definitional", {}).get("sets", []):
            add(words, 1)
    for sets in SETS.values():
        for entry in sets.get("lists", {}).values():
            add(entry["words"], 0.9)
        for section in ("occupations", "specific"):
            add(sets.get(section, {}).get("words", []), 0.9)
        for entry in sets.get("choices", {}).values():
            add(sorted({word for question in entry["questions"] for pair in question for word in pair}), 0.97)
    letters = "bcdfghjklmnpqrstvwxz"
    add(["".join(triple) for triple in itertools.product(letters, repeat=3)][:3000], 1)
    words = list(rows)
    chooser.shuffle(words)
    return words, numpy.array([rows[word] for word in words], dtype="float32")


def close(found, expected, tolerance=1e-9):
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) <= tolerance * max(1, abs(expected))


class Measures:
    """By the formulas; vectors as they are, and of length 1."""

    def __init__(self, words, rows):
        self.rows = dict(zip(words, rows.astype("float64")))
        self.unit = {word: row / numpy.linalg.norm(row) for word, row in self.rows.items()}
        self.words = words

    def units(self, words):
        return numpy.array([self.unit[word] for word in words])

    def known(self, words):
        return [word for word in words if word in self.unit]

    def lists(self, sets, names):
        return [self.known(sets["lists"][name]["words"]) for name in names]

    def direction(self, definitional):
        blocks = []
        for words in definitional:
            vectors = self.units(words)
            blocks.append((vectors - vectors.mean(axis=0)) / math.sqrt(len(words)))
        stacked = numpy.concatenate(blocks)
        _, values, directions = numpy.linalg.svd(stacked, full_matrices=False)
        direction = directions[0]
        ends = sum(self.unit[words[0]] - self.unit[words[-1]] for words in definitional)
        return direction if direction @ ends > 0 else -direction, values[0] ** 2 / (values ** 2).sum()

    def association(self, word, first, second):
        return (self.units(first) @ self.unit[word]).mean() - (self.units(second) @ self.unit[word]).mean()

    def weat(self, x, y, a, b):
        s = [[self.association(word, a, b) for word in side] for side in (x, y)]
        both = s[0] + s[1]
        return sum(s[0]) - sum(s[1]), (numpy.mean(s[0]) - numpy.mean(s[1])) / numpy.std(both, ddof=1), s

    def weat_p(self, s):
        """The exact p-value, or that of random partitions with its standard error."""
        both, size = numpy.array(s[0] + s[1]), len(s[0])
        observed = sum(s[0]) - 1e-12 * len(both)
        if math.comb(len(both), size) <= 20000:
            sums = [both[list(chosen)].sum() for chosen in itertools.combinations(range(len(both)), size)]
            return (numpy.array(sums) >= observed).mean(), 0
        source = numpy.random.default_rng(7)
        sums = numpy.array([source.permutation(both)[:size].sum() for _ in range(20000)])
        p = (sums >= observed).mean()
        return p, math.sqrt(max(p * (1 - p), 1e-4) / len(sums))

    def wefat(self, word, a, b):
        first, second = self.units(a) @ self.unit[word], self.units(b) @ self.unit[word]
        return (first.mean() - second.mean()) / numpy.std(numpy.concatenate([first, second]), ddof=1)

    def rnd(self, x, y, word):
        return (numpy.linalg.norm(self.unit[word] - self.units(x).mean(axis=0))
                - numpy.linalg.norm(self.unit[word] - self.units(y).mean(axis=0)))

    def mac(self, targets, attributes):
        return numpy.mean([(1 - self.units(a) @ self.unit[word]).mean() for t in targets for word in t
                           for a in attributes])

    def ect(self, x, y, a):
        return scipy.stats.spearmanr(*(self.units(a) @ self.units(side).mean(axis=0) for side in (x, y)))[0]

    def ripa(self, pairs, a):
        return numpy.mean([self.rows[word] @ (self.rows[x] - self.rows[y]) / numpy.linalg.norm(self.rows[x] - self.rows[y])
                           for word in a for x, y in pairs])

    def rnsb(self, targets, positive, negative):
        vectors = self.units(positive + negative)
        labels = numpy.array([-1.0] * len(positive) + [1.0] * len(negative))

        def loss(w):
            scores = labels * (vectors @ w[:-1] + w[-1])
            slope = -labels / (1 + numpy.exp(scores))
            return (numpy.logaddexp(0, -scores).sum() + w[:-1] @ w[:-1] / 2,
                    numpy.append(vectors.T @ slope + w[:-1], slope.sum()))

        w = scipy.optimize.minimize(loss, numpy.zeros(DIMENSION + 1), jac=True, method="L-BFGS-B",
                                    options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10000}).x
        p = 1 / (1 + numpy.exp(-self.units(targets) @ w[:-1] - w[-1]))
        return scipy.stats.entropy(p / p.sum(), numpy.full(len(p), 1 / len(p)))

    def beta(self, w, v, g):
        w, v = self.unit[w], self.unit[v]
        rest = [vector - (vector @ g) * g for vector in (w, v)]
        return (w @ v - rest[0] @ rest[1] / numpy.linalg.norm(rest[0]) / numpy.linalg.norm(rest[1])) / (w @ v)

    def ordinary(self, restrict):
        return [word for word in self.words[:restrict]
                if len(word) < 20 and all(c == "_" or not (c.isascii() and not ("a" <= c <= "z")) for c in word)]

    def analogies(self, words, g, count):
        vectors = self.units(words)
        pairs = []
        for i, first in enumerate(words):
            differences = vectors[i] - vectors
            lengths = numpy.linalg.norm(differences, axis=1)
            with numpy.errstate(invalid="ignore", divide="ignore"):
                scores = differences @ g / lengths
            for k in numpy.flatnonzero((lengths <= 1) & (lengths > 1e-7) & (scores >= 0.001)):
                pairs.append((-scores[k], i, k))
        firsts, lasts, chosen = set(), set(), []
        for score, i, k in sorted(pairs):
            if i not in firsts and k not in lasts:
                firsts.add(i), lasts.add(k)
                chosen.append(((words[i], words[k]), -score))
                if len(chosen) == count:
                    break
        return chosen


def check_query(measures, sets, query, found):
    name = f"{found['measure']} {found['query']}"
    targets, attributes = (measures.lists(sets, query[side]) for side in ("targets", "attributes"))
    asked = {word for side in ("targets", "attributes") for entry in query[side] for word in sets["lists"][entry]["words"]}
    if found["measure"] != "ripa":
        check(f"{name}: the words lost are told", set(found["missing"]) == {word for word in asked if word not in measures.unit},
              found["missing"])
    if found["measure"] == "weat":
        s, d, associations = measures.weat(*targets, *attributes)
        p, error = measures.weat_p(associations)
        check(f"{name}: statistic, effect size", close(found["value"], s) and close(found["effect_size"], d),
              (found["value"], s, found["effect_size"], d))
        check(f"{name}: p-value", abs(found["p_value"] - p) <= 4 * error + 1e-12, (found["p_value"], p, error))
    elif found["measure"] == "wefat":
        scores = [measures.wefat(word, *attributes) for word in targets[0]]
        check(f"{name}: each word's effect size", all(close(entry["effect_size"], score)
                                                      for entry, score in zip(found["words"], scores, strict=True)))
    elif found["measure"] == "rnd":
        values = [measures.rnd(*targets, word) for word in attributes[0]]
        check(f"{name}: mean and sum", close(found["value"], numpy.mean(values))
              and close(found["figures"]["sum"]["value"], sum(values)), (found["value"], numpy.mean(values)))
    elif found["measure"] == "mac":
        check(f"{name}: value", close(found["value"], measures.mac(targets, attributes)), found["value"])
    elif found["measure"] == "ect":
        check(f"{name}: value", close(found["value"], measures.ect(*targets, attributes[0])), found["value"])
    elif found["measure"] == "ripa":
        pairs = [(x, y) for x, y in zip(*(sets["lists"][entry]["words"] for entry in query["targets"]), strict=True)
                 if x in measures.unit and y in measures.unit]
        check(f"{name}: value", close(found["value"], measures.ripa(pairs, attributes[0])), found["value"])
        check(f"{name}: pairs", found["counts"]["pairs"] == len(pairs), found["counts"])
    elif found["measure"] == "rnsb":
        expected = measures.rnsb([word for words in targets for word in words], *attributes)
        check(f"{name}: value", close(found["value"], expected, 1e-7), (found["value"], expected))
    elif found["measure"] == "indirect-bias":
        g, _ = measures.direction(sets["definitional"]["sets"])
        betas = [measures.beta(w, v, g) for w in targets[0] for v in attributes[0] if w != v]
        check(f"{name}: value", close(found["value"], numpy.mean(betas), 1e-7), (found["value"], numpy.mean(betas)))
    elif found["measure"] == "occupation-shares":
        shares = sets["shares"][query["shares"]]
        last = {word: numbers[-1] for word, numbers in shares["percent"].items() if numbers[-1] is not None}
        if len(targets) == 1:
            pairs = [(measures.wefat(word, *attributes), last[word]) for word in targets[0] if word in last]
        else:
            pairs = [(-measures.rnd(*targets, word), last[word]) for word in attributes[0] if word in last]
        check(f"{name}: Pearson's and Spearman's", close(found["value"], scipy.stats.pearsonr(*zip(*pairs))[0])
              and close(found["figures"]["spearman"]["value"], scipy.stats.spearmanr(*zip(*pairs))[0])
              and found["used_words"] == len(pairs), found["value"])
    else:
        check(f"{name}: is known here", False)
    return found["measure"]


def check_sembias(measures, sets, found):
    g, _ = measures.direction(sets["definitional"]["sets"])
    counts = [0, 0, 0]
    questions = [question for question in sets["choices"][found["query"]]["questions"]
                 if all(word in measures.unit for pair in question for word in pair)]
    for question in questions:
        scores = [(measures.unit[b] - measures.unit[a]) @ g / numpy.linalg.norm(measures.unit[b] - measures.unit[a])
                  for a, b in question]
        counts[min(int(numpy.argmax(scores)), 2)] += 1
    expected = [count / len(questions) for count in counts]
    check(f"sembias {found['query']}: shares of definition, stereotype, neither",
          [found["figures"]["definition"]["value"], found["value"], found["figures"]["none"]["value"]] == expected
          and found["counts"]["questions"] == len(questions), (found["figures"], expected))


def check_gender(measures, sets, documents):
    g, share = measures.direction(sets["definitional"]["sets"])
    by_name = {found["measure"]: found for found in documents["measures"]}
    subspace = documents["subspace"]
    check("gender: the direction and its share of the variance", numpy.allclose(subspace["basis"][0], g, atol=1e-9)
          and close(subspace["explained_variance"][0], share), subspace["explained_variance"][:2])
    occupations = measures.known(sets["occupations"]["words"])
    check("direct-bias: value", close(by_name["direct-bias"]["value"], abs(measures.units(occupations) @ g).mean()),
          by_name["direct-bias"]["value"])
    check("direct-bias: each occupation's cosine", all(
        entry["word"] == word and close(entry["cosine"], measures.unit[word] @ g)
        for entry, word in zip(by_name["direct-bias"]["words"], occupations, strict=True)))

    expected = measures.analogies(measures.ordinary(2000), g, 40)
    found = [(tuple(entry["words"]), entry["cosine"]) for entry in by_name["biased-analogies"]["words"]]
    check("biased-analogies: the same pairs in the same order", [pair for pair, _ in found] == [pair for pair, _ in expected]
          and all(close(a, b) for (_, a), (_, b) in zip(found, expected)), (found[:3], expected[:3]))

    meant = {word.lower() for section in ("specific",) for word in sets[section]["words"]}
    meant |= {word.lower() for section in ("definitional", "equalize") for words in sets[section]["sets"] for word in words}
    candidates = [word for word in measures.ordinary(2000) if word not in meant]
    vectors = measures.units(candidates)
    biased = vectors @ g > 0
    shares = []
    for word in occupations:
        cosines = vectors @ measures.unit[word]
        order = [i for i in numpy.argsort(-cosines, kind="stable") if candidates[i] != word][:50]
        shares.append(biased[order].mean())
    neighbors = by_name["neighbor-bias"]
    check("neighbor-bias: each occupation's share", [entry["share"] for entry in neighbors["words"]] == shares)
    check("neighbor-bias: value", close(neighbors["value"], numpy.corrcoef(measures.units(occupations) @ g, shares)[0, 1]),
          neighbors["value"])


folder = support.folder()
words, rows = some_vectors()
support.save(folder / "v.vec", words, rows)
measures = Measures(words, rows)
seen = set()
for name, sets in SETS.items():
    documents = answer("bias", folder / "v.vec", "--measure", "all", "--sets", name, "--restrict", 2000, "--biased-words",
                       60, "--neighbors", 50, "--analogies", 40, "--resamples", 100)
    queries = {query["name"]: query for query in sets.get("queries", [])}
    for found in documents["measures"]:
        if found["query"] in queries:
            seen.add(check_query(measures, sets, queries[found["query"]], found))
        elif found["measure"] == "sembias":
            check_sembias(measures, sets, found)
            seen.add("sembias")
    if name == "gender":
        check_gender(measures, sets, documents)
check("every measure of lists was seen", seen == {"weat", "wefat", "rnd", "mac", "ect", "ripa", "rnsb", "indirect-bias",
                                                   "occupation-shares", "sembias"}, seen)
support.finish()
