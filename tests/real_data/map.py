"""The map of 50,000 of GloVe's words keeps neighbours and categories as well as umap-learn's, whose numbers (0.5.3, its
defaults, cosine) are .879 and .446."""

import csv
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check, run

data = support.real_data()
support.need("python3-numpy")
import numpy

WORDS, ASKED, NEAREST = 50000, 500, 15

folder = support.folder()
run("convert", support.real_glove(), folder / "v.safetensors", "--limit", WORDS, "-q")
run("map", folder / "v.safetensors", "-o", folder / "map.npy", "-q")
words, rows = support.load(folder / "v.safetensors")
places = numpy.load(folder / "map.npy")
rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
asked = numpy.random.default_rng(0).choice(WORDS, ASKED, replace=False)


def nearest(distances, own):
    distances[numpy.arange(len(own)), own] = numpy.inf
    return distances.argpartition(NEAREST, axis=1)[:, :NEAREST]


def squares(some):
    return (some**2).sum(1)[:, None] - 2 * some @ places.T + (places**2).sum(1)


# Venna and Kaski 2001: how far those that are near in the plane are in space.
distances = -rows[asked] @ rows.T
distances[numpy.arange(ASKED), asked] = -2  # rank 0
order = distances.argsort(axis=1)
ranks = numpy.empty_like(order)
numpy.put_along_axis(ranks, order, numpy.arange(WORDS)[None], axis=1)
found = nearest(squares(places[asked].astype("float64")), asked)
excess = numpy.maximum(numpy.take_along_axis(ranks, found, axis=1) - NEAREST, 0).sum()
trust = 1 - 2 * excess / (ASKED * NEAREST * (2 * WORDS - 3 * NEAREST - 1))
check(f"trustworthiness {trust:.4f}, umap-learn .8786", trust > 0.8786, trust)

numbers = {word: i for i, word in enumerate(words)}
with open(data / "eval/categorization/battig.csv", encoding="utf-8") as file:
    categories = {row["word"]: row["category"] for row in csv.DictReader(file) if row["word"] in numbers}
labels = numpy.array(list(categories.values()))
some = places[[numbers[word] for word in categories]].astype("float64")
distances = ((some[:, None] - some) ** 2).sum(2)
numpy.fill_diagonal(distances, numpy.inf)
right = (labels[distances.argmin(1)] == labels).mean()
check(f"nearest word of the same category {right:.3f} of {len(labels)}, umap-learn .446", right > 0.436, right)
support.finish()
