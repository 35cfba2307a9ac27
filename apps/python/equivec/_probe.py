"""What vectors are worth to a text classifier."""

from __future__ import annotations

from typing import Any

from . import _core
from ._inputs import existing_path, named_keywords, progress_callback
from ._results import ProbeReport
from ._vectors import Embeddings, _require_embeddings


@named_keywords
def probe(training: Any, test: Any, vectors: Any, *, strength: float = 1, lengths: bool = False,
          weighting: str = "none", a: float = 1e-3, remove: int = 0, normalize: str = "model",
          resamples: int = 10000, seed: int = 1, threads: int = 0,
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
    """
    several = [vectors] if isinstance(vectors, Embeddings) else list(vectors)
    for one in several:
        _require_embeddings(one, "vectors")
    if not several:
        raise TypeError("vectors: expected at least one")
    keywords = {"strength": strength, "lengths": lengths, "weighting": weighting, "a": a, "remove": remove,
                "normalize": normalize, "resamples": resamples, "seed": seed, "threads": threads,
                "progress": progress_callback(progress)}
    return ProbeReport(*_core.probe(_texts(training, "training"), _texts(test, "test"), several, keywords))


def _texts(source: Any, what: str) -> Any:
    if isinstance(source, (tuple, list)) and len(source) == 2:
        return list(source[0]), [label if isinstance(label, (str, bytes)) else str(label) for label in source[1]]
    return existing_path(source, what)
