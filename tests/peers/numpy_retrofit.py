"""`retrofit` agrees with a sparse solution of the equations by SciPy, with the rounds of the paper and, for
counter-fitting, with its update written in NumPy, on random and on real vectors, to 1e-6 of the size of the numbers."""

import os

import support
from support import answer, check, run

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.sparse
import scipy.sparse.linalg

folder = support.folder()
random = numpy.random.default_rng(9)
mixed = random.normal(size=(3000, 20)) @ random.normal(size=(20, 20)) * 0.5
mixed *= random.exponential(size=(3000, 1))
support.save(folder / "random.vec", [f"w{i}" for i in range(3000)], mixed.astype("float32"))
sources = {"random": folder / "random.vec"}
if os.environ.get("EQUIVEC_TEST_DATA"):
    run("convert", support.real_glove(), folder / "real.safetensors", "--limit", 5000, "-q")
    sources["GloVe"] = folder / "real.safetensors"


def some_pairs(count, words):
    """Different pairs, of some words many."""
    first = (random.random(count)**2 * words).astype(int)
    second = random.integers(0, words, count)
    return sorted({(min(a, b), max(a, b)) for a, b in zip(first, second) if a != b})


def write(name, words, pairs):
    """In both forms: some words with all of their neighbours a line, some pairs a line."""
    lines, by_word = [], {}
    for i, (a, b) in enumerate(pairs):
        if i % 3 == 0:
            by_word.setdefault(a, []).append(b)
        else:
            lines.append(f"{words[b]} {words[a]}")
    lines += [" ".join(words[i] for i in (a, *others)) for a, others in by_word.items()]
    lines += ["", "unknown_word_1 " + words[0], "# a remark"]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def adjacency(pairs, size):
    a = scipy.sparse.coo_matrix((numpy.ones(len(pairs)), tuple(numpy.array(pairs).T)), (size, size)).tocsr()
    return a + a.T


def agrees(title, found, expected):
    off = numpy.abs(found - expected).max() / numpy.sqrt((expected**2).mean())
    check(f"{title}: off by {off:.1e} of the root mean square", off < 1e-6, off)


def unit(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def counterfit(x, attract, repel, steps, rate, radius):
    """The authors' update, all pairs of words within the radius of a word of the pairs, with weights of 1; of all
    steps the one with the least sum."""
    y = unit(x)
    cosines = y @ y.T
    touched = {word for pair in attract + repel for word in pair}
    near = [(a, b, 1 - cosines[a, b]) for a, b in zip(*numpy.nonzero(numpy.triu(cosines >= 1 - radius, 1)))
            if (a in touched or b in touched) and (a, b) not in set(repel)]
    ties = [(a, b, 0.0, 1) for a, b in attract if (a, b) not in set(repel)]
    ties += [(a, b, 1.0, -1) for a, b in repel] + [(a, b, limit, 1) for a, b, limit in near]
    first, second = numpy.array([tie[0] for tie in ties]), numpy.array([tie[1] for tie in ties])
    limits, signs = numpy.array([tie[2] for tie in ties]), numpy.array([tie[3] for tie in ties])
    best, least, last = y, numpy.inf, 0
    for step in range(steps + 1):
        cosine = (y[first] * y[second]).sum(axis=1)
        cost = numpy.maximum(0, signs * (1 - cosine - limits)).sum()
        if cost < least:
            best, least, last = y, cost, step
        active = signs * (1 - cosine - limits) > 1e-12
        pull = (signs * active)[:, None]
        change, count = numpy.zeros_like(y), numpy.zeros(len(y))
        for here, there in ((first, second), (second, first)):
            numpy.add.at(change, here, pull * (y[there] - cosine[:, None] * y[here]))
            numpy.add.at(count, here, active)
        y = unit(y + rate * change / numpy.maximum(count, 1)[:, None])
    return numpy.linalg.norm(x, axis=1, keepdims=True) * best, len(near), last


for name, source in sources.items():
    words, x = support.load(source)
    x = x.astype("float64")
    pairs, apart = some_pairs(4000, 2000), some_pairs(300, 2000)
    near, far = write("near.txt", words, pairs), write("far.txt", words, apart)
    out = folder / "out.safetensors"
    a = adjacency(pairs, len(words))
    degree = numpy.asarray(a.sum(axis=1)).ravel()
    moved = degree > 0
    for alpha in (1, 0.2):
        document = answer("retrofit", source, "--attract", near, "-o", out, "--alpha", alpha)
        found = support.load(out)[1].astype("float64")
        # Times the degrees: symmetric and positive definite.
        matrix = scipy.sparse.diags((1 + alpha) * degree + ~moved) - a
        right = alpha * degree[:, None] * x + numpy.where(moved, 0, 1)[:, None] * x
        agrees(f"{name}: retrofit, alpha {alpha}: as SciPy's sparse solution", found,
               scipy.sparse.linalg.spsolve(matrix.tocsc(), right))
        check(f"{name}: retrofit, alpha {alpha}: pairs and words are counted",
              (document["attract"]["pairs"], document["attract"]["missing"], document["attract"]["unknown"],
               document["words"]) == (len(pairs), 1, 1, moved.sum()), document["attract"])
        cosine = (unit(found)[[p[0] for p in pairs]] * unit(found)[[p[1] for p in pairs]]).sum(axis=1).mean()
        check(f"{name}: retrofit, alpha {alpha}: the mean cosine", abs(document["attract"]["cosine_after"] - cosine) < 1e-6)
    y = x.copy()
    for _ in range(10):  # the paper's update, with its weights, in the order of the words
        for i in numpy.nonzero(moved)[0]:
            others = a.indices[a.indptr[i]:a.indptr[i + 1]]
            y[i] = (x[i] + y[others].mean(axis=0)) / 2
    run("retrofit", source, "--attract", near, "-o", out, "-q")
    off = numpy.abs(support.load(out)[1] - y).max() / numpy.sqrt((x**2).mean())
    check(f"{name}: retrofit: ten rounds of the paper come to within 1e-4 ({off:.1e})", off < 1e-4, off)

    radius = 0.15  # so that no word has more than 100 near ones
    document = answer("retrofit", source, "--attract", near, "--repel", far, "-o", out, "--method", "counterfit",
                      "--iterations", 8, "--radius", radius)
    expected, preserved, last = counterfit(x, pairs, apart, 8, 0.1, radius)
    check(f"{name}: counterfit: the best step ({last})", document["rounds"] == last > 0, document["rounds"])
    check(f"{name}: counterfit: near words ({preserved})", document["preserved"] == preserved > 0, document["preserved"])
    agrees(f"{name}: counterfit: as NumPy's", support.load(out)[1].astype("float64"), expected)
support.finish()
