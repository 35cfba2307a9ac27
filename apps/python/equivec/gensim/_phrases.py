"""gensim's Phrases over find_phrases."""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from .. import _core
from .._errors import Error
from .._inputs import corpus_of, is_text
from .._text import find_phrases
from .._training import count_words
from ._common import _open
from ._files import _packing

#: English words that may stand inside a phrase, but not at its ends.
ENGLISH_CONNECTOR_WORDS: frozenset[str] = frozenset(_core.english_connector_words)

_Scorer = Callable[..., float]


def original_scorer(worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float, min_count: float,
                    corpus_word_count: float) -> float:
    """The score of a pair with ``scoring="default"`` (Mikolov et al. 2013), of counts.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count : int
        How often the first word, the second, and the pair occur.
    len_vocab : int
        How many different words and pairs there are.
    min_count : int
        The discount of rare pairs.
    corpus_word_count : int
        Of no effect.

    Returns
    -------
    float

    Examples
    --------
    >>> original_scorer(worda_count=8, wordb_count=10, bigram_count=7, len_vocab=400, min_count=5,
    ...                 corpus_word_count=1000)
    10.0
    """
    if not worda_count * wordb_count:
        return -math.inf
    return (bigram_count - min_count) / (worda_count * wordb_count) * len_vocab


def npmi_scorer(worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float, min_count: float,
                corpus_word_count: float) -> float:
    """The score of a pair with ``scoring="npmi"`` (Bouma 2009), from -1 to 1, of counts.

    Parameters
    ----------
    worda_count, wordb_count, bigram_count, min_count
        As in original_scorer.
    len_vocab : int
        Of no effect.
    corpus_word_count : int
        How many words there are, each time counted.

    Returns
    -------
    float

    Examples
    --------
    >>> score = npmi_scorer(worda_count=8, wordb_count=10, bigram_count=7, len_vocab=400, min_count=5,
    ...                     corpus_word_count=1000)
    >>> round(score, 3)
    0.901
    """
    if bigram_count < min_count or not (worda_count and wordb_count and bigram_count):
        return -math.inf
    total = float(corpus_word_count)
    share = bigram_count / total
    return math.log(share / (worda_count / total * (wordb_count / total))) / -math.log(share)


#: Each scorer by its name in gensim, and its name in find_phrases.
_scorers: dict[str, tuple[_Scorer, str]] = {"default": (original_scorer, "original"), "npmi": (npmi_scorer, "npmi")}


def _name_of(scoring: Any) -> Optional[str]:
    """gensim's name of a scorer, which may be gensim's own; None of any other."""
    if isinstance(scoring, str):
        return scoring if scoring in _scorers else None
    for name, (ours, _) in _scorers.items():
        theirs = (getattr(scoring, "__module__", ""), getattr(scoring, "__name__", ""))
        if scoring is ours or theirs == ("gensim.models.phrases", ours.__name__):
            return name
    return None


def _scorer_of(scoring: Any) -> _Scorer:
    name = _name_of(scoring)
    if name is not None:
        return _scorers[name][0]
    if isinstance(scoring, str):
        raise ValueError(f"scoring: expected 'default' or 'npmi', found '{scoring}'")
    raise TypeError("scoring: expected 'default', 'npmi', original_scorer or npmi_scorer, found "
                    f"{getattr(scoring, '__name__', type(scoring).__name__)}; vocab has the counts that another score "
                    "needs")


def _require_settings(min_count: Any, threshold: float, scoring: Any, delimiter: Any, connector_words: Any) -> None:
    if int(min_count) != min_count:
        raise TypeError(f"min_count: expected an int, found {min_count}")
    if min_count < 1:
        raise ValueError("min_count: expected at least 1")
    if _name_of(scoring) == "npmi" and not -1 <= threshold <= 1:
        raise ValueError(f"threshold: expected -1 to 1, as npmi scores are, found {threshold}")
    if _name_of(scoring) == "default" and (threshold < 0 or (threshold == 0 and scoring == "default")):
        raise ValueError(f"threshold: expected a number above 0, found {threshold}")
    if not isinstance(delimiter, str):
        raise TypeError(f"delimiter: expected a str, found {type(delimiter).__name__}")
    if not delimiter:
        raise ValueError("delimiter: expected something to stand between the words of a phrase, found ''")
    if is_text(connector_words):
        raise TypeError(f"connector_words: expected words, found a {type(connector_words).__name__}; split it first")


# ---- counting ----

class _Counts(NamedTuple):
    """Of a text."""

    words: Counter[str]
    pairs: Counter[tuple[str, ...]]  # of the words at the ends, and the connector words between them
    tokens: int


def _corpus_of(sentences: Any) -> Any:
    """The compiled module's corpus, read once; None if there is no word."""
    if isinstance(sentences, (str, bytes, os.PathLike)):
        raise TypeError(f"sentences: expected lists of words, found a {type(sentences).__name__}; of a file, call "
                        "equivec.find_phrases()")
    if isinstance(sentences, Mapping) or not isinstance(sentences, Iterable):
        raise TypeError(f"sentences: expected an iterable of lists of words, found {type(sentences).__name__}")
    try:
        corpus = corpus_of(sentences)
    except Error as error:
        if "holds no word" not in str(error):
            raise
        return None
    if corpus._integers():
        raise TypeError("sentences: expected words that are str, found integers")
    return corpus


def _mark_apart(words: Iterable[str]) -> str:
    """A character that is in no word."""
    used = set().union(*words)
    return next(c for c in map(chr, itertools.count(1)) if c not in used and not c.isspace())


def _counts_of(corpus: Any, connector_words: Sequence[str]) -> _Counts:
    """Counts everything. The pairs are those with a score above 0 where no count is taken off, and it tells how often
    they occur."""
    words = Counter(count_words(corpus, min_count=1).to_dict())
    tokens = sum(words.values())
    mark = _mark_apart(words)
    found = find_phrases(corpus, scoring="word2phrase", threshold=0, min_count=0, delimiter=mark,
                         connector_words=connector_words).passes
    pairs: Counter[tuple[str, ...]] = Counter()
    for phrase, score in (found[0] if found else {}).items():
        parts = tuple(phrase.split(mark))
        pairs[parts] = round(score * words[parts[0]] * words[parts[-1]] / tokens)
    return _Counts(words, pairs, tokens)


# ---- joining ----

class _TransformedCorpus:
    """Sentences whose phrases are joined as they are asked for; as often as there are sentences to be asked for."""

    def __init__(self, obj: _Joining, corpus: Any) -> None:
        self.obj, self.corpus = obj, corpus

    def __iter__(self) -> Iterator[Any]:
        for sentence in self.corpus:
            yield self.obj[sentence]

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, docno: Any) -> Any:
        if not hasattr(self.corpus, "__getitem__"):
            raise RuntimeError(f"{type(self.corpus).__name__} has no sentences by number: go through them, or make a "
                               "list")
        return self.obj[self.corpus[docno]]


class _Joining:
    """What finds phrases in sentences: the one that has learned them, and the one that only has them."""

    connector_words: frozenset[str]
    delimiter: str
    threshold: float
    min_count: int
    scoring: Any

    def _scores(self) -> dict[str, float]:
        raise NotImplementedError

    def _join(self, sentence: Iterable[str]) -> tuple[list[str], list[int]]:
        """The words with the phrases joined, and where the phrases are."""
        if is_text(sentence):
            raise TypeError(f"expected a list of words, found a {type(sentence).__name__}; split it first")
        score_of, threshold, delimiter = self._scores().get, self.threshold, self.delimiter
        connector_words = self.connector_words
        tokens: list[str] = []
        joined: list[int] = []
        start: Optional[str] = None  # the words so far of what may be a phrase
        begin, word = 0, ""  # where it begins
        try:
            for word in sentence:
                if word in connector_words:
                    if start is not None:
                        start += delimiter + word
                elif word == "":  # which is no word
                    continue
                else:
                    if start is not None:
                        phrase = start + delimiter + word
                        if score_of(phrase, threshold) > threshold:
                            tokens[begin:] = [phrase]
                            joined.append(begin)
                            start = None
                            continue
                    start, begin = word, len(tokens)
                tokens.append(word)
        except TypeError:
            if isinstance(word, str):
                raise
            raise TypeError(f"expected words that are str, found {type(word).__name__}") from None
        return tokens, joined

    def __getitem__(self, sentence: Any) -> Any:
        """The words of a sentence with the phrases joined; of sentences, an iterable of such."""
        if is_text(sentence):
            raise TypeError(f"expected a list of words, or such lists, found a {type(sentence).__name__}; split it "
                            "first")
        items = iter(sentence)
        try:
            first = next(items)
        except StopIteration:
            return []
        everything = itertools.chain([first], items) if items is sentence else sentence
        if isinstance(first, str):
            return self._join(everything)[0]
        if isinstance(first, bytes) or not isinstance(first, Iterable):
            raise TypeError(f"expected words that are str, or sentences, found {type(first).__name__}")
        return _TransformedCorpus(self, everything)

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[tuple[str, Optional[float]]]:
        """The words of a sentence with the phrases joined, each with its score, or None of a word.

        Parameters
        ----------
        sentence : iterable of str

        Yields
        ------
        (str, float or None)
        """
        scores = self._scores()
        tokens, joined = self._join(sentence)
        places = set(joined)
        for i, token in enumerate(tokens):
            yield token, scores[token] if i in places else None

    def score_candidate(self, word_a: str, word_b: str,
                        in_between: Iterable[str]) -> Union[tuple[str, float], tuple[None, None]]:
        """A phrase and its score, or (None, None) if the words are none.

        Parameters
        ----------
        word_a, word_b : str
            The words at its ends.
        in_between : list of str
            The connector words between them.
        """
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self._scores().get(phrase)
        return (None, None) if score is None or score <= self.threshold else (phrase, score)

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> dict[str, float]:
        """The phrases that occur in sentences, with their scores.

        Parameters
        ----------
        sentences : iterable of lists of str

        Returns
        -------
        dict of str to float
        """
        scores = self._scores()
        found = {}
        for sentence in sentences:
            tokens, joined = self._join(sentence)
            for i in joined:
                found[tokens[i]] = scores[tokens[i]]
        return found

    def __str__(self) -> str:
        return (f"{type(self).__name__}<{len(self._scores())} phrases, min_count={self.min_count}, "
                f"threshold={self.threshold}>")

    __repr__ = __str__

    # ---- files ----

    #: What save() writes as it is.
    _settings: tuple[str, ...] = ("min_count", "threshold", "delimiter")

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Any:
        """What load() has read."""
        raise NotImplementedError

    def save(self, fname_or_handle: Any, separately: Any = None, sep_limit: int = 10485760,
             ignore: Any = frozenset(), pickle_protocol: int = 4) -> None:
        """Writes one file in JSON: the phrases with their scores, and the settings. The other arguments are gensim's,
        for its pickles.

        Parameters
        ----------
        fname_or_handle : path, or file for writing bytes
            Compressed if its name ends with .gz, .bz2 or .xz.
        """
        kind = "FrozenPhrases" if isinstance(self, FrozenPhrases) else "Phrases"
        document = {"equivec.gensim": kind, **{name: getattr(self, name) for name in self._settings},
                    "scoring": _name_of(self.scoring), "connector_words": sorted(self.connector_words),
                    "phrases": self._scores()}
        content = json.dumps(document, default=lambda number: number.item()).encode()  # numbers may be NumPy's
        if hasattr(fname_or_handle, "write"):
            fname_or_handle.write(content)
            return
        with _packing(fname_or_handle)(fname_or_handle, "wb") as file:
            file.write(content)

    @classmethod
    def load(cls, fname: Any, mmap: Optional[str] = None) -> Any:
        """Reads what save() of Phrases or FrozenPhrases wrote, and returns what it was.

        Files that gensim's save() wrote are pickles of its classes: load them with gensim and pass them to
        FrozenPhrases().

        Parameters
        ----------
        fname : path
        mmap
            Of no effect.

        Returns
        -------
        Phrases or FrozenPhrases
        """
        with _open(fname) as file:
            content = file.read()
        if content.startswith(b"\x80"):
            raise Error(f"{os.fsdecode(fname)}: is a Python pickle, such as gensim's save writes; load it with gensim "
                        "and pass it to FrozenPhrases()")
        try:
            document = json.loads(content)
            kinds: dict[str, type[_Joining]] = {"Phrases": Phrases, "FrozenPhrases": FrozenPhrases}
            kind = kinds[document["equivec.gensim"]]
            document["scoring"] = _scorer_of(document["scoring"]) if document["scoring"] else None
            document["connector_words"] = frozenset(document["connector_words"])
            document["phrases"] = {phrase: float(score) for phrase, score in document["phrases"].items()}
            return (cls if issubclass(cls, kind) else kind)._of(document)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise Error(f"{os.fsdecode(fname)}: is not what save() of Phrases and FrozenPhrases writes") from None


class Phrases(_Joining):
    """Finds words that belong together as gensim.models.Phrases does, by find_phrases().

    ``phrases[sentence]`` is the sentence with them joined, ``phrases[sentences]`` an iterable of such sentences, which
    another Phrases can learn from: so phrases of more words are found. The text is kept as numbers, four bytes a word;
    freeze() returns what keeps the phrases alone.

    Parameters
    ----------
    sentences : iterable of lists of str, optional
        Read once, so that a generator will do. A sentence that is a str is split at white space.
    min_count : int
        The discount of rare pairs; rarer words are in no phrase.
    threshold : float
        Pairs whose score is above it are phrases.
    delimiter : str
        Stands between the words of a phrase.
    scoring : {"default", "npmi"}, or original_scorer or npmi_scorer
    connector_words : iterable of str
        May stand inside a phrase, but not at its ends: ENGLISH_CONNECTOR_WORDS, or others.
    max_vocab_size, progress_per
        Of no effect: counts are exact.

    Attributes
    ----------
    vocab
    corpus_word_count

    Examples
    --------
    >>> sentences = ["in new york city".split(), "new york is big".split(), "the bank of america".split()] * 5
    >>> bigram = Phrases(sentences, min_count=1, threshold=1, connector_words=ENGLISH_CONNECTOR_WORDS)
    >>> bigram[["a", "bank", "of", "america"]]
    ['a', 'bank_of_america']
    >>> trigram = Phrases(bigram[sentences], min_count=1, threshold=0.4, connector_words=ENGLISH_CONNECTOR_WORDS)
    >>> trigram[bigram[["new", "york", "city"]]]
    ['new_york_city']
    """

    def __init__(self, sentences: Any = None, min_count: int = 5, threshold: float = 10.0,
                 max_vocab_size: int = 40000000, delimiter: str = "_", progress_per: int = 10000,
                 scoring: Any = "default", connector_words: Iterable[str] = frozenset()) -> None:
        self.scoring = _scorer_of(scoring)
        _require_settings(min_count, threshold, scoring, delimiter, connector_words)
        self.min_count, self.threshold, self.delimiter = min_count, threshold, delimiter
        self.connector_words = frozenset(connector_words)
        self.max_vocab_size, self.progress_per, self.min_reduce = max_vocab_size, progress_per, 1
        self._corpus: Any = None  # the text, while it came at once
        self._counts: Optional[_Counts] = None  # of the text, once it has come in parts
        self._tokens: Optional[int] = 0  # None: not counted yet
        self._vocab: Optional[dict[str, int]] = None
        self._found: Optional[tuple[list[Any], dict[str, float]]] = None  # with what they were found
        if sentences is not None:
            self.add_vocab(sentences)

    # ---- learning ----

    def add_vocab(self, sentences: Any) -> None:
        """Learns from more sentences. The result is that of all sentences at once, which are counted faster: from the
        second call on all pairs are kept one by one, as in gensim.

        Parameters
        ----------
        sentences : iterable of lists of str

        Examples
        --------
        >>> phrases = Phrases(min_count=1, threshold=1)
        >>> phrases.add_vocab([["new", "york"]])
        >>> phrases.add_vocab([["in", "new", "york"], ["new", "york", "is"]])
        >>> phrases.export_phrases()
        {'new_york': 1.5555555555555554}
        """
        self._require_text("add_vocab")
        corpus = _corpus_of(sentences)
        if corpus is None:
            return
        if self._corpus is None and self._counts is None:
            self._corpus, self._tokens = corpus, None
        else:
            counts, more = self._all_counts(), _counts_of(corpus, self._connectors())
            counts.words.update(more.words)
            counts.pairs.update(more.pairs)
            self._tokens = counts.tokens + more.tokens
            self._counts, self._corpus = counts._replace(tokens=self._tokens), None
        self._found = self._vocab = None

    def _connectors(self) -> list[str]:
        return sorted(filter(None, self.connector_words))

    def _all_counts(self) -> _Counts:
        if self._counts is None:
            self._counts = _counts_of(self._corpus, self._connectors())
        return self._counts

    def _is_read(self) -> bool:
        """Whether this was loaded or unpickled, without the text."""
        return bool(self._tokens) and self._corpus is None and self._counts is None

    def _require_text(self, name: str) -> None:
        if self._is_read():
            raise RuntimeError(f"{name}: the counts of words and pairs are neither saved nor pickled; make Phrases of "
                               "all sentences")

    # ---- what was learned ----

    def _scores(self) -> dict[str, float]:
        setting = self._setting()
        if self._found is None or self._found[0] != setting:
            if self._found is not None and self._is_read():
                *others, threshold = self._found[0]
                if others == setting[:-1] and threshold <= self.threshold:
                    return self._found[1]
                self._require_text("other settings")
            self._found = setting, self._find()
        return self._found[1]

    def _setting(self) -> list[Any]:
        """What may change between two questions, as in gensim."""
        return [_name_of(self.scoring), self.min_count, self.threshold]

    def _find(self) -> dict[str, float]:
        scorer = _scorer_of(self.scoring)
        if self._counts is not None:
            return self._scored(self._counts, scorer)
        if self._corpus is None:
            return {}
        delimiter = self.delimiter
        if delimiter.split() != [delimiter]:  # white space, which find_phrases() does not put between words
            delimiter = _mark_apart(count_words(self._corpus, min_count=1))
        found = find_phrases(self._corpus, scoring=_scorers[str(_name_of(scorer))][1], threshold=self.threshold,
                             min_count=int(self.min_count), delimiter=delimiter,
                             connector_words=self._connectors()).passes
        scores: dict[str, float] = {}
        for phrase, score in (found[0] if found else {}).items():  # the best first
            scores.setdefault(phrase.replace(delimiter, self.delimiter), score)
        return scores

    def _scored(self, counts: _Counts, scorer: _Scorer) -> dict[str, float]:
        different = len(counts.pairs) + sum(word not in self.connector_words for word in counts.words)
        scores: dict[str, float] = {}
        for parts, count in counts.pairs.items():
            score = scorer(counts.words[parts[0]], counts.words[parts[-1]], count, different, self.min_count,
                           counts.tokens)
            if score > self.threshold:
                phrase = self.delimiter.join(parts)
                scores[phrase] = max(score, scores.get(phrase, score))
        return scores

    def export_phrases(self) -> dict[str, float]:
        """All phrases that were learned, with their scores.

        Returns
        -------
        dict of str to float
        """
        return {phrase: score for phrase, score in self._scores().items() if score > self.threshold}

    def freeze(self) -> FrozenPhrases:
        """The phrases alone, which take less memory.

        Returns
        -------
        FrozenPhrases
        """
        return FrozenPhrases(self)

    @property
    def vocab(self) -> dict[str, int]:
        """How often each word occurs, and each pair of words, joined by the delimiter. Made when it is first asked for;
        it takes the time and memory that gensim takes."""
        if self._vocab is None:
            self._require_text("vocab")
            if self._corpus is None and self._counts is None:
                return {}
            counts = self._all_counts()
            vocab = Counter({word: n for word, n in counts.words.items() if word not in self.connector_words})
            for parts, count in counts.pairs.items():
                vocab[self.delimiter.join(parts)] += count
            self._vocab = dict(vocab)
        return self._vocab

    @property
    def corpus_word_count(self) -> int:
        """How many words there were."""
        if self._tokens is None:
            self._tokens = int(count_words(self._corpus, min_count=1).total_count)
        return self._tokens

    # ---- files ----

    _settings = (*_Joining._settings, "max_vocab_size", "progress_per", "corpus_word_count")

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Any:
        self = cls.__new__(cls)
        Phrases.__init__(self, None, *(document[name] for name in (
            "min_count", "threshold", "max_vocab_size", "delimiter", "progress_per", "scoring", "connector_words")))
        self._tokens = int(document["corpus_word_count"])
        self._found = self._setting(), document["phrases"]
        return self

    def __getstate__(self) -> dict[str, Any]:
        self._scores()
        return {**vars(self), "_corpus": None, "_counts": None, "_vocab": None, "_tokens": self.corpus_word_count}

    def __copy__(self) -> Any:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        made = memo[id(self)] = type(self).__new__(type(self))
        # The text does not change, and cannot be copied.
        vars(made).update(copy.deepcopy({**vars(self), "_corpus": None}, memo), _corpus=self._corpus)
        return made


class FrozenPhrases(_Joining):
    """Phrases that do not learn any more: see Phrases.freeze().

    Parameters
    ----------
    phrases_model : Phrases
        Or gensim's, whose phrases are those of its export_phrases().

    Attributes
    ----------
    phrasegrams : dict of str to float
        The phrases with their scores.

    Examples
    --------
    >>> frozen = FrozenPhrases(Phrases([["in", "new", "york"], ["new", "york", "is"]] * 5, min_count=1, threshold=0.6))
    >>> frozen
    FrozenPhrases<1 phrases, min_count=1, threshold=0.6>
    >>> frozen.phrasegrams
    {'new_york': 0.63}
    >>> frozen[["new", "york"]]
    ['new_york']
    """

    def __init__(self, phrases_model: Any) -> None:
        try:
            self.threshold, self.min_count = phrases_model.threshold, phrases_model.min_count
            self.delimiter, self.scoring = phrases_model.delimiter, phrases_model.scoring
            self.connector_words = frozenset(phrases_model.connector_words)
            exported = getattr(phrases_model, "export_phrases", None)
            self.phrasegrams: dict[str, float] = dict(exported() if exported else phrases_model.phrasegrams)
        except AttributeError:
            raise TypeError(f"expected Phrases, found {type(phrases_model).__name__}") from None
        name = _name_of(self.scoring)
        self.scoring = self.scoring if name is None else _scorers[name][0]

    def _scores(self) -> dict[str, float]:
        return self.phrasegrams

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Any:
        self = cls.__new__(cls)
        for name in (*cls._settings, "scoring", "connector_words"):
            setattr(self, name, document[name])
        self.phrasegrams = document["phrases"]
        return self


Phraser = FrozenPhrases  # gensim's older name
