"""`equivec debias` gives by each method what the paper's formula gives in NumPy and float64. What a method promises is
looked for in the file too, since a formula can be misread in the same way twice."""

import itertools
import json
import random
import re

import support
from support import answer, check

support.need("python3-numpy")
import numpy
from reference import bolukbasi

GENDER = json.loads((support.ROOT / "data" / "gender.json").read_text(encoding="utf-8"))
OCCUPATIONS = GENDER["occupations"]["words"]
LEFT_OUT = {"gal", "Mary", "John", "convent", "dentist"}  # of a pair, of both cases, of an equalize pair, an occupation
CASE_FORMS = ["mary", "john", "SHE", "HE", "UNCLE", "AUNT", "Uncle", "Aunt", "Brothers", "Sisters", "Twin_Brother",
              "Twin_Sister", "Herself"]  # the last one without the other word of its pair
UNUSUAL = ["1999", "x-ray", "Xray", "q" * 20, "größe", "new_york"]  # of which the last two may be biased words
# In large letters, without one word, of two words, with a word that has been in another set.
CLASSES = {
    "name": "classes",
    "definitional": {"source": "here", "sets": [["amber", "birch", "cedar"], ["Anvil", "basin", "chalk"],
                                                ["apple", "bread", "crumb"], ["attic", "gone", "cabin"],
                                                ["arrow", "bugle"]]},
    "equalize": {"source": "here", "sets": [["amber", "birch", "cedar"], ["anvil", "basin", "chalk"],
                                            ["arrow", "bugle"], ["amber", "bugle"]]}}
ROUNDING = 1e-6  # by a vector's length; a number of 32 bits is off by 6e-8 of itself
SIX_DIGITS = 1e-5  # what the program has measured it tells to as many


# ---- arithmetic ----


def unit(rows, least=0.0):
    """Rows of length 1; zeros for those no longer than `least`."""
    rows = numpy.asarray(rows, "float64")
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return numpy.divide(rows, lengths, out=numpy.zeros_like(rows), where=lengths > least)


def without(rows, basis):
    return rows - rows @ basis.T @ basis


def principal(vectors, sets, rank=1):
    """Directions in which the sets' words differ from their sets' means, each set weighing the same; one a row."""
    centred = [(vectors[rows] - vectors[rows].mean(axis=0)) / len(rows) ** 0.5 for rows in sets]
    directions = numpy.linalg.svd(numpy.concatenate(centred), full_matrices=False)[2][:rank]
    ends = sum(vectors[rows[0]] - vectors[rows[-1]] for rows in sets)
    return numpy.where(directions @ ends < 0, -1, 1)[:, None] * directions


def logistic(rows, labels):
    """Weights and intercept by Newton's steps: |weights|^2 / 2 + sum of log-losses, with labels 1 and 0."""
    x = numpy.column_stack([rows, numpy.ones(len(rows))])
    penalty = numpy.append(numpy.ones(rows.shape[1]), 0)
    w = numpy.zeros(x.shape[1])

    def loss(at):
        return penalty @ at**2 / 2 + numpy.logaddexp(0, (1 - 2 * labels) * (x @ at)).sum()

    for _ in range(50):
        p = 1 / (1 + numpy.exp(-x @ w))
        gradient = penalty * w + x.T @ (p - labels)
        if abs(gradient).max() < 1e-9:
            break
        step = numpy.linalg.solve(numpy.diag(penalty) + (x.T * (p * (1 - p))) @ x, gradient)
        while loss(w - step) > loss(w) * (1 + 1e-12):
            step /= 2
        w -= step
    return w[:-1], w[-1]


class Draws:
    """SplitMix64 (Steele, Lea and Flood 2014)."""

    def __init__(self, seed):
        self.state = self.mix(self.mix(seed))

    @staticmethod
    def mix(z):
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
        return z ^ z >> 31

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        return (self.mix(self.state) >> 32) * n >> 32

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items)):
            k = i + self.below(len(items) - i)
            items[i], items[k] = items[k], items[i]
        return items


# ---- words and vectors ----


class Sets(bolukbasi.Gender):
    """The definitional, equalize and specific words of any sets as rows of a vocabulary."""

    def __init__(self, words, sets):
        self.row = {word: i for i, word in enumerate(words)}
        self.definitional = self.complete(sets["definitional"]["sets"])
        forms = bolukbasi.with_case_forms(sets["equalize"]["sets"])
        self.equalize = self.complete(forms)
        listed = bolukbasi.with_case_forms(sets["definitional"]["sets"]) + forms
        self.kept = sorted(self.known(sum(listed, sets["specific"]["words"])))
        self.neutral = sorted(set(range(len(words))) - set(self.kept))

    def complete(self, sets):
        """Of each set, as written or, if more of it is there, in small letters, the words that are there."""
        found = {}
        for words in sets:
            forms = [[self.row[word] for word in form if word in self.row]
                     for form in (words, [word.lower() for word in words])]
            rows = max(forms, key=len)
            if len(rows) >= 2:
                found.setdefault(frozenset(rows), rows)
        return list(found.values())


class Vectors:
    """Words and their rows: as they are in the file, in float64 and of length 1."""

    def __init__(self, file, words, rows, sets, *options):
        self.file, self.words, self.options = file, words, options
        self.rows32 = rows.astype("float32")
        self.rows = self.rows32.astype("float64")
        self.lengths = numpy.linalg.norm(self.rows, axis=1)
        self.there = self.lengths > 0
        self.unit = unit(self.rows)
        self.unit32 = self.unit.astype("float32")
        self.sets = Sets(words, sets)
        self.basis = principal(self.unit, self.sets.definitional)
        support.save(file, words, self.rows32)

    def debias(self, method, *options):
        """What the program says, and what it writes."""
        document = answer("debias", self.file, "-o", folder / "out.npy", "--method", method, *self.options, *options)
        check(f"{named(method, *options)}: the same words", support.lines(folder / "out.words.txt") == self.words)
        return document, numpy.load(folder / "out.npy")


def named(*parts):
    return " ".join(map(str, parts))


def gender_vectors():
    """The words of the gender sets and others lean along the direction of the definitional pairs and, as far as that,
    along two more. They have lengths, a mean and principal components."""
    pairs = GENDER["definitional"]["sets"] + GENDER["equalize"]["sets"]
    words = sum(pairs, CASE_FORMS + UNUSUAL) + GENDER["specific"]["words"] + OCCUPATIONS
    triples = map("".join, itertools.product("bcdfghjklmnpqrstvwxz", repeat=3))
    words = sorted(set(words) - LEFT_OUT | set(itertools.islice(triples, 0, 4000, 2)))
    random.Random(2).shuffle(words)
    number = {word: i for i, word in enumerate(words)}

    source = numpy.random.default_rng(2)
    directions = numpy.linalg.qr(source.standard_normal((50, 4)))[0].T
    lean = source.standard_normal(len(words))
    others = 0.6 * lean + 0.6 * source.standard_normal(len(words)), numpy.sign(lean)
    for pair in GENDER["definitional"]["sets"]:
        for word, sign in zip(pair, (1, -1)):
            for form in {word, word.lower(), word.upper()} & set(words):
                lean[number[form]] = 3 * sign
    rows = source.standard_normal((len(words), 50)) * numpy.linspace(1.2, 0.5, 50)
    rows += numpy.outer(lean, directions[0]) + numpy.outer(others[0], directions[1])
    rows += numpy.outer(others[1], directions[2]) + directions[3]
    rows *= numpy.exp(0.4 * source.standard_normal(len(words)))[:, None]

    # Words that are nothing but one of OSCaR's directions, and one that is nothing at all.
    rows = rows.astype("float32")
    known, vectors = Sets(words, GENDER), unit(rows)
    alone = (2 * principal(vectors, known.definitional), 3 * principal(vectors, [known.known(OCCUPATIONS)]),
             numpy.zeros((1, 50)))
    words += ["direction_alone", "occupation_alone", "nothing"]
    return Vectors(folder / "gender.vec", words, numpy.concatenate([rows, *alone]), GENDER)


def class_vectors():
    """A few hundred words of few numbers, three classes among them. Only those that lean most are neutral, by which soft
    debiasing with a large strength comes to the edge of the maps that there are."""
    source = numpy.random.default_rng(3)
    centres = 1.5 * source.standard_normal((3, 12))
    words, rows = [], []
    for group in CLASSES["definitional"]["sets"]:
        middle = source.standard_normal(12)
        for word, centre in zip(group, centres):
            words.append(word.lower())
            rows.append(middle + centre + 0.4 * source.standard_normal(12))
    del rows[words.index("gone")], words[words.index("gone")]
    noise = source.standard_normal((300, 12)) * numpy.linspace(1.6, 0.4, 12)
    rows += list(noise + source.standard_normal((300, 3)) @ centres / 2)
    others = [f"word{i}" for i in range(300)]
    lean = numpy.linalg.norm(unit(rows[len(words):]) @ unit(centres - centres.mean(axis=0)).T, axis=1)
    sets = CLASSES | {"specific": {"source": "here", "words": [others[i] for i in numpy.argsort(lean)[:275]]}}
    (folder / "classes.json").write_text(json.dumps(sets))
    rows = numpy.array(rows) * numpy.exp(0.4 * source.standard_normal((len(rows), 1)))
    return Vectors(folder / "classes.vec", words + others, rows, sets, "--sets", folder / "classes.json")


# ---- checks that several methods share ----


def largest(name, value, bound=ROUNDING):
    check(f"{name}, to {bound:.0e}", value <= bound, value)


def check_vectors(name, found, expected, bound=ROUNDING):
    lengths = numpy.linalg.norm(expected, axis=1)
    off = abs(found - expected).max(axis=1) / numpy.where(lengths > 0, lengths, 1)
    largest(f"{name}: every number by the length of its vector", off.max(), bound)


def check_lengths(name, found, expected=1.0):
    """Of vectors that have one."""
    off = abs(numpy.linalg.norm(found, axis=1) / expected - 1)
    largest(f"{name}: lengths", off[found.any(axis=1)].max())


def check_untouched(name, found, before, rows):
    check(f"{name}: {len(rows)} words to the bit", len(rows) > 0 and found[rows].tobytes() == before[rows].tobytes())


# ---- Bolukbasi et al. 2016, Manzini et al. 2019 ----


def neutralized(vectors, basis, neutral):
    out = vectors.copy()
    out[neutral] = unit(without(vectors[neutral], basis), least=1e-6)
    return out


def equalized(vectors, basis, sets):
    """The vectors, and the sets in whose way no earlier one stands."""
    out, done, used = vectors.copy(), [], set()
    for rows in sets:
        if used & set(rows):
            continue
        mean = vectors[rows].mean(axis=0, keepdims=True)
        outside, inside = without(mean, basis), (vectors[rows] - mean) @ basis.T @ basis
        out[rows] = outside + numpy.sqrt(1 - (outside**2).sum()) * unit(inside)
        done.append(rows)
        used |= set(rows)
    return out, done


def check_equidistant(name, found, sets, neutral):
    worst = []
    for rows in sets:
        distances = [numpy.linalg.norm(found[neutral] - found[row], axis=1) for row in rows]
        worst.append(max(abs(distances[0] - other).max() for other in distances[1:]))
    largest(f"{name}: the words of each of {len(sets)} sets, equally far from {len(neutral)} neutral ones", max(worst))


def check_hard(vectors, basis, method, *options):
    """The methods that neutralize, equalize or do both."""
    name, sets, words = named(method, *options), vectors.sets, vectors.words
    neutral = sets.neutral if method != "equalize" else []
    document, found = vectors.debias(method, *options)
    exact = found.astype("float64")
    expected, done = neutralized(vectors.unit, basis, neutral), []
    if neutral:
        largest(f"{name}: neutral words have no part in the subspace", abs(exact[neutral] @ basis.T).max())
        gone = [word for word, row, there in zip(words, expected, vectors.there) if there and not row.any()]
        check(f"{name}: how many words are neutral", document["neutralized"] == len(neutral), document["neutralized"])
        check(f"{name}: the words that vanished", document["vanished"] == gone, document["vanished"])
    if method != "neutralize":
        expected, done = equalized(expected, basis, sets.equalize)
        told = [[words[row] for row in rows] for rows in done]
        check(f"{name}: the equalized sets", document["equalized"] == told, document["equalized"])
        spread = numpy.concatenate([exact[rows] - exact[rows[0]] for rows in done])
        largest(f"{name}: the words of a set differ in the subspace alone", abs(without(spread, basis)).max())
    if neutral and done:
        check_equidistant(name, exact, done, [row for row in neutral if expected[row].any()])
    check_vectors(name, exact, expected)
    check_lengths(name, exact)
    check_untouched(name, found, vectors.unit32, sorted(set(range(len(words))) - set(neutral).union(*done)))
    return document


class SoftProblem:
    """|(T W)'(T W) - W'W|^2 + strength |(T N)'(T B)|^2 in X = T'T, of all words W, neutral ones N and the bias B."""

    def __init__(self, vectors, basis, strength):
        self.words, self.strength, self.inside = vectors.unit, strength, basis.T @ basis
        self.everything = self.words.T @ self.words
        self.neutral = self.words[vectors.sets.neutral].T @ self.words[vectors.sets.neutral]
        self.identity = numpy.eye(len(self.everything))

    def objective(self, x):
        changed = self.everything @ (x - self.identity)
        return numpy.trace(changed @ changed) + self.strength * numpy.trace(self.neutral @ x @ self.inside @ x)

    def least(self):
        """X by accelerated projected gradients (Beck and Teboulle 2009)."""
        largest_everything, largest_neutral = (numpy.linalg.norm(m, 2) for m in (self.everything, self.neutral))
        curvature = 2 * (largest_everything**2 + self.strength * largest_neutral)
        x = ahead = self.identity
        weight = 1
        for _ in range(20000):
            bias = self.strength * self.neutral @ ahead @ self.inside
            slope = 2 * self.everything @ (ahead - self.identity) @ self.everything + bias + bias.T
            values, directions = numpy.linalg.eigh(ahead - slope / curvature)
            following = (directions * numpy.maximum(values, 0)) @ directions.T
            if ((ahead - following) * (following - x)).sum() > 0:
                weight = 1
            heavier = (1 + (1 + 4 * weight**2) ** 0.5) / 2
            ahead = following + (weight - 1) / heavier * (following - x)
            step, x, weight = abs(following - x).max(), following, heavier
            if step < 1e-15:
                break
        return x

    def of_vectors(self, found):
        """X of the map that the words went through. Their lengths are lost, but the map is, to a factor, the one after
        which nothing of T w is orthogonal to what w became; and the factor that of the least objective."""
        size = len(self.identity)
        across = self.identity - found[:, :, None] * found[:, None, :]
        equations = (across[:, :, :, None] * self.words[:, None, None, :]).reshape(-1, size * size)
        map_ = numpy.linalg.eigh(equations.T @ equations)[1][:, 0].reshape(size, size)
        x = map_.T @ map_
        scaled = self.everything @ x
        squares = numpy.trace(scaled @ scaled) + self.strength * numpy.trace(self.neutral @ x @ self.inside @ x)
        return x * numpy.trace(scaled @ self.everything) / squares


def check_soft(vectors):
    edges = []
    for rank, strength in itertools.product((1, 2), (0.2, 10, 10000)):
        problem = SoftProblem(vectors, principal(vectors.unit, vectors.sets.definitional, rank), strength)
        x = problem.least()
        values, directions = numpy.linalg.eigh(x)
        edges.append(values[0] < 1e-9)
        least = problem.objective(x)

        options = "--rank", rank, "--lambda", strength
        name = named("soft", *options)
        document, found = vectors.debias("soft", *options)
        exact = found.astype("float64")
        largest(f"{name}: what the objective of the map is above the least",
                problem.objective(problem.of_vectors(exact)) / least - 1, 1e-11)
        told = re.fullmatch(r"(\S+) \(before (\S+)\)", document["choices"]["objective"])
        largest(f"{name}: the objective as told", abs(float(told[1]) / least - 1), SIX_DIGITS)
        largest(f"{name}: that before", abs(float(told[2]) / problem.objective(problem.identity) - 1), SIX_DIGITS)
        # An objective within 1e-12 of the least is one of vectors within the root of that.
        root = (directions * numpy.sqrt(numpy.maximum(values, 0))) @ directions.T
        check_vectors(name, exact, unit(vectors.unit @ root), 1e-5)
        check_lengths(name, exact)
    check("soft: some of the optima are at the edge of the cone, others inside", any(edges) and not all(edges), edges)


# ---- Dev and Phillips 2019, Dev et al. 2021 ----


def check_linear_projection(vectors):
    pairs = vectors.sets.definitional
    first, last = (vectors.unit[[pair[end] for pair in pairs]] for end in (0, -1))
    weights, _ = logistic(numpy.concatenate([first, last]), numpy.repeat([1, 0], len(pairs)))
    she_he = vectors.unit[vectors.sets.row["she"]] - vectors.unit[vectors.sets.row["he"]]
    for options, basis in (((), vectors.basis), (("--rank", 3), principal(vectors.unit, pairs, 3)),
                           (("--direction", "means"), unit([first.mean(axis=0) - last.mean(axis=0)])),
                           (("--direction", "classifier"), unit([weights])), (("--pair", "she", "he"), unit([she_he]))):
        name = named("linear-projection", *options)
        _, found = vectors.debias("linear-projection", *options)
        expected = without(vectors.rows, basis)
        expected[numpy.linalg.norm(expected, axis=1) <= 1e-6 * vectors.lengths] = 0
        check_vectors(name, found.astype("float64"), expected)
        largest(f"{name}: no word has a part in the subspace", abs(unit(found) @ basis.T).max())


def check_partial_projection(vectors):
    v = vectors.basis[0]
    middle = numpy.mean([vectors.rows[pair].mean(axis=0) for pair in vectors.sets.definitional], axis=0) @ v
    along, rest = vectors.rows @ v, without(vectors.rows, vectors.basis)
    eta = numpy.linalg.norm(rest, axis=1)
    for sigma, options in ((1, ()), (6, ("--sigma", 6))):
        name = named("partial-projection", *options)
        _, found = vectors.debias("partial-projection", *options)
        share = numpy.minimum(sigma**2 / (eta + 1) ** 2, 1)
        moved = numpy.where(vectors.there, middle + (along - middle) * share, 0)
        check_vectors(name, found.astype("float64"), rest + numpy.outer(moved, v))
        off = abs(without(found - vectors.rows, vectors.basis)).max(axis=1)[vectors.there]
        largest(f"{name}: orthogonal to the direction no word has moved", (off / vectors.lengths[vectors.there]).max())
    check("partial-projection: some words are too near to the direction to move", 0.1 < (share == 1).mean() < 0.9)


def check_oscar(vectors):
    first, (second,) = vectors.basis[0], principal(vectors.unit, [vectors.sets.known(OCCUPATIONS)])
    (normal,) = unit([second - (second @ first) * first])
    plane = vectors.rows @ first + 1j * (vectors.rows @ normal)
    # From one end of the line of the first direction to the other, the sector up to the second becomes one right angle,
    # and what is beyond it the other.
    halves = numpy.floor(numpy.angle(plane) / numpy.pi) * numpy.pi
    whole = numpy.angle(second @ first + 1j * (second @ normal))
    angle = numpy.interp(numpy.angle(plane) - halves, [0, whole, numpy.pi], [0, numpy.pi / 2, numpy.pi]) + halves
    moved = abs(plane) * numpy.exp(1j * angle) - plane
    _, found = vectors.debias("oscar")
    exact = found.astype("float64")
    check_vectors("oscar", exact, vectors.rows + numpy.outer(moved.real, first) + numpy.outer(moved.imag, normal))

    there = vectors.there
    off = abs(without(exact - vectors.rows, numpy.array([first, normal]))).max(axis=1)[there] / vectors.lengths[there]
    largest("oscar: outside the plane no word has moved", off.max())
    check_lengths("oscar", exact[there], vectors.lengths[there])
    a, b = unit(exact[[vectors.sets.row["direction_alone"], vectors.sets.row["occupation_alone"]]])
    largest("oscar: the first direction stays", abs(a - first).max())
    largest(f"oscar: the second, of cosine {first @ second:.3f}, comes to a right angle with it", abs(a @ b))
    check("oscar: the directions were neither the same nor at a right angle", 0.1 < abs(first @ second) < 0.9)


# ---- of biased words: Wang et al. 2020, Ravfogel et al. 2020, Belrose et al. 2023 ----


def biased_words(vectors, most, restrict):
    """The ordinary words with the largest and with the smallest cosine, the most biased ones first; unless told how many,
    5 percent of the words looked at."""
    restrict = min(restrict, len(vectors.words))
    most = most or max(50, restrict * 5 // 100)
    kept = {"".join(c.lower() if c.isascii() else c for c in vectors.words[row]) for row in vectors.sets.kept}
    rows = [row for row, word in enumerate(vectors.words[:restrict])
            if re.fullmatch(r"[a-z_\x80-\U0010ffff]{1,19}", word) and word not in kept and vectors.there[row]]
    cosines = vectors.unit[rows] @ vectors.basis[0]
    count = min(most, (cosines > 0).sum(), (cosines < 0).sum())
    return tuple(numpy.array(rows)[numpy.argsort(key, kind="stable")[:count]] for key in (-cosines, cosines))


def check_biased(name, document, vectors, sides, restrict):
    expected = f"{len(sides[0])} a side of the first {min(restrict, len(vectors.words))}"
    check(f"{name}: how many biased words", document["choices"]["biased words"] == expected, document["choices"])


def second_cluster(points, source):
    """Which points are in the second of two clusters: Lloyd's k-means, the best of ten random starts."""
    tries = []
    for _ in range(10):
        centres, before = points[source.choice(len(points), 2, replace=False)], None
        while True:
            second = points @ (centres[1] - centres[0]) > (centres[1] @ centres[1] - centres[0] @ centres[0]) / 2
            if before is not None and (second == before).all():
                break
            centres, before = (points[~second].mean(axis=0), points[second].mean(axis=0)), second
        spread = ((points - numpy.where(second[:, None], centres[1], centres[0])) ** 2).sum()
        tries.append((spread, second))
    return min(tries, key=lambda found: found[0])[1]


def check_double_hard(vectors):
    document, found = vectors.debias("double-hard", "--biased-words", 600)
    exact = found.astype("float64")
    sides = biased_words(vectors, 600, 50000)
    check_biased("double-hard", document, vectors, sides, 50000)
    there = vectors.rows[vectors.there]
    mean = there.mean(axis=0)
    components = numpy.linalg.svd(there - mean, full_matrices=False)[2][:20]

    def purified(component):
        """Vectors without the component, these without the direction that they have now too, and it."""
        centred = unit(without(vectors.rows - mean, component))
        direction = principal(centred, vectors.sets.definitional)
        return centred, unit(without(centred, direction)), direction

    source = numpy.random.default_rng(4)
    labels = numpy.repeat([True, False], [len(side) for side in sides])
    shares = []
    for component in (*components[:, None], numpy.zeros((0, 50))):
        share = (second_cluster(purified(component)[1][numpy.concatenate(sides)], source) == labels).mean()
        shares.append(max(share, 1 - share))
    told = re.fullmatch(r"(\S+) \(without it (\S+)\)", document["choices"]["clusters"])
    chosen = int(document["choices"]["component"]) - 1
    check("double-hard: the component without which clusters find least", chosen == numpy.argmin(shares[:20]), shares)
    largest("double-hard: what clusters find with all components", abs(float(told[2]) - shares[20]), 0.005)
    # Where nothing keeps the words apart, clusters depend on their starts.
    largest("double-hard: what clusters find without that one", abs(float(told[1]) - shares[chosen]), 0.05)

    component = components[[chosen]]
    expected, neutral, direction = purified(component)
    expected[vectors.sets.neutral] = neutral[vectors.sets.neutral]
    expected[~vectors.there] = 0
    check_vectors("double-hard", exact, expected)
    check_lengths("double-hard", exact)
    largest("double-hard: no word has a part along the component", abs(exact @ component.T).max())
    largest("double-hard: no neutral word has one along the direction",
            abs(exact[vectors.sets.neutral] @ direction.T).max())


def check_inlp(vectors, *options, seed=1, most=None):
    """Algorithm 1, of words that the same draws part."""
    name = named("inlp", *options)
    document, found = vectors.debias("inlp", *options)
    sides = biased_words(vectors, most, 50000)
    check_biased(name, document, vectors, sides, 50000)
    draws, parts = Draws(seed), ([], [], [])
    for label, side in ((1, sides[0]), (0, sides[1])):
        shuffled = draws.shuffled(side)
        for part, percent in zip(parts, (49, 21, 100)):
            size = (percent * len(side) + 50) // 100
            part += [(row, label) for row in shuffled[:size]]
            del shuffled[:size]
    (training, sides_learnt), *held_out = (numpy.array(part).T for part in parts)

    directions, tested = numpy.zeros((0, 50)), []
    while True:
        rest = without(vectors.rows, directions)
        weights, intercept = logistic(rest[training], sides_learnt)
        developed, test = (((rest[rows] @ weights + intercept > 0) == labels).mean() for rows, labels in held_out)
        tested.append(test)
        if developed <= 0.5 or len(directions) == 35:
            break
        directions = numpy.linalg.qr(numpy.column_stack([directions.T, weights]))[0].T
    check(f"{name}: rounds", document["choices"]["rounds"] == str(len(directions)), (document["choices"], tested))
    told = re.fullmatch(r"(\S+) before, (\S+) after", document["choices"]["accuracy on test words"])
    largest(f"{name}: what is found of test words before, {tested[0]:.2f}", abs(float(told[1]) - tested[0]), SIX_DIGITS)
    largest(f"{name}: what is found of them after, {tested[-1]:.2f}", abs(float(told[2]) - tested[-1]), SIX_DIGITS)
    check(f"{name}: there were several directions, and then chance", len(tested) > 3 and tested[0] > 0.9
          and tested[-1] < 0.6, tested)
    exact = found.astype("float64")
    check_vectors(name, exact, without(vectors.rows, directions))

    # Whatever the words: an orthogonal projection that takes out so many directions and nothing else.
    removed = (vectors.rows - exact)[vectors.there] / vectors.lengths[vectors.there, None]
    _, values, gone = numpy.linalg.svd(removed, full_matrices=False)
    rank = int(document["choices"]["rounds"])
    check(f"{name}: so many directions are gone", values[rank - 1] > 1 and values[rank] < 1e-4, values)
    largest(f"{name}: nothing is left along them",
            abs(exact[vectors.there] @ gone[:rank].T / vectors.lengths[vectors.there, None]).max())
    largest(f"{name}: nothing else is gone", abs(without(removed, gone[:rank])).max())


def check_leace(vectors):
    restrict = len(vectors.words) - 500
    document, found = vectors.debias("leace", "--restrict", restrict)
    exact = found.astype("float64")
    sides = biased_words(vectors, None, restrict)
    check_biased("leace", document, vectors, sides, restrict)
    labelled = numpy.concatenate(sides)
    z = numpy.eye(2)[numpy.repeat([0, 1], [len(side) for side in sides])]
    z -= z.mean(axis=0)
    mean = vectors.unit[labelled].mean(axis=0)
    x = vectors.unit[labelled] - mean
    variances, directions = numpy.linalg.eigh(x.T @ x / len(x))
    whiten, blacken = ((directions * variances**power) @ directions.T for power in (-0.5, 0.5))
    u, values, _ = numpy.linalg.svd(whiten @ x.T @ z / len(x), full_matrices=False)
    u = u[:, values > 1e-6]
    expected = vectors.unit - (vectors.unit - mean) @ (blacken @ u @ u.T @ whiten).T
    expected[~vectors.there] = 0
    check_vectors("leace", exact, expected)

    erased = exact[labelled]
    largest(f"leace: the cross-covariance with the classes, which was {abs(x.T @ z).max() / len(x):.3f}",
            abs((erased - erased.mean(axis=0)).T @ z).max() / len(x), 1e-9)
    learnt = z[:, 0] > 0
    before, after = (abs(logistic(rows, learnt)[0]).max() for rows in (vectors.unit[labelled], erased))
    largest(f"leace: weights of a classifier, which were {before:.1f}", after)


# ---- Yang and Feng 2020, Kumar et al. 2020 ----


def check_half_sibling(vectors):
    kept, neutral = vectors.sets.kept, vectors.sets.neutral
    definition = vectors.rows[kept].T
    for alpha, options in ((60, ()), (2000, ("--alpha", 2000))):
        name = named("half-sibling", *options)
        document, found = vectors.debias("half-sibling", *options)
        exact = found.astype("float64")
        weights = numpy.linalg.solve(definition.T @ definition + alpha * numpy.eye(len(kept)),
                                     definition.T @ vectors.rows[neutral].T)
        expected = vectors.rows.copy()
        expected[neutral] -= (definition @ weights).T
        check_vectors(name, exact, expected)
        check_untouched(name, found, vectors.rows32, kept)
        check(f"{name}: how many words define", document["choices"]["definition words"] == str(len(kept)),
              document["choices"])
        # The least of |v - V c|^2 + alpha |c|^2, where the rest x = v - V c has V'x = alpha c.
        there = [row for row in neutral if vectors.there[row]]
        x, v = exact[there].T, vectors.rows[there].T
        unsolved = definition @ (definition.T @ x) + alpha * (x - v)
        longest = numpy.linalg.norm(definition, 2) ** 2 * numpy.linalg.norm(x, axis=0)
        largest(f"{name}: the equations of ridge regression", (abs(unsolved) / longest).max())


def check_repulsion_attraction(vectors):
    """J is convex in the ball, so that a point of the dual problem proves what is least. The file is asked only which
    products with a word's new vector are zero and what signs the others have; the rest follows."""
    name, count = "repulsion-attraction", 100
    repulsion, attraction, neutralization, threshold = 1 / 8, 6 / 8, 1 / 8, 0.05
    restrict = len(vectors.words) - 300
    document, found = vectors.debias(name, "--restrict", restrict)
    exact = found.astype("float64")
    old, g = unit(vectors.unit32), vectors.basis[0]
    rest = unit(without(old, vectors.basis), least=1e-6)
    moved = [row for row in vectors.sets.neutral if row < restrict]
    expected = neutralized(vectors.unit, vectors.basis, vectors.sets.neutral)
    accounts = []
    for row in moved:
        cosines = old[:restrict] @ old[row]
        cosines[row] = -2
        near = numpy.lexsort((numpy.arange(restrict), -cosines.astype("float32")))[:count]
        betas = (cosines[near] - rest[near] @ rest[row]) / cosines[near]
        near = near[betas > threshold]
        away = numpy.vstack([old[near], g])
        limits = numpy.append(numpy.full(len(near), repulsion / max(len(near), 1)), neutralization)

        def objective(vector):
            return limits @ abs(away @ vector) + attraction * (1 - vector @ old[row]) / 2

        products = away @ exact[row]
        zero = abs(products) < 1e-6
        forces = limits * numpy.sign(products)
        pulled = attraction / 2 * old[row] - forces[~zero] @ away[~zero]
        forces[zero] = numpy.linalg.lstsq(away[zero].T, pulled, rcond=None)[0]
        r = attraction / 2 * old[row] - numpy.clip(forces, -limits, limits) @ away
        expected[row] = r / numpy.linalg.norm(r)
        least = attraction / 2 - numpy.linalg.norm(r)
        accounts.append((objective(old[row]), objective(exact[row]), objective(exact[row]) - least,
                         objective(expected[row]) - least, len(near) > 0, not zero[-1]))
    before, after, above, expected_above, repelled, leaning = numpy.array(accounts).T
    # Vectors so near to the least are 4 times the root of that away from the best one at most.
    largest(f"{name}: the expected vectors' objectives are the least", expected_above.max(), 1e-14)
    check(f"{name}: some words have biased neighbours, some are left a part along the direction",
          0.1 < repelled.mean() < 0.9 and leaning.sum() > 10, (repelled.mean(), leaning.sum()))
    largest(f"{name}: the objectives are the least", above.max(), 1e-7)
    check_vectors(name, exact, expected)
    check_lengths(name, exact)
    told = re.fullmatch(r"(\S+) \(before (\S+)\)", document["choices"]["objective"])
    largest(f"{name}: the mean objective as told", abs(float(told[1]) / after.mean() - 1), SIX_DIGITS)
    largest(f"{name}: that before", abs(float(told[2]) / before.mean() - 1), SIX_DIGITS)
    later = [row for row in vectors.sets.neutral if row >= restrict]
    largest(f"{name}: words after the first {restrict} have no part along the direction", abs(exact[later] @ g).max())
    check_untouched(name, found, vectors.unit32, vectors.sets.kept)


# ---- all of it ----


def check_direction(name, vectors, subspace, direct_bias):
    sets = vectors.sets
    centred = [vectors.unit[rows] - vectors.unit[rows].mean(axis=0) for rows in sets.definitional]
    variances = numpy.linalg.svd(numpy.concatenate(centred), compute_uv=False) ** 2
    shares = numpy.array(subspace["explained_variance"])
    size = min(len(shares), len(variances))
    largest(f"{name}: the direction", abs(numpy.array(subspace["basis"]) - vectors.basis).max())
    largest(f"{name}: explained variance", abs(shares[:size] - variances[:size] / variances.sum()).max())
    check(f"{name}: one pair is not there", subspace["sets_used"] == 9 and subspace["missing"] == ["gal"], subspace)
    found = {entry["word"]: entry["cosine"] for entry in direct_bias["words"]}
    cosines = {vectors.words[row]: vectors.unit[row] @ vectors.basis[0] for row in sets.known(OCCUPATIONS)}
    check(f"{name}: the occupations", found.keys() == cosines.keys(), found)
    largest(f"{name}: their cosines", max(abs(found[word] - cosine) for word, cosine in cosines.items()))
    largest(f"{name}: direct bias", abs(direct_bias["value"] - numpy.mean([abs(c) for c in cosines.values()])))
    check(f"{name}: missing occupations", direct_bias["missing"] == ["dentist"], direct_bias["missing"])


folder = support.folder()
gender = gender_vectors()
document = answer("bias", gender.file)
(direct_bias,) = (found for found in document["measures"] if found["measure"] == "direct-bias")
check_direction("bias", gender, document["subspace"], direct_bias)
document = check_hard(gender, gender.basis, "hard")
check_direction("hard", gender, document["subspace"], document["before"])
check("hard: pairs in other cases are equalized", all(pair in document["equalized"] for pair in (
    ["HE", "SHE"], ["Uncle", "Aunt"], ["UNCLE", "AUNT"], ["Brothers", "Sisters"], ["Twin_Brother", "Twin_Sister"])),
    document["equalized"])
check("the words to keep are those in other cases too",
      {gender.sets.row[word] for word in CASE_FORMS} <= set(gender.sets.kept))
check_hard(gender, gender.basis, "neutralize")
check_hard(gender, principal(gender.unit, gender.sets.definitional, 3), "neutralize", "--rank", 3)
check_hard(gender, gender.basis, "equalize")
check_linear_projection(gender)
check_partial_projection(gender)
check_oscar(gender)
check_double_hard(gender)
check_inlp(gender, "--biased-words", 1000, most=1000)
check_inlp(gender, "--seed", 3, "--biased-words", 700, seed=3, most=700)
rounds = gender.debias("inlp", "--biased-words", 1000, "--rounds", 2)[0]["choices"]["rounds"]
check("inlp of two rounds says that they were not enough", rounds.startswith("2, ") and "can still be told" in rounds, rounds)
check_leace(gender)
check_half_sibling(gender)
check_repulsion_attraction(gender)

classes = class_vectors()
document = check_hard(classes, principal(classes.unit, classes.sets.definitional, 2), "multiclass-hard")
check("multiclass-hard: two directions", document["choices"]["rank"] == "2", document["choices"])
check("multiclass-hard: a set with words of earlier ones is left alone",
      document["not_equalized"] == [["amber", "bugle"]], document["not_equalized"])
check_soft(classes)
support.finish()
