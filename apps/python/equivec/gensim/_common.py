"""What both classes share."""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Union, cast

import numpy as np
from numpy.typing import NDArray

from .._inputs import is_text

logger = logging.getLogger("equivec")

_Array = NDArray[Any]
_Key = Union[str, int, "np.integer[Any]"]

#: Names of gensim before 4, and of what is not kept.
_renamed = {
    "vocab": "words are in key_to_index, their counts in get_vecattr(word, 'count')",
    "index2word": "it is index_to_key", "index2entity": "it is index_to_key", "wv": "these are the word vectors",
    "vectors_norm": "call get_normed_vectors()", "syn0": "it is vectors", "syn0norm": "call get_normed_vectors()",
    "syn1": "what predicts words is not kept after training",
    "syn1neg": "what predicts words is not kept after training; train_word2vec(contexts=True) returns it",
    "predict_output_word": "what predicts words is not kept after training",
    "score": "what predicts words is not kept after training",
    "most_similar": "ask its wv", "similarity": "ask its wv", "doesnt_match": "ask its wv",
    "iter": "it is epochs", "size": "it is vector_size",
}


class _OldNames:
    """Answers a name that gensim once had with what is meant today."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            meant = f": {_renamed[name]}" if name in _renamed else ""
            raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'{meant}")


def _is_key(value: Any) -> bool:
    return is_text(value) or (isinstance(value, (int, np.integer)) and not isinstance(value, bool))


def _items(value: Any) -> list[Any]:
    """A list of one or several keys or vectors."""
    if value is None:
        return []
    if _is_key(value) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return [value]
    return list(value)


def _unit(vector: _Array) -> _Array:
    length = np.linalg.norm(vector)
    return cast(_Array, vector / length) if length > 0 else vector


def _best(values: _Array, count: int) -> _Array:
    """The places of the `count` largest, largest first, the earlier first of equal ones."""
    if 0 < count < len(values):
        least = np.partition(values, len(values) - count)[len(values) - count]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    return cast(_Array, places[np.argsort(-values[places], kind="stable")][:count])


def _require_float32(dtype: Any, name: str) -> None:
    if np.dtype(dtype) != np.float32:
        raise TypeError(f"{name}: vectors are kept as numpy.float32 here, not as {np.dtype(dtype).name}")


#: The first bytes of compressed files.
_packed: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open))


def _open(path: Any) -> BinaryIO:
    """A file for reading bytes, compressed or not."""
    file = open(path, "rb")
    start = file.peek(6)[:6]
    for magic, unpack in _packed:
        if start.startswith(magic):
            file.close()
            return cast(BinaryIO, unpack(path))
    return file
