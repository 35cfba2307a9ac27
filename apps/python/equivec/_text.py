"""From text to words."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional

from . import _core
from ._inputs import (corpus_of, existing_path, named_keywords, notice, path_of, progress_callback, text_keywords,
                      word_list)


@named_keywords
def tokenize(text: Any, *, lowercase: bool = False, normalize: str = "none", tokenize: str = "whitespace",
             punctuation: str = "keep", digits: str = "keep", invalid_utf8: str = "keep") -> list[list[str]]:
    """The words of a text, as training finds them in a corpus with the same keywords.

    Parameters
    ----------
    text : str or bytes
    lowercase, normalize, tokenize, punctuation, digits, invalid_utf8
        As in count_words.

    Returns
    -------
    list of list of str
        A list for each line.

    Raises
    ------
    Error
        If bytes are not UTF-8 and are not to be there.

    Examples
    --------
    >>> from equivec import tokenize
    >>> tokenize("The cat's 3 dogs,\\nand more.", lowercase=True, tokenize="words")
    [['the', "cat's", '3', 'dogs', ','], ['and', 'more', '.']]
    """
    return _core.tokenize(text, text_keywords(locals()))


class Phrases(Mapping[str, float]):
    """Words that follow each other so often that they are read as one, with their scores: what find_phrases gives.

    A mapping from phrases, as "new_york", to scores. Pass it as ``phrases=`` where a corpus is read.

    Attributes
    ----------
    passes
    delimiter
    connector_words

    Examples
    --------
    >>> phrases = find_phrases([["in", "new", "york"], ["new", "york", "is"]] * 9, threshold=2)
    >>> dict(phrases)
    {'new_york': 2.1666666666666665}
    >>> phrases.join(["to", "new", "york"])
    ['to', 'new_york']
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    @staticmethod
    def load(path: Any) -> "Phrases":
        """Reads the file that ``save`` and ``equivec phrases`` write.

        Parameters
        ----------
        path : path

        Returns
        -------
        Phrases

        Examples
        --------
        >>> Phrases.from_scores({"new_york": 12.5}).save("phrases.txt")
        >>> Phrases.load("phrases.txt")["new_york"]
        12.5
        """
        return Phrases(_core.read_phrases(existing_path(path)))

    @staticmethod
    def from_scores(scores: Any, *, delimiter: str = "_", connector_words: Optional[Iterable[str]] = None) -> "Phrases":
        """Phrases of one's own.

        Parameters
        ----------
        scores : mapping, or list of mappings
            From phrases to scores; a list has one for each pass.
        delimiter : str
            Stands between the words of a phrase.
        connector_words : iterable of str, optional
            May stand inside a phrase.

        Returns
        -------
        Phrases

        Examples
        --------
        >>> Phrases.from_scores({"new_york": 12.5}).join("in new york".split())
        ['in', 'new_york']
        """
        passes = [scores] if isinstance(scores, Mapping) else scores
        return Phrases(_core.phrases_of([list(each.items()) for each in passes], delimiter,
                                        list(connector_words or ())))

    def save(self, path: Any) -> None:
        """Writes lines "phrase score", the best first; an empty line begins the next pass.

        Parameters
        ----------
        path : path

        Examples
        --------
        >>> Phrases.from_scores({"new_york": 12.5, "los_angeles": 20}).save("phrases.txt")
        >>> print(open("phrases.txt").read(), end="")
        los_angeles 20
        new_york 12.5
        """
        self._handle._save(path_of(path))

    def join(self, words: Iterable[str]) -> list[str]:
        """The words of a sentence with the phrases joined.

        Parameters
        ----------
        words : iterable of str

        Returns
        -------
        list of str

        Examples
        --------
        >>> Phrases.from_scores([{"new_york": 9}, {"new_york_times": 8}]).join(["new", "york", "times"])
        ['new_york_times']
        """
        return self._handle._join(words)

    @property
    def passes(self) -> tuple[dict[str, float], ...]:
        """The phrases of each pass and their scores, the best first."""
        return tuple(dict(each) for each in self._handle._passes())

    @property
    def delimiter(self) -> str:
        """What stands between the words of a phrase."""
        return self._handle._delimiter()

    @property
    def connector_words(self) -> tuple[str, ...]:
        """Words that may stand inside a phrase."""
        return tuple(self._handle._connector_words())

    def __getitem__(self, phrase: str) -> float:
        score = self._handle._score(phrase)
        if score is None:
            raise KeyError(phrase)
        return score

    def __iter__(self) -> Iterator[str]:
        seen: dict[str, None] = {}
        for each in self._handle._passes():
            seen.update((phrase, None) for phrase, _ in each)
        return iter(seen)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __reduce__(self) -> Any:
        return Phrases.from_scores, (list(self.passes),), {"delimiter": self.delimiter,
                                                           "connector_words": self.connector_words}

    def __repr__(self) -> str:
        return f"<Phrases: {len(self):,}>"


@named_keywords
def find_phrases(corpus: Any, *, scoring: str = "word2phrase", threshold: Optional[float] = None, min_count: int = 5,
                 passes: int = 1, connector_words: Any = None, delimiter: str = "_", lowercase: bool = False,
                 normalize: str = "none", tokenize: str = "whitespace", punctuation: str = "keep",
                 digits: str = "keep", invalid_utf8: str = "keep", max_sentence: int = 0, field: str = "",
                 column: Any = "", memory: int = 0, threads: int = 0, progress: Any = None) -> Phrases:
    """Finds words that follow each other so often that they are read as one (Mikolov et al. 2013).

    Parameters
    ----------
    corpus
        As in train_word2vec.
    scoring : {"word2phrase", "original", "npmi"}
        How much two words belong together: as word2phrase.c, or gensim's scorers of these names.
    threshold : float, optional
        Pairs whose score is above it are phrases. By default 100, of original 10, of npmi 0.5.
    min_count : int
        The discount of rare pairs; rarer words are in no phrase.
    passes : int
        Each joins what the last one left: n passes give phrases of up to 2**n words.
    connector_words : "english", iterable of str, or path, optional
        Words that may stand inside a phrase, but not at its ends; of a file, one a line.
    delimiter : str
        Stands between the words of a phrase.
    lowercase, normalize, tokenize, punctuation, digits, invalid_utf8, max_sentence, field, column
        As in count_words.
    memory, threads, progress
        As in count_words.

    Returns
    -------
    Phrases

    Examples
    --------
    >>> find_phrases(["to be in new york", "new york is new"] * 5, threshold=0.5).passes
    ({'new_york': 1.5},)
    """
    words = (list(_core.english_connector_words) if isinstance(connector_words, str) and connector_words == "english"
             else word_list(connector_words, "connector_words"))
    keywords = {**text_keywords(locals()), "scoring": scoring, "threshold": threshold, "min_count": min_count,
                "passes": passes, "connector_words": words, "delimiter": delimiter, "memory": memory,
                "threads": threads, "progress": progress_callback(progress), "notice": notice}
    return Phrases(_core.find_phrases(corpus_of(corpus, memory, field=field, column=column), keywords))
