"""From text to vectors."""

from __future__ import annotations

from typing import Any, Iterator, Optional

import numpy as np

from . import _core
from ._errors import OptionError
from ._inputs import (corpus_of, epoch_callback, existing_path, named_keywords, notice, path_of, progress_callback,
                      text_keywords)
from ._results import TrainingEstimate
from ._vectors import Embeddings, Vocabulary, load


def _words_of(vocabulary: Any) -> Any:
    if vocabulary is None:
        return None
    if isinstance(vocabulary, Vocabulary):
        return vocabulary._handle
    return existing_path(vocabulary, "vocabulary")


def _start_keywords(initialize: Any, checkpoint: Any, checkpoint_every: float, resume: bool,
                    log: Any) -> dict[str, Any]:
    """Where training begins and what it keeps."""
    if initialize is not None and not isinstance(initialize, Embeddings):
        initialize = load(initialize)
    return {"initialize": initialize, "checkpoint_every": checkpoint_every, "resume": resume,
            "checkpoint": None if checkpoint is None else path_of(checkpoint, "checkpoint"),
            "log": None if log is None else path_of(log, "log")}


def _made(handle: Any, integers: bool) -> Embeddings:
    vectors = Embeddings._of(handle)
    return vectors.with_metadata({**vectors.metadata, "tokens": "integers"}) if integers else vectors


def _require_no_choice(vocabulary: Any, min_count: int, max_size: int, keep: Any, drop: Any) -> None:
    if vocabulary is None:
        return
    for name, given in (("min_count", min_count != 5), ("max_size", max_size != 0), ("keep", keep is not None),
                        ("drop", drop is not None)):
        if given:
            raise OptionError(f"vocabulary gives the words; {name} is for count_words(), which makes it")


class Cooccurrences:
    """How often pairs of words stand near each other: what count_cooccurrences gives and train_glove takes.

    Examples
    --------
    >>> pairs = count_cooccurrences([["a", "b", "a"]], min_count=1)
    >>> len(pairs), pairs.vocabulary.to_dict()
    (3, {'a': 2, 'b': 1})
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    @staticmethod
    def load(path: Any, vocabulary: Any) -> "Cooccurrences":
        """Reads the records that ``save``, ``equivec cooccur`` and GloVe's cooccur write.

        Parameters
        ----------
        path : path
        vocabulary : Vocabulary or path
            The words that the records number.

        Returns
        -------
        Cooccurrences

        Examples
        --------
        >>> count_cooccurrences([["a", "b", "a"]], min_count=1).save("pairs.bin", save_vocabulary="words.txt")
        >>> Cooccurrences.load("pairs.bin", "words.txt")
        <Cooccurrences of 3 pairs>
        """
        words = vocabulary if isinstance(vocabulary, Vocabulary) else Vocabulary.load(vocabulary)
        return Cooccurrences(_core.read_cooccurrences(existing_path(path), words._handle, 0))

    def save(self, path: Any, *, save_vocabulary: Any = None) -> None:
        """Writes the records, 16 bytes a pair, for ``load``, ``equivec train glove`` and GloVe's shuffle.

        Parameters
        ----------
        path : path
        save_vocabulary : path, optional
            Also write the words and their counts there.

        Examples
        --------
        >>> count_cooccurrences([["a", "b", "a"]], min_count=1).save("pairs.bin")
        >>> import os
        >>> os.path.getsize("pairs.bin")
        48
        """
        words = path_of(save_vocabulary, "save_vocabulary") if save_vocabulary is not None else b""
        self._handle._save(path_of(path), words)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words, in the order of rows and columns."""
        return Vocabulary(self._handle._vocabulary())

    @property
    def metadata(self) -> dict[str, str]:
        """How they were counted."""
        return self._handle._metadata()

    def to_arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(indptr, indices, data) of a sparse matrix in compressed rows: int64, int32 and float64. A copy.

        Examples
        --------
        >>> count_cooccurrences([["a", "b", "a"]], min_count=1).to_arrays()
        (array([0, 2, 3]), array([0, 1, 0], dtype=int32), array([1., 2., 2.]))
        """
        ends, columns, counts = self._handle._sparse()
        return np.frombuffer(ends, np.int64), np.frombuffer(columns, np.int32), np.frombuffer(counts, np.float64)

    def to_scipy(self) -> Any:
        """A scipy.sparse.csr_matrix, (words, words), float64.

        Examples
        --------
        >>> count_cooccurrences([["a", "b", "a"]], min_count=1).to_scipy().toarray().tolist()
        [[1.0, 2.0], [2.0, 0.0]]
        """
        import scipy.sparse

        indptr, indices, data = self.to_arrays()
        words = len(indptr) - 1
        return scipy.sparse.csr_matrix((data, indices, indptr), shape=(words, words))

    def __len__(self) -> int:
        """Pairs with a count above 0."""
        return self._handle._size()

    def __repr__(self) -> str:
        return f"<Cooccurrences of {len(self):,} pairs>"


@named_keywords
def count_words(corpus: Any, *, lowercase: bool = False, normalize: str = "none", tokenize: str = "whitespace",
                punctuation: str = "keep", digits: str = "keep", invalid_utf8: str = "keep", max_sentence: int = 0,
                phrases: Any = None, keep: Any = None, drop: Any = None, field: str = "", column: Any = "", min_count: int = 5,
                max_size: int = 0, unknown: str = "", end_token: str = "", memory: int = 0, threads: int = 0,
                progress: Any = None) -> Vocabulary:
    """Counts the words of a text, the most frequent first, ties in byte order.

    Parameters
    ----------
    corpus
        As in train_word2vec.
    lowercase : bool
        Make all letters small, by Unicode's mapping, the same in every language.
    normalize : {"none", "nfc", "nfkc"}
        Unicode's normal form.
    tokenize : {"whitespace", "words", "letters", "characters"}
        whitespace: a word is what stands between. words: runs of letters, marks and numbers, with apostrophes and
        hyphens inside; every other character is its own word, as is each of a script without spaces (Han, kana, Thai,
        Lao, Khmer, Burmese). letters: a to z alone, digits spelled, as text8. characters: each grapheme is a word.
    punctuation : {"keep", "drop"}
        What is neither letter nor number, of words and characters.
    digits : {"keep", "zero"}
        zero: each digit becomes 0.
    invalid_utf8 : {"keep", "replace", "skip", "fail"}
        What becomes of bytes that are not UTF-8.
    max_sentence : int
        Cut longer sentences after so many words; 0: none.
    phrases : Phrases, path or "auto", optional
        Join words to phrases; auto: those that find_phrases finds in the corpus.
    keep, drop : iterable of str, or path, optional
        Words that are kept, or left out, whatever their counts; of a file, one a line.
    field : str
        The files are JSON lines, and the text is under this key.
    column : str or int
        The files are CSV or TSV, and the text is this column: its name, or, without a header, its number from 1.
    min_count : int
        Leave out rarer words.
    max_size : int
        Keep only the most frequent; 0: all.
    unknown : str
        Replace words left out by this one word; empty: they vanish.
    end_token : str
        Add this word at the end of each sentence; empty: none.
    memory : int
        Megabytes that reading may take; what is more goes to temporary files (in TMPDIR). 0: three quarters of the
        machine's.
    threads : int
        0: all cores; the result is the same for any number.
    progress : bool or function
        As in train_word2vec.

    Returns
    -------
    Vocabulary

    Raises
    ------
    Error
        If no word is frequent enough, or the text cannot be read.

    Examples
    --------
    >>> count_words([["a", "b", "a"], ["a"]], min_count=1).to_dict()
    {'a': 3, 'b': 1}
    """
    arguments = dict(locals())
    keywords = {**text_keywords(arguments), "min_count": min_count, "max_size": max_size, "unknown": unknown,
                "end_token": end_token, "memory": memory, "threads": threads, "progress": progress_callback(progress),
                "notice": notice}
    return Vocabulary(_core.count_words(corpus_of(corpus, memory, field=field, column=column), keywords))


@named_keywords
def count_cooccurrences(corpus: Any, *, window: int = 15, symmetric: bool = True, distance_weighting: bool = True,
                        lowercase: bool = False, normalize: str = "none", tokenize: str = "whitespace",
                        punctuation: str = "keep", digits: str = "keep", invalid_utf8: str = "keep",
                        max_sentence: int = 0, phrases: Any = None, keep: Any = None, drop: Any = None, field: str = "", column: Any = "",
                        min_count: int = 5, max_size: int = 0, unknown: str = "", end_token: str = "",
                        vocabulary: Any = None, memory: int = 0, threads: int = 0,
                        progress: Any = None) -> Cooccurrences:
    """Counts how often pairs of words stand near each other, as GloVe's cooccur does.

    Parameters
    ----------
    corpus
        As in train_word2vec.
    window : int
        Words on each side that count as context.
    symmetric : bool
        False: pair a word with later ones only.
    distance_weighting : bool
        A pair d words apart counts 1/d; False: 1.
    vocabulary : Vocabulary or path, optional
        Use these words and counts.
    lowercase, normalize, tokenize, punctuation, digits, invalid_utf8, max_sentence
        As in count_words.
    phrases, keep, drop, field, column
        As in count_words.
    min_count, max_size, unknown, end_token, memory, threads, progress
        As in count_words.

    Returns
    -------
    Cooccurrences

    Examples
    --------
    >>> pairs = count_cooccurrences([["a", "b", "a"]], min_count=1)
    >>> pairs.to_scipy().toarray()
    array([[1., 2.],
           [2., 0.]])
    """
    arguments = dict(locals())
    _require_no_choice(vocabulary, min_count, max_size, keep, drop)
    keywords = {**text_keywords(arguments), "window": window, "symmetric": symmetric, "distance_weighting": distance_weighting,
                "min_count": min_count, "max_size": max_size, "unknown": unknown, "end_token": end_token,
                "vocabulary": _words_of(vocabulary), "memory": memory, "threads": threads,
                "progress": progress_callback(progress), "notice": notice}
    return Cooccurrences(
        _core.count_cooccurrences(corpus_of(corpus, memory, field=field, column=column), keywords))


@named_keywords
def train_word2vec(corpus: Any, *, model: str = "skipgram", loss: str = "negative-sampling", dimension: int = 100,
                   window: int = 5, window_shape: str = "shrinking", negatives: int = 5, group: int = 0, group_noise: int = 0, subwords: str = "", buckets: int = 2000000, epochs: int = 5,
                   learning_rate: Optional[float] = None, subsample: float = 1e-3, noise_exponent: float = 0.75,
                   cbow_update: str = "gradient", lowercase: bool = False, normalize: str = "none",
                   tokenize: str = "whitespace", punctuation: str = "keep", digits: str = "keep",
                   invalid_utf8: str = "keep", max_sentence: int = 0, phrases: Any = None, keep: Any = None, drop: Any = None,
                   field: str = "", column: Any = "", min_count: int = 5, max_size: int = 0, unknown: str = "",
                   end_token: str = "", vocabulary: Any = None, memory: int = 0, initialize: Any = None,
                   checkpoint: Any = None, checkpoint_every: float = 30, resume: bool = False, log: Any = None, validation: Any = None,
                   threads: int = 0, replicas: int = 0, deterministic: bool = False, seed: int = 1, resample: int = 0, contexts: bool = False,
                   dry_run: bool = False, progress: Any = None, on_epoch: Any = None) -> Any:
    """Learns word vectors by word2vec (Mikolov et al. 2013).

    Parameters
    ----------
    corpus : path, list of pathlib.Path, iterable of sentences, or array of int
        A str or path is a file, a directory, a glob or "@FILE" with a path a line, plain or compressed; a sentence is a
        line. An iterable is read once, so that a generator will do: of lists of tokens (str, bytes or int), or of
        str, which are split at white space. Integers, (walks, length) or (length,), or a list of such arrays, are
        words by themselves; -1 ends a walk.
    model : {"skipgram", "cbow"}
    loss : {"negative-sampling", "hierarchical-softmax", "softmax", "hierarchical-softmax+negative-sampling"}
    dimension : int
        Length of a vector, 1 to 65,536.
    window : int
        Words on each side that count as context, 1 to 1,000.
    window_shape : {"shrinking", "fixed"}
        shrinking: each position draws 1 to `window`; fixed: always all.
    negatives : int
        Noise words that each pair is weighed against.
    group : int
        Windows trained in one step, 1 to 64; 0: 5 in skip-gram with negative sampling, else 1.
    group_noise : int
        Noise words that a group draws, 1 to 1,000; 0: about 0.44 x group x negatives.
    subwords : str
        "3..6": make words of their n-grams of 3 to 6 characters; "": they have none.
    buckets : int
        Rows for n-grams, which their hashes choose.
    epochs : int
        Passes over the corpus.
    learning_rate : float, optional
        At the start; falls linearly to almost 0. By default 0.025, with n-grams 0.05; CBOW's is 0.075,
        or 0.05 with the legacy update.
    subsample : float
        Drop words at random that are a larger share of the text; 0: none.
    noise_exponent : float
        Noise words are drawn by count to this power.
    cbow_update : {"gradient", "legacy"}
        gradient: contexts share the step; legacy: each takes all of it, as in word2vec.c.
    lowercase, normalize, tokenize, punctuation, digits, invalid_utf8, max_sentence
        As in count_words.
    phrases, keep, drop, field, column
        As in count_words.
    min_count, max_size, unknown, end_token, memory
        As in count_words.
    vocabulary : Vocabulary or path, optional
        Use these words and counts in place of counting.
    initialize : Embeddings or path, optional
        Start from these vectors, with their dimension; words they lack are added.
    checkpoint : path, optional
        Keep the state of training there, also when interrupted.
    checkpoint_every : float
        Minutes between two.
    resume : bool
        Go on from the checkpoint, if it is there.
    log : path, optional
        Write the loss of each epoch there, for plot_loss().
    validation : corpus, optional
        Report the loss on this held-out text after each epoch.
    threads : int
        0: all cores; only 1 gives the same bits on every run.
    replicas : int
        Of the tables, merged now and then, 1 to 64; 0: one for each group of cores that share a last cache.
    deterministic : bool
        The same bits for any number of threads, at more cost.
    seed : int
        Of all that is drawn at random.
    resample : int
        Not 0: train on a bootstrap resample of the text, with this seed: pieces of 1,000 words drawn with replacement,
        as `drift` compares them. Words are chosen by their counts in the text itself.
    contexts : bool
        Keep the context vectors too, as `contexts` of the result.
    dry_run : bool
        Return a TrainingEstimate of memory and time in place of training.
    progress : bool or function
        True: a progress bar (tqdm, if it is installed). A function is called with a Progress ten times a second at
        most; what it raises ends training.
    on_epoch : function, optional
        Called with an EpochReport after each epoch. If it raises StopIteration, training ends with the vectors so
        far; any other exception is passed on.

    Returns
    -------
    Embeddings
        With `metadata` that says how they were made.

    Raises
    ------
    Error
        If the text cannot be read, no word is frequent enough, or training diverges.
    OptionError
        If a keyword is out of range.
    KeyboardInterrupt
        On Ctrl-C, within half a second; the checkpoint is kept.

    Examples
    --------
    >>> vectors = train_word2vec([["a", "b", "c"]] * 20, dimension=4, subsample=0)
    >>> vectors.vectors.shape, vectors.metadata["command"]
    ((3, 4), 'train skipgram')
    >>> import numpy
    >>> nodes = train_word2vec(numpy.array([[7, 8, 9]] * 20), dimension=4, subsample=0)
    >>> nodes[9].tolist() == nodes["9"].tolist(), nodes[[7, 8]].shape
    (True, (2, 4))
    """
    arguments = dict(locals())
    _require_no_choice(vocabulary, min_count, max_size, keep, drop)
    keywords = {**text_keywords(arguments), "model": model, "loss": loss, "dimension": dimension, "window": window, "window_shape": window_shape,
                "negatives": negatives, "group": group, "group_noise": group_noise, "subwords": subwords, "buckets": buckets, "epochs": epochs, "learning_rate": learning_rate, "subsample": subsample,
                "noise_exponent": noise_exponent, "cbow_update": cbow_update, "min_count": min_count,
                "max_size": max_size, "unknown": unknown, "end_token": end_token, "vocabulary": _words_of(vocabulary),
                "memory": memory, **_start_keywords(initialize, checkpoint, checkpoint_every, resume, log),
                "threads": threads, "replicas": replicas,
                "deterministic": deterministic, "seed": seed, "resample": resample, "contexts": contexts, "dry_run": dry_run,
                "progress": progress_callback(progress), "on_epoch": epoch_callback(on_epoch), "notice": notice}
    held_out = None if validation is None else corpus_of(validation, memory, "validation", field, column)
    text = corpus_of(corpus, memory, field=field, column=column)
    made = _core.train_word2vec(text, held_out, keywords)
    if dry_run:
        tables, units, speed = made
        return TrainingEstimate(dict(tables), units, speed or None)
    integers = text._integers()
    result = _made(made[0], integers)
    if made[1] is not None:
        result._contexts = _made(made[1], integers)
    return result


@named_keywords
def train_glove(corpus: Any = None, *, cooccurrences: Any = None, vectors: str = "word+context",
                unknown_vector: bool = False, dimension: int = 50, window: int = 15, symmetric: bool = True,
                distance_weighting: bool = True, epochs: int = 25, learning_rate: float = 0.05, x_max: float = 100,
                weight_exponent: float = 0.75, gradient_clip: float = 100, bias_update: str = "gradient",
                lowercase: bool = False, normalize: str = "none", tokenize: str = "whitespace",
                punctuation: str = "keep", digits: str = "keep", invalid_utf8: str = "keep", max_sentence: int = 0,
                phrases: Any = None, keep: Any = None, drop: Any = None, field: str = "", column: Any = "", min_count: int = 5, max_size: int = 0, unknown: str = "", end_token: str = "", vocabulary: Any = None,
                memory: int = 0, initialize: Any = None, checkpoint: Any = None, checkpoint_every: float = 30,
                resume: bool = False, log: Any = None, threads: int = 0, seed: int = 1, resample: int = 0, parameters: Any = None, dry_run: bool = False,
                progress: Any = None, on_epoch: Any = None) -> Any:
    """Learns word vectors by GloVe (Pennington, Socher and Manning 2014).

    The result is the same bits for any number of threads.

    Parameters
    ----------
    corpus
        As in train_word2vec; or Cooccurrences.
    cooccurrences : Cooccurrences or path, optional
        Take pairs in place of a corpus; of a file, with `vocabulary`, by which its words are numbered.
    vectors : {"word+context", "word", "context", "both", "both+biases"}
        What is kept of a word; word+context is the sum.
    unknown_vector : bool
        Add ``<unk>``, the mean of the 100 rarest words' vectors.
    dimension : int
        Length of a vector, 1 to 65,000.
    window, symmetric, distance_weighting
        As in count_cooccurrences.
    epochs : int
        Passes over the pairs.
    learning_rate : float
        Of AdaGrad.
    x_max, weight_exponent : float
        Pairs that occur more often than `x_max` weigh 1; rarer ones (count / x_max) to this power.
    gradient_clip : float
        Largest number in a gradient.
    bias_update : {"gradient", "legacy"}
        legacy: without the learning rate, as in Stanford's program since 2019.
    parameters : path, optional
        Also write all parameters there, as ``glove -binary 1`` does.
    lowercase, normalize, tokenize, punctuation, digits, invalid_utf8, max_sentence
        As in count_words.
    phrases, keep, drop, field, column
        As in count_words.
    min_count, max_size, unknown, end_token, memory
        As in count_words.
    vocabulary, initialize, checkpoint, checkpoint_every, resume, log
        As in train_word2vec.
    threads, seed, resample, dry_run, progress, on_epoch
        As in train_word2vec.

    Returns
    -------
    Embeddings

    Examples
    --------
    >>> vectors = train_glove([["a", "b", "c"]] * 20, dimension=4)
    >>> vectors.dimension
    4
    """
    source = corpus
    if cooccurrences is not None:
        if corpus is not None:
            raise TypeError("give either a corpus or cooccurrences")
        if not isinstance(cooccurrences, Cooccurrences):
            if vocabulary is None:
                raise OptionError("cooccurrences of a file need vocabulary, by which its words are numbered")
            cooccurrences = Cooccurrences.load(cooccurrences, vocabulary)
        source = cooccurrences
    elif corpus is None:
        raise TypeError("give either a corpus or cooccurrences")
    arguments = dict(locals())
    _require_no_choice(vocabulary, min_count, max_size, keep, drop)
    keywords = {**text_keywords(arguments), "vectors": vectors, "unknown_vector": unknown_vector, "dimension": dimension, "window": window,
                "symmetric": symmetric, "distance_weighting": distance_weighting, "epochs": epochs,
                "learning_rate": learning_rate, "x_max": x_max, "weight_exponent": weight_exponent,
                "gradient_clip": gradient_clip, "bias_update": bias_update, "min_count": min_count,
                "max_size": max_size, "unknown": unknown, "end_token": end_token, "vocabulary": _words_of(vocabulary),
                "memory": memory, **_start_keywords(initialize, checkpoint, checkpoint_every, resume, log),
                "threads": threads, "seed": seed, "resample": resample,
                "parameters": None if parameters is None else path_of(parameters, "parameters"), "dry_run": dry_run,
                "progress": progress_callback(progress), "on_epoch": epoch_callback(on_epoch), "notice": notice}
    counted = isinstance(source, Cooccurrences)
    text = source._handle if counted else corpus_of(source, memory, field=field, column=column)
    made = _core.train_glove(text, keywords)
    if dry_run:
        return TrainingEstimate(dict(made[0]), made[1] * epochs, None)
    return _made(made[0], not counted and text._integers())
