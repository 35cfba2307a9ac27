"""`merge` agrees with NumPy and SciPy, on random and on real vectors, to 1e-6 of the size of the numbers."""

import os

import support
from support import answer, check, run

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.linalg

folder = support.folder()
random = numpy.random.default_rng(7)


def save(name, words, rows):
    path = folder / f"{name}.vec"
    support.save(path, words, rows.astype("float32"))
    return path


def unit(rows):
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return numpy.divide(rows, lengths, out=numpy.zeros_like(rows), where=lengths > 0)


def rows_for(words, space):
    """Unit rows of words, zeros where the space has none, and whether it has one."""
    known, rows = space
    place = {word: i for i, word in enumerate(known)}
    found = numpy.zeros((len(words), rows.shape[1]))
    has = numpy.array([word in place for word in words])
    found[has] = unit(rows)[[place[word] for word in words if word in place]]
    return found, has & (numpy.linalg.norm(found, axis=1) > 0)


words = [f"w{i}" for i in range(3000)]
first = random.normal(size=(2500, 20)) @ random.normal(size=(20, 20)) + 0.3
second = random.normal(size=(2000, 30)) * random.exponential(size=(2000, 1))
cases = {"random": (save("one", words[:2500], first), save("two", [words[i] for i in random.permutation(3000)[:2000]], second))}
if os.environ.get("EQUIVEC_TEST_DATA"):
    run("convert", support.real_glove(), folder / "real.safetensors", "--limit", 6000, "-q")
    known, rows = support.load(folder / "real.safetensors")
    turn = numpy.linalg.qr(random.normal(size=(100, 100)))[0]
    noisy = rows @ turn + 0.3 * random.normal(size=rows.shape)
    kept = random.permutation(6000)[:5000]
    cases["GloVe"] = (folder / "real.safetensors", save("noisy", [known[i] for i in kept], noisy[kept]))

for name, files in cases.items():
    spaces = [(found, rows.astype("float64")) for found, rows in map(support.load, files)]
    expected_any = [*spaces[0][0], *(word for word in spaces[1][0] if word not in set(spaces[0][0]))]
    expected_all = [word for word in spaces[0][0] if word in set(spaces[1][0])]

    def merged(*options):
        document = answer("merge", *files, "-o", folder / "out.safetensors", *options)
        found, rows = support.load(folder / "out.safetensors")
        return document, found, rows.astype("float64")

    def agrees(title, found, expected):
        off = numpy.abs(found - expected).max() / numpy.sqrt((expected**2).mean())
        check(f"{name}: {title}: as NumPy's, off by {off:.1e} of the root mean square", off < 1e-6, off)

    for choice, wanted in (("any", expected_any), ("all", expected_all)):
        document, found, rows = merged("--words", choice, "--weights", 1, 0.7)
        check(f"{name}: {choice}: the words in their order", found == wanted)
        parts = [rows_for(wanted, space) for space in spaces]
        joined = numpy.hstack([parts[0][0], 0.7 * parts[1][0]])
        agrees(f"concatenation, {choice}", rows, joined)

        document, _, rows = merged("--words", choice, "--weights", 1, 0.7, "--method", "svd", "--dimension", 15)
        left, values, right = numpy.linalg.svd(joined, full_matrices=False)
        agrees(f"svd, {choice}", numpy.abs(rows), numpy.abs(joined @ right[:15].T))
        share = (values[:15]**2).sum() / (values**2).sum()
        check(f"{name}: svd, {choice}: the share captured", abs(document["captured"] - share) < 1e-7, document["captured"])

        _, _, rows = merged("--words", choice, "--weights", 1, 0.7, "--method", "average", "--shared", 0)
        dimension = max(parts[0][0].shape[1], parts[1][0].shape[1])
        padded = [numpy.pad(part, ((0, 0), (0, dimension - part.shape[1]))) for part, _ in parts]
        common = [rows_for(expected_all, space)[0] for space in spaces]
        common = [numpy.pad(part, ((0, 0), (0, dimension - part.shape[1]))) for part in common]
        turn, _ = scipy.linalg.orthogonal_procrustes(common[1], common[0])
        # Where the shorter space has only zeros, turning is nobody's: compare what it does to the second space's rows.
        weights = parts[0][1] + 0.7 * parts[1][1]
        mean = (padded[0] + 0.7 * padded[1] @ turn) / weights[:, None]
        if parts[0][0].shape[1] >= parts[1][0].shape[1]:
            agrees(f"average, {choice}", rows, mean)
        else:
            width = parts[0][0].shape[1]
            agrees(f"average, {choice}, where the first space has numbers", rows[:, :width], mean[:, :width])
            agrees(f"average, {choice}, lengths", numpy.linalg.norm(rows, axis=1), numpy.linalg.norm(mean, axis=1))
support.finish()
