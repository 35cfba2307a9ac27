"""Hard debiasing (Bolukbasi et al. 2016) once more, in NumPy and float64: what the program is compared with."""

import json

import numpy
import support


class Gender:
    """The word sets of data/gender.json as rows of a vocabulary."""

    def __init__(self, words):
        self.row = {word: i for i, word in reversed(list(enumerate(words)))}
        sets = json.loads((support.ROOT / "data" / "gender.json").read_text(encoding="utf-8"))
        self.definitional = self.complete(sets["definitional"]["sets"])
        self.equalize = self.complete(with_case_forms(sets["equalize"]["sets"]))
        self.occupations = self.known(sets["occupations"]["words"])
        self.missing_occupations = [w for w in sets["occupations"]["words"] if self.find(w) is None]
        listed = with_case_forms(sets["definitional"]["sets"]) + with_case_forms(sets["equalize"]["sets"])
        kept = set(self.known(sets["specific"]["words"])).union(*map(self.known, listed))
        self.neutral = sorted(set(range(len(words))) - kept)

    def find(self, word):
        """A word that is not there is looked for in small letters."""
        return self.row.get(word, self.row.get(word.lower()))

    def known(self, words):
        return list(dict.fromkeys(row for row in map(self.find, words) if row is not None))

    def complete(self, pairs):
        """The pairs of which both words are there, as written or else in small letters, each once."""
        found = {}
        for pair in pairs:
            for form in (pair, [word.lower() for word in pair]):
                if all(word in self.row for word in form):
                    rows = tuple(self.row[word] for word in form)
                    found.setdefault(frozenset(rows), rows)
                    break
        return list(found.values())


def with_case_forms(pairs):
    """The pairs, each followed by its forms with a capital and in capitals."""
    return [form for pair in pairs for form in (pair, [w.title() for w in pair], [w.upper() for w in pair])]


def unit(rows):
    rows = rows.astype("float64")
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def direction(vectors, pairs):
    """First principal component of the pairs' unit vectors, each pair centred on its mean: (g, shares of variance)."""
    centred = numpy.concatenate([vectors[list(pair)] - vectors[list(pair)].mean(axis=0) for pair in pairs])
    _, scales, components = numpy.linalg.svd(centred, full_matrices=False)
    g = components[0]
    towards_first = sum((vectors[pair[0]] - vectors[pair[-1]]) @ g for pair in pairs)
    return (g if towards_first >= 0 else -g), scales**2 / (scales**2).sum()
