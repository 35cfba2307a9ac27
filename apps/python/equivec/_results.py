"""What functions return: small, frozen, and with the document of the command's --json."""

from __future__ import annotations

import dataclasses
from typing import Any, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np


def _frame(rows: Any, columns: Optional[Sequence[str]] = None) -> Any:
    import pandas

    return pandas.DataFrame(rows, columns=columns)


class Neighbor(NamedTuple):
    """A word of an answer and its similarity by the metric: the larger the nearer."""

    word: str
    similarity: float


class Answers(Tuple[Neighbor, ...]):
    """The answers to a query, best first: a tuple of Neighbor, with the query.

    Examples
    --------
    >>> answers = e.analogy("man", "king", "woman", count=2)
    >>> answers.query, answers.words, answers[0].word
    ('man king woman', ('queen', 'princess'), 'queen')
    """

    query: str
    _key = "answers"

    def __new__(cls, query: str, pairs: Any) -> "Answers":
        self = super().__new__(cls, map(Neighbor._make, pairs))  # type: ignore[arg-type]
        self.query = query
        return self

    def __getnewargs__(self) -> Tuple[Any, ...]:
        return self.query, tuple(self)

    @property
    def words(self) -> Tuple[str, ...]:
        """The words alone."""
        return tuple(answer.word for answer in self)

    def to_dict(self) -> dict[str, Any]:
        """The document that the command gives with ``--json``.

        Examples
        --------
        >>> e.neighbors("king", 1).to_dict()
        {'query': 'king', 'neighbors': [{'word': 'prince', 'similarity': 0.85110253}]}
        """
        return {"query": self.query, self._key: [answer._asdict() for answer in self]}

    def to_frame(self) -> Any:
        """A pandas DataFrame with the columns word and similarity.

        Examples
        --------
        >>> e.neighbors("king", 2).to_frame()
             word  similarity
        0  prince    0.851103
        1   queen    0.777778
        """
        return _frame(list(self), Neighbor._fields)


class Neighbors(Answers):
    """The nearest words to a query, nearest first: a tuple of Neighbor."""

    _key = "neighbors"


class Outliers(Answers):
    """Words, the one that belongs least with the others first: a tuple of Neighbor."""

    _key = "words"

    def to_dict(self) -> dict[str, Any]:
        """The document that the command gives with ``--json``.

        Examples
        --------
        >>> e.outliers(["king", "queen", "car"]).to_dict()["outlier"]
        'car'
        """
        return {"query": self.query, "outlier": self[0].word, "words": [answer._asdict() for answer in self]}


@dataclasses.dataclass(frozen=True)
class Measurement:
    """A measured value of an evaluation set, and how it differs from that of other vectors.

    Attributes
    ----------
    set, part, measure : str
        The file, a section of it (empty: all of it) and what was measured: ``"accuracy, 3cosadd"``.
    value : float or None
        In [0, 1] for shares, [-1, 1] for correlations; None where nothing could be answered.
    interval : (float, float) or None
        95 % confidence interval.
    known, missing : int
        Items that could be answered, and those left out because a word is missing.
    other, difference, difference_interval, p_value
        With ``compare=``: the other vectors' value, how much better these are, its interval and p-value.
    """

    set: str
    part: str
    measure: str
    value: Optional[float]
    interval: Optional[Tuple[float, float]]
    known: int
    missing: int
    other: Optional[float] = None
    difference: Optional[float] = None
    difference_interval: Optional[Tuple[float, float]] = None
    p_value: Optional[float] = None


class _Report:
    """A document with its text."""

    def __init__(self, document: Any, text: str, markdown: str) -> None:
        self._document, self._text, self._markdown = document, text, markdown

    def to_dict(self) -> dict[str, Any]:
        """The document that the command gives with ``--json``.

        Examples
        --------
        >>> texts, labels = ["king queen", "car"] * 8, ["royal", "thing"] * 8
        >>> list(probe((texts, labels), (texts, labels), e).to_dict())
        ['training', 'test', 'conventions', 'results']
        """
        return self._document

    def to_text(self, *, markdown: bool = False) -> str:
        """What the command prints.

        Parameters
        ----------
        markdown : bool
            With tables in Markdown.

        Examples
        --------
        >>> print(e.evaluate(similarity="pairs.tsv").to_text().splitlines()[-1])
        pairs.tsv  Pearson   0.994              -      3        0
        """
        return self._markdown if markdown else self._text

    def __str__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(self._text)}</pre>"


class Evaluation(_Report):
    """Scores of vectors on evaluation sets; see Embeddings.evaluate."""

    def __init__(self, document: Any, rows: Any, text: str, markdown: str) -> None:
        super().__init__(document, text, markdown)
        self._measurements = tuple(Measurement(*row) for row in rows)

    @property
    def measurements(self) -> Tuple[Measurement, ...]:
        """All values, in the order of the table."""
        return self._measurements

    def to_frame(self) -> Any:
        """A pandas DataFrame, a row for each of `measurements`.

        Examples
        --------
        >>> e.evaluate(similarity="pairs.tsv").to_frame()[["measure", "value", "known"]]
            measure     value  known
        0  Spearman  1.000000      3
        1   Pearson  0.993503      3
        """
        return _frame([dataclasses.asdict(row) for row in self._measurements])

    def __repr__(self) -> str:
        return f"<Evaluation of {len(self._measurements)} measurements>"


class ProbeReport(_Report):
    """What vectors are worth to a text classifier; see probe."""

    @property
    def accuracies(self) -> Tuple[Optional[float], ...]:
        """The accuracy with each of the vectors, on the test texts, in [0, 1]."""
        return tuple(result["accuracy"]["value"] for result in self._document["results"])

    def to_frame(self) -> Any:
        """A pandas DataFrame, a row for each of the vectors.

        Examples
        --------
        >>> texts, labels = ["king queen", "car"] * 8, ["royal", "thing"] * 8
        >>> probe((texts, labels), (texts, labels), [e, e.first(3)]).to_frame()[["vectors", "accuracy"]]
               vectors  accuracy
        0  the vectors       1.0
        1  the vectors       1.0
        """
        rows = []
        for result in self._document["results"]:
            row = {"vectors": result["vectors"]}
            for name in ("accuracy", "macro_f1", "log_loss"):
                row[name] = result[name]["value"]
            rows.append(row)
        return _frame(rows)

    def __repr__(self) -> str:
        return f"<ProbeReport of {len(self._document['results'])} vectors>"


@dataclasses.dataclass(frozen=True)
class TrainingEstimate:
    """What training would take: the answer to ``dry_run=True``.

    Attributes
    ----------
    tables : dict of str to int
        Bytes of each table that training keeps in memory, the corpus and the result included.
    units : int
        Words (word2vec) or pairs (GloVe) to be trained, times the epochs.
    units_per_second : float or None
        Measured by training for a second; None where it was not.
    """

    tables: Mapping[str, int]
    units: int
    units_per_second: Optional[float]

    @property
    def bytes(self) -> int:
        """Of all tables."""
        return sum(self.tables.values())

    @property
    def seconds(self) -> Optional[float]:
        """How long training would take; None where the speed was not measured."""
        return self.units / self.units_per_second if self.units_per_second else None

    def to_dict(self) -> dict[str, Any]:
        """The attributes by name.

        Examples
        --------
        >>> train_word2vec([["a", "b", "c"]] * 20, subsample=0, dry_run=True).to_dict()["units"]
        300
        """
        return {"tables": dict(self.tables), "units": self.units, "units_per_second": self.units_per_second}


# ---- bias ----

@dataclasses.dataclass(frozen=True)
class BiasMeasurement:
    """A measure of bias, taken for one query. See bias_measures() for what the values mean.

    Attributes
    ----------
    measure, query : str
    value, effect_size, p_value : float or None
        None where the measure has none, or where it could not be taken: `error` then says why.
    interval : (float, float) or None
        95 % bootstrap interval, of the effect size if there is one, else of the value.
    figures : dict
        Further numbers by name, each with its value and interval.
    conventions : dict of str
        How the value was computed.
    missing, without_direction : tuple of str
        Words left out: those that are not in the vocabulary, and those whose vectors have no length.
    words : list of dict
        The numbers of each word.
    error : str or None
        Why the measure could not be taken.
    """

    measure: str
    query: str
    value: Optional[float] = None
    effect_size: Optional[float] = None
    p_value: Optional[float] = None
    interval: Optional[Tuple[float, float]] = None
    figures: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    conventions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    missing: Tuple[str, ...] = ()
    without_direction: Tuple[str, ...] = ()
    words: Sequence[Mapping[str, Any]] = ()
    error: Optional[str] = None
    _document: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def _of(cls, document: Mapping[str, Any]) -> "BiasMeasurement":
        given = {f.name: document[f.name] for f in dataclasses.fields(cls) if f.name in document}
        for name in ("missing", "without_direction", "interval"):
            if given.get(name) is not None:
                given[name] = tuple(given[name])
        return cls(**given, _document=document)

    def to_dict(self) -> dict[str, Any]:
        """The entry of the command's ``--json``.

        Examples
        --------
        >>> e.bias("direct-bias", sets=_sets)[0].to_dict()["used_words"]
        2
        """
        return dict(self._document)


class BiasReport(Sequence[BiasMeasurement]):
    """What was measured in one set of vectors: a sequence of BiasMeasurement; see Embeddings.bias.

    Examples
    --------
    >>> report = e.bias("direct-bias", sets=_sets)
    >>> [(measurement.measure, round(measurement.value, 3)) for measurement in report]
    [('direct-bias', 0.351)]
    """

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._documents: list[dict[str, Any]] = handle._documents()
        self._measurements = tuple(
            BiasMeasurement._of(entry) for document in self._documents for entry in document["measures"])

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The documents that the command gives with ``--json``, one for each collection of word sets."""
        return self._documents

    @property
    def measurements(self) -> Tuple[BiasMeasurement, ...]:
        """All, in the order of the documents."""
        return self._measurements

    def __len__(self) -> int:
        return len(self._measurements)

    def __getitem__(self, index: Any) -> Any:
        return self._measurements[index]

    def __iter__(self) -> Iterator[BiasMeasurement]:
        return iter(self._measurements)

    def to_dict(self) -> dict[str, Any]:
        """The document that the command gives with ``--json``; of several, those of `documents` by the sets' names.

        Examples
        --------
        >>> list(e.bias("direct-bias", sets=_sets).to_dict())
        ['vectors', 'sets', 'subspace', 'measures']
        """
        if len(self.documents) == 1:
            return self.documents[0]
        return {document["sets"]: document for document in self.documents}

    def to_frame(self) -> Any:
        """A pandas DataFrame, a row for each measurement.

        Examples
        --------
        >>> e.bias("direct-bias", sets=_sets).to_frame()[["measure", "value"]]
               measure     value
        0  direct-bias  0.351123
        """
        columns = ("measure", "query", "value", "effect_size", "p_value", "interval", "error")
        return _frame([[getattr(m, name) for name in columns] for m in self], columns)

    def to_text(self, *, count: int = 8, markdown: bool = False) -> str:
        """What the command prints.

        Parameters
        ----------
        count : int
            Words from each end of the measures' lists.
        markdown : bool
            With tables in Markdown.

        Examples
        --------
        >>> print(e.bias("direct-bias", sets=_sets).to_text(count=1).splitlines()[-2])
          largest cosine:  +0.351 nurse
        """
        return self._handle._text(count, markdown)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<BiasReport of {len(self)} measurements>"


@dataclasses.dataclass(frozen=True)
class BiasDirection:
    """A direction, or a few, along which sets of words differ; see Embeddings.direction.

    Attributes
    ----------
    basis : numpy.ndarray, (rank, dimension), float64
        Orthonormal rows.
    explained_variance : tuple of float
        Share of the sets' variance on every principal direction; empty unless found by principal components.
    positive_pole, negative_pole : str
        Words at the two ends of the first direction.
    missing : tuple of str
        Words of the sets that are not in the vocabulary.
    """

    basis: np.ndarray
    explained_variance: Tuple[float, ...]
    positive_pole: str
    negative_pole: str
    missing: Tuple[str, ...]
    _document: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    _text: str = dataclasses.field(default="", repr=False, compare=False)

    @classmethod
    def _of(cls, made: Any) -> "BiasDirection":
        document, text, basis = made
        rows = np.frombuffer(basis).reshape(document["rank"], -1)
        return cls(rows, tuple(document["explained_variance"]), document["positive_pole"],
                   document["negative_pole"], tuple(document["missing"]), document, text)

    def project(self, vectors: Any) -> np.ndarray:
        """Cosines of vectors with each of the directions.

        Parameters
        ----------
        vectors : Embeddings or array_like, (n, dimension) or (dimension,)

        Returns
        -------
        numpy.ndarray, (n, rank) or (rank,), float64
            In [-1, 1]; 0 for a vector of length 0.

        Examples
        --------
        >>> e.direction(pair=("woman", "man")).project(e[["nurse", "pilot", "car"]]).round(3)
        array([[ 0.351],
               [-0.351],
               [ 0.   ]])
        """
        array = np.asarray(vectors, dtype=np.float64)
        lengths = np.linalg.norm(array, axis=-1, keepdims=True)
        return array @ self.basis.T / np.where(lengths == 0, 1, lengths)

    def to_dict(self) -> dict[str, Any]:
        """The part ``subspace`` of the document that ``equivec bias --json`` gives.

        Examples
        --------
        >>> e.direction(_sets).to_dict()["positive_pole"]
        'woman'
        """
        return dict(self._document)

    def __str__(self) -> str:
        return self._text


@dataclasses.dataclass(frozen=True)
class Condition:
    """A promise of a debiasing method, proved on the vectors it returned.

    Attributes
    ----------
    promise : str
    worst, bound : float
        `worst` is the largest deviation that was found, and `bound` what rounding explains.
    """

    promise: str
    worst: float
    bound: float

    @property
    def holds(self) -> bool:
        """Whether `worst` is at most `bound`."""
        return self.worst <= self.bound


@dataclasses.dataclass(frozen=True)
class MeasureInfo:
    """A measure of bias: what it takes and what its values mean.

    Attributes
    ----------
    measure, title, paper : str
    takes : str
        Lists of words, a direction ...
    range, better : str
        Of the values.
    unbiased : float
        The value without bias.
    sets : str
        Built-in word sets that it is taken with by default.
    """

    measure: str
    title: str
    paper: str
    takes: str
    range: str
    better: str
    unbiased: float
    sets: str

    def to_dict(self) -> dict[str, Any]:
        """The attributes by name.

        Examples
        --------
        >>> bias_measures()[0].to_dict()["range"]
        '-2 to 2 (the effect size)'
        """
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class MethodInfo:
    """A debiasing method.

    Attributes
    ----------
    method, title, paper : str
    takes : str
        Of the word sets.
    changes : str
        Which words.
    options : str
        Names of the keywords that it has and others have not.
    """

    method: str
    title: str
    paper: str
    takes: str
    changes: str
    options: str

    def to_dict(self) -> dict[str, Any]:
        """The attributes by name.

        Examples
        --------
        >>> debias_methods()[0].to_dict()["title"]
        'neutralizes and equalizes'
        """
        return dataclasses.asdict(self)
