"""What aligning one space with another gives."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from typing import Any, Optional, Tuple

import numpy as np

from ._inputs import existing_path
from ._results import Condition
from ._vectors import Embeddings


@dataclasses.dataclass(frozen=True)
class Induction:
    """How many words of a dictionary find a translation of theirs in the other space.

    Attributes
    ----------
    name : str
        Of the dictionary.
    metric : str
        What nearest means: ``"csls"`` or ``"cosine"``.
    at_1, at_5 : float or None
        Shares of words for which a translation is the nearest word, or one of the five nearest; None if no word asked.
    interval_1, interval_5 : (float, float) or None
        95 % intervals of a bootstrap over the words; None where all are right or all wrong.
    known, missing : int
        Words that asked, and those left out: unknown, or without a translation among the words searched.
    """

    name: str
    metric: str
    at_1: Optional[float]
    at_5: Optional[float]
    interval_1: Optional[Tuple[float, float]]
    interval_5: Optional[Tuple[float, float]]
    known: int
    missing: int

    @classmethod
    def _of(cls, entry: Mapping[str, Any]) -> "Induction":
        def interval(place: str) -> Optional[Tuple[float, float]]:
            ends = entry[place]["interval"]
            return None if ends is None else (ends[0], ends[1])

        return cls(entry["name"], entry["metric"], entry["at_1"]["accuracy"], entry["at_5"]["accuracy"],
                   interval("at_1"), interval("at_5"), entry["total"], entry["missing"])


def entries_of(dictionary: Any) -> Any:
    """The bytes of a path, or a list of pairs; None for none."""
    if dictionary is None:
        return None
    if isinstance(dictionary, (str, bytes, os.PathLike)):
        return existing_path(dictionary, "dictionary")
    if isinstance(dictionary, Mapping):
        dictionary = dictionary.items()
    if not isinstance(dictionary, Iterable):
        raise TypeError(f"dictionary: expected a path, a mapping or pairs of words, found {type(dictionary).__name__}")
    entries = []
    for entry in dictionary:
        if not isinstance(entry, (tuple, list)) or len(entry) != 2:
            raise TypeError(f"dictionary: expected pairs of words, found {type(entry).__name__}")
        entries.append(tuple(entry))
    return entries


class Aligned:
    """What aligning gives: the turned vectors, the map, and what was proved; see Embeddings.align.

    Examples
    --------
    >>> a = e.align(e, dictionary={"king": "queen", "man": "woman", "boy": "girl"})
    >>> a.embeddings, a.pairs[0], a.missing
    (<Embeddings of 11 words, 3 dimensions>, ('king', 'queen'), 0)
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def embeddings(self) -> Embeddings:
        """The same words in the target's space; their metadata says how they came there."""
        return Embeddings._of(self._handle._embeddings())

    @property
    def target(self) -> Optional[Embeddings]:
        """The target's new vectors, near which those of ``embeddings`` are; None unless by reweighted.

        Examples
        --------
        >>> e.align(e, method="reweighted").target
        <Embeddings of 11 words, 3 dimensions>
        """
        handle = self._handle._target()
        return None if handle is None else Embeddings._of(handle)

    @property
    def lost_ngrams(self) -> bool:
        """There were vectors of n-grams, which cannot follow, since reweighted normalizes."""
        return self._handle._lost_ngrams()

    @property
    def map(self) -> np.ndarray:
        """W, of 64 bits: a row x became x W; by reweighted the row scaled to length 1, centred, and scaled again."""
        numbers = np.frombuffer(self._handle._map(), dtype=np.float64)
        size = int(round(numbers.size ** 0.5))
        return numbers.reshape(size, size).T

    @property
    def pairs(self) -> list[Tuple[str, str]]:
        """The pairs by which the map was fitted, after refinement and self-learning."""
        return self._handle._pairs()

    @property
    def given(self) -> int:
        """Pairs that it began with."""
        return self.to_dict()["pairs"]["given"]

    @property
    def missing(self) -> int:
        """Entries of the dictionary of which a word is unknown."""
        return self.to_dict()["pairs"]["missing"]

    @property
    def rounds(self) -> int:
        """Rounds of refinement and self-learning that were made."""
        return self.to_dict()["pairs"]["rounds"]

    @property
    def cosine_before(self) -> float:
        """The mean cosine of the pairs before."""
        return self.to_dict()["cosine_before"]

    @property
    def cosine_after(self) -> float:
        """The mean cosine of the pairs after."""
        return self.to_dict()["cosine_after"]

    @property
    def conditions(self) -> Tuple[Condition, ...]:
        """What was promised, and proved on the vectors."""
        return tuple(Condition(**entry) for entry in self.to_dict()["conditions"])

    @property
    def accuracy(self) -> Tuple[Induction, ...]:
        """How many words of the dictionaries of ``evaluate`` find a translation."""
        return tuple(Induction._of(entry) for entry in self.to_dict()["inductions"])

    def to_dict(self) -> dict[str, Any]:
        """The document that ``equivec align --json`` gives.

        Examples
        --------
        >>> e.align(e).to_dict()["pairs"]["used"]
        11
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self) -> str:
        """What the command prints.

        Examples
        --------
        >>> print(e.align(e).to_text().splitlines()[0])
        pairs: 11 (shared words)
        """
        return self._handle._text()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Aligned by {self.to_dict()['pairs']['used']} pairs>"
