"""gensim's KeyedVectors over Embeddings."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, cast

import numpy as np

from .._errors import UnknownWord
from .._inputs import float_array, is_text
from .._vectors import Embeddings, Vocabulary, load
from ._common import _Array, _Key, _OldNames, _best, _is_key, _items, _open, _require_float32, _unit, logger
from ._files import _decoded, _format_of, _packing, _with_words, _write_rows


class KeyedVectors(_OldNames):
    """Words with their vectors, and questions about them, as gensim.models.KeyedVectors has them.

    The vectors are read-only: what changes them (``add_vectors``, ``kv["word"] = ...``, ``kv.vectors = ...``) puts a
    new array in their place. `embeddings` has them as equivec.Embeddings, whose methods can do more.

    Parameters
    ----------
    vector_size : int
    count : int
        Not needed here: adding vectors one by one takes no longer without it.
    dtype
        numpy.float32.

    Examples
    --------
    >>> kv = KeyedVectors(2)
    >>> kv.add_vectors(["king", "queen", "car"], [[1, 0], [0.6, 0.8], [-1, 0]])
    >>> kv.most_similar("king", topn=1)[0][0], round(kv.similarity("king", "queen"), 2)
    ('queen', 0.6)
    """

    def __init__(self, vector_size: int, count: int = 0, dtype: Any = np.float32, mapfile_path: Any = None) -> None:
        _require_float32(dtype, "dtype")
        if vector_size < 1:
            raise ValueError(f"vector_size: expected at least 1, found {vector_size}")
        self._of_model = False
        self._set(Embeddings([], np.zeros((0, vector_size), dtype=np.float32)))

    @classmethod
    def from_embeddings(cls, embeddings: Embeddings) -> KeyedVectors:
        """These vectors, without a copy."""
        self = cls(embeddings.dimension)
        self._set(embeddings)
        return self

    def _set(self, embeddings: Embeddings) -> None:
        self._base = embeddings
        self._pending: dict[str, tuple[int, _Array, int]] = {}  # row, vector and count of words added one by one
        self._names: Optional[list[str]] = None
        self._key_to_index: Optional[dict[Any, int]] = None
        self._index_to_key: Optional[list[Any]] = None
        self._counts: Optional[_Array] = None
        self._lengths: Optional[_Array] = None
        self._integers = embeddings.metadata.get("tokens") == "integers"

    def _current(self) -> Embeddings:
        """With the words that were added."""
        if self._pending:
            base, added = self._base, self._pending
            counts = base.counts if self._counts is None else self._counts
            self._set(Embeddings([*base.words, *added], np.vstack([base.vectors, [v for _, v, _ in added.values()]]),
                                 counts=np.concatenate([counts, [count for _, _, count in added.values()]]),
                                 metadata=base.metadata, copy=False))
        return self._base

    @property
    def embeddings(self) -> Embeddings:
        """The same as equivec.Embeddings, with the counts as set_vecattr() left them."""
        base = self._current()
        if self._counts is not None and not np.array_equal(self._counts, base.counts):
            self._base = Embeddings(base.words, base.vectors, counts=self._counts, metadata=base.metadata, copy=False)
        return self._base

    # ---- words and rows ----

    @property
    def vectors(self) -> _Array:
        """(n, vector_size), float32, read-only. Another array may be set."""
        return self._current().vectors

    @vectors.setter
    def vectors(self, values: Any) -> None:
        array = np.array(float_array(values, 2, "vectors"))
        base = self.embeddings
        self._set(Embeddings(base.vocabulary, array, metadata=base.metadata, copy=False))

    @property
    def vector_size(self) -> int:
        """The dimension of the vectors."""
        return self._base.dimension

    @property
    def index_to_key(self) -> list[Any]:
        """The words by row; integers if the vectors were trained on integers."""
        if self._index_to_key is None or self._pending:
            names = self._words()
            self._index_to_key = list(map(int, names)) if self._integers else names
        return self._index_to_key

    @property
    def key_to_index(self) -> dict[Any, int]:
        """The rows by word."""
        if self._key_to_index is None or self._pending:
            self._key_to_index = {key: row for row, key in enumerate(self.index_to_key)}
        return self._key_to_index

    def _key(self, row: int) -> Any:
        word = self._current().words[row]
        return int(word) if self._integers else word

    def _words(self) -> list[str]:
        current = self._current()
        if self._names is None:
            self._names = list(current.words)
        return self._names

    def _row(self, key: Any) -> int:
        """-1 if there is none."""
        if isinstance(key, (int, np.integer)) and not isinstance(key, bool):
            if not self._integers:
                return int(key) if 0 <= key < len(self) else -1
            key = str(int(key))
        if key.__hash__ is not None and key in self._pending:
            return self._pending[key][0]
        return int(self._base._find(key))

    def get_index(self, key: Any, default: Any = None) -> Any:
        """The row of a word; an integer that is no word is a row.

        Raises
        ------
        UnknownWord
            A KeyError: if there is none and no `default`.
        """
        row = self._row(key)
        if row >= 0:
            return row
        if default is not None:
            return default
        if is_text(key):
            return self._current()._require(key)  # raises, with a word that is similar
        raise UnknownWord(f"{key!r} is none of the {len(self):,} words")

    def has_index_for(self, key: Any) -> bool:
        """Is this a word, or a row?"""
        return self._row(key) >= 0

    def __contains__(self, key: Any) -> bool:
        return self._row(key) >= 0

    def __len__(self) -> int:
        return len(self._base) + len(self._pending)

    def __getitem__(self, key_or_keys: Any) -> _Array:
        """The vector of a word, a read-only view; of a list of words, a matrix."""
        if _is_key(key_or_keys):
            return self.get_vector(key_or_keys)
        rows = [self.get_index(key) for key in key_or_keys]
        return cast(_Array, self.vectors[rows])

    def get_vector(self, key: _Key, norm: bool = False) -> _Array:
        """The vector of a word, read-only; with `norm` scaled to length 1."""
        row = self.get_index(key)
        vector = self.vectors[row]
        if norm:
            vector = vector / self._scale()[row]
            vector.setflags(write=False)
        return cast(_Array, vector)

    def word_vec(self, *args: Any, **kwargs: Any) -> _Array:
        """The older name of get_vector()."""
        return self.get_vector(*args, **kwargs)

    def _scale(self) -> _Array:
        """The lengths of the vectors; 1 for those of length 0, so that their cosines are 0 rather than NaN."""
        vectors = self.vectors
        if self._lengths is None:
            lengths = np.empty(len(vectors), dtype=np.float32)
            for begin in range(0, len(vectors), 65536):  # the squares of all would take as much memory as the vectors
                lengths[begin:begin + 65536] = np.linalg.norm(vectors[begin:begin + 65536], axis=1)
            self._lengths = np.where(lengths == 0, np.float32(1), lengths)
        return self._lengths

    def get_normed_vectors(self) -> _Array:
        """(n, vector_size): all vectors scaled to length 1."""
        return cast(_Array, self.vectors / self._scale()[:, np.newaxis])

    def fill_norms(self, force: bool = False) -> None:
        """Nothing to do here."""

    def init_sims(self, replace: bool = False) -> None:
        """Nothing to do here; with `replace`, unit_normalize_all()."""
        warnings.warn("init_sims() is not needed any more", DeprecationWarning, stacklevel=2)
        if replace:
            self.unit_normalize_all()

    def unit_normalize_all(self) -> None:
        """Scales all vectors to length 1."""
        self._set(self.embeddings.normalized())

    def get_mean_vector(self, keys: Any, weights: Any = None, pre_normalize: bool = True, post_normalize: bool = False,
                        ignore_missing: bool = True) -> _Array:
        """The weighted mean of the vectors of words, or of vectors.

        Parameters
        ----------
        keys : list of str or numpy.ndarray
        weights : array_like of float, optional
        pre_normalize : bool
            Scale the words' vectors to length 1 first; vectors that are given stay as they are.
        post_normalize : bool
            Scale the mean to length 1.
        ignore_missing : bool
            False: a word that is not known raises a KeyError.
        """
        if is_text(keys):
            raise TypeError("keys: expected a list of words, found a str")
        if len(keys) == 0:
            raise ValueError("there is no mean of no words")
        factors = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if len(factors) != len(keys):
            raise ValueError(f"expected one weight for each of the {len(keys)} words, found {len(factors)}")
        total, weight = np.zeros(self.vector_size), 0.0
        for key, factor in zip(keys, factors):
            if isinstance(key, np.ndarray):
                vector = key
            elif ignore_missing and key not in self:
                continue
            else:
                vector = self.get_vector(key, norm=pre_normalize)
            total += factor * vector
            weight += abs(factor)
        mean = total / weight if weight > 0 else total
        return cast(_Array, (_unit(mean) if post_normalize else mean).astype(np.float32))

    # ---- counts ----

    def _known_counts(self) -> Optional[_Array]:
        base = self._current()
        if self._counts is None and base.counts.any():
            self._counts = np.array(base.counts)
        return self._counts

    @property
    def expandos(self) -> dict[str, _Array]:
        """The counts, as gensim has them, where they are known."""
        counts = self._known_counts()
        return {} if counts is None else {"count": counts}

    def get_vecattr(self, key: _Key, attr: str) -> int:
        """How often a word occurs: `attr` is ``"count"``.

        Raises
        ------
        KeyError
            If the counts are not known. They are not made up for files that have none.
        """
        row = self.get_index(key)
        counts = self._known_counts()
        if attr != "count" or counts is None:
            raise KeyError(f"words have no attribute '{attr}'" if attr != "count" else
                           "the counts of the words are not known")
        return int(counts[row])

    def set_vecattr(self, key: _Key, attr: str, val: Any) -> None:
        """Sets how often a word occurs: `attr` is ``"count"``, the only attribute that is kept."""
        if attr != "count":
            raise ValueError(f"attr: words have no other attribute than 'count', found {attr!r}")
        row = self.get_index(key)
        counts = self._known_counts()
        if counts is None:
            counts = self._counts = np.zeros(len(self), dtype=np.int64)
        counts[row] = val

    def sort_by_descending_frequency(self) -> None:
        """Puts the most frequent words first, equally frequent ones in the order they had."""
        counts = self._known_counts()
        if counts is None:
            if len(self):
                raise KeyError("the counts of the words are not known")
            return
        self._set(self.embeddings.select(np.argsort(-counts, kind="stable")))

    # ---- changes ----

    def _word(self, key: Any) -> str:
        """What a key to be added is kept as."""
        if isinstance(key, bytes):
            return key.decode("utf-8", "surrogateescape")
        if isinstance(key, str) and not self._integers:
            return key
        if not isinstance(key, str) and _is_key(key):
            if not len(self):
                self._base, self._integers = self._base.with_metadata({"tokens": "integers"}), True
            if self._integers:
                return str(int(key))
        raise TypeError(f"keys: the other words are {'int' if self._integers else 'str'}, found {key!r}")

    def _append(self, key: Any, vector: _Array, count: int) -> int:
        if vector.shape != (self.vector_size,):
            raise ValueError(f"the vector of {key!r} has dimension {vector.size}, expected {self.vector_size}")
        row = len(self)
        self._pending[self._word(key)] = row, vector, count
        return row

    def add_vector(self, key: _Key, vector: Any) -> int:
        """Adds a word and returns its row; a word that is there keeps its vector."""
        row = self._row(key)
        return row if row >= 0 else self._append(key, np.array(float_array(vector, 1, "vector")), 0)

    def add_vectors(self, keys: Any, weights: Any, extras: Optional[Mapping[str, Any]] = None,
                    replace: bool = False) -> None:
        """Adds words.

        Parameters
        ----------
        keys : list of str
        weights : array_like, (number of keys, vector_size)
        extras : mapping, optional
            The counts: ``{"count": [...]}``.
        replace : bool
            True: words that are there get the new vectors.
        """
        if _is_key(keys):
            keys, weights = [keys], np.asarray(weights).reshape(1, -1)
        array = np.array(float_array(weights, 2, "weights"))
        counts = np.zeros(len(keys), dtype=np.int64)
        for name, values in (extras or {}).items():
            if name != "count":
                raise ValueError(f"extras: words have no other attribute than 'count', found {name!r}")
            counts = np.asarray(values, dtype=np.int64)
        if not len(keys) == len(array) == len(counts):
            raise ValueError(f"expected a vector for each of the {len(keys)} words, found {len(array)}")
        there: dict[int, int] = {}
        for i, key in enumerate(keys):
            row = self._row(key)
            if row < 0:
                self._append(key, array[i], int(counts[i]))
            else:
                there[row] = i
        if replace and there:
            self._replace(list(there), array[list(there.values())])
            if extras:
                for row, i in there.items():
                    self.set_vecattr(self._key(row), "count", counts[i])

    def _replace(self, rows: list[int], vectors: _Array) -> None:
        base = self.embeddings
        if vectors.shape[1] != base.dimension:
            raise ValueError(f"the vectors have dimension {vectors.shape[1]}, expected {base.dimension}")
        array = np.array(base.vectors)
        array[rows] = vectors
        self._set(Embeddings(base.vocabulary, array, metadata=base.metadata, copy=False))

    def __setitem__(self, keys: Any, weights: Any) -> None:
        """Adds words or gives them other vectors."""
        self.add_vectors(keys, weights, replace=True)

    def vectors_for_all(self, keys: Iterable[Any], allow_inference: bool = True,
                        copy_vecattrs: bool = False) -> KeyedVectors:
        """The vectors of these words alone, in their order; those that are not known are left out."""
        rows = list(dict.fromkeys(row for row in map(self._row, keys) if row >= 0))
        chosen = self.embeddings.select(rows)
        if not copy_vecattrs:
            chosen = Embeddings(chosen.words, chosen.vectors, metadata=chosen.metadata, copy=False)
        return KeyedVectors.from_embeddings(chosen)

    @property
    def vectors_lockf(self) -> _Array:
        """1: every vector is trained; there is no way to keep some from it."""
        return np.ones(1, dtype=np.float32)

    @vectors_lockf.setter
    def vectors_lockf(self, values: Any) -> None:
        if np.any(np.asarray(values) != 1):
            raise ValueError("vectors_lockf: words cannot be kept from being trained here")

    # ---- neighbours ----

    def _cosines(self, vector: _Array, begin: int = 0, end: Optional[int] = None) -> _Array:
        return cast(_Array, self.vectors[begin:end] @ vector / self._scale()[begin:end])

    def _ranked(self, places: Iterable[Any], values: Iterable[Any], left_out: Iterable[int],
                topn: int) -> list[tuple[Any, float]]:
        none = set(left_out)
        found = ((row, float(value)) for row, value in zip(places, values) if row >= 0 and row not in none)
        return [(self._key(row), value) for row, value in itertools.islice(found, topn)]

    def _mean_of(self, positive: Any, negative: Any) -> tuple[_Array, list[int]]:
        """The vector that a question is about, and the rows of its words, which are no answers."""
        keys: list[Any] = []
        weights: list[float] = []
        for weight, items in ((1.0, _items(positive)), (-1.0, _items(negative))):
            for item in items:
                plain = _is_key(item) or isinstance(item, np.ndarray)
                keys.append(item if plain else item[0])
                weights.append(weight if plain else float(item[1]))
        if not keys:
            raise ValueError("expected words or vectors in positive or negative, found none")
        mean = self.get_mean_vector(keys, weights, post_normalize=True, ignore_missing=False)
        return mean, [self.get_index(key) for key in keys if _is_key(key)]

    def most_similar(self, positive: Any = None, negative: Any = None, topn: Optional[int] = 10, clip_start: int = 0,
                     clip_end: Optional[int] = None, restrict_vocab: Optional[int] = None, indexer: Any = None) -> Any:
        """The words nearest by cosine to a mean of words and vectors, exactly.

        Parameters
        ----------
        positive, negative : str, numpy.ndarray, or list of them or of (key, weight)
            Words have length 1 in the mean and weigh 1 and -1; vectors are taken as they are.
        topn : int or None
            None: the similarities of all words.
        clip_start, clip_end : int
            Search only the rows from the one to before the other.
        restrict_vocab : int, optional
            Search only the first so many words.
        indexer
            Not supported: a search is exact.

        Returns
        -------
        list of (str, float), or numpy.ndarray
        """
        if indexer is not None:
            raise TypeError("indexer: gensim's indexers are not supported: most_similar() is exact. For an approximate "
                            "search use embeddings.neighbors(word, index=...) with an index of build_index()")
        if topn is not None and topn < 1:
            return []
        mean, rows = self._mean_of(positive, negative)
        begin, end = (0, restrict_vocab) if restrict_vocab else (clip_start, clip_end or len(self))
        if topn is None:
            return self._cosines(mean, begin, end)
        count = max(1, min(topn + len(rows), len(self)))
        if begin == 0 and end > 0:
            found, values = self._current().neighbors_batch(mean[np.newaxis], count, as_arrays=True, restrict=end)
            return self._ranked(found[0].tolist(), values[0], rows, topn)
        cosines = self._cosines(mean, begin, end)
        best = _best(cosines, count)
        first = slice(begin, end).indices(len(self))[0]
        return self._ranked((best + first).tolist(), cosines[best], rows, topn)

    def similar_by_key(self, key: _Key, topn: Optional[int] = 10, restrict_vocab: Optional[int] = None) -> Any:
        """most_similar() of one word."""
        return self.most_similar([key], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_word(self, word: _Key, topn: Optional[int] = 10, restrict_vocab: Optional[int] = None) -> Any:
        """most_similar() of one word."""
        return self.most_similar([word], topn=topn, restrict_vocab=restrict_vocab)

    def similar_by_vector(self, vector: Any, topn: Optional[int] = 10, restrict_vocab: Optional[int] = None) -> Any:
        """most_similar() of one vector."""
        return self.most_similar([np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    def most_similar_cosmul(self, positive: Any = None, negative: Any = None, topn: Optional[int] = 10,
                            restrict_vocab: Optional[int] = None) -> Any:
        """As most_similar(), by the product of the similarities (Levy and Goldberg 2014, equation 4), epsilon 1e-6.

        Unlike in gensim 4, `restrict_vocab` is heeded.
        """
        if topn is not None and topn < 1:
            return []
        added, taken = _items(positive), _items(negative)
        if not added:
            raise ValueError("positive: expected words or vectors, found none")

        def product(items: list[Any]) -> Any:
            result: Any = 1
            for item in items:
                vector = self.get_vector(item, norm=True) if _is_key(item) else np.asarray(item)
                result = result * ((1 + self._cosines(vector, 0, restrict_vocab or None)) / 2)
            return result

        values = product(added) / (product(taken) + 1e-6)
        if topn is None:
            return values
        rows = {self.get_index(item) for item in added + taken if _is_key(item)}
        best = _best(values, topn + len(rows))
        return self._ranked(best.tolist(), values[best], rows, topn)

    # ---- similarities ----

    @staticmethod
    def cosine_similarities(vector_1: _Array, vectors_all: _Array) -> _Array:
        """(n,): the cosines of a vector with each row of (n, dimension)."""
        lengths = np.linalg.norm(vector_1) * np.linalg.norm(vectors_all, axis=1)
        return cast(_Array, vectors_all @ vector_1 / np.where(lengths == 0, 1, lengths))

    def similarity(self, w1: _Key, w2: _Key) -> float:
        """The cosine of two words."""
        return float(np.dot(self.get_vector(w1, norm=True), self.get_vector(w2, norm=True)))

    def distance(self, w1: _Key, w2: _Key) -> float:
        """1 - similarity()."""
        return 1 - self.similarity(w1, w2)

    def distances(self, word_or_vector: Any, other_words: Any = ()) -> _Array:
        """1 - the cosines of a word or vector with other words, or with all."""
        vector = self.get_vector(word_or_vector) if _is_key(word_or_vector) else np.asarray(word_or_vector)
        rows = [self.get_index(word) for word in other_words or ()]
        vectors, lengths = self.vectors, self._scale()
        if rows:
            vectors, lengths = vectors[rows], lengths[rows]
        length = np.linalg.norm(vector)
        return cast(_Array, 1 - vectors @ vector / ((length if length > 0 else 1) * lengths))

    def n_similarity(self, ws1: Any, ws2: Any) -> float:
        """The cosine of the means of two lists of words; those that are not known are left out.

        Raises
        ------
        ZeroDivisionError
            If a list is empty.
        """
        if not (len(ws1) and len(ws2)):
            raise ZeroDivisionError("there is no mean of no words")
        means = [_unit(self.get_mean_vector(words, pre_normalize=False)) for words in (ws1, ws2)]
        return float(np.dot(*means))

    def rank_by_centrality(self, words: Any, use_norm: bool = True) -> list[tuple[float, Any]]:
        """(similarity, word) by the cosine with the mean of all, largest first."""
        known = [word for word in words if word in self]
        if len(known) < len(words):
            logger.warning("left out, not among the words: %s", sorted(set(words) - set(known)))
        if not known:
            raise ValueError("words: none of them is known")
        vectors = np.vstack([self.get_vector(word, norm=use_norm) for word in known])
        cosines = vectors @ _unit(vectors.mean(axis=0, dtype=np.float64)).astype(np.float32)
        return sorted(zip(map(float, cosines), known), reverse=True)

    def doesnt_match(self, words: Any) -> Any:
        """The word that is farthest from the mean of all."""
        return self.rank_by_centrality(words)[-1][1]

    def closer_than(self, key1: _Key, key2: _Key) -> list[Any]:
        """The words that are nearer to `key1` than `key2` is."""
        distances = self.distances(key1)
        nearer = np.flatnonzero(distances < distances[self.get_index(key2)]).tolist()
        itself = self.get_index(key1)
        return [self._key(row) for row in nearer if row != itself]

    def words_closer_than(self, word1: _Key, word2: _Key) -> list[Any]:
        """The older name of closer_than()."""
        return self.closer_than(word1, word2)

    def rank(self, key1: _Key, key2: _Key) -> int:
        """1 if `key2` is the word nearest to `key1`, 2 if it is the second, and so on."""
        return len(self.closer_than(key1, key2)) + 1

    def most_similar_to_given(self, key1: _Key, keys_list: Any) -> Any:
        """That of the words which is nearest to `key1`."""
        return keys_list[int(np.argmax([self.similarity(key1, key) for key in keys_list]))]

    def relative_cosine_similarity(self, wa: _Key, wb: _Key, topn: int = 10) -> float:
        """The cosine of two words as a share of the sum of those of `wa` with its nearest (Leeuwenberg et al. 2016)."""
        nearest = self.similar_by_word(wa, topn)
        if not nearest:
            raise ValueError("there are no other words to compare with")
        return self.similarity(wa, wb) / float(sum(similarity for _, similarity in nearest))

    def wmdistance(self, document1: Any, document2: Any, norm: bool = True) -> float:
        """Word Mover's Distance of two lists of words (Kusner et al. 2015), exactly; it needs SciPy.

        Infinite if a list has no known word.
        """
        documents = [[self._row(word) for word in document if word in self] for document in (document1, document2)]
        if not all(documents):
            return float("inf")
        places, shares = [], []
        for document in documents:
            rows, times = np.unique(document, return_counts=True)
            vectors = self.vectors[rows].astype(np.float64)
            places.append(vectors / self._scale()[rows, np.newaxis] if norm else vectors)
            shares.append(times / times.sum())
        return _least_work(shares[0], shares[1], np.linalg.norm(places[0][:, np.newaxis] - places[1], axis=2))

    # ---- scores ----

    def _rows_by_name(self, restrict_vocab: Optional[int], case_insensitive: bool) -> dict[str, int]:
        """Of words that differ by case alone, the first."""
        names = self._words()[:restrict_vocab]
        return {(name.upper() if case_insensitive else name): row
                for row, name in zip(range(len(names) - 1, -1, -1), reversed(names))}

    def evaluate_word_analogies(self, analogies: Any, restrict_vocab: Optional[int] = 300000,
                                case_insensitive: bool = True, dummy4unknown: bool = False,
                                similarity_function: str = "most_similar") -> tuple[float, list[dict[str, Any]]]:
        """The share of analogies that are answered rightly.

        Parameters
        ----------
        analogies : path
            Lines of four words, in sections that begin with ": name".
        restrict_vocab : int
            Use the first so many words.
        case_insensitive : bool
        dummy4unknown : bool
            True: questions with an unknown word are wrong, not left out.
        similarity_function : {"most_similar", "most_similar_cosmul"}

        Returns
        -------
        (score, sections)
            Of each section, and last of all, the name and the questions answered rightly and wrongly.
        """
        if similarity_function not in ("most_similar", "most_similar_cosmul"):
            raise ValueError("similarity_function: expected 'most_similar' or 'most_similar_cosmul', "
                             f"found {similarity_function!r}")
        rows = self._rows_by_name(restrict_vocab, case_insensitive)
        read = _read_analogies(analogies, case_insensitive)
        known = {question for _, questions in read for question in questions if all(word in rows for word in question)}
        answers = self._answers(list(known), rows, restrict_vocab, case_insensitive, similarity_function)
        sections = []
        for name, questions in read:
            section: dict[str, Any] = {"section": name, "correct": [], "incorrect": []}
            for question in questions:
                if question in known:
                    section["correct" if answers[question] == question[3] else "incorrect"].append(question)
                elif dummy4unknown:
                    section["incorrect"].append(question)
            sections.append(section)
        total: dict[str, Any] = {"section": "Total accuracy"}
        for kind in ("correct", "incorrect"):
            total[kind] = [question for section in sections for question in section[kind]]
        answered = len(total["correct"]) + len(total["incorrect"])
        return len(total["correct"]) / answered if answered else 0.0, [*sections, total]

    def _answers(self, questions: list[tuple[str, ...]], rows: dict[str, int], restrict_vocab: Optional[int],
                 case_insensitive: bool, function: str) -> dict[tuple[str, ...], Optional[str]]:
        """Of the five best words the first that is known and not of the question, whatever its case; if there is none,
        the fifth."""
        asked = np.array([[rows[word] for word in question[:3]] for question in questions], dtype=np.int64)
        find = self._nearest_by_sum if function == "most_similar" else self._nearest_by_product
        names = self._words()
        answers: dict[tuple[str, ...], Optional[str]] = {}
        for question, found in zip(questions, find(asked.reshape(-1, 3), restrict_vocab or 0)):
            answers[question] = None
            for row in found:
                answer = answers[question] = names[row].upper() if case_insensitive else names[row]
                if answer in rows and answer not in question[:3]:
                    break
        return answers

    def _nearest_by_sum(self, asked: _Array, restrict: int) -> Iterator[list[int]]:
        """For rows of (a, b, c), the five rows nearest to b - a + c."""
        a, b, c = (self.vectors[rows] / self._scale()[rows, np.newaxis] for rows in asked.T)
        found, _ = self._current().neighbors_batch(b - a + c, 8, as_arrays=True, restrict=restrict)
        for own, near in zip(asked.tolist(), found.tolist()):
            yield [row for row in near if row >= 0 and row not in own][:5]

    def _nearest_by_product(self, asked: _Array, restrict: int) -> Iterator[list[int]]:
        current, names = self._current(), self._words()
        for question in asked.tolist():
            found = current.analogy(*(names[row] for row in question), method="3cosmul", epsilon=1e-6,
                                    restrict=restrict)
            yield [current._find(word) for word in found.words]

    def evaluate_word_pairs(self, pairs: Any, delimiter: str = "\t", encoding: str = "utf8",
                            restrict_vocab: Optional[int] = 300000, case_insensitive: bool = True,
                            dummy4unknown: bool = False) -> tuple[Any, Any, float]:
        """How the similarities of pairs of words agree with those that people gave; it needs SciPy.

        Parameters
        ----------
        pairs : path
            Lines of two words and a number; lines that begin with # are left out.
        delimiter, encoding : str
        restrict_vocab, case_insensitive
            As in evaluate_word_analogies().
        dummy4unknown : bool
            True: pairs with an unknown word count as of similarity 0, and are not left out.

        Returns
        -------
        (pearson, spearman, oov_ratio)
            Correlations as SciPy gives them, (coefficient, p-value), and the percentage of pairs with unknown words.
        """
        from scipy import stats

        rows = self._rows_by_name(restrict_vocab, case_insensitive)
        given, own, unknown = [], [], 0
        for first, second, number in _read_pairs(pairs, delimiter, encoding, case_insensitive):
            known = first in rows and second in rows
            unknown += not known
            if known or dummy4unknown:
                given.append(number)
                own.append(self._row_similarity(rows[first], rows[second]) if known else 0.0)
        if not given:
            raise ValueError(f"{pairs}: holds no pair of words that are known, or not three columns a line")
        total = len(given) if dummy4unknown else len(given) + unknown
        return stats.pearsonr(given, own), stats.spearmanr(given, own), 100 * unknown / total

    def _row_similarity(self, a: int, b: int) -> float:
        vectors, lengths = self.vectors, self._scale()
        return float(np.dot(vectors[a] / lengths[a], vectors[b] / lengths[b]))

    # ---- files ----

    def save(self, fname: Any, separately: Any = None, sep_limit: Any = None, ignore: Any = None,
             pickle_protocol: Any = None) -> None:
        """Writes one file in equivec's native format (safetensors), whatever its name; the other arguments are
        gensim's, for its pickles."""
        self.embeddings.save(fname, format="native")

    @classmethod
    def load(cls, fname: Any, mmap: Optional[str] = None) -> KeyedVectors:
        """Reads what save() wrote, by mapping it, with `mmap` or without.

        Files that gensim's save() wrote are pickles of its classes: load them with gensim and pass them to
        from_gensim(), or save them in word2vec's format.
        """
        return cls.from_embeddings(load(fname, format="native"))

    @classmethod
    def load_word2vec_format(cls, fname: Any, fvocab: Any = None, binary: bool = False, encoding: str = "utf8",
                             unicode_errors: str = "strict", limit: Optional[int] = None, datatype: Any = np.float32,
                             no_header: bool = False) -> KeyedVectors:
        """Reads word2vec's text or binary format, compressed or not.

        Parameters
        ----------
        fname : path
        fvocab : path, optional
            Lines of words and their counts. Without it there are no counts.
        binary : bool
        encoding, unicode_errors : str
            How words are decoded. ``"surrogateescape"`` keeps bytes that are none of the encoding.
        limit : int, optional
            Read only the first so many words.
        no_header : bool
            There is no first line with numbers of words and dimensions, as in GloVe's files.
        """
        _require_float32(datatype, "datatype")
        vectors = load(fname, format=_format_of(binary, not no_header), limit=limit or 0)
        words = vectors.words[:]
        decoded = _decoded(words, encoding, unicode_errors)
        if decoded is not words:
            vectors = _with_words(vectors, decoded)
        if fvocab is not None:
            listed = Vocabulary.load(fvocab)
            counts = dict(zip(_decoded(listed.words[:], encoding, unicode_errors), listed.counts.tolist()))
            vectors = Embeddings(vectors.words, vectors.vectors, counts=[counts.get(w, 0) for w in vectors.words],
                                 metadata=vectors.metadata, copy=False)
        return cls.from_embeddings(vectors)

    def save_word2vec_format(self, fname: Any, fvocab: Any = None, binary: bool = False,
                             total_vec: Optional[int] = None, write_header: bool = True, prefix: str = "",
                             append: bool = False, sort_attr: str = "count") -> None:
        """Writes word2vec's text or binary format, the most frequent words first if the counts are known.

        Parameters
        ----------
        fname : path
            Compressed if it ends with .gz, .bz2 or .xz.
        fvocab : path, optional
            Also write lines of words and their counts there.
        total_vec : int, optional
            The number of words to state in the first line.
        write_header : bool
            False: there is no first line.
        prefix : str
            To stand before each word.
        append : bool
            Write at the end of the file.
        sort_attr : str
            Other than ``"count"``: in the order of the rows.
        """
        vectors = self.embeddings
        counted = sort_attr == "count" and bool(vectors.counts.any())
        if counted and np.any(np.diff(vectors.counts) > 0):
            vectors = vectors.select(np.argsort(-vectors.counts, kind="stable"))
        mode = "ab" if append else "wb"
        if fvocab is not None:
            if not counted:
                raise ValueError("fvocab: the counts of the words are not known")
            with _packing(fvocab)(fvocab, mode) as file:
                for word, count in vectors.vocabulary.items():
                    file.write(f"{prefix}{word} {count}\n".encode("utf-8", "surrogateescape"))
        if _packing(fname) is open and not (prefix or append or total_vec) and (write_header or not binary):
            vectors.save(fname, format=_format_of(binary, write_header))
            return
        with _packing(fname)(fname, mode) as file:
            if write_header:
                file.write(b"%d %d\n" % (total_vec or len(vectors), vectors.dimension))
            _write_rows(file, prefix, vectors, binary)

    def intersect_word2vec_format(self, fname: Any, lockf: float = 0.0, binary: bool = False, encoding: str = "utf8",
                                  unicode_errors: str = "strict") -> None:
        """Gives words that a file in word2vec's format has its vectors, and leaves the others as they are.

        Parameters
        ----------
        lockf : float
            For the vectors of a Word2Vec, 1: they are trained on. They cannot be kept from it.
        fname, binary, encoding, unicode_errors
            As in load_word2vec_format().
        """
        if self._of_model and lockf != 1:
            raise ValueError("lockf: words cannot be kept from being trained here; pass lockf=1.0 to start from the "
                             "file's vectors and train all")
        other = KeyedVectors.load_word2vec_format(fname, binary=binary, encoding=encoding,
                                                  unicode_errors=unicode_errors)
        if other.vector_size != self.vector_size:
            raise ValueError(f"{fname}: has vectors of dimension {other.vector_size}, expected {self.vector_size}")
        pairs = [(row, other._row(word)) for row, word in enumerate(self._words()) if word in other]
        if pairs:
            self._replace([row for row, _ in pairs], other.vectors[[row for _, row in pairs]])

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__


def _least_work(start: _Array, goal: _Array, distances: _Array) -> float:
    """The least sum of moved shares times their distances that makes `goal` of `start`."""
    from scipy.optimize import linprog
    from scipy.sparse import identity, kron, vstack

    rows, columns = distances.shape
    if rows == 1 or columns == 1:
        return float((start[:, np.newaxis] * goal * distances).sum())  # there is only one way
    leaving = kron(identity(rows), np.ones((1, columns)))
    arriving = kron(np.ones((1, rows)), identity(columns))
    # Each sum follows from the others, so that the last is left out.
    conditions = vstack([leaving, arriving], format="csr")[:-1]
    done = linprog(distances.ravel(), A_eq=conditions, b_eq=np.concatenate([start, goal])[:-1], method="highs")
    if done.status != 0:
        raise ValueError(f"the word mover's distance was not found: {done.message}")
    return float(done.fun)


def _read_analogies(path: Any, fold: bool) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Sections with their questions; lines that do not have four words are passed over."""
    sections: list[tuple[str, list[tuple[str, ...]]]] = []
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            text = line.decode("utf-8", "surrogateescape")
            if text.startswith(": "):
                sections.append((text.lstrip(": ").strip(), []))
                continue
            if not sections:
                raise ValueError(f"{path}:{number}: expected the name of a section, ': name', before the questions")
            words = tuple((text.upper() if fold else text).split())
            if len(words) == 4:
                sections[-1][1].append(words)
    return sections


def _read_pairs(path: Any, delimiter: str, encoding: str, fold: bool) -> Iterator[tuple[str, str, float]]:
    """Lines that are not two words and a number are passed over."""
    with _open(path) as file:
        for line in file:
            text = line.decode(encoding, "surrogateescape")
            parts = [part.upper() if fold else part for part in text.split(delimiter)]
            if text.startswith("#") or len(parts) != 3:
                continue
            with contextlib.suppress(ValueError):
                yield parts[0], parts[1], float(parts[2])
