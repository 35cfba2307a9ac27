"""To gensim and back."""

from __future__ import annotations

from typing import Any, Union

import numpy as np

from .._vectors import Embeddings
from ._keyed_vectors import KeyedVectors


def to_gensim(embeddings: Union[Embeddings, KeyedVectors]) -> Any:
    """gensim's own KeyedVectors over the same memory, for tools that insist on them.

    ``vectors`` is the same read-only array: what would change it in place raises ValueError. Counts, where they are
    known, go along as the attribute "count".
    """
    try:
        from gensim.models import KeyedVectors as Theirs
    except ImportError as error:
        raise ImportError("to_gensim() needs gensim 4, which is not installed") from error
    ours = embeddings if isinstance(embeddings, KeyedVectors) else KeyedVectors.from_embeddings(embeddings)
    kv = Theirs(ours.vector_size, count=0, dtype=np.float32)
    kv.vectors = ours.vectors
    kv.index_to_key = list(ours.index_to_key)
    kv.key_to_index = {key: row for row, key in enumerate(kv.index_to_key)}
    kv.next_index = len(kv.index_to_key)
    for name, values in ours.expandos.items():
        kv.expandos[name] = values.copy()
    return kv


def from_gensim(kv_or_model: Any) -> Embeddings:
    """Embeddings of gensim's KeyedVectors, or of a model that has them as ``wv``, with their counts.

    The memory is shared where the vectors are C-contiguous float32, and is not to be changed afterwards. Where gensim
    read word2vec's format without counts, those it has are made up: 1 for the last word, 2 for the one before.
    """
    kv = getattr(kv_or_model, "wv", kv_or_model)
    if isinstance(kv, KeyedVectors):
        return kv.embeddings
    try:
        keys, vectors = list(kv.index_to_key), np.asarray(kv.vectors)
    except AttributeError:
        raise TypeError("expected gensim's KeyedVectors or a model with them, found "
                        f"{type(kv_or_model).__name__}") from None
    counts = getattr(kv, "expandos", {}).get("count")
    if counts is not None:
        counts = np.array([count or 0 for count in counts], dtype=np.int64)
    integers = bool(keys) and all(isinstance(key, (int, np.integer)) for key in keys)
    shared = vectors.dtype == np.float32 and vectors.dtype.isnative and vectors.flags.c_contiguous
    return Embeddings(map(str, keys), vectors, counts=counts, metadata={"tokens": "integers"} if integers else None,
                      copy=not shared)
