"""Files of word2vec, as gensim names their parts."""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from .._errors import Error, Notice
from .._vectors import Embeddings


def _decoded(words: Sequence[str], encoding: str, errors: str) -> Sequence[str]:
    """Words, which were read as UTF-8 with other bytes escaped, as gensim decodes them."""
    if codecs.lookup(encoding).name == "utf-8":
        if errors == "surrogateescape":
            return words
        try:
            "".join(words).encode()
            return words
        except UnicodeEncodeError:
            pass
    return [word.encode("utf-8", "surrogateescape").decode(encoding, errors) for word in words]


def _with_words(vectors: Embeddings, words: Sequence[str]) -> Embeddings:
    """The same rows under other words; of rows whose words are alike now, the first."""
    first = {word: row for row, word in reversed(list(enumerate(words)))}
    if len(first) < len(words):
        rows = sorted(first.values())
        warnings.warn(f"{len(words) - len(rows)} words are the same as others once decoded; the first is kept", Notice,
                      stacklevel=3)
        vectors, words = vectors.select(rows), [words[row] for row in rows]
    return Embeddings(words, vectors.vectors, counts=vectors.counts, metadata=vectors.metadata, copy=False)


def _format_of(binary: bool, header: bool) -> str:
    if binary:
        if not header:
            raise ValueError("no_header: binary files always begin with their numbers of words and dimensions")
        return "word2vec-binary"
    return "word2vec-text" if header else "glove-text"


def _packing(path: Any) -> Callable[[Any, str], Any]:
    """What opens a file whose name ends like that of a compressed one."""
    endings: dict[str, Callable[[Any, str], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    return endings.get(os.path.splitext(os.fsdecode(path))[1], open)


def _write_rows(file: BinaryIO, prefix: str, vectors: Embeddings, binary: bool) -> None:
    for word, row in zip(vectors.words, vectors.vectors):
        if " " in word or "\n" in word:
            raise Error(f"{word!r} holds white space, which this format cannot represent")
        file.write(f"{prefix}{word} ".encode("utf-8", "surrogateescape"))
        file.write(row.astype("<f4").tobytes() if binary else " ".join(map(str, row)).encode() + b"\n")
