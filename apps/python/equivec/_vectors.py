"""Words and their vectors."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np

from . import _core
from ._errors import Error, OptionError
from ._explorer import Explorer
from ._index import Index, index_handle
from ._inputs import (corpus_of, existing_path, float_array, integer_array, is_text, named_keywords, notice, path_of, paths_of,
                      progress_callback, warn)
from ._picture import Picture
from ._spaces import Transformed, transformed
from ._results import Answers, BiasDirection, BiasReport, Evaluation, Neighbor, Neighbors, Outliers

#: Formats of files of vectors: name, extension, description.
formats = tuple(_core.formats())


def _require_format(format: Any) -> str:
    if not isinstance(format, str):
        raise TypeError(f"format: expected a str, found {type(format).__name__}")
    return format


class WordList(Sequence):
    """The words of a vocabulary in their order: a sequence of str that makes them when they are asked for.

    Examples
    --------
    >>> e.words
    <11 words: 'king', 'queen', 'man', 'woman', 'prince', 'princess', ...>
    >>> e.words[0], e.words[-2:], "nurse" in e.words
    ('king', ['pilot', 'car'], True)
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def __len__(self) -> int:
        return self._handle._size()

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            begin, end, step = index.indices(len(self))
            if step == 1:
                return self._handle._words(begin, max(begin, end))
            return [self._handle._word(row) for row in range(begin, end, step)]
        return self._handle._word(index)

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self), 4096):
            yield from self._handle._words(begin, begin + 4096)

    def __contains__(self, word: object) -> bool:
        return self._handle._find(word) >= 0

    def index(self, word: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        """The row of a word, without a search through all.

        Parameters
        ----------
        word : str
        start, stop : int
            Only among these rows.

        Raises
        ------
        ValueError

        Examples
        --------
        >>> e.words.index("man")
        2
        """
        row = self._handle._find(word)
        if not start <= row < stop:
            raise ValueError(f"{word!r} is not among the words")
        return row

    def count(self, word: Any) -> int:
        """1 if the word is there, else 0; see Vocabulary.count for its occurrences in the text.

        Parameters
        ----------
        word : str

        Examples
        --------
        >>> e.words.count("man")
        1
        """
        return int(word in self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (WordList, list, tuple)):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _words_from, (self._handle._tables(),)

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:6]))
        return f"<{len(self):,} words: {shown}{', ...' if len(self) > 6 else ''}>"


class Vocabulary:
    """Words in a fixed order with their counts, each once. Immutable.

    Parameters
    ----------
    words : mapping of str to int, or iterable of str
        A mapping gives the counts too.
    counts : array_like of int, optional
        One for each word, 0 or more; 0 where it is not known.

    Raises
    ------
    Error
        If a word is empty or occurs twice, or a count is negative.

    Examples
    --------
    >>> words = Vocabulary({"king": 7, "queen": 5})
    >>> words["queen"], words.count("king"), "prince" in words, list(words)
    (1, 7, False, ['king', 'queen'])
    """

    def __init__(self, words: Any, counts: Any = None) -> None:
        if isinstance(words, _core.VocabularyHandle):
            self._handle = words
            return
        if isinstance(words, Mapping):
            if counts is not None:
                raise TypeError("counts: a mapping of words gives them already")
            words, counts = list(words), list(words.values())
        if counts is not None:
            counts = integer_array(counts, "counts").reshape(-1)
        self._handle = _core.VocabularyHandle(words, counts)

    @staticmethod
    def load(path: Any) -> "Vocabulary":
        """Reads "word count" lines, as ``save``, word2vec.c and GloVe write them; compressed files too.

        Parameters
        ----------
        path : path

        Raises
        ------
        FileNotFoundError
        Error
            With file and line.

        Examples
        --------
        >>> e.vocabulary.save("words.txt")
        >>> Vocabulary.load("words.txt").count("king")
        9
        """
        return Vocabulary(_core.read_vocabulary(existing_path(path)))

    def save(self, path: Any) -> None:
        """Writes "word count" lines; the file appears when it is complete.

        Parameters
        ----------
        path : path

        Raises
        ------
        Error
            If the file cannot be written or a word holds white space.

        Examples
        --------
        >>> Vocabulary({"king": 7, "queen": 5}).save("words.txt")
        >>> print(open("words.txt").read(), end="")
        king 7
        queen 5
        """
        self._handle._save(path_of(path))

    @property
    def words(self) -> WordList:
        """The words in their order."""
        return WordList(self._handle)

    @property
    def counts(self) -> np.ndarray:
        """(n,), int64, read-only: how often each word occurs; 0 where it is not known."""
        return np.asarray(self._handle._counts())

    @property
    def total_count(self) -> int:
        """The sum of all counts."""
        return self._handle._total()

    def count(self, word: str) -> int:
        """How often a word occurs; 0 if it is not in the vocabulary.

        Parameters
        ----------
        word : str

        Examples
        --------
        >>> e.vocabulary.count("king"), e.vocabulary.count("unicorn")
        (9, 0)
        """
        row = self._handle._find(word)
        return 0 if row < 0 else int(self.counts[row])

    def get(self, word: str, default: Any = None) -> Any:
        """The row of a word, or `default` if it is not in the vocabulary.

        Parameters
        ----------
        word : str
        default : object

        Examples
        --------
        >>> e.vocabulary.get("queen"), e.vocabulary.get("unicorn", -1)
        (1, -1)
        """
        row = self._handle._find(word)
        return default if row < 0 else row

    def __getitem__(self, word: str) -> int:
        return self._handle._require(word, "the vocabulary")

    def __contains__(self, word: object) -> bool:
        return self._handle._find(word) >= 0

    def __len__(self) -> int:
        return self._handle._size()

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def items(self) -> Iterator[tuple[str, int]]:
        """Each word with its count.

        Examples
        --------
        >>> max(e.vocabulary.items(), key=lambda item: item[1])
        ('man', 30)
        """
        return zip(self.words, self.counts.tolist())

    def to_dict(self) -> dict[str, int]:
        """The counts by word.

        Examples
        --------
        >>> Vocabulary(["king", "queen"], counts=[7, 5]).to_dict()
        {'king': 7, 'queen': 5}
        """
        return dict(self.items())

    def to_frame(self) -> Any:
        """A pandas DataFrame with the columns word and count.

        Examples
        --------
        >>> e.vocabulary.to_frame().head(2)
            word  count
        0   king      9
        1  queen      8
        """
        import pandas

        return pandas.DataFrame({"word": list(self), "count": self.counts})

    def __eq__(self, other: object) -> bool:
        """Whether both have the same words with the same counts in the same order."""
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self._handle is other._handle or self._handle._tables() == other._handle._tables()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> Any:
        return _vocabulary_from, (self._handle._tables(),)

    def __repr__(self) -> str:
        return f"<Vocabulary of {len(self):,} words, {self.total_count:,} occurrences>"


def _words_from(tables: Any) -> WordList:
    return _vocabulary_from(tables).words


def _vocabulary_from(tables: Any) -> Vocabulary:
    return Vocabulary(_core.VocabularyHandle(tuple(map(bytes, tables))))


def _embeddings_from(tables: Any, numbers: Any, shape: Any, metadata: Any, name: str) -> "Embeddings":
    array = np.frombuffer(numbers, dtype=np.float32).reshape(shape)
    words = _core.VocabularyHandle(tuple(map(bytes, tables)))
    return Embeddings._of(_core.EmbeddingsHandle(words, array, metadata, False, name))


def _embeddings_from_file(content: bytes) -> "Embeddings":
    """Of a native file, which is mapped and then has no name any more."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "vectors.safetensors")
        with open(path, "wb") as file:
            file.write(content)
        return load(path)


#: What gensim and fastText call it.
_meant = {
    "most_similar": "ask neighbors(), or use equivec.gensim", "get_nearest_neighbors": "ask neighbors()",
    "wv": "these are the word vectors", "doesnt_match": "ask outliers(), whose first is it",
    "key_to_index": "ask index(word)", "index_to_key": "ask words", "vector_size": "ask dimension",
    "n_similarity": "similarity() takes lists of words too", "get_word_vector": "write e[word]",
    "get_vector": "write e[word]", "get_sentence_vector": "ask mean_vectors()",
    "get_mean_vector": "ask mean_vectors()", "evaluate_word_analogies": "ask evaluate(analogies=...)",
    "evaluate_word_pairs": "ask evaluate(similarity=...)", "save_word2vec_format": "save() takes .vec and .bin",
}


class Embeddings(_core.EmbeddingsHandle):
    """A vector for each word. Immutable; any thread may use it.

    A sequence and a set of words (``len``, ``in``, iteration), a mapping from words to vectors (``e["king"]``,
    ``get``), and a buffer of its vectors: ``numpy.asarray(e)`` is the matrix, without a copy.

    Parameters
    ----------
    words : iterable of str, or Vocabulary
        Each once. A Vocabulary gives the counts too.
    vectors : array_like, (n, dimension)
        Kept as 32-bit floats.
    counts : array_like of int, optional
    metadata : mapping of str to str, optional
        How the vectors were made; written into native files.
    copy : bool
        False: share the memory of `vectors`, which must be a C-contiguous array of float32, and is not to be changed.

    Raises
    ------
    Error
        If there is not one vector for each word, or a word occurs twice.

    Examples
    --------
    >>> e = Embeddings(["king", "queen"], [[1, 0], [0.6, 0.8]])
    >>> e["queen"]
    array([0.6, 0.8], dtype=float32)
    >>> "prince" in e, len(e), e.dimension
    (False, 2, 2)
    >>> e[["queen", "king"]].tolist() == e[[1, 0]].tolist() == e[::-1].tolist()
    True
    """

    def __init__(self, words: Any, vectors: Any, *, counts: Any = None, metadata: Optional[Mapping[str, str]] = None,
                 copy: bool = True) -> None:
        vocabulary = words if isinstance(words, Vocabulary) and counts is None else Vocabulary(words, counts)
        if copy:
            array = float_array(vectors, 2, "vectors")
        else:
            array = np.asarray(vectors)
            if array.dtype != np.float32 or not array.dtype.isnative or not array.flags.c_contiguous:
                raise Error("vectors: copy=False takes a C-contiguous array of native float32")
        metadata = {} if metadata is None else dict(metadata)
        super().__init__(vocabulary._handle, array, metadata, bool(copy), "the vectors")

    @classmethod
    def _of(cls, handle: Any) -> "Embeddings":
        self = cls.__new__(cls)
        _core.EmbeddingsHandle.__init__(self, handle)
        return self

    # ---- what it holds ----

    _handle_of_words: Any  # made when they are asked for
    _integers: bool
    _contexts: Embeddings

    @property
    def vectors(self) -> np.ndarray:
        """(n, dimension), float32, read-only, without a copy: of a native file its mapped pages."""
        return np.asarray(self)  # not kept: the array holds on to this object, and neither would ever be freed

    @property
    def places(self) -> Optional[np.ndarray]:
        """(n, 2), float32: the words' places in the plane, a copy; None if there are none. with_map() makes them."""
        result = _float_matrix(len(self), 2)
        return result if self._places(result) else None

    @property
    def words(self) -> WordList:
        """The words in their order."""
        return WordList(self._words_handle)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words with their counts."""
        return Vocabulary(self._words_handle)

    @property
    def _words_handle(self) -> Any:
        try:
            return self._handle_of_words
        except AttributeError:
            self._handle_of_words = self._vocabulary()
            return self._handle_of_words

    @property
    def counts(self) -> np.ndarray:
        """(n,), int64, read-only: how often each word occurred in the training text; 0 where it is not known."""
        return self.vocabulary.counts

    @property
    def dimension(self) -> int:
        """The dimension of the vectors."""
        return self._dimension()

    @property
    def metadata(self) -> dict[str, str]:
        """How the vectors were made, as far as the file says; a copy."""
        return self._metadata()

    @property
    def name(self) -> str:
        """The file they were read from, for messages and reports; else "the vectors"."""
        return self._name()

    @property
    def contexts(self) -> Optional["Embeddings"]:
        """The context vectors, where train_word2vec was called with ``contexts=True``; else None."""
        return getattr(self, "_contexts", None)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            meant = f"; {_meant[name]}" if name in _meant else ""
            raise AttributeError(f"Embeddings have no '{name}'{meant}")

    def __len__(self) -> int:
        return self._size()

    def __contains__(self, word: object) -> bool:
        return self._find(_as_word(word)) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __bool__(self) -> bool:
        return self._size() > 0

    def __getitem__(self, key: Any) -> np.ndarray:
        """The vector of a word or a row, a read-only view; of a slice too; of a list or an array of them, a copy.

        A word that is not in the vocabulary has that of its n-grams, a copy, if the vectors have n-grams. An int is a row, but of vectors trained on walks of integers it is the word.
        """
        if is_text(key) or _is_integer(key):
            composed = self._composed(key) if is_text(key) else None
            return self.vectors[self._row_of(key)] if composed is None else composed
        if isinstance(key, slice) or (isinstance(key, np.ndarray) and key.dtype.kind == "b"):
            return self.vectors[key]
        if isinstance(key, np.ndarray) and key.dtype.kind in "iu" and not self._tokens_are_integers():
            return self.vectors[key]
        if isinstance(key, (Sequence, np.ndarray)):
            if self._has_subwords() and all(map(is_text, key)):
                return self.rows(list(key))
            return self.vectors[np.asarray([self._row_of(word) for word in key], dtype=np.int64)]
        raise TypeError(f"expected a word, a row or a list of words, found {type(key).__name__}")

    def _composed(self, word: Any) -> Optional[np.ndarray]:
        """Of a word that is not in the vocabulary, from its n-grams; else None."""
        if not self._has_subwords() or self._find(_as_word(word)) >= 0:
            return None
        result = np.empty(self.dimension, dtype=np.float32)
        return result if self._compose(_as_word(word), result) else None

    def _row_of(self, key: Any) -> int:
        """Of a word, or of a number as `[]` takes it."""
        return int(key) if _is_integer(key) and not self._tokens_are_integers() else self._require(_as_word(key))

    def _tokens_are_integers(self) -> bool:
        try:
            return self._integers
        except AttributeError:
            self._integers = self._metadata().get("tokens") == "integers"
            return self._integers

    def get(self, word: Any, default: Any = None) -> Any:
        """The vector of a word, or `default` if it is not in the vocabulary and has none from its n-grams.

        Parameters
        ----------
        word : str
        default : object

        Examples
        --------
        >>> e.get("queen"), e.get("unicorn")
        (array([ 1. , -0.5,  1. ], dtype=float32), None)
        """
        row = self._find(_as_word(word))
        if row >= 0:
            return self.vectors[row]
        composed = self._composed(word)
        return default if composed is None else composed

    def index(self, word: Any) -> int:
        """The row of a word.

        Parameters
        ----------
        word : str

        Raises
        ------
        UnknownWord
            A KeyError: if it is not in the vocabulary, with a similar word if there is one.

        Examples
        --------
        >>> e.index("queen")
        1
        >>> e.index("quen")
        Traceback (most recent call last):
        equivec.UnknownWord: 'quen' is none of the 11 words of the vectors; did you mean 'queen'?
        """
        return self._require(_as_word(word))

    def rows(self, words: Iterable[str], *, missing: str = "error") -> np.ndarray:
        """The vectors of words, a row for each: a copy.

        Parameters
        ----------
        words : iterable of str
        missing : {"error", "zero", "nan", "skip"}
            A word that is not in the vocabulary and has no vector from its n-grams raises UnknownWord, has a row of
            zeros or of NaN, or has no row.

        Returns
        -------
        numpy.ndarray, (number of words, dimension), float32

        Examples
        --------
        >>> e.rows(["king", "unicorn"], missing="zero").shape
        (2, 3)
        """
        if missing not in ("error", "zero", "nan", "skip"):
            raise Error(f"missing: expected 'error', 'zero', 'nan' or 'skip', found {missing!r}")
        if is_text(words):
            raise TypeError("words: expected a list of words, found a str")
        words = list(words)
        rows = [self._find(_as_word(word)) for word in words]
        composed = {at: self._composed(words[at]) for at, row in enumerate(rows) if row < 0}
        if missing in ("error", "skip"):
            for at, vector in composed.items():
                if vector is None and missing == "error":
                    self._require(_as_word(words[at]))
            left = [at for at in range(len(rows)) if rows[at] >= 0 or composed[at] is not None]
        else:
            left = list(range(len(rows)))
        result = np.full((len(left), self.dimension), np.nan if missing == "nan" else 0, dtype=np.float32)
        self._copy_rows(np.asarray([rows[at] for at in left], dtype=np.int64), result)
        for place, at in enumerate(left):
            if composed.get(at) is not None:
                result[place] = composed[at]
        return result

    # ---- other vectors of the same words ----

    def normalized(self) -> "Embeddings":
        """The same words with every vector scaled to length 1; those of length 0 stay as they are.

        Examples
        --------
        >>> e.normalized()["nurse"]
        array([ 0.        , -0.35112345,  0.9363292 ], dtype=float32)
        """
        return Embeddings._of(self._normalized())

    def select(self, words: Iterable[Any]) -> "Embeddings":
        """These words' vectors alone, in this order.

        Parameters
        ----------
        words : iterable of str, or of int
            An int is a row, but of vectors trained on walks of integers it is the word.

        Examples
        --------
        >>> e.select(["queen", "king"]).words
        <2 words: 'queen', 'king'>
        """
        if is_text(words):
            raise TypeError("words: expected a list of words, found a str")
        return Embeddings._of(self._selected(np.asarray([self._row_of(word) for word in words], dtype=np.int64)))

    def first(self, count: int) -> "Embeddings":
        """The first `count` words' vectors alone; all if there are fewer.

        Parameters
        ----------
        count : int
            From 1.

        Examples
        --------
        >>> e.first(2)
        <Embeddings of 2 words, 3 dimensions>
        """
        if not _is_integer(count):
            raise TypeError(f"count: expected an int, found {type(count).__name__}")
        if count < 1:
            raise Error(f"count must be at least 1, got {count}")
        return Embeddings._of(self._selected(np.arange(min(count, len(self)), dtype=np.int64)))

    def with_metadata(self, metadata: Mapping[str, str]) -> "Embeddings":
        """The same vectors, shared, with other metadata.

        Parameters
        ----------
        metadata : mapping of str to str

        Examples
        --------
        >>> e.with_metadata({"made by": "hand"}).metadata
        {'made by': 'hand'}
        """
        return Embeddings._of(self._with_metadata(dict(metadata)))

    @named_keywords
    def transform(self, steps: Any, *, shrinkage: float = 0, threads: int = 0, progress: Any = None) -> "Transformed":
        """Does steps to all vectors, one after the other, and proves that it is so on the result.

        Parameters
        ----------
        steps : str, array of shape (dimension, dimension), or list of them
            ``"center"``; ``"normalize"``: to length 1; ``"remove-top=D"``: centre, and take out the first D principal
            directions (Mu and Viswanath 2018); ``"pca=N"``: coordinates along the first N; ``"whiten"`` or
            ``"whiten=pca"``: the covariance becomes the identity; ``"power=A"``: of the eigenvalues (Artetxe et al.
            2018); ``"rotate=R.npy"``, or the matrix: vectors @ R, whose rows are orthonormal.
        shrinkage : float
            Of whiten, 0 to 1: the share of the covariance that becomes the same for all directions.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Transformed

        Raises
        ------
        OptionError
            For a step of another form, or of more directions than the vectors have.
        Error
            If the covariance is singular, or the rows of a matrix are not orthonormal.

        Examples
        --------
        >>> import numpy as np
        >>> whitened = e.transform(["center", "whiten"]).embeddings
        >>> bool(np.allclose(np.cov(whitened.vectors.T, bias=True), np.eye(3), atol=1e-5))
        True
        >>> whitened.metadata["transformed"].split(" transform ")[1]
        'center whiten=zca'
        """
        keywords = {"shrinkage": shrinkage, "threads": threads, "progress": progress_callback(progress)}
        return transformed(self, steps, keywords)

    @named_keywords
    def with_map(self, *, method: str = "neighbors", neighbors: int = 15, min_distance: float = 0.1,
                 perplexity: float = 30, epochs: int = 0, seed: int = 1, threads: int = 0, progress: Any = None) -> "Embeddings":
        """The same vectors with a place in the plane for each word: similar words stand near each other.

        Parameters
        ----------
        method : {"neighbors", "pca", "tsne"}
            neighbors: the graph of each word's nearest neighbours, with UMAP's weights, laid out as LargeVis and UMAP do;
            pca: principal components; tsne: exact t-SNE, of at most 10,000 words.
        neighbors : int
            Of each word in the graph, 2 to 200: more show the whole, fewer its parts.
        min_distance : float
            How near words may come, 0 to 1.
        perplexity : float
            Of tsne: so many neighbours count, 2 to 1000.
        epochs : int
            Of the layout; 0: 500 for up to 10,000 words, 200 for more; of tsne 1000.
        seed : int
            Of the layout's draws.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.with_map(neighbors=3).places.shape
        (11, 2)
        """
        keywords = {"method": method, "neighbors": neighbors, "min_distance": min_distance, "perplexity": perplexity,
                    "epochs": epochs, "seed": seed, "threads": threads, "progress": progress_callback(progress)}
        return Embeddings._of(self._with_map(keywords))

    def with_places(self, places: Any) -> "Embeddings":
        """The same vectors with places of the words in the plane.

        Parameters
        ----------
        places : array_like, (n, 2)

        Examples
        --------
        >>> e.with_places(e.vectors[:, :2]).places.shape
        (11, 2)
        """
        array = float_array(places, 2, "places")
        if array.shape != (len(self), 2):
            raise Error(f"expected places of {len(self)} words, 2 numbers each; got an array of shape {array.shape}")
        return Embeddings._of(self._with_places(array))

    @named_keywords
    def with_dimension(self, dimension: int, *, threads: int = 0, progress: Any = None) -> "Embeddings":
        """The same words in fewer dimensions: the coordinates along the first principal directions, not centred.

        Parameters
        ----------
        dimension : int
            1 to the present one.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.with_dimension(2).dimension
        2
        """
        if not _is_integer(dimension):
            raise TypeError(f"dimension: expected an int, found {type(dimension).__name__}")
        return Embeddings._of(self._with_dimension(int(dimension), threads, progress_callback(progress)))

    @named_keywords
    def with_precision(self, precision: str, *, parts: int = 0, rotation: bool = False, seed: int = 1, threads: int = 0,
                       progress: Any = None) -> "Embeddings":
        """The same vectors with numbers of lower precision, which searches use as they are.

        Parameters
        ----------
        precision : {"f32", "f16", "bf16", "int8", "pq"}
            pq: product quantisation.
        parts, rotation, seed
            Of pq, as in save.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.neighbor_recall(e.with_precision("f16"))
        1.0
        """
        keywords = {"precision": precision, "parts": parts, "rotation": rotation, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        return Embeddings._of(self._with_precision(keywords))

    @named_keywords
    def neighbor_recall(self, after: "Embeddings", *, words: int = 1000, neighbors: int = 10, seed: int = 1,
                        threads: int = 0, progress: Any = None) -> Optional[float]:
        """How many of the words' nearest neighbours, by cosine, are still among them: recall@10 of what lower precision
        or fewer dimensions have kept.

        Parameters
        ----------
        after : Embeddings
            Other vectors of the same words in the same order.
        words : int
            So many are asked for, drawn with the seed.
        neighbors : int
            Of each.
        seed : int
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        float or None
            0 to 1; None if no word has neighbours.

        Examples
        --------
        >>> e.neighbor_recall(e)
        1.0
        """
        _require_embeddings(after, "after")
        keywords = {"words": words, "neighbors": neighbors, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        return self._neighbor_recall(after, keywords)

    # ---- files ----

    @named_keywords
    def save(self, path: Any, *, format: str = "", describe: Any = None, progress: Any = None,
             precision: Optional[str] = None, parts: int = 0, rotation: bool = False, seed: int = 1,
             threads: int = 0) -> None:
        """Writes the vectors; the file appears when it is complete.

        Parameters
        ----------
        path : path
            ``.safetensors`` (native: opened by mapping), ``.vec`` (word2vec text), ``.bin`` (word2vec binary),
            ``.txt`` (GloVe text) and ``.npy`` name the format.
        format : str
            The name of a format (`formats` has all) in place of the file's ending.
        describe : path, optional
            Also write there, as JSON, how the vectors were made.
        progress : bool or function
            As in train_word2vec.
        precision : str, optional
            Of the numbers in a native file: ``"f32"``, ``"f16"``, ``"bf16"``, ``"int8"``, or ``"pq"``, product
            quantisation. None keeps that of these vectors.
        parts : int
            Of pq: bytes a vector, at most the dimension. 0 takes dimension / 12.5.
        rotation : bool
            Of pq: learn a rotation first, which takes longer and loses less.
        seed : int
            Of what pq draws.
        threads : int
            0 takes all cores; the result is the same.

        Raises
        ------
        Error
            If the file cannot be written, a word cannot be represented in the format, or a number in the precision.

        Examples
        --------
        >>> e.save("words.safetensors")
        >>> e.save("small.safetensors", precision="int8")
        >>> e.save("words.vec", describe="words.json")
        >>> print(open("words.vec").readlines()[1], end="")
        king 1 0.5 1
        """
        described = path_of(describe, "describe") if describe is not None else b""
        keywords = {"precision": precision, "parts": parts, "rotation": rotation, "seed": seed, "threads": threads}
        self._save(path_of(path), _require_format(format), described, keywords, progress_callback(progress))

    def describe(self, format: str = "native") -> dict[str, Any]:
        """What the vectors are and how they were made: the document of ``equivec convert --describe``.

        Parameters
        ----------
        format : str
            The format that the document names.

        Examples
        --------
        >>> e.describe()
        {'format': 'native', 'words': 11, 'dimension': 3, 'occurrences': 146, 'metadata': {}}
        """
        return self._describe(_require_format(format))

    # ---- questions ----

    @named_keywords
    def neighbors(self, query: Any = None, count: int = 10, *, add: Any = (), subtract: Any = (),
                  metric: str = "cosine", min_similarity: Optional[float] = None, prefix: str = "", pattern: str = "",
                  average: bool = False, include_query: bool = False, exclude: Any = (), restrict: int = 0,
                  threads: int = 0, index: Optional[Index] = None, candidates: int = 150) -> Neighbors:
        """The words most similar to a query: exactly, or with an index in less time.

        Parameters
        ----------
        query : str, array_like or list of str
            A word; a sum, ``"king - man + 0.5 woman"``; the numbers of a vector; or a list of words to be added.
        count : int
            How many answers, from 1.
        add, subtract : str or list of str
            Another way to write a sum, for words that hold signs or spaces.
        metric : {"cosine", "dot", "euclidean", "csls"}
            By cosine, sums are of vectors of length 1; euclidean is minus the distance; csls is twice the cosine less
            the mean cosines of both to their ten nearest words, for which the first call compares all words searched.
        min_similarity : float, optional
            Leave out words that are less similar.
        prefix, pattern : str
            Only words that begin with the prefix, and contain a match of the regular expression (RE2).
        average : bool
            Divide a sum by its number of words, which matters to dot and euclidean.
        include_query : bool
            The query's own words may be answers.
        exclude : list of str
            Further words that are no answers.
        restrict : int
            Search only the first so many words; 0: all.
        threads : int
            0: all cores.
        index : Index, optional
            Search along its links (build_index), which may miss a few; it has the metric. Without, all words are
            compared.
        candidates : int
            With an index, words kept while searching: more miss fewer, and take longer.

        Returns
        -------
        Neighbors
            A tuple of Neighbor(word, similarity), nearest first.

        Raises
        ------
        UnknownWord
            If a word of the query is not in the vocabulary.
        Error
            If the query cannot be read, or has no direction.

        Examples
        --------
        >>> e.neighbors("king", count=2)
        (Neighbor(word='prince', similarity=0.85110253), Neighbor(word='queen', similarity=0.7777778))
        >>> e.neighbors("king - man + woman", count=1).words
        ('queen',)
        """
        keywords = {"count": count, "metric": metric, "min_similarity": min_similarity, "prefix": prefix,
                    "pattern": pattern, "average": average, "include_query": include_query,
                    "exclude": _words(exclude, "exclude"), "restrict": restrict, "threads": threads,
                    "index": index_handle(index), "candidates": candidates}
        if _is_integer(query) and self._tokens_are_integers():
            query = _as_word(query)
        if isinstance(query, str) and not add and not subtract:
            return Neighbors(query, _core.neighbors(self, query, keywords))
        if isinstance(query, (list, tuple)) and query and all(map(is_text, query)):
            add, query = (*query, *_words(add, "add")), None
        if query is None or is_text(query):
            return self._sum_neighbors(query, _words(add, "add"), _words(subtract, "subtract"), keywords)
        if add or subtract:
            raise TypeError("a vector is a query by itself; add and subtract are for words")
        return Neighbors("vector", _core.neighbors(self, float_array(query, 1, "query"), keywords))

    def _sum_neighbors(self, query: Any, add: list[Any], subtract: list[Any], keywords: dict[str, Any]) -> Neighbors:
        if query is not None:
            add = [query, *add]
        if not add and not subtract:
            raise TypeError("neighbors() needs a query: a word, a sum or a vector")
        # Between tabs, so that words may hold spaces.
        parts = [part for sign, words in (("+", add), ("-", subtract)) for word in words for part in (sign, word)]
        text = "\t".join(part if isinstance(part, str) else part.decode("utf-8", "surrogateescape") for part in parts)
        shown = " ".join(text.split("\t")).removeprefix("+ ")
        return Neighbors(shown, _core.neighbors(self, text, keywords))

    @named_keywords
    def neighbors_batch(self, queries: Any, count: int = 10, *, as_arrays: bool = False, metric: str = "cosine",
                        min_similarity: Optional[float] = None, prefix: str = "", pattern: str = "",
                        average: bool = False, include_query: bool = False, exclude: Any = (), restrict: int = 0,
                        threads: int = 0, index: Optional[Index] = None, candidates: int = 150,
                        progress: Any = None) -> Any:
        """The words most similar to each of many queries: much faster than one at a time.

        Parameters
        ----------
        queries : iterable of str; array_like of int, (m,); or array_like of float, (m, dimension)
            Words or sums, rows of words, or vectors.
        as_arrays : bool
            Return arrays in place of Neighbors.
        progress : bool or function
            As in train_word2vec.
        count, metric, min_similarity, prefix, pattern, average, include_query, exclude, restrict, threads
            As in `neighbors`.
        index, candidates
            As in `neighbors`.

        Returns
        -------
        list of Neighbors, or (rows, similarities)
            As arrays, both of shape (m, count) or, if fewer words are searched, of that many columns: int32, -1 where
            there are fewer answers, and float32, NaN there.

        Examples
        --------
        >>> [answers.words for answers in e.neighbors_batch(["king", "queen"], 1)]
        [('prince',), ('princess',)]
        >>> rows, similarities = e.neighbors_batch(e.vectors, 3, as_arrays=True)
        >>> rows.shape, str(rows.dtype), str(similarities.dtype)
        ((11, 3), 'int32', 'float32')
        """
        keywords = {"count": count, "metric": metric, "min_similarity": min_similarity, "prefix": prefix,
                    "pattern": pattern, "average": average, "include_query": include_query,
                    "exclude": _words(exclude, "exclude"), "restrict": restrict, "threads": threads,
                    "index": index_handle(index), "candidates": candidates, "progress": progress_callback(progress)}
        asked = self._queries(queries)
        rows, similarities = _core.neighbors_batch(self, asked, keywords, _answer_arrays)
        if as_arrays:
            return rows, similarities
        return self._answers(asked, rows, similarities)

    def _queries(self, queries: Any) -> Any:
        if is_text(queries):
            raise TypeError("queries: expected several, found a str; neighbors() takes one")
        if isinstance(queries, WordList) and queries._handle is self._words_handle:
            return np.arange(len(queries), dtype=np.int64)
        if isinstance(queries, np.ndarray) and queries.dtype.kind in "US":
            queries = queries.reshape(-1).tolist()
        if not isinstance(queries, np.ndarray) and isinstance(queries, Iterable) and not hasattr(queries, "__array__"):
            queries = list(queries)
            if not queries or all(map(is_text, queries)):
                return queries
        array = np.asarray(queries)
        if array.ndim == 1 and array.dtype.kind in "iu":
            if self._tokens_are_integers():
                return list(map(str, array.tolist()))
            return integer_array(array, "queries")
        return float_array(array, 2, "queries")

    def _answers(self, asked: Any, rows: np.ndarray, similarities: np.ndarray) -> list[Neighbors]:
        if isinstance(asked, list):
            names = [query if isinstance(query, str) else query.decode("utf-8", "surrogateescape") for query in asked]
        elif asked.ndim == 1:
            names = [self._words_handle._word(row) for row in asked.tolist()]
        else:
            names = ["vector"] * len(asked)
        return [Neighbors(name, pairs) for name, pairs in zip(names, _core.answers(self, rows, similarities))]

    @named_keywords
    def build_index(self, *, metric: str = "cosine", links: int = 16, candidates: int = 200, seed: int = 1,
                    threads: int = 0, progress: Any = None) -> Index:
        """Links every word with near ones, so that `neighbors` finds the nearest of millions of words in a fraction of
        a millisecond, and misses few: a hierarchical navigable small world graph (Malkov and Yashunin 2020).

        Parameters
        ----------
        metric : {"cosine", "dot", "euclidean"}
            What makes a word near.
        links : int
            Of a word in each layer, in the lowest twice as many: more find more, and take more memory.
        candidates : int
            Words kept while a word's place is searched: more make better links, and take longer.
        seed : int
            Of the layers that words are in.
        threads : int
            0: all cores; one gives the same index for the same seed.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Index
            For the keyword ``index``; it has save(), and recall() says how many it finds.

        Examples
        --------
        >>> index = e.build_index(metric="euclidean", links=8)
        >>> e.neighbors("king", count=1, metric="euclidean", index=index).words
        ('prince',)
        """
        keywords = {"metric": metric, "links": links, "candidates": candidates, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        return Index(_core.build_index(self, keywords), self)

    @named_keywords
    def load_index(self, path: Any, *, threads: int = 0) -> Index:
        """Reads an index that was made of these vectors, by build_index() or ``equivec index``.

        Parameters
        ----------
        path : path
        threads : int
            0: all cores.

        Raises
        ------
        Error
            If the file is not an index, is damaged, or was made of other words or numbers.

        Examples
        --------
        >>> e.build_index().save("words.index")
        >>> len(e.load_index("words.index"))
        11
        """
        return Index(_core.load_index(self, existing_path(path), {"threads": threads}), self)

    @named_keywords
    def analogy(self, a: str, b: str, c: str, *, method: str = "3cosadd", epsilon: float = 1e-3, count: int = 5,
                include_query: bool = False, restrict: int = 0, seed: int = 1, threads: int = 0,
                index: Optional[Index] = None, candidates: int = 150) -> Answers:
        """Answers "a is to b as c is to ... ?".

        Parameters
        ----------
        a, b, c : str
            Words.
        method : {"3cosadd", "3cosmul", "pair-direction", "squared-difference"}
            3CosAdd: nearest to b - a + c (Mikolov, Yih and Zweig 2013). 3CosMul: product of the similarities to b and
            c, divided by that to a; pair-direction: direction from c as from a to b (Levy and Goldberg 2014).
        epsilon : float
            Added to the denominator of 3CosMul; gensim has 1e-6.
        count, include_query, restrict, threads
            As in `neighbors`.
        seed : int
            Of what the methods of `analogies` draw.
        index, candidates
            As in `neighbors`, for 3cosadd, 3cosavg and, by euclidean, squared-difference.

        Returns
        -------
        Answers
            A tuple of Neighbor(word, similarity), best first.

        Examples
        --------
        >>> e.analogy("man", "king", "woman", count=1)
        (Neighbor(word='queen', similarity=0.98065937),)
        """
        if isinstance(method, str) and _core.takes_pairs(method):
            return self.analogies([(a, b)], c, method=method, count=count, include_query=include_query,
                                  restrict=restrict, seed=seed, threads=threads, index=index,
                                  candidates=candidates)
        return self._analogy([a, b, c], {"method": method, "epsilon": epsilon, "count": count,
                                         "include_query": include_query, "restrict": restrict, "seed": seed,
                                         "threads": threads, "index": index_handle(index), "candidates": candidates})

    @named_keywords
    def analogies(self, pairs: Any, c: str, *, method: str = "3cosavg", count: int = 5, include_query: bool = False,
                  restrict: int = 0, seed: int = 1, threads: int = 0, index: Optional[Index] = None,
                  candidates: int = 150) -> Answers:
        """Answers "each a is to its b as c is to ... ?", learning from several pairs.

        Parameters
        ----------
        pairs : list of (str, str)
            Examples of the relation.
        c : str
        method : {"3cosavg", "lrcos"}
            3CosAvg: nearest to c + mean of b - mean of a. LRCos: probably of the class of the b, and similar to c
            (Drozd, Gladkova and Matsuoka 2016).
        seed : int
            Of the words that LRCos draws as counterexamples.
        count, include_query, restrict, threads, index, candidates
            As in `analogy`.

        Examples
        --------
        >>> e.analogies([("man", "king"), ("boy", "prince")], "woman", count=1).words
        ('queen',)
        """
        words: list[Any] = []
        for pair in pairs:
            if is_text(pair) or len(pair) != 2:
                raise Error(f"pairs: expected pairs of words, found {pair!r}")
            words.extend(pair)
        if isinstance(method, str) and len(words) != 2 and not _core.takes_pairs(method):
            raise OptionError(f"method: {method} takes one pair; use '3cosavg' or 'lrcos'")
        return self._analogy([*words, c], {"method": method, "count": count, "include_query": include_query,
                                           "restrict": restrict, "seed": seed, "threads": threads,
                                           "index": index_handle(index), "candidates": candidates})

    def _analogy(self, words: list[Any], keywords: dict[str, Any]) -> Answers:
        words = _words(words, "words")
        return Answers(" ".join(map(str, words)), _core.analogy(self, words, keywords))

    def outliers(self, words: Any) -> Outliers:
        """Which word does not belong with the others?

        Parameters
        ----------
        words : list of str
            Three or more.

        Returns
        -------
        Outliers
            The words by the cosine of their vectors to the mean of all of them, scaled to length 1: least first.

        Examples
        --------
        >>> e.outliers(["king", "queen", "car"])[0].word
        'car'
        """
        words = _words(words, "words")
        return Outliers(" ".join(map(str, words)), _core.outliers(self, words))

    def similarity(self, a: Any, b: Any) -> float:
        """The cosine of two words, of the means of two lists of words, or of two vectors, in [-1, 1].

        Parameters
        ----------
        a, b : str, list of str, or array_like, (dimension,)
            Of a list of words, the mean of their vectors scaled to length 1. A vector of length 0 has cosine 0.

        Examples
        --------
        >>> round(e.similarity("king", "queen"), 4)
        0.7778
        >>> round(e.similarity(["king", "queen"], ["man", "woman"]), 4)
        0.7071
        """
        if self._tokens_are_integers():
            a, b = _as_word(a), _as_word(b)
        if is_text(a) and is_text(b):
            return _core.similarity(self, a, b)
        return _core.cosine(self._vector_of(a, "a"), self._vector_of(b, "b"))

    def _vector_of(self, item: Any, what: str) -> np.ndarray:
        if is_text(item):
            return np.ascontiguousarray(self[item])
        if isinstance(item, (list, tuple)) and item and all(map(is_text, item)):
            rows = self.rows(item).astype(np.float64)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            return (rows / np.where(lengths == 0, 1, lengths)).mean(axis=0).astype(np.float32)
        return float_array(item, 1, what)

    @named_keywords
    def mean_vectors(self, texts: Any, *, weighting: str = "none", a: float = 1e-3, remove: int = 0,
                     normalize: str = "model", unit_length: bool = False, threads: int = 0,
                     progress: Any = None) -> np.ndarray:
        """A vector for each text: the weighted mean of its words' vectors.

        Parameters
        ----------
        texts : iterable of str, or of lists of str
            A static sentence model cuts a str as its tokenizer.json says (WordLevel and WordPiece); other vectors have
            the words that they were trained on, as far as they tell, else those between white space. A word, and each
            of a list, is looked up as written, else, if the vectors are uncased, in small letters. Words that are not
            in the vocabulary are skipped.
        weighting : {"none", "sif", "zipf"}
            sif: a / (a + the word's share of the counts) (Arora, Liang and Ma 2017, algorithm 1); zipf: ln(1 + row),
            for vectors in the order of frequency without counts.
        a : float
            Of sif: a smaller one weighs frequent words less.
        remove : int
            So many directions that the texts have in common are taken out; with sif mostly 1.
        normalize : {"model", "always", "never"}
            Scale a text's vector to length 1; model: if the static sentence model that the vectors are of says so.
        unit_length : bool
            Scale the words' vectors to length 1 first.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        numpy.ndarray, (number of texts, dimension), float32
            Zeros for a text without a known word.

        Examples
        --------
        >>> e.mean_vectors(["the king", ["queen", "woman"], "unicorn"]).shape
        (3, 3)
        """
        if is_text(texts):
            raise TypeError("texts: expected several, found a str; pass [text]")
        keywords = {"weighting": weighting, "a": a, "remove": remove, "normalize": normalize,
                    "unit_length": unit_length, "threads": threads, "progress": progress_callback(progress)}
        return _core.mean_vectors(self, texts, keywords, _float_matrix)[0]

    def classes(self, count: int, *, iterations: int = 10, threads: int = 0, progress: Any = None) -> np.ndarray:
        """Classes of words by spherical k-means, as word2vec.c's ``-classes`` has them.

        Parameters
        ----------
        count : int
            Number of classes.
        iterations : int
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        numpy.ndarray, (n,), int32
            The class of each word, 0 to count - 1.

        Examples
        --------
        >>> classes = e.classes(2)
        >>> [word for word, number in zip(e.words, classes) if number == classes[e.index("woman")]]
        ['queen', 'woman', 'princess', 'girl', 'nurse']
        """
        if _is_integer(count) and not 1 <= count <= len(self):
            raise OptionError(f"count must be between 1 and {len(self)}, got {count}")
        return np.asarray(self._classes(count, iterations, threads, progress_callback(progress)), dtype=np.int32)

    @named_keywords
    def plot(self, words: Any, *, group: Optional[Mapping[str, Iterable[Any]]] = None, method: str = "pca", x: str = "",
             y: str = "", before: Optional["Embeddings"] = None, title: str = "", seed: int = 1, threads: int = 0,
             progress: Any = None) -> "Picture":
        """A picture of words as points, with labels that do not overlap.

        Parameters
        ----------
        words : iterable of str
        group : mapping of str to iterable of str, optional
            Words that belong together, by the group's name: they have a colour, a shape and a line in the legend.
        method : {"pca", "tsne", "map", "axes"}
            pca or tsne of these words; map: the places that with_map() made; axes: cosines with x and y.
        x, y : str
            Of axes: expressions as neighbors() takes them, "he - she".
        before : Embeddings, optional
            Other vectors, drawn to the left in the same projection.
        title : str
        seed : int
            Of tsne.
        threads : int
            0: all cores; the picture is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Picture
            Jupyter shows it; save() writes it.

        Examples
        --------
        >>> e.plot(["king"], group={"women": ["queen", "woman"]}).svg[:4]
        '<svg'
        """
        if is_text(words):
            raise TypeError("words: expected several, found a str; pass [word]")
        if before is not None:
            _require_embeddings(before, "before")
        given = [(name, list(members)) for name, members in (group or {}).items()]
        method = "axes" if x and method == "pca" else method
        keywords = {"method": method, "x": x, "y": y, "title": title, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        return Picture(_core.plot(self, before, words, given, keywords), title)

    @named_keywords
    def explore(self, *, reference: Optional["Embeddings"] = None, words: int = 1_000_000, map_words: int = 20_000,
                similarity: Any = (), analogies: Any = (), host: str = "127.0.0.1", port: int = 0, seed: int = 1,
                threads: int = 0, index: Optional[Index] = None, candidates: int = 150,
                progress: Any = None) -> "Explorer":
        """Serves a page on which to look at the vectors: a map of the words, neighbours, analogies, axes, bias, before
        and after debiasing.

        Parameters
        ----------
        reference : Embeddings, optional
            Vectors from before debiasing, to be seen beside.
        words : int
            On the map: the first so many.
        map_words : int
            If the vectors have no map (with_map()), the first so many are laid out by their neighbours; 0: none.
        similarity, analogies : path or list of paths
            Sets to evaluate on the page, as evaluate() takes them.
        host : str
            Where it is served; other than 127.0.0.1, other machines can reach it.
        port : int
            0: one that is free.
        seed : int
            Of the map, of debiasing and of measures.
        threads : int
            0: all cores, of each answer.
        index, candidates
            As in `neighbors`; by cosine. Neighbours and analogies of the page are then found along its links.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Explorer
            Jupyter shows it; ``webbrowser.open(page.address)`` opens it elsewhere. close() ends it.

        Raises
        ------
        Error
            If there are fewer than three words, or if it cannot be served at that host and port.

        Examples
        --------
        >>> with e.explore(map_words=0) as page:
        ...     page.address.startswith("http://127.0.0.1:")
        True
        """
        if reference is not None:
            _require_embeddings(reference, "reference")
        keywords = {"words": words, "map_words": map_words, "similarity": paths_of(similarity, "similarity"),
                    "analogies": paths_of(analogies, "analogies"), "host": host, "port": port, "seed": seed,
                    "threads": threads, "index": index_handle(index), "candidates": candidates,
                    "progress": progress_callback(progress)}
        return Explorer(_core.explore(self, reference, keywords))

    @named_keywords
    def save_page(self, path: Any, *, reference: Optional["Embeddings"] = None, words: int = 20_000,
                  map_words: Optional[int] = None, seed: int = 1, threads: int = 0, progress: Any = None) -> None:
        """Writes the page of explore() as one file that opens without a server; the file appears when it is complete.

        Parameters
        ----------
        path : path
        reference, seed, threads
            As in `explore`.
        words : int
            In the file: the first so many, with vectors of 8 bits.
        map_words : int, optional
            As in `explore`; without it all words of the file.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.save_page("words.html", map_words=0)
        """
        if reference is not None:
            _require_embeddings(reference, "reference")
        keywords = {"words": words, "map_words": words if map_words is None else map_words, "seed": seed,
                    "threads": threads, "progress": progress_callback(progress)}
        _core.save_page(self, os.fsdecode(path), reference, keywords)

    # ---- quality and bias ----

    @named_keywords
    def evaluate(self, *, analogies: Any = (), similarity: Any = (), categories: Any = (), outliers: Any = (),
                 synonyms: Any = (), compare: Optional["Embeddings"] = None, method: Any = (), epsilon: float = 1e-3,
                 include_query: bool = False, restrict: int = 0, case: str = "fold", include_alike: bool = False,
                 resamples: int = 10000, seed: int = 1, threads: int = 0, progress: Any = None) -> Evaluation:
        """Scores the vectors on sets of questions, with 95 % confidence intervals.

        Parameters
        ----------
        analogies, similarity, categories, outliers, synonyms : path or list of paths
            Files of each kind: Google's or MSR's questions or a folder of BATS; two words and a human score a line; a
            word and its category; groups with outliers; a word, the right choice and wrong ones.
        compare : Embeddings, optional
            Other vectors, to test the difference from.
        method : str or list of str
            For analogies; ``"3cosadd"`` if none is given.
        restrict : int
            Use only the first so many words; 0: all.
        case : {"fold", "exact"}
            fold: A-Z count as a-z, and of words that become equal the first is used.
        include_alike : bool
            Words that differ from a question's only by case may be answers, as in compute-accuracy.
        resamples, seed : int
            Of the bootstrap, for intervals and tests.
        epsilon, include_query, threads
            As in `analogy`.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Evaluation

        Examples
        --------
        >>> spearman = e.evaluate(similarity="pairs.tsv").measurements[0]
        >>> spearman.measure, round(spearman.value, 6), spearman.known, spearman.missing
        ('Spearman', 1.0, 3, 0)
        """
        keywords = {"analogies": paths_of(analogies, "analogies"), "similarity": paths_of(similarity, "similarity"),
                    "categories": paths_of(categories, "categories"), "outliers": paths_of(outliers, "outliers"),
                    "synonyms": paths_of(synonyms, "synonyms"), "method": method, "epsilon": epsilon,
                    "include_query": include_query, "restrict": restrict, "case": case,
                    "include_alike": include_alike, "resamples": resamples, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        if compare is not None:
            _require_embeddings(compare, "compare")
        return Evaluation(*_core.evaluate(self, compare, keywords))

    @named_keywords
    def bias(self, measure: Any = "direct-bias", *, sets: Any = (), query: Any = (), direction: str = "pca",
             pair: Any = (), rank: int = 1, strictness: float = 1, deviation: str = "sample",
             draws: Optional[int] = None, year: int = 0, reference: Optional["Embeddings"] = None,
             restrict: int = 50000, biased_words: int = 0, neighbors: int = 100, repeats: int = 10,
             analogies: int = 150, resamples: int = 10000, seed: int = 1, threads: int = 0,
             progress: Any = None) -> BiasReport:
        """Measures bias; bias_measures() tells the measures, their papers and ranges.

        Parameters
        ----------
        measure : str or list of str
            ``"direct-bias"``, ``"weat"``, ...; ``"all"`` for all that suit the sets.
        sets : str, path, WordSets, or a list of them
            Names of built-in word sets, JSON files, or word_sets(); by default those that the measure is usually taken
            with.
        query : str, BiasQuery, or a list of them
            Only these queries of the sets, or a query of one's own.
        direction : {"pca", "pair", "means", "classifier"}
            How a direction is found from definitional sets.
        pair : (str, str)
            The two words of ``direction="pair"``.
        rank : int
            Number of directions, by pca.
        strictness : float
            Direct bias is the mean of \\|cosine\\| to this power.
        deviation : {"sample", "population"}
            Of effect sizes: N - 1 or N.
        draws : int, optional
            WEAT's p-value is from so many random partitions; by default exact where feasible.
        year : int
            Of the occupations' shares; 0: the last.
        reference : Embeddings, optional
            Vectors from before debiasing, whose most biased words are tested.
        restrict : int
            Biased words, neighbours and analogies are among the first so many words; 0: all.
        biased_words : int
            On each side; 0: 500 for clusters, 2,500 for classification.
        neighbors : int
            How many of a word count for its neighbour bias.
        repeats : int
            Of clustering and classification.
        analogies : int
            How many to generate.
        resamples : int
            Of the bootstrap, for intervals.
        seed : int
            Of resamples, draws and repeats.
        threads : int
            0: all cores.
        progress : bool or function
            As in train_word2vec; it counts measurements.

        Returns
        -------
        BiasReport
            A sequence of BiasMeasurement.

        Raises
        ------
        Error
            If nothing could be measured, or a query named could not.

        Examples
        --------
        >>> query = BiasQuery([["king", "man"], ["queen", "woman"]], [["boy", "prince"], ["girl", "princess"]])
        >>> report = e.bias("weat", query=query)
        >>> report[0].measure, report[0].effect_size > 1
        ('weat', True)
        """
        from ._bias import choose_sets

        collections, queries = choose_sets(sets, query)
        if reference is not None:
            _require_embeddings(reference, "reference")
        keywords = {**_direction_keywords(direction, pair, rank), "strictness": strictness, "deviation": deviation, "draws": draws, "year": year,
                    "restrict": restrict, "biased_words": biased_words, "neighbors": neighbors, "repeats": repeats,
                    "analogies": analogies, "resamples": resamples, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        measures = _words(measure, "measure")
        return BiasReport(_core.bias(self, reference, measures, collections, queries, keywords))

    @named_keywords
    def direction(self, sets: Any = "gender", *, direction: str = "pca", pair: Any = (),
                  rank: int = 1) -> BiasDirection:
        """The direction along which sets of words differ (Bolukbasi et al. 2016, section 5).

        Parameters
        ----------
        sets, direction, pair, rank
            As in `bias`.

        Examples
        --------
        >>> gender = e.direction(pair=("woman", "man"))
        >>> gender.basis.shape, gender.positive_pole, bool(gender.project(e["queen"])[0] > 0)
        ((1, 3), 'woman', True)
        """
        from ._bias import sets_of

        keywords = _direction_keywords(direction, pair, rank)
        return BiasDirection._of(_core.direction(self, sets_of(sets)._handle, keywords))

    @named_keywords
    def debias(self, method: str = "hard", *, sets: Any = "gender", direction: str = "pca", pair: Any = (),
               rank: int = 1, lambda_: Optional[float] = None, sigma: Optional[float] = None,
               alpha: Optional[float] = None, biased_words: Optional[int] = None, rounds: Optional[int] = None,
               restrict: int = 50000, seed: int = 1, threads: int = 0, progress: Any = None) -> Any:
        """Removes bias and proves the method's promises on the new vectors.

        Parameters
        ----------
        method : str
            ``"hard"``, ``"soft"``, ``"inlp"``, ...; debias_methods() tells all, with papers and options.
        sets, direction, pair, rank
            As in `bias`.
        lambda_, sigma, alpha, biased_words, rounds
            Options of single methods, None for the default: the weight of the bias against the inner products (soft,
            0.2), how much of it is left (partial-projection, 1), the ridge penalty (half-sibling, 60), the number of
            words on each side (double-hard, inlp, leace; 0: the paper's share), the most directions (inlp, 35).
        restrict : int
            Biased words are among the first so many; 0: all.
        seed, threads : int
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Debiased
            With the new vectors, what was done and what was proved.

        Raises
        ------
        Error
            If the sets lack what the method takes, or a promise does not hold.

        Examples
        --------
        >>> d = e.debias("hard", sets={"definitional": [["woman", "man"], ["girl", "boy"]],
        ...                            "equalize": [["queen", "king"]], "specific": ["prince", "princess"]})
        >>> all(condition.holds for condition in d.conditions), d.neutralized
        (True, ['nurse', 'pilot', 'car'])
        >>> for vectors in (e, d.embeddings):
        ...     round(vectors.similarity("nurse", "woman") - vectors.similarity("nurse", "man"), 3)
        0.314
        0.0
        """
        from ._bias import Debiased, sets_of

        if not isinstance(method, str):
            raise TypeError(f"method: expected a str, found {type(method).__name__}")
        keywords = {**_direction_keywords(direction, pair, rank), "lambda_": lambda_, "sigma": sigma, "alpha": alpha, "biased_words": biased_words,
                    "rounds": rounds, "restrict": restrict, "seed": seed, "threads": threads,
                    "progress": progress_callback(progress)}
        return Debiased(_core.debias(self, method, sets_of(sets)._handle, keywords))

    # ---- other spaces ----

    @named_keywords
    def align(self, target: "Embeddings", *, dictionary: Any = None, shared: int = 20000,
              method: str = "procrustes", weights: str = "none", center: bool = False, refine: int = 0,
              self_learning: int = 0, cutoff: int = 20000, iterations: int = 10, learning_rate: float = 1,
              evaluate: Any = (), metric: str = "csls", neighbors: int = 10, restrict: int = 50000, threads: int = 0,
              progress: Any = None) -> Any:
        """Turns the vectors so that words lie near their translations, or near themselves, in another space.

        By orthogonal Procrustes lengths and inner products stay as they are, which is proved. By reweighted the
        target changes too: compare the new vectors with ``target`` of the result.

        Parameters
        ----------
        target : Embeddings
            The other space, of the same dimension.
        dictionary : path, mapping or list of pairs, optional
            A file with a word of this space and one of the target a line; or words and their translations. By default
            words that both have.
        shared : int
            Without a dictionary: so many words that both have, the most frequent; 0: all.
        method : {"procrustes", "rcsls", "reweighted"}
            rcsls: from there any linear map that CSLS likes better; lengths change. reweighted: rows of both spaces
            are scaled and centred, and both are weighed by how far the pairs agree along common axes (Artetxe et al.
            2018; VecMap's supervised mode).
        weights : {"none", "log", "sqrt"}
            What a pair counts, by the smaller count of its two words; of procrustes.
        center : bool
            Fit the pairs without their means; of procrustes.
        refine : int
            Rounds in which only the pairs count whose words are each other's nearest.
        self_learning : int
            Of a small dictionary: at most so many rounds in which words find further pairs.
        cutoff : int
            Self-learning and rcsls look at the first so many words of both; 0: all.
        iterations, learning_rate : int, float
            Steps of rcsls, and their rate at first, which is halved where a step fails.
        evaluate : path or list of paths
            Dictionaries whose words ask for their translations.
        metric : {"csls", "cosine"}
            What nearest means: csls makes up for words that are near to all.
        neighbors : int
            Of csls: so many nearest words give a word's mean.
        restrict : int
            Evaluate among the first so many words; 0: all.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Aligned
            With the new vectors, the map, what was proved, and the accuracy.

        Raises
        ------
        Error
            If the dimensions differ, there is no pair, or a promise does not hold.

        Examples
        --------
        >>> a = e.align(e, dictionary={"king": "queen", "man": "woman", "boy": "girl", "prince": "princess"})
        >>> all(condition.holds for condition in a.conditions), round(a.cosine_after, 3)
        (True, 1.0)
        >>> round(float(a.embeddings["pilot"] @ e["nurse"]), 3), round(float(e["pilot"] @ e["nurse"]), 3)
        (0.73, 0.55)
        >>> both = e.align(e, method="reweighted")
        >>> both.target, both.map.shape, both.target.metadata["aligned"].split(", ")[-1]
        (<Embeddings of 11 words, 3 dimensions>, (3, 3), 'method reweighted')
        """
        from ._alignment import Aligned, entries_of

        _require_embeddings(target, "target")
        keywords = {"shared": shared, "method": method, "weights": weights, "center": center, "refine": refine,
                    "self_learning": self_learning, "cutoff": cutoff, "iterations": iterations,
                    "learning_rate": learning_rate, "evaluate": paths_of(evaluate, "evaluate"), "metric": metric, "neighbors": neighbors, "restrict": restrict, "threads": threads,
                    "progress": progress_callback(progress)}
        return Aligned(_core.align(self, target, entries_of(dictionary), keywords))

    @named_keywords
    def drift(self, other: "Embeddings", *, null: Any = (), bootstrap: Any = None, replicates: int = 3, seed: int = 1,
              measure: str = "cosine", neighbors: int = 100, restrict: int = 20000, false_discovery_rate: float = 0.05,
              confidence: float = 0.95, examples: int = 20, threads: int = 0, progress: Any = None) -> Any:
        """Tells which words have changed between this space and another, by more than chance.

        Parameters
        ----------
        other : Embeddings
            The other space, of the same dimension, such as that of a later decade.
        null : list of Embeddings
            Other trainings of this space's text: with other seeds, on its halves, or with `resample`; two or more,
            since they are compared with each other.
        bootstrap : corpus, optional
            In place of `null`: this space's text. Null spaces are trained on resamples of it, with the settings that
            `metadata` names.
        replicates, seed : int
            So many of these, 2 to 100, with this seed and those after it.
        measure : {"cosine", "neighbors", "second-order"}
            What ranks the words: the cosine after alignment, the share of neighbours that is not the same, or the
            cosines to the neighbours.
        neighbors : int
            So many nearest words are compared.
        restrict : int
            Compare the first so many words that all spaces have; 0: all.
        false_discovery_rate : float
            Up to which a word is called changed.
        confidence : float
            Of the intervals.
        examples : int
            So many words, those that changed most, show their neighbours in to_text() and to_dict().
        threads : int
            0: all cores; distances do not depend on it.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Drift

        Raises
        ------
        Error
            If dimensions differ, fewer than 10 words are in all spaces, null spaces are all the same, or the metadata
            do not tell how to train again.

        Examples
        --------
        >>> import numpy
        >>> random = numpy.random.RandomState(1)
        >>> noisy = [Embeddings(e.words, e.vectors + random.normal(0, 0.01, e.vectors.shape)) for _ in range(3)]
        >>> d = e.drift(noisy[0], null=noisy[1:], neighbors=3)
        >>> sum(d.changed.values()), d.to_dict()["null_pairs"]
        (0, 1)
        """
        from ._drift import Drift

        _require_embeddings(other, "other")
        given = list(null)
        for space in given:
            _require_embeddings(space, "null")
        if bool(given) == (bootstrap is not None):
            raise OptionError("give either null or bootstrap: only they show what chance does")
        keywords = {"replicates": replicates, "seed": seed, "measure": measure, "neighbors": neighbors,
                    "restrict": restrict, "false_discovery_rate": false_discovery_rate, "confidence": confidence,
                    "examples": examples, "threads": threads, "progress": progress_callback(progress),
                    "notice": notice}
        text = None if bootstrap is None else corpus_of(bootstrap, what="bootstrap")
        return Drift(_core.drift(self, other, given, text, keywords))

    @named_keywords
    def retrofit(self, attract: Any = None, *, repel: Any = None, method: str = "retrofit", alpha: float = 1,
                 iterations: int = 20, learning_rate: float = 0.1, attract_margin: float = 0, repel_margin: float = 1,
                 preserve: float = 1, radius: float = 0.2, restrict: int = 50000, threads: int = 0,
                 progress: Any = None) -> Any:
        """Fits the vectors to a lexicon: words that it joins come nearer, or go apart.

        By retrofit each word becomes the mean of its old vector and of its neighbours' new ones (Faruqui et al. 2015);
        counterfit makes gradient steps (Mrkšić et al. 2016), which keep lengths. Words that take no part keep their
        vectors.

        Parameters
        ----------
        attract : path, mapping or list of pairs
            Words that should come near each other: a file with a word and its neighbours a line, words with their
            neighbours, or tuples of a word and its neighbours.
        repel : path, mapping or list of pairs, optional
            Of counterfit: words that should go apart.
        method : {"retrofit", "counterfit"}
            What is done.
        alpha : float
            Of retrofit: weight of a word's old vector, against 1 of its neighbours' mean.
        iterations, learning_rate : int, float
            Gradient steps of counterfit, of which the best is taken, and their rate.
        attract_margin, repel_margin : float
            Of counterfit: pairs that attract rest within this distance (1 - cosine), those that repel beyond it.
        preserve, radius : float
            Of counterfit: weight of old distances, which should not grow, to words within this distance.
        restrict : int
            Of counterfit: find these words among the first so many; 0: all.
        threads : int
            0: all cores; the result is the same for any number.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        Retrofitted
            With the new vectors and what was proved.

        Raises
        ------
        Error
            If there is no pair of known words, or a promise does not hold.

        Examples
        --------
        >>> r = e.retrofit([("king", "queen")])
        >>> round(e.similarity("king", "queen"), 3), round(r.embeddings.similarity("king", "queen"), 3)
        (0.778, 0.973)
        >>> apart = e.retrofit(repel=[("man", "woman")], method="counterfit").embeddings
        >>> apart.similarity("man", "woman") < e.similarity("man", "woman")
        True
        """
        from ._retrofit import Retrofitted, lexicon_of

        keywords = {"method": method, "alpha": alpha, "iterations": iterations, "learning_rate": learning_rate,
                    "attract_margin": attract_margin, "repel_margin": repel_margin, "preserve": preserve,
                    "radius": radius, "restrict": restrict, "threads": threads,
                    "progress": progress_callback(progress)}
        return Retrofitted(_core.retrofit(self, lexicon_of(attract, "attract"), lexicon_of(repel, "repel"), keywords))

    # ---- other tools ----

    def to_gensim(self) -> Any:
        """gensim's KeyedVectors over the same memory, for tools that insist on them; gensim 4 must be installed.

        The vectors are read-only. Counts go along as gensim's attribute "count".

        Examples
        --------
        >>> theirs = e.to_gensim()
        >>> theirs.most_similar("king", topn=1)[0][0], int(theirs.get_vecattr("king", "count"))
        ('prince', 9)
        """
        from .gensim import to_gensim

        return to_gensim(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self._is_plain():
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "vectors.safetensors")
                self.save(path)
                with open(path, "rb") as file:
                    return _embeddings_from_file, (file.read(),)
        numbers: Any = memoryview(self).cast("B") if len(self) else b""
        numbers = pickle.PickleBuffer(numbers) if protocol >= 5 else bytes(numbers)
        shape = (len(self), self.dimension)
        arguments = (self._words_handle._tables(), numbers, shape, self._metadata(), self._name())
        return _embeddings_from, arguments

    def __copy__(self) -> "Embeddings":
        return self

    def __deepcopy__(self, memo: Any) -> "Embeddings":
        return self

    def __repr__(self) -> str:
        return f"<Embeddings of {len(self):,} words, {self.dimension} dimensions>"


def _is_integer(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _as_word(word: Any) -> Any:
    return str(int(word)) if _is_integer(word) else word


def _words(words: Any, what: str) -> list[Any]:
    """A list of words of one or several."""
    if is_text(words):
        return [words]
    if not isinstance(words, Iterable):
        raise TypeError(f"{what}: expected words, found {type(words).__name__}")
    result = [_as_word(word) for word in words]
    for word in result:
        if not is_text(word):
            raise TypeError(f"{what}: expected a str, found {type(word).__name__}")
    return result


def _direction_keywords(direction: str, pair: Any, rank: int) -> dict[str, Any]:
    """A pair is one unless another way is asked for."""
    return {"direction": direction if direction != "pca" or not pair else None, "pair": pair or None, "rank": rank}


def _require_embeddings(value: Any, what: str) -> None:
    if not isinstance(value, _core.EmbeddingsHandle):
        raise TypeError(f"{what}: expected Embeddings, found {type(value).__name__}")


def _answer_arrays(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    return np.empty((rows, columns), dtype=np.int32), np.empty((rows, columns), dtype=np.float32)


def _float_matrix(rows: int, columns: int) -> np.ndarray:
    return np.empty((rows, columns), dtype=np.float32)


@named_keywords
def load(path: Any, *, format: str = "automatic", limit: int = 0, not_finite: str = "refuse", words: Any = None,
         vocabulary: Any = None, subwords: bool = True, threads: int = 0, progress: Any = None) -> Embeddings:
    """Reads vectors; of a native file nothing but what is used, since it is mapped.

    Parameters
    ----------
    path : path
        Recognized by content: native (safetensors), word2vec text and binary, GloVe text, NumPy; compressed or not.
        ``"-"`` is standard input.
    format : str
        Take it for this format; `formats` has the names.
    limit : int
        Read only the first so many words; 0: all.
    not_finite : {"refuse", "drop", "keep"}
        What becomes of rows with a value that is not a finite number: an error, they are left out with a Notice, or
        they stay. Of native files, which are mapped, refuse does not look for them.
    words : path, optional
        Only the words that this file lists, one a line.
    vocabulary : path, optional
        `path` has the parameters that ``glove -binary 1`` writes, of these words; the sums of word and context vectors
        are taken.
    subwords : bool
        Also the vectors of n-grams, where there are any: words that are not in the vocabulary then have vectors.
    threads : int
        0: all cores.
    progress : bool or function
        As in train_word2vec.

    Returns
    -------
    Embeddings

    Raises
    ------
    FileNotFoundError
    Error
        With file and line, if the content is not well formed.

    Warns
    -----
    Notice
        If the file is usable but not quite in order, as when a word occurs twice.

    Examples
    --------
    >>> e.save("words.safetensors")
    >>> load("words.safetensors").words[:3]
    ['king', 'queen', 'man']
    """
    if not isinstance(limit, (int, np.integer)):
        raise TypeError(f"limit: expected an int, found {type(limit).__name__}")
    keywords = {"format": _require_format(format), "limit": limit, "threads": threads, "subwords": subwords,
                "not_finite": not_finite,
                "words": None if words is None else existing_path(words, "words"),
                "vocabulary": None if vocabulary is None else existing_path(vocabulary, "vocabulary")}
    return Embeddings._of(_core.load(existing_path(path), keywords, progress_callback(progress), warn))
