"""What `equivec bias` recovers from vectors by clusters and classifiers is what scikit-learn recovers."""

import support
from support import answer, check

support.need("python3-numpy", "python3-sklearn")
import numpy
import sklearn.cluster
import sklearn.linear_model
import sklearn.svm

DIMENSION, PER_SIDE, TRAINING = 20, 300, 60


def some_vectors():
    """Words of small letters along she - he, and the same without that direction, where three other numbers tell a little
    of it."""
    source = numpy.random.default_rng(11)
    letters = "bcdfghjklmnpqrstvwxz"
    words = ["she", "he"] + [a + b + c for a in letters for b in letters for c in letters][:2000]
    rows = source.standard_normal((len(words), DIMENSION))
    rows[:, 0] *= 2
    rows[0, :], rows[1, :] = 0, 0
    rows[0, 0], rows[1, 0] = 1, -1
    rows[2:, 1:4] += 0.3 * numpy.sign(rows[2:, :1])
    unit = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    without = unit.copy()
    without[2:, 0] = 0
    return words, unit.astype("float32"), without.astype("float32")


def unit(rows):
    rows = rows.astype("float64")
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


folder = support.folder()
words, before, after = some_vectors()
support.save(folder / "before.vec", words, before)
support.save(folder / "after.vec", words, after)
(folder / "sets.json").write_text('{"name": "she-he", "definitional": {"source": "here", "sets": [["she", "he"]]}}')
found = {entry["measure"]: entry for entry in answer(
    "bias", folder / "after.vec", "--reference", folder / "before.vec", "--sets", folder / "sets.json", "--measure",
    "cluster-bias", "classification-bias", "--biased-words", PER_SIDE, "--repeats", 20)["measures"]}

order = numpy.argsort(unit(before)[2:, 0]) + 2
sides = [order[::-1][:PER_SIDE], order[:PER_SIDE]]
vectors = [unit(after)[side] for side in sides]

labels = sklearn.cluster.KMeans(n_clusters=2, n_init=10, random_state=1).fit_predict(numpy.concatenate(vectors))
share = (labels == numpy.repeat([0, 1], PER_SIDE)).mean()
value = found["cluster-bias"]["value"]
check("clusters: accuracy to .02", abs(value - max(share, 1 - share)) < 0.02, (value, share))
check("clusters: neither nothing nor all is found", 0.55 < value < 0.95, value)

source = numpy.random.default_rng(12)
support_vectors, logistic = [], []
for _ in range(20):
    shuffled = [side[source.permutation(PER_SIDE)] for side in vectors]
    train = numpy.concatenate([side[:TRAINING] for side in shuffled])
    test = numpy.concatenate([side[TRAINING:] for side in shuffled])
    train_labels, test_labels = (numpy.repeat([1, 0], size) for size in (TRAINING, PER_SIDE - TRAINING))
    svm = sklearn.svm.SVC(C=1, gamma=1 / DIMENSION).fit(train, train_labels)
    support_vectors.append((svm.predict(test) == test_labels).mean())
    regression = sklearn.linear_model.LogisticRegression(C=1, tol=1e-8, max_iter=1000).fit(train, train_labels)
    logistic.append((regression.predict(test) == test_labels).mean())
classified = found["classification-bias"]
for name, ours, theirs in (("support vectors", classified["value"], support_vectors),
                           ("logistic regression", classified["figures"]["logistic"]["value"], logistic)):
    # Both are means over 20 random splits.
    error = 4 * numpy.std(theirs) * (2 / 20) ** 0.5
    check(f"{name}: accuracy within four standard errors, {error:.3f}", abs(ours - numpy.mean(theirs)) < error,
          (ours, numpy.mean(theirs)))
    check(f"{name}: neither nothing nor all is found", 0.55 < ours < 0.95, ours)
support.finish()
