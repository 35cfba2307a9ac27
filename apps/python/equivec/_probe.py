"""What vectors are worth to a text classifier, and what it makes of texts of another group."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import _core
from ._errors import OptionError
from ._inputs import existing_path, is_text, named_keywords, progress_callback
from ._results import ProbeReport
from ._vectors import Embeddings, _require_embeddings


@named_keywords
def probe(training: Any, test: Any, vectors: Any, *, strength: float = 1, lengths: bool = False,
          weighting: str = "none", a: float = 1e-3, remove: int = 0, normalize: str = "model",
          counterfactuals: bool = False, templates: bool = False, sets: Any = "gender", pairs: Any = None,
          names: Any = None, positive: Any = None, resamples: int = 10000, seed: int = 1, threads: int = 0,
          progress: Any = None) -> ProbeReport:
    """Trains a text classifier on word vectors and tests it on other texts.

    A text is the mean of its words' vectors; the classifier is softmax (logistic) regression.

    Parameters
    ----------
    training, test : path, or (texts, labels)
        A labelled text a line, ``__label__NAME text`` or a label, a tab and the text; or two lists of str.
    vectors : Embeddings or list of Embeddings
        Further ones are compared with the first.
    strength : float
        Weight of the errors against the size of the weights; scikit-learn's C.
    lengths : bool
        Use the words' vectors as they are, not scaled to length 1.
    weighting, a, remove, normalize
        How a text becomes a vector, as in Embeddings.mean_vectors. Common directions are those of the training texts.
    counterfactuals : bool
        Also compare the test's texts with their twins, as twin_texts makes them: flips, scores, rates.
    templates : bool
        The same of sentences that differ in the person they are about.
    sets, pairs, names
        What is swapped, as in twin_texts.
    positive : label, optional
        The score is its probability; without it, of two labels that of the last by name.
    resamples, seed : int
        Of the bootstrap, for intervals and tests.
    threads : int
        0: all cores.
    progress : bool or function
        As in train_word2vec.

    Returns
    -------
    ProbeReport

    Examples
    --------
    >>> texts, labels = ["king queen", "car"] * 8, ["royal", "thing"] * 8
    >>> probe((texts, labels), (texts, labels), e).accuracies
    (1.0,)
    >>> report = probe((texts, labels), (texts, labels), e, counterfactuals=True)
    >>> report.to_dict()["results"][0]["counterfactuals"][0]["with_twin"]
    8
    """
    from ._bias import sets_of

    several = [vectors] if isinstance(vectors, Embeddings) else list(vectors)
    for one in several:
        _require_embeddings(one, "vectors")
    if not several:
        raise TypeError("vectors: expected at least one")
    keywords = {"strength": strength, "lengths": lengths, "weighting": weighting, "a": a, "remove": remove,
                "normalize": normalize, **_swapped(sets, pairs, names, sets_of), "counterfactuals": counterfactuals,
                "templates": templates, "positive": None if positive is None else str(positive),
                "resamples": resamples, "seed": seed, "threads": threads,
                "progress": progress_callback(progress)}
    return ProbeReport(*_core.probe(_texts(training, "training"), _texts(test, "test"), several, keywords))


class Twin(NamedTuple):
    """A text with the words of each pair swapped; see twin_texts."""

    text: str
    group: str
    swapped: int


@named_keywords
def twin_texts(texts: Any, *, sets: Any = "gender", pairs: Any = None, names: Any = None) -> list[Twin]:
    """The twin of each text: the same text with the words that name one group swapped for those of the other.

    For classifiers of your own: what they decide of a text should not depend on its group. "her" is "his" before a
    noun, and else "him".

    Parameters
    ----------
    texts : list of str
    sets : str, path or WordSets
        Word sets whose pairs are swapped: the definitional ones, and the lists ``swap-first`` and ``swap-second``.
    pairs : path, optional
        A file of pairs in place of these, two words a line.
    names : str or path, optional
        People's names that are swapped too, where they stand as written: ``"weat"``, or a file of pairs.

    Returns
    -------
    list of Twin
        With ``text``; ``group``, of the original text: ``"first"``, ``"second"``, ``"both"`` or ``"none"``; and
        ``swapped``, the number of words. The text is the original one if there is nothing to swap.

    Examples
    --------
    >>> twin_texts(["He sold his car to her."])[0]
    Twin(text='She sold her car to him.', group='both', swapped=3)
    """
    from ._bias import sets_of

    if is_text(texts):
        raise TypeError("texts: expected several, found a str; pass [text]")
    return [Twin(*twin) for twin in _core.twin_texts(texts, _swapped(sets, pairs, names, sets_of))]


def _swapped(sets: Any, pairs: Any, names: Any, sets_of: Any) -> dict[str, Any]:
    if pairs is not None and sets != "gender":
        raise OptionError("sets and pairs exclude each other")
    return {"sets": sets_of(sets)._handle, "pairs": None if pairs is None else existing_path(pairs, "pairs"),
            "names": names if names is None or names == "weat" else existing_path(names, "names")}


def _texts(source: Any, what: str) -> Any:
    if isinstance(source, (tuple, list)) and len(source) == 2:
        return list(source[0]), [label if isinstance(label, (str, bytes)) else str(label) for label in source[1]]
    return existing_path(source, what)
