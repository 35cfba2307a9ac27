"""`equivec probe` trains and measures the classifier that scikit-learn does."""

import random

import support
from support import answer, check

support.need("python3-numpy", "python3-scipy", "python3-sklearn")
import numpy
import scipy.stats
import sklearn.linear_model
import sklearn.metrics

WORDS, DIMENSION, TRAINING, TEST = 400, 20, 3000, 700


def some_vectors(noise, capitals):
    """Vectors in which a word's topic, its number modulo 12, shows more or less, of lengths from 0.5 to 8. One has no
    length; with capitals some words are there in that form too."""
    source = numpy.random.default_rng(3)
    topics = source.standard_normal((12, DIMENSION))
    words = [f"wört{i}" for i in range(WORDS)]
    rows = topics[numpy.arange(WORDS) % 12] + noise * source.standard_normal((WORDS, DIMENSION)) + 0.5
    rows *= source.uniform(0.1, 1.2, (WORDS, 1))
    rows[7] = 0
    if capitals:
        words += [f"Wört{i}" for i in range(0, WORDS, 2)]
        rows = numpy.concatenate([rows, source.standard_normal((len(words) - WORDS, DIMENSION))])
    return words, rows.astype("float32")


def some_texts(count, labels, seed):
    """(label, words) of a topic for each label, some of them unknown or with a capital, some texts empty."""
    source = random.Random(seed)
    for _ in range(count):
        label = source.choices(range(len(labels)), weights=range(1, len(labels) + 1))[0]
        words = []
        for _ in range(source.randint(0, 12)):
            topic = label if source.random() < 0.25 else source.randrange(12)
            word = f"wört{source.randrange(topic, WORDS, 12)}"
            words.append(source.choice([word] * 8 + [word.capitalize(), "nowhere"]))
        yield labels[label], words


def means(vectors, texts, lengths):
    """The texts' vectors by the rule, and (words, known words, texts without a known one)."""
    words, rows = vectors
    number = {word: i for i, word in enumerate(words)}
    cased = sum(word != word.lower() for word in words) >= len(words) / 100
    rows = rows.astype("float64")
    norms = numpy.linalg.norm(rows, axis=1, keepdims=True)
    used = rows if lengths else rows / numpy.where(norms > 0, norms, 1)
    result, all_known, without = numpy.zeros((len(texts), DIMENSION)), 0, 0
    for i, (_, text) in enumerate(texts):
        found = [number.get(word, None if cased else number.get(word.lower())) for word in text]
        found = [n for n in found if n is not None and norms[n] > 0]
        all_known += len(found)
        without += not found
        if found:
            result[i] = used[found].mean(axis=0)
    return result, (sum(len(text) for _, text in texts), all_known, without)


def check_one(name, found, vectors, training, test, strength, lengths):
    """Checks what is said of one set of vectors; returns what is right and the log-losses for a comparison."""
    x, trained = means(vectors, training, lengths)
    z, tested = means(vectors, test, lengths)
    y, truth = (numpy.array([label for label, _ in texts]) for texts in (training, test))
    model = sklearn.linear_model.LogisticRegression(C=strength, solver="newton-cg", tol=1e-5).fit(x, y)
    predicted, chances = model.predict(z), model.predict_proba(z)
    losses = -numpy.log(chances[numpy.arange(len(test)), numpy.searchsorted(model.classes_, truth)])

    check(f"{name}: predictions", found["predictions"] == list(predicted),
          support.first_difference(found["predictions"], list(predicted)))
    for key, expected in (("accuracy", sklearn.metrics.accuracy_score(truth, predicted)),
                          ("macro_f1", sklearn.metrics.f1_score(truth, predicted, average="macro")),
                          ("log_loss", sklearn.metrics.log_loss(truth, chances))):
        check(f"{name}: {key} to 1e-7", abs(found[key]["value"] - expected) < 1e-7, (found[key]["value"], expected))
    check(f"{name}: neither nothing nor all is learnt", 0.3 < found["accuracy"]["value"] < 0.95,
          found["accuracy"]["value"])

    counts = [[c["label"], c["training"], c["test"], c["predicted"], c["correct"]] for c in found["classes"]]
    expected = [[k, *(int((values == k).sum()) for values in (y, truth, predicted)),
                 int(((truth == k) & (predicted == k)).sum())] for k in model.classes_]
    check(f"{name}: counts of the classes", counts == expected, (counts, expected))
    f1 = sklearn.metrics.f1_score(truth, predicted, average=None)
    check(f"{name}: F1 of the classes", numpy.allclose([c["f1"] for c in found["classes"]], f1, atol=1e-12), f1)
    for key, expected in (("training", trained), ("test", tested)):
        coverage = found[key]
        numbers = (coverage["words"], coverage["known_words"], coverage["without_known_word"])
        check(f"{name}: coverage of the {key}, {numbers}", numbers == expected, expected)

    # Both intervals are of random resamples: their ends may differ by some of their own standard errors.
    source = numpy.random.default_rng(5)
    drawn = source.integers(len(test), size=(4000, len(test)))
    right = truth == predicted
    for key, values, slack in (("accuracy", right[drawn].mean(axis=1), 0.004),
                               ("log_loss", losses[drawn].mean(axis=1), 0.1 * losses.std() / len(test) ** 0.5 + 1e-3),
                               ("macro_f1", [sklearn.metrics.f1_score(truth[d], predicted[d], average="macro")
                                             for d in drawn[:300]], 0.012)):
        ends = numpy.percentile(values, [2.5, 97.5])
        check(f"{name}: interval of {key}", numpy.allclose(found[key]["interval"], ends, atol=slack),
              (found[key]["interval"], list(ends)))
    return right, losses


def check_comparison(name, found, first, second):
    """Checks the differences of the second vectors to the first."""
    (first_right, first_losses), (right, losses) = first, second
    only, only_first = int((right & ~first_right).sum()), int((first_right & ~right).sum())
    p = scipy.stats.binomtest(only, only + only_first).pvalue
    accuracy, log_loss = found["accuracy"]["compare"], found["log_loss"]["compare"]
    check(f"{name}: McNemar's p {p:.2e}", abs(accuracy["p_value"] - p) < 1e-9 * p, accuracy["p_value"])
    check(f"{name}: difference of accuracy", abs(accuracy["difference"] - (only - only_first) / len(right)) < 1e-12,
          accuracy)
    difference = losses - first_losses
    check(f"{name}: difference of log-loss", abs(log_loss["difference"] - difference.mean()) < 1e-7, log_loss)
    error = difference.std() / len(difference) ** 0.5
    ends = difference.mean() + 1.96 * error * numpy.array([-1, 1])
    check(f"{name}: interval of that", numpy.allclose(log_loss["interval"], ends, atol=0.25 * error),
          (log_loss["interval"], list(ends)))


folder = support.folder()
small, cased = some_vectors(1.5, False), some_vectors(2.5, True)
support.save(folder / "small.vec", *small)
support.save(folder / "cased.vec", *cased)
for labels, form, strength, lengths in ((["neg", "pos"], "__label__{} {}", 1, False),
                                        (["a", "ö", "c", "b b", "d"], "{}\t{}", 1, False),
                                        (["x", "y", "z"], "{}\t{}", 50, True),
                                        (["neg", "pos"], "{}\t{}", 0.01, True)):
    training, test = (list(some_texts(count, labels, seed)) for count, seed in ((TRAINING, 1), (TEST, 2)))
    for file, texts in (("train.txt", training), ("test.txt", test)):
        with open(folder / file, "w", encoding="utf-8") as out:
            for label, text in texts:
                print(form.format(label, " ".join(text)), file=out)
    found = answer("probe", folder / "train.txt", folder / "test.txt", folder / "small.vec", folder / "cased.vec",
                   "--strength", strength, *(["--lengths"] if lengths else []))["results"]
    name = f"{len(labels)} labels, C {strength}{', lengths' if lengths else ''}"
    results = [check_one(f"{name}, {file}", entry, vectors, training, test, strength, lengths)
               for file, entry, vectors in (("small", found[0], small), ("cased", found[1], cased))]
    check_comparison(name, found[1], *results)
support.finish()
