"""Several spaces made one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional, Tuple

from . import _core
from ._inputs import named_keywords, progress_callback
from ._results import Condition
from ._vectors import Embeddings, _require_embeddings


class Merged:
    """What merging gives: the merged vectors, and what was proved; see merge.

    Examples
    --------
    >>> m = merge([e, e])
    >>> m.embeddings, m.in_all
    (<Embeddings of 11 words, 6 dimensions>, 11)
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def embeddings(self) -> Embeddings:
        """The merged vectors; their metadata says of what."""
        return Embeddings._of(self._handle._embeddings())

    @property
    def spaces(self) -> list[dict[str, Any]]:
        """What each space gave: words, dimension, weight, and of the average how it was turned."""
        return self.to_dict()["spaces"]

    @property
    def in_all(self) -> int:
        """Words that all spaces have."""
        return self.to_dict()["in_all"]

    @property
    def captured(self) -> Optional[float]:
        """Of svd: the share of the squared lengths of the concatenation that is kept."""
        return self.to_dict()["captured"]

    @property
    def conditions(self) -> Tuple[Condition, ...]:
        """What was promised, and proved on the vectors."""
        return tuple(Condition(**entry) for entry in self.to_dict()["conditions"])

    @property
    def lost_ngrams(self) -> bool:
        """There were vectors of n-grams, which belong to one space each and were left out."""
        return self._handle._lost_ngrams()

    def to_dict(self) -> dict[str, Any]:
        """The document that ``equivec merge --json`` gives.

        Examples
        --------
        >>> merge([e, e], method="average").to_dict()["dimension"]
        3
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self) -> str:
        """What the command prints.

        Examples
        --------
        >>> print(merge([e, e]).to_text().splitlines()[2])
        in all of them: 11
        """
        return self._handle._text()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Merged of {len(self.spaces)} spaces>"


@named_keywords
def merge(spaces: Any, *, method: str = "concatenate", words: str = "any", dimension: int = 0, weights: Any = None,
          shared: int = 20000, threads: int = 0, progress: Any = None) -> Merged:
    """Makes one space of several, in which a word has what it has in each.

    Rows are scaled to length 1 first. The words are those of the first space, then those that the second adds, and so
    on; counts are summed. What is promised is proved on the vectors.

    Parameters
    ----------
    spaces : list of Embeddings
        Two or more.
    method : {"concatenate", "average", "svd"}
        Side by side; the mean, after each further space is turned onto the first; or the concatenation cut to
        ``dimension`` numbers by singular values.
    words : {"any", "all"}
        Words of any space, zeros side by side where one lacks a word, or the mean of those that have it; or the words
        that all have.
    dimension : int
        Of svd: so many dimensions.
    weights : list of float, optional
        One for each space: its rows have this length, or count so much in the mean.
    shared : int
        Of average: so many words that a space has as the first turn it, the most frequent; 0: all.
    threads : int
        0: all cores; the result is the same for any number.
    progress : bool or function
        As in train_word2vec.

    Returns
    -------
    Merged
        With the new vectors and what was proved.

    Raises
    ------
    Error
        If no word is left, a space shares no word with the first, or a promise does not hold.

    Examples
    --------
    >>> turned = e.transform(["power=0.5"]).embeddings
    >>> m = merge([e, turned], method="average", weights=[2, 1])
    >>> m.embeddings, all(condition.holds for condition in m.conditions)
    (<Embeddings of 11 words, 3 dimensions>, True)
    >>> merge([e, turned], method="svd", dimension=4).captured > 0.9
    True
    """
    if isinstance(spaces, Embeddings) or not isinstance(spaces, Iterable):
        raise TypeError(f"spaces: expected a list of Embeddings, found {type(spaces).__name__}")
    several = list(spaces)
    for one in several:
        _require_embeddings(one, "spaces")
    keywords = {"method": method, "words": words, "dimension": dimension, "weights": _weights(weights),
                "shared": shared, "threads": threads, "progress": progress_callback(progress)}
    return Merged(_core.merge(several, keywords))


def _weights(weights: Any) -> Optional[list[float]]:
    if weights is None:
        return None
    if isinstance(weights, (str, bytes)) or not isinstance(weights, Iterable):
        raise TypeError(f"weights: expected numbers, found {type(weights).__name__}")
    return [float(weight) for weight in weights]
