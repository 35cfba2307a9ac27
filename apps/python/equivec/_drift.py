"""What comparing spaces word by word gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

import numpy as np

from . import _core
from ._inputs import named_keywords, path_of, progress_callback
from ._results import _frame


class _WordTable:
    """Words with a number in each of several columns."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def words(self) -> list[str]:
        """All words that were compared."""
        return self._handle._words()

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """Numbers of 64 bits by their names, one for each of `words`."""
        return {name: np.frombuffer(numbers, dtype=np.float64) for name, numbers in self._handle._columns()}

    def to_frame(self) -> Any:
        """A pandas DataFrame of the columns, with the words as its index.

        Examples
        --------
        >>> equivec.stability([e, e]).to_frame().loc["king", "neighbors"]
        0.0
        """
        import pandas

        return pandas.DataFrame(self.columns, index=pandas.Index(self.words, name="word"))

    def save(self, path: Any) -> None:
        """Writes the words and columns between tabs, below a line of names; whole or not at all.

        Parameters
        ----------
        path : path

        Examples
        --------
        >>> equivec.stability([e, e]).save("stability.tsv")
        >>> open("stability.tsv").readline().split()
        ['word', 'count', 'cosine', 'neighbors', 'second_order']
        """
        self._handle._save(path_of(path))

    def to_dict(self) -> dict[str, Any]:
        """The document that the command gives with ``--json``.

        Examples
        --------
        >>> equivec.stability([e, e]).to_dict()["compared"]
        11
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self) -> str:
        """What the command prints.

        Examples
        --------
        >>> equivec.stability([e, e]).to_text().splitlines()[0]
        '11 words in 2 spaces, 1 pair; mean distances of a word, with 95 % intervals'
        """
        return self._handle._text()

    def __str__(self) -> str:
        return self.to_text()


class Drift(_WordTable):
    """Which words have changed between two spaces, by more than chance; see Embeddings.drift.

    `words` are ordered by their excess over what chance gives, the largest first. `columns` have ``first_count``,
    ``second_count`` and, for each measure (``cosine``, ``neighbors``, ``second_order``), the distance and, with the
    endings ``_expected``, ``_low``, ``_high``, ``_excess``, ``_p_value``, ``_q_value``, what goes with it.

    Examples
    --------
    >>> import numpy
    >>> random = numpy.random.RandomState(1)
    >>> noisy = [Embeddings(e.words, e.vectors + random.normal(0, 0.01, e.vectors.shape)) for _ in range(3)]
    >>> e.drift(noisy[0], null=noisy[1:], neighbors=3).columns["cosine_p_value"].shape
    (11,)
    """

    @property
    def changed(self) -> dict[str, int]:
        """How many words are called changed by each measure: those with a q-value of at most false_discovery_rate."""
        return self.to_dict()["changed"]

    def __repr__(self) -> str:
        return f"<Drift of {len(self.words)} words>"


class Stability(_WordTable):
    """How far words are from where they are in other trainings; see stability.

    `columns` have ``count`` and the mean distance of each word by each measure: ``cosine``, ``neighbors``,
    ``second_order``.

    Examples
    --------
    >>> s = stability([e, e])
    >>> s.words[0], list(s.columns), s.bands[0]["words"]
    ('king', ['count', 'cosine', 'neighbors', 'second_order'], 1)
    """

    @property
    def bands(self) -> list[dict[str, Any]]:
        """Of frequency: counts, words, and by each measure the mean distance with its interval."""
        return self.to_dict()["bands"]

    def __repr__(self) -> str:
        return f"<Stability of {len(self.words)} words>"


@named_keywords
def stability(spaces: Iterable[Any], *, neighbors: int = 10, restrict: int = 20000, bands: int = 10,
              resamples: int = 1000, seed: int = 1, threads: int = 0, progress: Any = None) -> Stability:
    """Tells how far words are from where they are in other trainings of the same text, by frequency.

    Parameters
    ----------
    spaces : list of Embeddings
        Two or more, trained with different seeds, or with `resample`.
    neighbors : int
        So many nearest words are compared.
    restrict : int
        Compare the first so many words that all spaces have; 0: all.
    bands : int
        Of frequency, of about as many words each.
    resamples, seed : int
        Of the words, for the intervals.
    threads : int
        0: all cores; the result is the same for any number.
    progress : bool or function
        As in train_word2vec.

    Returns
    -------
    Stability

    Raises
    ------
    Error
        If dimensions differ, or there is no word that all spaces have.

    Examples
    --------
    >>> stability([e, e]).bands[0]["neighbors"]["distance"]
    0.0
    """
    from ._vectors import _require_embeddings

    given = list(spaces)
    for space in given:
        _require_embeddings(space, "spaces")
    keywords = {"neighbors": neighbors, "restrict": restrict, "bands": bands, "resamples": resamples, "seed": seed,
                "threads": threads, "progress": progress_callback(progress)}
    return Stability(_core.stability(given, keywords))
