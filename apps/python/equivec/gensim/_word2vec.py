"""gensim's Word2Vec over train_word2vec."""

from __future__ import annotations

import itertools
import json
import os
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Optional, cast

import numpy as np

from .._errors import Error, Notice
from .._inputs import _integers_in, corpus_of, existing_path, is_text
from .._training import count_words, train_word2vec
from .._vectors import Embeddings, Vocabulary, load
from ._common import _Array, _OldNames, _open
from ._keyed_vectors import KeyedVectors


class CallbackAny2Vec:
    """Is told of training: to be derived from. Any object that has some of these methods will do."""

    def on_train_begin(self, model: Word2Vec) -> None:
        """Before the first epoch."""

    def on_epoch_begin(self, model: Word2Vec) -> None:
        """Before each epoch."""

    def on_epoch_end(self, model: Word2Vec) -> None:
        """After each epoch: ``model.get_latest_training_loss()`` is its loss. ``model.wv`` has the new vectors only
        when training has ended. StopIteration ends it."""

    def on_train_end(self, model: Word2Vec) -> None:
        """After the last epoch."""


class _Text(NamedTuple):
    """A corpus that was read."""

    corpus: Any
    sentences: Optional[int]

    @property
    def integers(self) -> bool:
        return bool(self.corpus._integers())


def _read(sentences: Any, corpus_file: Any, name: str = "sentences") -> _Text:
    """Reads a corpus, a generator too; of a file, only its lines are counted."""
    if (sentences is None) == (corpus_file is None):
        raise TypeError(f"give either {name} or corpus_file")
    if corpus_file is not None:
        existing_path(corpus_file, "corpus_file")
        return _Text(corpus_of(corpus_file), _lines_in(corpus_file))
    if isinstance(sentences, (str, bytes, os.PathLike)):
        raise TypeError(f"{name}: expected lists of words, found a {type(sentences).__name__}; of a file, pass "
                        "corpus_file=")
    array = _integers_in(sentences)
    if array is not None:
        return _Text(corpus_of(array), len(array) if array.ndim == 2 else 1)
    if isinstance(sentences, (list, tuple)):  # read faster as it is
        return _Text(corpus_of(sentences), len(sentences))
    if isinstance(sentences, Mapping) or not isinstance(sentences, Iterable):
        raise TypeError(f"{name}: expected an iterable of lists of words, found {type(sentences).__name__}")
    seen = itertools.count()
    corpus = corpus_of(sentence for sentence, _ in zip(sentences, seen))
    return _Text(corpus, next(seen))


def _lines_in(path: Any) -> Optional[int]:
    """None of a folder and of a compressed file that Python cannot read."""
    if os.path.isdir(path):
        return None
    lines, end = 0, b"\n"
    with _open(path) as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            if not lines and piece.startswith(b"\x28\xb5\x2f\xfd"):  # Zstandard
                return None
            lines, end = lines + piece.count(b"\n"), piece[-1:]
    return lines + (end != b"\n")


def _refuse(**given: Any) -> None:
    """Of options of gensim, those that cannot be had, each with what to do."""
    if given.get("trim_rule") is not None:
        raise TypeError("trim_rule: is not supported; count with equivec.count_words(), leave out what you do not "
                        "want, and pass the rest to build_vocab_from_freq()")
    if given.get("max_vocab_size") is not None:
        raise ValueError("max_vocab_size: counting is exact and takes little memory here; max_final_vocab keeps the "
                         "most frequent words")
    if not given.get("cbow_mean", 1) and not given.get("sg"):
        raise ValueError("cbow_mean: CBOW takes the mean of the context words here; leave cbow_mean out")
    if given.get("null_word"):
        raise ValueError("null_word: there is none here; leave it out")
    if not given.get("sorted_vocab", 1):
        raise ValueError("sorted_vocab: words are in the order of their counts here; leave it out")
    if given.get("hs") == 0 and not given.get("negative"):
        raise ValueError("hs=0 with negative=0 trains nothing: pass one of them")
    if not 0 <= given.get("min_alpha", 0) <= 0.0001:
        raise ValueError("min_alpha: the learning rate falls linearly to almost 0 here; leave min_alpha out")
    if not 0 <= (given.get("sample") or 0) < 1:
        raise ValueError("sample: expected a share of the text, from 0 to below 1; a number of occurrences is not "
                         "supported")


class Word2Vec(_OldNames):
    """Learns word vectors as gensim.models.Word2Vec does, by train_word2vec().

    Parameters
    ----------
    sentences : iterable of lists of str, optional
        Read once, so that a generator will do. A sentence that is a str is split at white space.
    corpus_file : path, optional
        A text, a sentence a line, compressed or not.
    vector_size, alpha, window, min_count, sample, seed, sg, hs, negative, ns_exponent, epochs, shrink_windows
        As in gensim. CBOW (``sg=0``) is gensim's: train_word2vec(model="cbow", cbow_update="legacy").
    workers : int
        Threads. One gives the same vectors on every run.
    max_final_vocab : int, optional
        Keep exactly so many words, the most frequent.
    compute_loss : bool
        Note the loss: see get_latest_training_loss().
    callbacks : iterable of objects like CallbackAny2Vec
    min_alpha, max_vocab_size, cbow_mean, null_word, trim_rule, sorted_vocab
        Only with their defaults: a ValueError or TypeError says what to do instead.
    hashfxn, batch_words
        Of no effect.
    comment : str, optional

    Attributes
    ----------
    wv : KeyedVectors
    """

    def __init__(self, sentences: Any = None, corpus_file: Any = None, vector_size: int = 100, alpha: float = 0.025,
                 window: int = 5, min_count: int = 5, max_vocab_size: Optional[int] = None, sample: float = 1e-3,
                 seed: int = 1, workers: int = 3, min_alpha: float = 0.0001, sg: int = 0, hs: int = 0,
                 negative: int = 5, ns_exponent: float = 0.75, cbow_mean: int = 1, hashfxn: Any = hash,
                 epochs: int = 5, null_word: int = 0, trim_rule: Any = None, sorted_vocab: int = 1,
                 batch_words: int = 10000, compute_loss: bool = False, callbacks: Iterable[Any] = (),
                 comment: Optional[str] = None, max_final_vocab: Optional[int] = None,
                 shrink_windows: bool = True) -> None:
        _refuse(trim_rule=trim_rule, max_vocab_size=max_vocab_size, cbow_mean=cbow_mean, sg=sg, null_word=null_word,
                sorted_vocab=sorted_vocab, hs=int(hs), negative=negative, min_alpha=min_alpha, sample=sample)
        self.vector_size = self.layer1_size = int(vector_size)
        self.alpha, self.min_alpha = float(alpha), float(min_alpha)
        self.window, self.shrink_windows = int(window), bool(shrink_windows)
        self.min_count, self.max_final_vocab, self.max_vocab_size = int(min_count), max_final_vocab, None
        self.sample, self.seed, self.workers = float(sample or 0), int(seed), int(workers)
        self.sg, self.hs, self.negative = int(sg), int(hs), int(negative)
        self.ns_exponent, self.cbow_mean = float(ns_exponent), int(cbow_mean)
        self.epochs, self.compute_loss, self.comment = int(epochs), bool(compute_loss), comment
        self.running_training_loss = self.total_train_time = 0.0
        self.train_count = self.corpus_total_words = 0
        self.corpus_count: Optional[int] = 0
        self._untrained: Optional[Embeddings] = None  # what wv shows before training, which is not to start from
        self.wv = KeyedVectors(self.vector_size)  # stays this object whatever its vectors, as in gensim
        self.wv._of_model = True
        if sentences is not None or corpus_file is not None:
            text = _read(sentences, corpus_file)
            self._build(text)
            self._train(text, callbacks)

    # ---- words ----

    def build_vocab(self, corpus_iterable: Any = None, corpus_file: Any = None, update: bool = False,
                    progress_per: int = 10000, keep_raw_vocab: bool = False, trim_rule: Any = None,
                    **kwargs: Any) -> None:
        """Counts the words of a corpus; train() comes next.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As in the constructor.
        update : bool
            Keep the words and vectors there are, and add those that are frequent enough in this corpus.
        min_count : int, optional
        sample : float, optional
            In place of the constructor's.
        progress_per, keep_raw_vocab
            Of no effect.
        """
        _refuse(trim_rule=trim_rule, sample=kwargs.get("sample"))
        for name in kwargs:
            if name not in ("min_count", "sample"):
                raise TypeError(f"build_vocab() has no keyword '{name}'")
        self.min_count = int(kwargs.get("min_count") or self.min_count)
        self.sample = float(kwargs.get("sample") or self.sample)
        if update and not len(self.wv):
            raise RuntimeError("there are no words yet to which new ones could be added: call build_vocab() without "
                               "update first")
        self._build(_read(corpus_iterable, corpus_file, "corpus_iterable"), update)

    def build_vocab_from_freq(self, word_freq: Mapping[Any, int], keep_raw_vocab: bool = False,
                              corpus_count: Optional[int] = None, trim_rule: Any = None, update: bool = False) -> None:
        """As build_vocab(), from words with their counts."""
        _refuse(trim_rule=trim_rule)
        integers = bool(word_freq) and not is_text(next(iter(word_freq)))
        words = {str(word): count for word, count in word_freq.items()}
        self.corpus_count = corpus_count or 0
        ordered = sorted(words, key=lambda word: (-words[word], word))
        self._choose(Vocabulary({word: words[word] for word in ordered}), integers, update)

    def _build(self, text: _Text, update: bool = False) -> None:
        everything = count_words(text.corpus, min_count=1, threads=self.workers)
        self.corpus_count, self.corpus_total_words = text.sentences, everything.total_count
        self._choose(everything, text.integers, update)

    def _choose(self, everything: Vocabulary, integers: bool, update: bool) -> None:
        """Of words in the order of their counts, those that are frequent enough."""
        count = int(np.count_nonzero(everything.counts >= self.min_count))
        if self.max_final_vocab is not None:
            count = min(count, self.max_final_vocab)
        if count == 0:
            raise Error(f"none of the {len(everything):,} words of the corpus occurs {self.min_count} times; lower "
                        "min_count")
        chosen = everything
        if count < len(everything):
            chosen = Vocabulary(everything.words[:count], everything.counts[:count])
        if update:
            return self._add(everything, chosen)
        vectors = self._random(len(chosen))
        metadata = {"tokens": "integers"} if integers else {}
        self.wv._set(Embeddings(chosen, vectors, metadata=metadata, copy=False))
        self._untrained = self.wv.embeddings

    def _random(self, rows: int) -> _Array:
        random = np.random.default_rng(self.seed).random((rows, self.vector_size), dtype=np.float32)
        return cast(_Array, (random - np.float32(0.5)) / np.float32(self.vector_size))

    def _add(self, everything: Vocabulary, chosen: Vocabulary) -> None:
        old = self.wv.embeddings
        counts = [count + everything.count(word) for word, count in old.vocabulary.items()]
        new = [(word, count) for word, count in chosen.items() if word not in old]
        vocabulary = Vocabulary([*old.words, *(word for word, _ in new)], [*counts, *(count for _, count in new)])
        vectors = np.vstack([old.vectors, self._random(len(new))])
        self.wv._set(Embeddings(vocabulary, vectors, metadata=old.metadata, copy=False))
        self._untrained = None

    # ---- training ----

    def train(self, corpus_iterable: Any = None, corpus_file: Any = None, total_examples: Optional[int] = None,
              total_words: Optional[int] = None, epochs: Optional[int] = None, start_alpha: Optional[float] = None,
              end_alpha: Optional[float] = None, word_count: int = 0, queue_factor: int = 2, report_delay: float = 1.0,
              compute_loss: bool = False, callbacks: Iterable[Any] = (), **kwargs: Any) -> tuple[int, int]:
        """Trains the words of build_vocab() on a corpus; words that have vectors go on from them.

        What predicts words is not kept between two calls, and starts from zero in each.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As in the constructor.
        epochs : int
            Must be given.
        start_alpha : float, optional
            In place of alpha.
        compute_loss, callbacks
            As in the constructor.
        total_examples, total_words, word_count, queue_factor, report_delay
            Of no effect: the corpus is read before training begins.
        end_alpha
            As min_alpha in the constructor.

        Returns
        -------
        (int, int)
            The words of the corpus that are in the vocabulary, times the epochs, and all of its words, times the
            epochs.
        """
        if kwargs:
            raise TypeError(f"train() has no keyword '{next(iter(kwargs))}'")
        if epochs is None or epochs <= 0:
            raise ValueError("epochs: say how many; mostly it is epochs=model.epochs")
        if not len(self.wv):
            raise RuntimeError("there are no words yet: call build_vocab() first")
        _refuse(min_alpha=end_alpha or 0)
        self.alpha = start_alpha or self.alpha
        self.epochs, self.compute_loss = epochs, compute_loss
        return self._train(_read(corpus_iterable, corpus_file, "corpus_iterable"), callbacks)

    def _options(self) -> dict[str, Any]:
        """What train_word2vec() calls these settings."""
        loss = {(0, True): "negative-sampling", (1, False): "hierarchical-softmax",
                (1, True): "hierarchical-softmax+negative-sampling"}[self.hs, self.negative > 0]
        options = {"model": "skipgram" if self.sg else "cbow", "loss": loss, "cbow_update": "legacy",
                   "dimension": self.vector_size, "window": self.window,
                   "window_shape": "shrinking" if self.shrink_windows else "fixed", "epochs": self.epochs,
                   "learning_rate": self.alpha, "subsample": self.sample, "noise_exponent": self.ns_exponent,
                   "threads": self.workers, "seed": self.seed}
        if self.negative > 0:
            options["negatives"] = self.negative
        return options

    def _train(self, text: _Text, callbacks: Iterable[Any]) -> tuple[int, int]:
        told = list(callbacks)

        def tell(what: str) -> None:
            for callback in told:
                getattr(callback, what, lambda model: None)(self)

        def on_epoch(report: Any) -> None:
            if self.compute_loss:
                self.running_training_loss = report.loss
            tell("on_epoch_end")
            if report.epoch < self.epochs:
                tell("on_epoch_begin")

        self.running_training_loss = 0.0
        start = self.wv.embeddings
        tell("on_train_begin")
        tell("on_epoch_begin")
        began = time.perf_counter()
        vectors = self._trained(text, start, on_epoch)
        self.total_train_time += time.perf_counter() - began
        self.train_count += 1
        self.wv._set(vectors)
        self._untrained = None
        tell("on_train_end")
        words, tokens = (int(vectors.metadata.get(name, 0)) for name in ("corpus_words", "corpus_tokens"))
        return words * self.epochs, tokens * self.epochs

    def _trained(self, text: _Text, start: Embeddings, on_epoch: Callable[[Any], None]) -> Embeddings:
        initial = None if start is self._untrained else start
        try:
            vectors = train_word2vec(text.corpus, vocabulary=start.vocabulary, initialize=initial, on_epoch=on_epoch,
                                     **self._options())
        except Error as error:
            # gensim says nothing and keeps the random vectors, which its first examples rely on.
            if "nothing to learn from" not in str(error):
                raise
            warnings.warn("there was nothing to learn from: no sentence has two words of the vocabulary that "
                          "subsampling left, which sample=0 turns off; the vectors stay as they were", Notice,
                          stacklevel=4)
            return start
        metadata = {**vectors.metadata, "min_count": str(self.min_count), "max_size": str(self.max_final_vocab or 0)}
        if start.metadata.get("tokens") == "integers":
            metadata["tokens"] = "integers"
        return cast(Embeddings, vectors.with_metadata(metadata))

    def get_latest_training_loss(self) -> float:
        """With compute_loss, the mean loss of a pair in the last epoch, else 0. gensim's is the sum over all epochs."""
        return self.running_training_loss

    def init_sims(self, replace: bool = False) -> None:
        """Of wv."""
        self.wv.init_sims(replace)

    # ---- files ----

    #: What save() writes beside the vectors.
    _settings = ("alpha", "min_alpha", "window", "shrink_windows", "min_count", "max_final_vocab", "sample", "seed",
                 "workers", "sg", "hs", "negative", "ns_exponent", "cbow_mean", "epochs", "compute_loss", "comment",
                 "running_training_loss", "total_train_time", "train_count", "corpus_total_words", "corpus_count")

    def save(self, fname: Any, separately: Any = None, sep_limit: Any = None, ignore: Any = None,
             pickle_protocol: Any = None) -> None:
        """Writes one file in equivec's native format: the vectors with their counts, and the settings. The other
        arguments are gensim's, for its pickles."""
        vectors = self.wv.embeddings
        settings = {name: getattr(self, name) for name in self._settings}
        settings["trained"] = vectors is not self._untrained
        named = vectors.with_metadata({**vectors.metadata, "gensim_word2vec": json.dumps(settings)})
        named.save(fname, format="native")

    @classmethod
    def load(cls, fname: Any, mmap: Optional[str] = None, rethrow: bool = False) -> Word2Vec:
        """Reads what save() wrote. Of models that gensim saved, see from_gensim()."""
        vectors = load(fname, format="native")
        metadata = vectors.metadata
        if "gensim_word2vec" not in metadata:
            raise Error(f"{os.fsdecode(fname)}: has vectors, but not the settings of a Word2Vec; KeyedVectors.load() "
                        "reads it")
        settings = json.loads(metadata.pop("gensim_word2vec"))
        trained = settings.pop("trained")
        self = cls(vector_size=vectors.dimension)
        for name in cls._settings:
            setattr(self, name, settings[name])
        self.wv._set(vectors.with_metadata(metadata))
        self._untrained = None if trained else self.wv.embeddings
        return self

    def __str__(self) -> str:
        return f"{type(self).__name__}<vocab={len(self.wv)}, vector_size={self.vector_size}, alpha={self.alpha}>"

    __repr__ = __str__
