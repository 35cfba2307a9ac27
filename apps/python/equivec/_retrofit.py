"""What fitting vectors to a lexicon gives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Tuple

from ._inputs import existing_path
from ._results import Condition
from ._vectors import Embeddings


def lexicon_of(lexicon: Any, what: str) -> Any:
    """The bytes of a path, or a list of lists of words; None for none."""
    if lexicon is None:
        return None
    if isinstance(lexicon, (str, bytes, os.PathLike)):
        return existing_path(lexicon, what)
    if isinstance(lexicon, Mapping):
        lexicon = [(word, others) if isinstance(others, (str, bytes)) else (word, *others)
                   for word, others in lexicon.items()]
    if not isinstance(lexicon, Iterable):
        raise TypeError(f"{what}: expected a path, a mapping or pairs of words, found {type(lexicon).__name__}")
    entries = []
    for entry in lexicon:
        if not isinstance(entry, (tuple, list)):
            raise TypeError(f"{what}: expected pairs of words, found {type(entry).__name__}")
        entries.append(list(entry))
    return entries


class Retrofitted:
    """What fitting to a lexicon gives: the fitted vectors, and what was proved; see Embeddings.retrofit.

    Examples
    --------
    >>> r = e.retrofit([("king", "queen"), ("man", "woman")])
    >>> r.embeddings, r.attract["pairs"], r.words
    (<Embeddings of 11 words, 3 dimensions>, 2, 4)
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def embeddings(self) -> Embeddings:
        """The same words with the new vectors; their metadata says what was done."""
        return Embeddings._of(self._handle._embeddings())

    @property
    def attract(self) -> Optional[dict[str, Any]]:
        """Of the pairs that attract: how many, how many are unknown, and their mean cosine before and after."""
        return self.to_dict()["attract"]

    @property
    def repel(self) -> Optional[dict[str, Any]]:
        """The same of the pairs that repel."""
        return self.to_dict()["repel"]

    @property
    def words(self) -> int:
        """Words that take part."""
        return self.to_dict()["words"]

    @property
    def moved(self) -> float:
        """The mean cosine of their new vectors to their old ones."""
        return self.to_dict()["moved"]

    @property
    def conditions(self) -> Tuple[Condition, ...]:
        """What was promised, and proved on the vectors."""
        return tuple(Condition(**entry) for entry in self.to_dict()["conditions"])

    @property
    def lost_ngrams(self) -> bool:
        """There were vectors of n-grams, which cannot follow and were left out."""
        return self._handle._lost_ngrams()

    def to_dict(self) -> dict[str, Any]:
        """The document that ``equivec retrofit --json`` gives.

        Examples
        --------
        >>> e.retrofit({"king": ["queen", "prince"]}).to_dict()["attract"]["pairs"]
        2
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self) -> str:
        """What the command prints.

        Examples
        --------
        >>> print(e.retrofit([("king", "queen")]).to_text().splitlines()[0])
        attract: 1 pair of pairs, mean cosine 0.7778 before, 0.9726 after
        """
        return self._handle._text()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Retrofitted: {self.words} words>"
