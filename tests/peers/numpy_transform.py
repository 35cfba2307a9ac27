"""Each step of `transform` agrees with NumPy and SciPy, on random and on real vectors, to 1e-6 of their size."""

import os

import support
from support import check, run

support.need("python3-numpy", "python3-scipy")
import numpy
import scipy.linalg

folder = support.folder()
random = numpy.random.default_rng(3)
mixed = random.normal(size=(3000, 20)) @ random.normal(size=(20, 20)) * 0.5 + random.normal(size=20)
support.save(folder / "random.vec", [f"w{i}" for i in range(3000)], mixed.astype("float32"))
sources = {"random": folder / "random.vec"}
if os.environ.get("EQUIVEC_TEST_DATA"):
    run("convert", support.real_glove(), folder / "real.safetensors", "--limit", 5000, "-q")
    sources["GloVe"] = folder / "real.safetensors"


def principal(x):
    c = x - x.mean(0)
    return c, numpy.linalg.svd(c, full_matrices=False)[2]


def remove_top(x, count):
    c, directions = principal(x)
    top = directions[:count]
    return c - c @ top.T @ top


def whiten(x, shrinkage=0.0):
    covariance = numpy.cov(x.T, bias=True)
    covariance = (1 - shrinkage) * covariance + shrinkage * numpy.trace(covariance) / len(covariance) * numpy.eye(len(covariance))
    return (x - x.mean(0)) @ numpy.linalg.inv(scipy.linalg.sqrtm(covariance)).real


def power(x, exponent):
    values, vectors = numpy.linalg.eigh(x.T @ x / len(x))
    return x @ vectors[:, ::-1] * values[::-1] ** exponent


def unit(x):
    return x / numpy.linalg.norm(x, axis=1, keepdims=True)


def rotation(x):
    return numpy.ascontiguousarray(scipy.linalg.qr(numpy.random.default_rng(5).normal(size=(x.shape[1], x.shape[1])))[0], dtype="float32")


CASES = {
    "center": (["center"], lambda x: x - x.mean(0)),
    "normalize": (["normalize"], unit),
    "remove-top": (["remove-top=2"], lambda x: remove_top(x, 2)),
    "pca": (["pca=7"], lambda x: principal(x)[0] @ principal(x)[1][:7].T),
    "whiten": (["whiten"], whiten),
    "whiten, shrunk": (["whiten", "--shrinkage", 0.2], lambda x: whiten(x, 0.2)),
    "power": (["power=-0.5"], lambda x: power(x, -0.5)),
    "rotate": ([f"rotate={folder / 'R.npy'}"], lambda x: x @ rotation(x).astype("float64")),
    "several": (["normalize", "center", "normalize", "whiten"], lambda x: whiten(unit(unit(x) - unit(x).mean(0)))),
}
SIGNS = ("pca", "power")  # the sign of a direction is nobody's

for name, source in sources.items():
    x = support.load(source)[1].astype("float64")
    numpy.save(folder / "R.npy", rotation(x))
    for title, (steps, expected) in CASES.items():
        run("transform", source, *steps, "-o", folder / "out.safetensors", "-q")
        found, wanted = support.load(folder / "out.safetensors")[1].astype("float64"), expected(x)
        if title in SIGNS:
            found, wanted = abs(found), abs(wanted)
        off = numpy.abs(found - wanted).max() / numpy.sqrt((wanted**2).mean())
        check(f"{name}: {title}: as NumPy's, off by {off:.1e} of the root mean square", off < 3e-6, off)
support.finish()
