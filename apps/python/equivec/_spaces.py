"""Maps of whole spaces of vectors."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Tuple

import numpy as np

from . import _core
from ._inputs import float_array, is_text
from ._results import Condition

if TYPE_CHECKING:
    from ._vectors import Embeddings


@dataclasses.dataclass(frozen=True)
class Transformed:
    """What Embeddings.transform gives.

    Attributes
    ----------
    embeddings : Embeddings
        The same words with the new vectors; their metadata says what was done.
    conditions : tuple of Condition
        What was proved on the vectors.
    lost_ngrams : bool
        There were vectors of n-grams, which cannot follow, since a step normalizes.
    """

    embeddings: Embeddings
    conditions: Tuple[Condition, ...]
    lost_ngrams: bool


def transform_steps(steps: Any) -> list:
    """Texts, and matrices as C-contiguous 32-bit floats."""
    if is_text(steps) or isinstance(steps, np.ndarray):
        steps = [steps]
    return [step if is_text(step) else float_array(step, 2, "step") for step in steps]


def transformed(embeddings: Embeddings, steps: Any, keywords: Any) -> Transformed:
    handle, conditions, lost_ngrams = _core.transform(embeddings, transform_steps(steps), keywords)
    return Transformed(type(embeddings)._of(handle), tuple(Condition(**entry) for entry in conditions), lost_ngrams)
