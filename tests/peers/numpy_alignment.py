"""`equivec align` gives the map that SciPy's orthogonal_procrustes gives, by every weighting; re-weighted, both spaces lie
where the formulas of Artetxe, Labaka and Agirre (2018) put them; and its dictionary induction counts what the formulas of CSLS and P@k count in NumPy and float64."""

import json
import struct

import support
from support import answer, check

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.linalg

folder = support.folder()
source = numpy.random.default_rng(1)
WORDS, DIMENSION = 1200, 30


def unit(rows):
    rows = numpy.asarray(rows, "float64")
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def save_counted(name, words, rows, counts):
    """A native file: what other programs write has no counts."""
    encoded = [word.encode() for word in words]
    offsets = numpy.cumsum([0] + [len(word) for word in encoded])
    tensors = {"word_offsets": ("I64", offsets.astype("<i8")), "counts": ("I64", numpy.asarray(counts, "<i8")),
               "embeddings": ("F32", rows.astype("<f4")), "words": ("U8", numpy.frombuffer(b"".join(encoded), "u1"))}
    header, at = {}, 0
    for tensor, (kind, numbers) in tensors.items():
        header[tensor] = {"dtype": kind, "shape": list(numbers.shape), "data_offsets": [at, at + numbers.nbytes]}
        at += numbers.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file = folder / f"{name}.safetensors"
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(n.tobytes() for _, n in tensors.values()))
    return file


def near(x, y, k):
    """The mean of the k largest inner products of each row of x with rows of y."""
    return numpy.sort(x @ y.T, axis=1)[:, -k:].mean(axis=1)


words = [f"w{i}" for i in range(WORDS)]
rotation = numpy.linalg.qr(source.standard_normal((DIMENSION, DIMENSION)))[0]
first = (source.standard_normal((WORDS, DIMENSION)) + 0.3).astype("float32")
second = (first @ rotation + source.standard_normal((WORDS, DIMENSION))).astype("float32")
counts = numpy.sort(source.integers(1, 100000, WORDS))[::-1]
one, other = save_counted("one", words, first, counts), save_counted("other", words, second, counts)
out = folder / "out.safetensors"

# ---- the map ----

x, y = unit(first), unit(second)
dictionary = folder / "dictionary.txt"
pairs = source.permutation(WORDS)[:400]
dictionary.write_text("".join(f"w{i}\tw{i}\n" for i in pairs), encoding="utf-8")

for name, options, weights, rows in (
        ("shared words", ("--shared", 0), None, slice(None)),
        ("the first shared words", ("--shared", 300), None, slice(300)),
        ("a dictionary", ("--dictionary", dictionary), None, pairs),
        ("logarithms of counts", ("--shared", 0, "--weights", "log"), numpy.log1p(counts), slice(None)),
        ("roots of counts", ("--shared", 0, "--weights", "sqrt"), numpy.sqrt(counts), slice(None)),
        ("centred", ("--shared", 0, "--center"), None, slice(None))):
    a, b = x[rows], y[rows]
    if name == "centred":
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    if weights is not None:
        a, b = a * numpy.sqrt(weights)[:, None], b * numpy.sqrt(weights)[:, None]
    expected, _ = scipy.linalg.orthogonal_procrustes(a, b)
    answer("align", one, other, "-o", out, *options)
    _, found = support.load(out)
    exact = first.astype("float64") @ expected
    worst = (numpy.linalg.norm(found - exact, axis=1) / numpy.linalg.norm(exact, axis=1)).max()
    check(f"procrustes, {name}: as SciPy's", worst < 1e-6, worst)

# ---- both spaces re-weighted ----


def whitening(rows):
    _, values, vectors = numpy.linalg.svd(rows, full_matrices=False)
    return vectors.T @ numpy.diag(1 / values) @ vectors


def centred(rows):
    return unit(unit(rows) - unit(rows).mean(axis=0))


target = folder / "target.safetensors"
x, z = centred(first), centred(second)
for name, options, rows in (("shared words", ("--shared", 0), slice(None)),
                            ("a dictionary", ("--dictionary", dictionary), pairs)):
    to_white, from_white = whitening(x[rows]), whitening(z[rows])
    left, values, right = numpy.linalg.svd((x[rows] @ to_white).T @ (z[rows] @ from_white))
    weights = numpy.diag(numpy.sqrt(values))
    new_x = x @ to_white @ left @ weights @ (left.T @ numpy.linalg.inv(to_white) @ left)
    new_z = z @ from_white @ right.T @ weights @ (right @ numpy.linalg.inv(from_white) @ right.T)
    answer("align", one, other, "-o", out, "--target-output", target, "--method", "reweighted", *options)
    for side, file, exact in (("source", out, new_x @ right), ("target", target, new_z @ right)):
        _, found = support.load(file)
        worst = (numpy.linalg.norm(found - exact, axis=1) / numpy.linalg.norm(exact, axis=1)).max()
        check(f"re-weighted, {name}: the {side} as NumPy's", worst < 1e-6, worst)

# ---- induction ----

questions = folder / "questions.txt"
asked = source.permutation(WORDS)[:200]
questions.write_text("".join(f"w{i} w{i}\nw{i} w{(i + 1) % WORDS}\n" for i in asked), encoding="utf-8")
document = answer("align", one, other, "-o", out, "--evaluate", questions, "--neighbors", 7)
_, turned = support.load(out)
x = unit(turned)
cosines = x[asked] @ y.T
for found in document["inductions"]:
    scores = 2 * cosines - near(y, x, 7)[None, :] if found["metric"] == "csls" else cosines
    order = numpy.argsort(-scores, axis=1)[:, :5]
    right = (order == asked[:, None]) | (order == (asked[:, None] + 1) % WORDS)
    check(f"induction by {found['metric']}: P@1", found["at_1"]["correct"] == right[:, 0].sum(), found["at_1"])
    check(f"induction by {found['metric']}: P@5", found["at_5"]["correct"] == right.any(axis=1).sum(), found["at_5"])
    check(f"induction by {found['metric']}: all are asked", (found["total"], found["missing"]) == (200, 0))

support.finish()
