"""Maps of whole spaces of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Tuple

import numpy as np

from . import _core
from ._inputs import float_array, is_text, named_keywords, path_of, paths_of, progress_callback
from ._results import Condition

if TYPE_CHECKING:
    from ._vectors import Embeddings


class Transformed:
    """What steps on all vectors give: the new vectors, and what was proved; see Embeddings.transform.

    Examples
    --------
    >>> t = e.transform(["center", "normalize"])
    >>> t.embeddings, t.lost_ngrams, t.conditions[1].promise
    (<Embeddings of 11 words, 3 dimensions>, False, 'every vector that is not zero has length 1')
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def embeddings(self) -> Embeddings:
        """The same words with the new vectors; their metadata says what was done."""
        from ._vectors import Embeddings

        return Embeddings._of(self._handle._embeddings())

    @property
    def conditions(self) -> Tuple[Condition, ...]:
        """What was proved on the vectors."""
        return tuple(Condition(**entry) for entry in self.to_dict()["conditions"])

    @property
    def lost_ngrams(self) -> bool:
        """There were vectors of n-grams, which cannot follow, since a step normalizes."""
        return self._handle._lost_ngrams()

    @named_keywords
    def report(self, path: Any, *, similarity: Any = (), analogies: Any = (), sets: Any = "gender",
               restrict: int = 50000, seed: int = 1, threads: int = 0, progress: Any = None) -> None:
        """Writes before and after side by side: evaluation sets, with a test of the difference, and measures of bias.

        Parameters
        ----------
        path : path
            ``.html``, ``.md`` (with ``.md.measures.svg`` beside it) or ``.json``.
        similarity, analogies : path or list of paths
            Evaluation sets, as in Embeddings.evaluate.
        sets : str, path or WordSets
            Word sets of the measures of bias, as in Embeddings.bias.
        restrict : int
            What is measured is among the first so many words; 0: all.
        seed : int
            Of the random choices of measures and intervals.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.transform("normalize").report("normalized.md", similarity="pairs.tsv", sets=_sets)
        """
        from ._bias import sets_of

        keywords = {"restrict": restrict, "seed": seed, "threads": threads, "progress": progress_callback(progress)}
        self._handle._report(path_of(path), sets_of(sets)._handle, paths_of(similarity, "similarity"),
                             paths_of(analogies, "analogies"), keywords)

    def to_dict(self) -> dict[str, Any]:
        """The document that ``equivec transform --json`` gives.

        Examples
        --------
        >>> e.transform("pca=2").to_dict()["dimension"]
        2
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self) -> str:
        """What the command prints.

        Examples
        --------
        >>> print(e.transform("center").to_text().split(":")[0])
        proved
        """
        return self._handle._text()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Transformed: {self.to_dict()['transformed'].split(' transform ')[-1]}>"


def transform_steps(steps: Any) -> list:
    """Texts, and matrices as C-contiguous 32-bit floats."""
    if is_text(steps) or isinstance(steps, np.ndarray):
        steps = [steps]
    return [step if is_text(step) else float_array(step, 2, "step") for step in steps]


def transformed(embeddings: Embeddings, steps: Any, keywords: Any) -> Transformed:
    return Transformed(_core.transform(embeddings, transform_steps(steps), keywords))
