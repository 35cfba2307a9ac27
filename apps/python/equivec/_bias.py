"""Word sets, and what debiasing gives."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Tuple

from . import _core
from ._inputs import existing_path, named_keywords, path_of, paths_of, progress_callback
from ._results import BiasDirection, Condition, MeasureInfo, MethodInfo
from ._vectors import Embeddings

#: Names of the word sets that come with equivec.
builtin_word_sets: Tuple[str, ...] = _core.builtin_word_sets()


class WordSets:
    """Words to measure and remove bias with: the content of a word set file. Made by word_sets().

    Examples
    --------
    >>> word_sets("weat").queries[:2], len(word_sets("gender").occupations)
    (['weat-1', 'weat-2'], 320)
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    @property
    def name(self) -> str:
        """As the file states it."""
        return self._handle._name()

    @property
    def definitional(self) -> list[Tuple[str, ...]]:
        """Sets whose words differ only in the attribute."""
        return self._handle._definitional()

    @property
    def equalize(self) -> list[Tuple[str, ...]]:
        """Sets to be made symmetric."""
        return self._handle._equalize()

    @property
    def specific(self) -> Tuple[str, ...]:
        """Words that have the attribute by meaning."""
        return self._handle._specific()

    @property
    def occupations(self) -> Tuple[str, ...]:
        """Words that should be neutral."""
        return self._handle._occupations()

    @property
    def lists(self) -> dict[str, Tuple[str, ...]]:
        """Named lists that queries refer to."""
        return self._handle._lists()

    @property
    def queries(self) -> list[str]:
        """Names of the queries."""
        return self._handle._queries()

    def __repr__(self) -> str:
        return f"<WordSets {self.name!r}>"


@dataclasses.dataclass(frozen=True)
class BiasQuery:
    """Lists of words that a measure compares: targets X, Y, ... with attributes A, B, ...

    Parameters
    ----------
    targets, attributes : list of lists of str
        At least one of each; how many depends on the measure.
    name : str
        For reports.

    Examples
    --------
    >>> BiasQuery([["nurse"], ["engineer"]], [["she"], ["he"]]).name
    'query'
    """

    targets: Sequence[Sequence[str]]
    attributes: Sequence[Sequence[str]]
    name: str = "query"

    def _sets(self) -> WordSets:
        lists: dict[str, Any] = {}
        for kind in ("targets", "attributes"):
            for i, words in enumerate(getattr(self, kind)):
                if isinstance(words, (str, bytes)):
                    raise TypeError(f"{kind}: expected lists of words, found a str")
                lists[f"{kind} {i + 1}"] = {"source": "given", "words": list(words)}
        query = {"name": self.name, "source": "given",
                 "targets": [f"targets {i + 1}" for i in range(len(self.targets))],
                 "attributes": [f"attributes {i + 1}" for i in range(len(self.attributes))]}
        return word_sets({"name": self.name, "lists": lists, "queries": [query]})


def word_sets(source: Any) -> WordSets:
    """Word sets by name, of a file, or of a dict.

    Parameters
    ----------
    source : str, path or mapping
        One of `builtin_word_sets`; a JSON file; or the content of such a file (data/README.md describes it). ``source``
        of each section may be left out of a mapping.

    Raises
    ------
    Error
        Naming file, line, place and what is wrong.

    Examples
    --------
    >>> word_sets("gender").definitional[0]
    ('woman', 'man')
    """
    if isinstance(source, WordSets):
        return source
    if isinstance(source, Mapping):
        text = json.dumps(_with_sources(source), ensure_ascii=False)
        return WordSets(_core.WordSetsHandle(text.encode("utf-8", "surrogateescape"), b"word sets"))
    return WordSets(_core.WordSetsHandle(path_of(source, "sets")))


def _with_sources(source: Mapping[str, Any]) -> dict[str, Any]:
    """The file's content, of one that is written more briefly: lists of words in place of sections."""
    content = {name: value for name, value in source.items()}
    content.setdefault("name", "word sets")
    for name, key in (("definitional", "sets"), ("equalize", "sets"), ("specific", "words"), ("occupations", "words")):
        if name in content:
            content[name] = _section(content[name], key)
    if isinstance(content.get("lists"), Mapping):
        content["lists"] = {name: _section(words, "words") for name, words in content["lists"].items()}
    if isinstance(content.get("queries"), Sequence) and not isinstance(content["queries"], str):
        content["queries"] = [{"source": "given", **query} if isinstance(query, Mapping) else query
                              for query in content["queries"]]
    return content


def _section(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return {"source": "given", **value}
    return {"source": "given", key: value}


def sets_of(sets: Any) -> WordSets:
    """One collection."""
    return sets._sets() if isinstance(sets, BiasQuery) else word_sets(sets)


def choose_sets(sets: Any, query: Any) -> Tuple[list[Any], list[str]]:
    """Handles of collections and names of queries, of what `bias` is given."""
    if isinstance(sets, (str, bytes, os.PathLike, Mapping, WordSets)):
        sets = [sets]
    if isinstance(query, (str, bytes, BiasQuery)):
        query = [query]
    collections = [sets_of(one)._handle for one in sets]
    names = []
    for one in query:
        if isinstance(one, BiasQuery):
            collections.append(one._sets()._handle)
            names.append(one.name)
        elif isinstance(one, str):
            names.append(one)
        else:
            raise TypeError(f"query: expected a name or a BiasQuery, found {type(one).__name__}")
    return collections, names


def bias_measures() -> list[MeasureInfo]:
    """The measures of bias, with their papers, ranges and which values are better.

    Examples
    --------
    >>> bias_measures()[0].measure
    'weat'
    """
    return [MeasureInfo(**{name: entry[name] for name in MeasureInfo.__dataclass_fields__})
            for entry in _core.bias_measures()]


def debias_methods() -> list[MethodInfo]:
    """The debiasing methods, with their papers, options and the words they change.

    Examples
    --------
    >>> debias_methods()[0].method
    'hard'
    """
    return [MethodInfo(**{name: entry[name] for name in MethodInfo.__dataclass_fields__})
            for entry in _core.debias_methods()]


class Debiased:
    """What debiasing gives: new vectors, what was done, and what was proved; see Embeddings.debias.

    Examples
    --------
    >>> d = e.debias("hard", sets=_sets)
    >>> d.embeddings, d.method, d.equalized, d.missing
    (<Embeddings of 11 words, 3 dimensions>, 'hard', [['queen', 'king']], [])
    >>> d.conditions[0].promise
    'no neutralized word has a part in the bias subspace (cosine)'
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._document: Optional[dict[str, Any]] = None

    @property
    def embeddings(self) -> Embeddings:
        """The same words with the new vectors; their metadata says what was done."""
        return Embeddings._of(self._handle._embeddings())

    @property
    def method(self) -> str:
        """The name of the method."""
        return self.to_dict()["method"]

    @property
    def conditions(self) -> Tuple[Condition, ...]:
        """What the method promises, proved on the vectors."""
        return tuple(Condition(**entry) for entry in self.to_dict()["conditions"])

    @property
    def choices(self) -> dict[str, str]:
        """Options used and results, by name."""
        return self.to_dict()["choices"]

    @property
    def direction(self) -> BiasDirection:
        """The direction of the bias that was found."""
        return BiasDirection._of(self._handle._direction())

    @property
    def neutralized(self) -> list[str]:
        """Words that should lose the bias."""
        return self._handle._neutralized()

    @property
    def vanished(self) -> list[str]:
        """Words that had no part but bias; their vectors became zero."""
        return self.to_dict()["vanished"]

    @property
    def equalized(self) -> list[list[str]]:
        """Sets made symmetric."""
        return self.to_dict()["equalized"]

    @property
    def missing(self) -> list[str]:
        """Words of the sets that are not in the vocabulary."""
        return self.to_dict()["missing"]

    @named_keywords
    def report(self, path: Any, *, similarity: Any = (), analogies: Any = (), probe_train: Any = None,
               probe_test: Any = None, positive: Any = None, progress: Any = None) -> None:
        """Writes before and after side by side.

        Parameters
        ----------
        path : path
            ``.html``, ``.md`` (with ``.md.measures.svg`` and ``.md.svg`` beside it) or ``.json``.
        similarity, analogies : path or list of paths
            Evaluation sets, as in Embeddings.evaluate: what debiasing cost.
        probe_train, probe_test : path, optional
            Labelled texts, as in probe: what a classifier makes of texts and their twins, before and after.
        positive : label, optional
            As in probe.
        progress : bool or function
            As in train_word2vec.

        Examples
        --------
        >>> e.debias("hard", sets=_sets).report("fair.html")
        """
        texts = [None if file is None else existing_path(file, what)
                 for file, what in ((probe_train, "probe_train"), (probe_test, "probe_test"))]
        keywords = {"probe_train": texts[0], "probe_test": texts[1],
                    "positive": None if positive is None else str(positive), "progress": progress_callback(progress)}
        self._handle._report(path_of(path), paths_of(similarity, "similarity"), paths_of(analogies, "analogies"),
                             keywords)

    def to_dict(self) -> dict[str, Any]:
        """The document that ``equivec debias --json`` gives.

        Examples
        --------
        >>> e.debias("hard", sets=_sets).to_dict()["neutralized"]
        3
        """
        if self._document is None:
            self._document = self._handle._document()
        return self._document

    def to_text(self, *, count: int = 8) -> str:
        """What the command prints.

        Parameters
        ----------
        count : int
            Number of the most biased words.

        Examples
        --------
        >>> print(e.debias("hard", sets=_sets).to_text(count=1).splitlines()[3])
          most biased:  +0.351 nurse
        """
        return self._handle._text(count)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Debiased by {self.method}>"
