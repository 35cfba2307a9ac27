"""`equivec eval` gives the scores, intervals and tests that SciPy gives, by every rule for missing words, and `equivec
outlier` NumPy's cosines."""

import math
import warnings

import support
from support import answer, answers, check

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.cluster.hierarchy
import scipy.stats

RESAMPLES = 20000
DIMENSION = 10
source = numpy.random.default_rng(1)


class Vectors:
    """Words with float32 rows, and the file that holds them."""

    def __init__(self, file, words, rows):
        self.file, self.words, self.rows = file, words, rows.astype("float32")
        self.number = {word: i for i, word in enumerate(words)}
        exact = self.rows.astype("float64")
        self.unit = exact / numpy.linalg.norm(exact, axis=1, keepdims=True)
        self.mean = exact.mean(axis=0).astype("float32")
        support.save(file, words, self.rows)

    def known(self, *words):
        return all(word in self.number for word in words)

    def cosine(self, first, second):
        """The mean of all rows, rounded to float32, stands in for words that are not there."""
        x, y = ((self.rows[self.number[word]] if word in self.number else self.mean).astype("float64")
                for word in (first, second))
        return x @ y / (numpy.linalg.norm(x) * numpy.linalg.norm(y))


def blurred(vectors, file, noise, lost, added):
    """The same words, but for some that are lost and others that are added, with noise in their rows."""
    kept = [i for i, word in enumerate(vectors.words) if word not in lost]
    rows = vectors.rows[kept] + noise * source.standard_normal((len(kept), DIMENSION))
    return Vectors(file, [vectors.words[i] for i in kept] + added,
                   numpy.concatenate([rows, source.standard_normal((len(added), DIMENSION))]))


def write(name, lines):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def evaluate(kind, file, vectors, other=None, restrict=0):
    compare = ["--compare", other.file] if other else []
    (found,) = answer("eval", vectors.file, f"--{kind}", file, "--resamples", RESAMPLES, "--restrict", restrict,
                      *compare)[kind]
    return found


def same(found, expected, tolerance=1e-9):
    return found is expected if None in (found, expected) else abs(found - expected) < tolerance


def check_interval(name, found, values):
    """Against the values that the statistic takes in as many resamples of NumPy's or SciPy's. Both ends are estimates:
    the share p of values below one has a standard error of sqrt(p (1 - p) / resamples). So an end may lie between those
    quantiles of the values that are five errors of such a difference away from p."""
    assert len(values) == RESAMPLES
    for end, value, p in zip(("lower", "upper"), found or (math.nan, math.nan), (0.025, 0.975)):
        error = 5 * math.sqrt(2 * p * (1 - p) / RESAMPLES)
        least, most = numpy.quantile(values, (p - error, p + error))
        check(f"{name}: the interval's {end} end, {value:.4f}, is between {least:.4f} and {most:.4f}",
              least - 1e-9 <= value <= most + 1e-9)


def check_p_value(name, found, values):
    """Twice the smaller share of resamples on one side of 0, the observed one added; to five standard errors."""
    least = min((values <= 1e-12).sum(), (values >= -1e-12).sum()) + 1
    expected = min(1, 2 * least / (RESAMPLES + 1))
    error = 10 * math.sqrt(2 * expected / 2 * (1 - expected / 2) / RESAMPLES)
    check(f"{name}: the bootstrap's p, {found:.4f}, is {expected:.4f} to {error:.4f}", abs(found - expected) <= error)


def check_accuracy(name, found, outcomes):
    """Outcomes are true, false, or None where something is missing."""
    right, total = outcomes.count(True), len(outcomes) - outcomes.count(None)
    counts = (found["correct"], found["total"], found["missing"])
    check(f"{name}: {right} of {total} are right", counts == (right, total, outcomes.count(None)), counts)
    check(f"{name}: the accuracy is their quotient", same(found["accuracy"], right / total if total else None),
          found["accuracy"])
    # Where all resamples are alike there is no interval.
    expected = scipy.stats.binom.ppf((0.025, 0.975), total, right / total) / total if 0 < right < total else None
    check(f"{name}: the interval's ends are quantiles of the binomial distribution",
          (found["interval"] is None) == (expected is None) and
          (expected is None or abs(found["interval"] - expected).max() < 1e-12), f"{found['interval']}, {expected}")


def check_mcnemar(name, found, first, second):
    both = [(a, b) for a, b in zip(first, second) if a is not None and b is not None]
    if not both:
        return check(f"{name}: there is no difference where nothing is common",
                     found["difference"] is found["interval"] is found["p_value"] is None, found)
    only_first, only_second = both.count((True, False)), both.count((False, True))
    check(f"{name}: {len(both)} are common", found["common"] == len(both), found)
    check(f"{name}: {only_first} and {only_second} are right on one side only, the difference is theirs",
          same(found["difference"], (only_first - only_second) / len(both)), found["difference"])
    discordant = only_first + only_second
    p = scipy.stats.binomtest(only_first, discordant).pvalue if discordant else 1
    check(f"{name}: p is the binomial test's, {p:.4f}", same(found["p_value"], p), found["p_value"])
    drawn = source.multinomial(len(both), [only_first / len(both), only_second / len(both),
                                           1 - discordant / len(both)], RESAMPLES)
    check_interval(f"{name}: difference", found["interval"], (drawn[:, 0] - drawn[:, 1]) / len(both))


# ---- similarity ----

def pearson_of(x, y, axis=-1):
    x, y = x - x.mean(axis=axis, keepdims=True), y - y.mean(axis=axis, keepdims=True)
    return (x * y).sum(axis=axis) / numpy.sqrt((x * x).sum(axis=axis) * (y * y).sum(axis=axis))


def spearman_of(x, y, axis=-1):
    return pearson_of(scipy.stats.rankdata(x, axis=axis), scipy.stats.rankdata(y, axis=axis), axis)


CORRELATIONS = {"spearman": (scipy.stats.spearmanr, spearman_of), "pearson": (scipy.stats.pearsonr, pearson_of)}


def correlation(kind, x, y):
    """SciPy's; nothing where it has none."""
    if len(x) < 2:
        return None  # pearsonr raises an exception, spearmanr does not
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = CORRELATIONS[kind][0](x, y)[0]
    return None if math.isnan(value) else float(value)


def some_similarities(vectors):
    """Sets by name. Scores are halves, so many are tied; so are the cosines of words and their twins."""
    def scored(first, second, noise):
        return first, second, round(2 * (5 + 4 * vectors.cosine(first, second) + noise * source.standard_normal())) / 2

    words = [word for word in vectors.words if word.startswith("w")]
    pairs = [scored(*source.choice(words, 2, replace=False), 1.8) for _ in range(110)]
    twins = [("twin0", "w5"), ("w0", "w5"), ("w5", "w0"), ("w3", "twin4"), ("w3", "w4"), ("twin3", "twin4")]
    pairs += [scored(*pair, 1.8) for pair in twins]
    missing = [("w1", "nowhere", 7.5), ("neither", "w2", 2.0), ("neither", "nowhere", 8.0), ("w7", "nowhere", 1.0)]
    return {"ties and missing words": pairs[:60] + missing + pairs[60:] + [("nowhere", "w9", 9.5)],
            "nothing missing": pairs[:20] + pairs[-6:], "one pair": pairs[:1],
            "two pairs": [("w1", "w2", 3), ("w3", "w4", 4)], "two tied pairs": [("w1", "w2", 3), ("w3", "w4", 3)],
            "three pairs": [("w1", "w2", 3), ("w3", "w4", 4), ("w5", "w6", 3)], "one known pair": pairs[:1] + missing,
            "equal scores": [(a, b, 4.5) for a, b, _ in pairs[:9]],
            "no known pair": [("neither", "nowhere", 1), ("nowhere", "neither", 2), ("neither", "none", 3)]}


def write_pairs(name, pairs):
    return write(f"{name}.tsv", ["\t".join(map(str, pair)) for pair in pairs])


def by_rules(vectors, pairs):
    """People's scores and cosines of the pairs that count."""
    known = numpy.array([vectors.known(a, b) for a, b, _ in pairs])
    people = numpy.array([float(score) for _, _, score in pairs])
    cosines = numpy.array([vectors.cosine(a, b) for a, b, _ in pairs])
    return {"drop": (people[known], cosines[known]), "mean-vector": (people, cosines),
            "zero": (people, numpy.where(known, cosines, 0))}


def check_similarities(vectors, sets):
    for name, pairs in sets.items():
        found = evaluate("similarity", write_pairs(name, pairs), vectors)
        known = sum(vectors.known(a, b) for a, b, _ in pairs)
        check(f"{name}: {known} of {len(pairs)} pairs are known",
              (found["pairs"], found["missing"]) == (known, len(pairs) - known), found)
        for rule, (people, cosines) in by_rules(vectors, pairs).items():
            scores = found if rule == "drop" else found["rules"][rule]
            expected = {kind: correlation(kind, people, cosines) for kind in CORRELATIONS}
            check(f"{name}, {rule}: {expected} of {len(people)} pairs are SciPy's to 1e-9",
                  scores["pairs"] == len(people) and all(same(scores[kind], expected[kind]) for kind in CORRELATIONS),
                  scores)
            if len(people) < 4 or None in expected.values():
                check(f"{name}, {rule}: there is no interval since too few resamples have a value",
                      scores["spearman_interval"] is scores["pearson_interval"] is None, scores)
            for kind in CORRELATIONS if len(people) >= 40 else ():
                check_interval(f"{name}, {rule}, {kind}", scores[f"{kind}_interval"], scipy.stats.bootstrap(
                    (people, cosines), CORRELATIONS[kind][1], n_resamples=RESAMPLES, batch=2000, vectorized=True,
                    paired=True, method="percentile", random_state=source).bootstrap_distribution)


def check_first_rows(vectors, pairs):
    """The mean of the rows is of these alone, too."""
    first = Vectors(folder / "first.vec", vectors.words[:50], vectors.rows[:50])
    file = write_pairs("restricted", pairs)
    found, expected = evaluate("similarity", file, vectors, restrict=50), evaluate("similarity", file, first)
    check("similarity: with --restrict the first rows count as if there were no others", found == expected,
          f"{found}, {expected}")


def check_similarity_differences(vectors, other, pairs):
    file = write_pairs("compared", pairs)
    found = evaluate("similarity", file, vectors, other)
    common = [pair for pair in pairs if vectors.known(*pair[:2]) and other.known(*pair[:2])]
    people, first = by_rules(vectors, common)["drop"]
    _, second = by_rules(other, common)["drop"]
    count = len(common)
    check(f"{count} pairs are common, fewer than either knows",
          count < min(len(by_rules(v, pairs)["drop"][0]) for v in (vectors, other)))
    drawn = source.integers(count, size=(RESAMPLES, count))
    for kind, (_, of) in CORRELATIONS.items():
        compared = found[f"{kind}_compare"]
        name = f"difference of {kind}"
        check(f"{name}: it is of the common pairs", compared["common"] == count, compared)
        check(f"{name}: the other's value is of the pairs that the other knows",
              same(compared["value"], correlation(kind, *by_rules(other, pairs)["drop"])), compared)
        check(f"{name}: it is SciPy's to 1e-9", same(compared["difference"], correlation(kind, people, first) -
                                                     correlation(kind, people, second)), compared)
        differences = of(people[drawn], first[drawn]) - of(people[drawn], second[drawn])
        check_interval(name, compared["interval"], differences)
        check_p_value(name, compared["p_value"], differences)
    alike = evaluate("similarity", file, vectors, vectors)["spearman_compare"]
    check("vectors do not differ from themselves",
          (alike["difference"], alike["interval"], alike["p_value"]) == (0, [0, 0], 1), alike)


# ---- analogies ----

def some_questions():
    """Of pairs x to y in two relations; in a section that has words of neither, all are missing."""
    sections = {"first": [], "second": [], "small": [], "unknown": [("x0", "y0", "x2", "y3"), ("x0", "y", "x2", "y2")]}
    for n, (name, count) in enumerate([("first", 150), ("second", 90), ("small", 6)]):
        for _ in range(count):
            i, j = source.choice(range(n % 2, 40, 2), 2, replace=False)
            sections[name].append((f"x{i}", f"y{i}", f"x{j}", f"y{j}"))
    sections["unknown"] = [(a, b, c, "unknown") for a, b, c, _ in sections["unknown"]]
    return sections


def solve(vectors, question):
    """3CosAdd."""
    if not vectors.known(*question):
        return None
    a, b, c, expected = (vectors.number[word] for word in question)
    target = vectors.unit[b] - vectors.unit[a] + vectors.unit[c]
    similarity = vectors.unit @ target
    similarity[[a, b, c]] = -math.inf
    return bool(similarity.argmax() == expected)


def check_analogies(vectors, other, sections):
    file = write("questions.txt", [line for name, questions in sections.items()
                                   for line in (f": {name}", *map(" ".join, questions))])
    found = evaluate("analogies", file, vectors, other)
    outcomes, others = ([[solve(v, question) for question in questions] for questions in sections.values()]
                        for v in (vectors, other))
    for entry, first, second in zip(found["sections"], outcomes, others):
        check_accuracy(f"analogies, {entry['name']}", entry, first)
        check_mcnemar(f"analogies, {entry['name']}", entry["compare"], first, second)
    check_accuracy("analogies", found, sum(outcomes, []))
    check_mcnemar("analogies", found["compare"], sum(outcomes, []), sum(others, []))
    answered = [[outcome for outcome in section if outcome is not None] for section in outcomes]
    answered = [section for section in answered if section]
    check(f"analogies: the sections' mean is of {len(answered)} of {len(outcomes)}, since one has no answer",
          same(found["section_mean"], numpy.mean([numpy.mean(section) for section in answered])) and
          len(answered) < len(outcomes), found["section_mean"])
    drawn = [source.binomial(len(section), numpy.mean(section), RESAMPLES) / len(section) for section in answered]
    check_interval("analogies: mean of sections", found["section_mean_interval"], numpy.mean(drawn, axis=0))


# ---- categories ----

def purity(clusters, labels):
    return sum(max(labels[clusters == cluster].tolist().count(label) for label in set(labels[clusters == cluster]))
               for cluster in set(clusters)) / len(clusters)


def clusters_of(unit, count):
    """SciPy's trees, cut where as many clusters are left as there are categories."""
    for method, metric in (("average", "cosine"), ("complete", "cosine"), ("ward", "euclidean")):
        tree = scipy.cluster.hierarchy.linkage(unit, method, metric)
        yield f"{method} linkage", scipy.cluster.hierarchy.fcluster(tree, count, "maxclust")


def some_categories(vectors):
    """A category of each letter, one of which no word is known, and some words in two categories."""
    items = [(word, f"category {word[0]}") for word in vectors.words if word[0] in "abcdef"]
    items += [(f"lost{i}", "category of the lost") for i in range(4)] + [("a99", "category a"), ("b99", "category b")]
    items += [(f"a{i}", "category c") for i in range(3)]
    source.shuffle(items)
    return [tuple(item) for item in items]


def check_categories(vectors, other, items):
    found = evaluate("categories", write("categories.csv", ["word,category", *map(",".join, items)]), vectors, other)
    results = {}
    for each in (vectors, other):
        known = numpy.array([each.known(word) for word, _ in items])
        labels = numpy.array([category for _, category in items])
        unit = each.unit[[each.number[word] for word, _ in items if word in each.number]]
        results[each] = known, labels[known], {
            name: dict(zip(known.nonzero()[0], clusters))
            for name, clusters in clusters_of(unit, len(set(labels[known])))}
    known, labels, clusterings = results[vectors]
    counts = (found["words"], found["missing"], found["categories"])
    check(f"categories: {len(labels)} words are known", counts ==
          (len(labels), len(items) - len(labels), len(set(labels))), counts)
    share = max(labels.tolist().count(label) for label in set(labels)) / len(labels)
    kmeans = found["purity"]["k-means"]["value"]
    check(f"k-means: the purity, {kmeans:.4f}, is at least the largest category's share, {share:.4f}",
          share <= kmeans <= 1)
    drawn = source.integers(len(labels), size=(RESAMPLES, len(labels)))
    for name, by_item in clusterings.items():
        clusters, entry = numpy.array(list(by_item.values())), found["purity"][name]
        expected = purity(clusters, labels)
        check(f"{name}: the purity is that of SciPy's clusters, {expected:.4f}",
              same(entry["value"], expected) and share < expected < 1, entry)
        check_interval(f"{name}: purity", entry["interval"], resampled_purities(clusters, labels, drawn))
        by_other = results[other][2][name]
        common = sorted(by_item.keys() & by_other.keys())
        first, second = (numpy.array([by[i] for i in common]) for by in (by_item, by_other))
        theirs, compared = numpy.array([items[i][1] for i in common]), entry["compare"]
        check(f"{name}: {len(common)} words are common, fewer than either knows",
              compared["common"] == len(common) < min(len(by_item), len(by_other)), compared)
        check(f"{name}: the other's purity is of the words that the other knows", same(
            compared["value"], purity(numpy.array(list(by_other.values())), results[other][1])), compared)
        check(f"{name}: the purities' difference is that of SciPy's clusters on the common words",
              same(compared["difference"], purity(first, theirs) - purity(second, theirs)), compared)
        drawn_common = source.integers(len(common), size=(RESAMPLES, len(common)))
        differences = (resampled_purities(first, theirs, drawn_common) -
                       resampled_purities(second, theirs, drawn_common))
        check_interval(f"{name}: difference of purity", compared["interval"], differences)
        check_p_value(f"{name}: difference of purity", compared["p_value"], differences)


def resampled_purities(clusters, labels, drawn):
    """Counts of each resample in a table of clusters and categories."""
    _, columns = numpy.unique(labels, return_inverse=True)
    _, lines = numpy.unique(clusters, return_inverse=True)
    size = (lines.max() + 1) * (columns.max() + 1)
    cells = (lines * (columns.max() + 1) + columns)[drawn] + size * numpy.arange(len(drawn))[:, None]
    tables = numpy.bincount(cells.ravel(), minlength=size * len(drawn))
    return tables.reshape(len(drawn), lines.max() + 1, columns.max() + 1).max(axis=2).sum(axis=1) / drawn.shape[1]


# ---- outliers and synonyms ----

def some_groups():
    """Eight words of a letter and outliers of the others; some of both are unknown, and of one group all but a word."""
    groups = []
    for i, letter in enumerate("abcdefabcdef"):
        words = [f"{letter}{n}" for n in source.choice(22, 8, replace=False)]
        outliers = [f"{other}{source.integers(22)}" for other in "abcdefx" if other != letter]
        groups.append((f"group{i:02}", words[:7] + ["unknown"] * (i % 3 == 0) + words[7:], outliers + ["nobody", ""]))
    return groups + [("lonely", ["a1", "unknown", "nobody"], ["b1", "b2", ""])]


def place(vectors, words, outlier):
    """Of the outlier among the words by compactness, the mean cosine of the pairs that are left without one of them,
    least first, as a share of the words (Camacho-Collados and Navigli 2016). Nothing if too few are known."""
    members = [word for word in words if vectors.known(word)]
    if len(members) < 2 or not vectors.known(outlier):
        return None
    everyone = members + [outlier]
    compactness = [numpy.mean([vectors.cosine(a, b) for a in left for b in left if a is not b])
                   for left in ([word for word in everyone if word is not gone] for gone in everyone)]
    return sorted(compactness).index(compactness[-1]) / len(members)


def check_outliers(vectors, other, groups):
    table = write("outliers.csv", [",category,outliers,words", *(
        f'{i},{name},"{outliers}","{words}"' for i, (name, words, outliers) in enumerate(groups))])
    for i, (name, words, outliers) in enumerate(groups):
        write(f"groups/{i:02}.txt", [*words, "", *outliers[:-1]])
    found = evaluate("outliers", table, vectors, other)
    places, others = ([place(v, words, outlier) for _, words, outliers in groups for outlier in outliers[:-1]]
                      for v in (vectors, other))
    outcomes, other_outcomes = ([None if p is None else p == 1 for p in side] for side in (places, others))
    check_accuracy("outliers", found, outcomes)
    check_mcnemar("outliers", found["compare"], outcomes, other_outcomes)
    known = numpy.array([p for p in places if p is not None])
    check(f"outliers: their mean place is {known.mean():.4f}", same(found["position"], known.mean()), found["position"])
    drawn = source.integers(len(known), size=(RESAMPLES, len(known)))
    check_interval("outliers: mean place", found["position_interval"], known[drawn].mean(axis=1))
    check("outliers: a file for each group is the same as one for all",
          evaluate("outliers", folder / "groups", vectors, other) | {"name": found["name"]} == found)


def check_synonyms(vectors, other):
    """The right choice is of the word's letter; a question is missing if it, the right choice or all wrong ones are."""
    questions = []
    for n in range(120):
        letter, *others = source.permutation(list("abcdef"))
        i, j = source.choice(22, 2, replace=False)
        questions.append([f"{letter}{i}", f"{letter}{j}", *(f"{o}{source.integers(24)}" for o in others[:3])])
    for n, place_of_unknown in ((5, [0]), (6, [1]), (7, [2]), (8, [2, 4]), (9, [2, 3, 4])):
        for i in place_of_unknown:
            questions[n][i] = "unknown"
    file = write("synonyms.txt", [" | ".join(question) for question in questions])
    found = evaluate("synonyms", file, vectors, other)

    def outcome(v, word, right, *wrong):
        wrong = [v.cosine(word, choice) for choice in wrong if v.known(choice)]
        return v.cosine(word, right) > max(wrong) if v.known(word, right) and wrong else None

    outcomes, others = ([outcome(v, *question) for question in questions] for v in (vectors, other))
    outcomes, others = ([None if o is None else bool(o) for o in side] for side in (outcomes, others))
    check_accuracy("synonyms", found, outcomes)
    check_mcnemar("synonyms", found["compare"], outcomes, others)


def check_outlier_command(vectors):
    words = [word for word in vectors.words if not word.startswith("twin")]
    groups = [source.choice(words, size, replace=False).tolist() for size in (3, 4, 5, 8, 30) for _ in range(4)]
    worst = 0
    for group, found in zip(groups, answers([" ".join(group) for group in groups], "outlier", vectors.file)):
        unit = vectors.unit[[vectors.number[word] for word in group]]
        cosines = unit @ unit.mean(axis=0) / numpy.linalg.norm(unit.mean(axis=0))
        order = cosines.argsort()
        if [entry["word"] for entry in found["words"]] != [group[i] for i in order] or \
                found["outlier"] != group[order[0]]:
            return check("`outlier` has NumPy's order", False, found)
        worst = max(worst, abs(numpy.array([e["similarity"] for e in found["words"]]) - cosines[order]).max())
    check(f"`outlier` has NumPy's order of {len(groups)} groups", True)
    check(f"`outlier`: cosines to the mean are NumPy's to 1e-6, at most {worst:.1e} away", worst < 1e-6)


def some_vectors():
    """Words w with twins, of the same directions but twice as long; x and y in two relations; 22 words about a centre
    for each letter a to f."""
    rows = {f"w{i}": source.standard_normal(DIMENSION) for i in range(60)}
    rows |= {f"twin{i}": 2 * rows[f"w{i}"].astype("float32") for i in range(6)}
    relations = 2 * source.standard_normal((2, DIMENSION))
    for i in range(40):
        rows[f"x{i}"] = source.standard_normal(DIMENSION)
        rows[f"y{i}"] = rows[f"x{i}"] + relations[i % 2] + 0.7 * source.standard_normal(DIMENSION)
    for letter in "abcdef":
        centre = 0.9 * source.standard_normal(DIMENSION)
        rows |= {f"{letter}{i}": centre + source.standard_normal(DIMENSION) for i in range(22)}
    return Vectors(folder / "v.vec", list(rows), numpy.array(list(rows.values())))


folder = support.folder()
vectors = some_vectors()
other = blurred(vectors, folder / "other.vec", 0.5, lost=["w6", "w8", "w20", "x4", "y9", "a3", "b7", "c9", "d21"],
                added=["neither", "nobody", "a99", "c23"])
similarities = some_similarities(vectors)
check_similarities(vectors, similarities)
check_first_rows(vectors, similarities["ties and missing words"])
check_similarity_differences(vectors, other, similarities["ties and missing words"])
check_analogies(vectors, other, some_questions())
check_categories(vectors, other, some_categories(vectors))
check_outliers(vectors, other, some_groups())
check_synonyms(vectors, other)
check_outlier_command(vectors)
support.finish()
