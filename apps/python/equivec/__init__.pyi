# What equivec is to a type checker: its public names alone, as docs/python.md and help() describe them.
import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, overload

import numpy as np
import numpy.typing as npt
import pandas
import scipy.sparse
from numpy.typing import NDArray
from typing_extensions import TypeAlias

__all__ = [
    "Aligned", "Answers", "BiasDirection", "BiasMeasurement", "BiasQuery", "BiasReport", "Condition", "Cooccurrences",
    "Debiased", "Drift", "Embeddings", "EpochReport", "Error", "Evaluation", "Explorer", "Index", "Induction", "MeasureInfo",
    "Measurement", "Merged", "MethodInfo", "Neighbor", "Neighbors", "Notice", "OptionError", "Outliers", "Phrases",
    "Picture", "ProbeReport", "Progress", "Retrofitted", "Stability", "TrainingEstimate", "Transformed",
    "Twin", "UnknownWord", "Vocabulary", "WordList", "WordSets", "bias_measures", "builtin_word_sets", "count_cooccurrences",
    "count_words", "debias_methods", "find_phrases", "formats", "from_gensim", "instruction_set", "load", "merge",
    "plot_bias", "plot_loss", "probe", "show_versions", "stability", "tokenize", "train_glove",
    "train_word2vec", "twin_texts", "word_sets",
]

__version__: str

_T = TypeVar("_T")

class _HasArray(Protocol):
    """A tensor of another package."""

    def __array__(self) -> Any: ...

_Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]
_Paths: TypeAlias = _Path | Iterable[_Path]
_Text: TypeAlias = str | bytes
#: int: of vectors trained on walks of integers.
_Word: TypeAlias = str | bytes | int | np.integer[Any]
_Words: TypeAlias = _Text | Iterable[_Text]
_Lexicon: TypeAlias = _Path | Mapping[str, _Words] | Iterable[Sequence[_Text]]
_Numbers: TypeAlias = npt.ArrayLike | _HasArray
_Integers: TypeAlias = NDArray[np.integer[Any]] | _HasArray
_Corpus: TypeAlias = (
    _Path | Iterable[_Text | Iterable[_Word]] | _Integers | Sequence[_Integers] | Sequence[os.PathLike[Any]]
)
_Progress: TypeAlias = bool | Callable[[Progress], object] | None
_Queries: TypeAlias = Iterable[_Text] | _Numbers
_Sets: TypeAlias = str | os.PathLike[Any] | Mapping[str, Any] | WordSets | BiasQuery
_Direction: TypeAlias = Literal["pca", "pair", "means", "classifier"]
_AnalogyMethod: TypeAlias = Literal["3cosadd", "3cosmul", "pair-direction", "squared-difference", "3cosavg", "lrcos"]

# ---- errors ----

class Error(ValueError): ...
class OptionError(Error): ...
class UnknownWord(Error, KeyError): ...
class Notice(UserWarning): ...

# ---- what long calls report ----

class Progress(NamedTuple):
    done: int
    total: int
    loss: float
    learning_rate: float
    stage: str

class EpochReport(NamedTuple):
    epoch: int
    loss: float
    validation_loss: float | None

# ---- words and vectors ----

formats: tuple[tuple[str, str, str], ...]

class WordList(Sequence[str]):
    def __init__(self, handle: Any) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...
    def __contains__(self, word: object) -> bool: ...
    def index(self, word: Any, start: int = 0, stop: int = ...) -> int: ...
    def count(self, word: Any) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    __hash__: None  # type: ignore[assignment]

class Vocabulary:
    def __init__(
        self, words: Mapping[str, int] | Iterable[_Text], counts: _Numbers | None = None
    ) -> None: ...
    @staticmethod
    def load(path: _Path) -> Vocabulary: ...
    def save(self, path: _Path) -> None: ...
    @property
    def words(self) -> WordList: ...
    @property
    def counts(self) -> NDArray[np.int64]: ...
    @property
    def total_count(self) -> int: ...
    def count(self, word: _Text) -> int: ...
    @overload
    def get(self, word: _Text, default: None = None) -> int | None: ...
    @overload
    def get(self, word: _Text, default: _T) -> int | _T: ...
    def __getitem__(self, word: _Text) -> int: ...
    def __contains__(self, word: object) -> bool: ...
    def __eq__(self, other: object) -> bool: ...
    __hash__: None  # type: ignore[assignment]
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[str]: ...
    def items(self) -> Iterator[tuple[str, int]]: ...
    def to_dict(self) -> dict[str, int]: ...
    def to_frame(self) -> pandas.DataFrame: ...

class Embeddings:
    def __init__(
        self,
        words: Vocabulary | Iterable[_Text],
        vectors: _Numbers,
        *,
        counts: _Numbers | None = None,
        metadata: Mapping[str, str] | None = None,
        copy: bool = True,
    ) -> None: ...
    # What it holds.
    @property
    def vectors(self) -> NDArray[np.float32]: ...
    @property
    def words(self) -> WordList: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def counts(self) -> NDArray[np.int64]: ...
    @property
    def dimension(self) -> int: ...
    @property
    def metadata(self) -> dict[str, str]: ...
    @property
    def name(self) -> str: ...
    @property
    def places(self) -> NDArray[np.float32] | None: ...
    @property
    def contexts(self) -> Embeddings | None: ...
    def __len__(self) -> int: ...
    def __contains__(self, word: object) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __bool__(self) -> bool: ...
    def __getitem__(self, key: _Word | slice | Sequence[_Word] | NDArray[Any]) -> NDArray[np.float32]: ...
    @overload
    def get(self, word: _Word, default: None = None) -> NDArray[np.float32] | None: ...
    @overload
    def get(self, word: _Word, default: _T) -> NDArray[np.float32] | _T: ...
    def index(self, word: _Word) -> int: ...
    def rows(
        self, words: Iterable[_Word], *, missing: Literal["error", "zero", "nan", "skip"] = "error"
    ) -> NDArray[np.float32]: ...
    # Other vectors of the same words.
    def normalized(self) -> Embeddings: ...
    def select(self, words: Iterable[_Word]) -> Embeddings: ...
    def first(self, count: int) -> Embeddings: ...
    def with_metadata(self, metadata: Mapping[str, str]) -> Embeddings: ...
    def with_map(
        self,
        *,
        method: Literal["neighbors", "pca", "tsne"] = "neighbors",
        neighbors: int = 15,
        min_distance: float = 0.1,
        perplexity: float = 30,
        epochs: int = 0,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Embeddings: ...
    def with_places(self, places: _Numbers) -> Embeddings: ...
    def with_dimension(self, dimension: int, *, threads: int = 0, progress: _Progress = None) -> Embeddings: ...
    def with_precision(
        self,
        precision: Literal["f32", "f16", "bf16", "int8", "pq"],
        *,
        parts: int = 0,
        rotation: bool = False,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Embeddings: ...
    def neighbor_recall(
        self,
        after: Embeddings,
        *,
        words: int = 1000,
        neighbors: int = 10,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> float | None: ...
    # Files.
    def save(
        self,
        path: _Path,
        *,
        format: str = "",
        describe: _Path | None = None,
        progress: _Progress = None,
        precision: Literal["f32", "f16", "bf16", "int8", "pq"] | None = None,
        parts: int = 0,
        rotation: bool = False,
        seed: int = 1,
        threads: int = 0,
    ) -> None: ...
    def describe(self, format: str = "native") -> dict[str, Any]: ...
    # Questions.
    def neighbors(
        self,
        query: _Words | _Numbers | None = None,
        count: int = 10,
        *,
        add: _Words = (),
        subtract: _Words = (),
        metric: Literal["cosine", "dot", "euclidean", "csls"] = "cosine",
        min_similarity: float | None = None,
        prefix: str = "",
        pattern: str = "",
        average: bool = False,
        include_query: bool = False,
        exclude: _Words = (),
        restrict: int = 0,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
    ) -> Neighbors: ...
    @overload
    def neighbors_batch(
        self,
        queries: _Queries,
        count: int = 10,
        *,
        as_arrays: Literal[False] = False,
        metric: Literal["cosine", "dot", "euclidean", "csls"] = "cosine",
        min_similarity: float | None = None,
        prefix: str = "",
        pattern: str = "",
        average: bool = False,
        include_query: bool = False,
        exclude: _Words = (),
        restrict: int = 0,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
        progress: _Progress = None,
    ) -> list[Neighbors]: ...
    @overload
    def neighbors_batch(
        self,
        queries: _Queries,
        count: int = 10,
        *,
        as_arrays: Literal[True],
        metric: Literal["cosine", "dot", "euclidean", "csls"] = "cosine",
        min_similarity: float | None = None,
        prefix: str = "",
        pattern: str = "",
        average: bool = False,
        include_query: bool = False,
        exclude: _Words = (),
        restrict: int = 0,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
        progress: _Progress = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]: ...
    @overload
    def neighbors_batch(
        self,
        queries: _Queries,
        count: int = 10,
        *,
        as_arrays: bool = False,
        metric: Literal["cosine", "dot", "euclidean", "csls"] = "cosine",
        min_similarity: float | None = None,
        prefix: str = "",
        pattern: str = "",
        average: bool = False,
        include_query: bool = False,
        exclude: _Words = (),
        restrict: int = 0,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
        progress: _Progress = None,
    ) -> list[Neighbors] | tuple[NDArray[np.int32], NDArray[np.float32]]: ...
    def build_index(
        self,
        *,
        metric: Literal["cosine", "dot", "euclidean"] = "cosine",
        links: int = 16,
        candidates: int = 200,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Index: ...
    def load_index(self, path: _Path, *, threads: int = 0) -> Index: ...
    def analogy(
        self,
        a: _Text,
        b: _Text,
        c: _Text,
        *,
        method: _AnalogyMethod = "3cosadd",
        epsilon: float = 1e-3,
        count: int = 5,
        include_query: bool = False,
        restrict: int = 0,
        seed: int = 1,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
    ) -> Answers: ...
    def analogies(
        self,
        pairs: Iterable[Sequence[_Text]],
        c: _Text,
        *,
        method: Literal["3cosavg", "lrcos"] = "3cosavg",
        count: int = 5,
        include_query: bool = False,
        restrict: int = 0,
        seed: int = 1,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
    ) -> Answers: ...
    def outliers(self, words: Iterable[_Text]) -> Outliers: ...
    def similarity(self, a: _Words | _Numbers, b: _Words | _Numbers) -> float: ...
    def mean_vectors(
        self,
        texts: Iterable[_Text | Iterable[_Text]],
        *,
        weighting: Literal["none", "sif", "zipf"] = "none",
        a: float = 1e-3,
        remove: int = 0,
        normalize: Literal["model", "always", "never"] = "model",
        unit_length: bool = False,
        threads: int = 0,
        progress: _Progress = None,
    ) -> NDArray[np.float32]: ...
    def plot(
        self,
        words: Iterable[_Text],
        *,
        group: Mapping[str, Iterable[_Text]] | None = None,
        method: Literal["pca", "tsne", "map", "axes"] = "pca",
        x: str = "",
        y: str = "",
        before: Embeddings | None = None,
        title: str = "",
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Picture: ...
    def transform(
        self,
        steps: str | npt.ArrayLike | Sequence[str | npt.ArrayLike],
        *,
        shrinkage: float = 0,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Transformed: ...
    def explore(
        self,
        *,
        reference: Embeddings | None = None,
        words: int = 1_000_000,
        map_words: int = 20_000,
        similarity: _Paths = (),
        analogies: _Paths = (),
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
        threads: int = 0,
        index: Index | None = None,
        candidates: int = 150,
        progress: _Progress = None,
    ) -> Explorer: ...
    def save_page(
        self,
        path: _Path,
        *,
        reference: Embeddings | None = None,
        words: int = 20_000,
        map_words: int | None = None,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> None: ...
    def classes(
        self, count: int, *, iterations: int = 10, threads: int = 0, progress: _Progress = None
    ) -> NDArray[np.int32]: ...
    # Quality and bias.
    def evaluate(
        self,
        *,
        analogies: _Paths = (),
        similarity: _Paths = (),
        categories: _Paths = (),
        outliers: _Paths = (),
        synonyms: _Paths = (),
        compare: Embeddings | None = None,
        method: _AnalogyMethod | Iterable[_AnalogyMethod] = (),
        epsilon: float = 1e-3,
        include_query: bool = False,
        restrict: int = 0,
        case: Literal["fold", "exact"] = "fold",
        include_alike: bool = False,
        resamples: int = 10000,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Evaluation: ...
    def bias(
        self,
        measure: str | Iterable[str] = "direct-bias",
        *,
        sets: _Sets | Iterable[_Sets] = (),
        query: str | BiasQuery | Iterable[str | BiasQuery] = (),
        direction: _Direction = "pca",
        pair: Sequence[str] = (),
        rank: int = 1,
        strictness: float = 1,
        deviation: Literal["sample", "population"] = "sample",
        draws: int | None = None,
        year: int = 0,
        reference: Embeddings | None = None,
        restrict: int = 50000,
        biased_words: int = 0,
        neighbors: int = 100,
        repeats: int = 10,
        analogies: int = 150,
        resamples: int = 10000,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> BiasReport: ...
    def direction(
        self, sets: _Sets = "gender", *, direction: _Direction = "pca", pair: Sequence[str] = (), rank: int = 1
    ) -> BiasDirection: ...
    def debias(
        self,
        method: str = "hard",
        *,
        sets: _Sets = "gender",
        direction: _Direction = "pca",
        pair: Sequence[str] = (),
        rank: int = 1,
        lambda_: float | None = None,
        sigma: float | None = None,
        alpha: float | None = None,
        biased_words: int | None = None,
        rounds: int | None = None,
        restrict: int = 50000,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Debiased: ...
    # Other spaces.
    def align(
        self,
        target: Embeddings,
        *,
        dictionary: _Path | Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        shared: int = 20000,
        method: Literal["procrustes", "rcsls", "reweighted"] = "procrustes",
        weights: Literal["none", "log", "sqrt"] = "none",
        center: bool = False,
        refine: int = 0,
        self_learning: int = 0,
        cutoff: int = 20000,
        iterations: int = 10,
        learning_rate: float = 1,
        evaluate: _Paths = (),
        metric: Literal["csls", "cosine"] = "csls",
        neighbors: int = 10,
        restrict: int = 50000,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Aligned: ...
    def drift(
        self,
        other: Embeddings,
        *,
        null: Iterable[Embeddings] = (),
        bootstrap: _Corpus | None = None,
        replicates: int = 3,
        seed: int = 1,
        measure: Literal["cosine", "neighbors", "second-order"] = "cosine",
        neighbors: int = 100,
        restrict: int = 20000,
        false_discovery_rate: float = 0.05,
        confidence: float = 0.95,
        examples: int = 20,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Drift: ...
    def retrofit(
        self,
        attract: _Lexicon | None = None,
        *,
        repel: _Lexicon | None = None,
        method: Literal["retrofit", "counterfit"] = "retrofit",
        alpha: float = 1,
        iterations: int = 20,
        learning_rate: float = 0.1,
        attract_margin: float = 0,
        repel_margin: float = 1,
        preserve: float = 1,
        radius: float = 0.2,
        restrict: int = 50000,
        threads: int = 0,
        progress: _Progress = None,
    ) -> Retrofitted: ...
    # Other tools.
    def to_gensim(self) -> Any: ...
    def __copy__(self) -> Embeddings: ...
    def __deepcopy__(self, memo: Any) -> Embeddings: ...

def load(
    path: _Path,
    *,
    format: str = "automatic",
    limit: int = 0,
    not_finite: Literal["refuse", "drop", "keep"] = "refuse",
    words: _Path | None = None,
    vocabulary: _Path | None = None,
    subwords: bool = True,
    threads: int = 0,
    progress: _Progress = None,
) -> Embeddings: ...
def from_gensim(vectors: object) -> Embeddings: ...

# ---- training ----

class Cooccurrences:
    def __init__(self, handle: Any) -> None: ...
    @staticmethod
    def load(path: _Path, vocabulary: Vocabulary | _Path) -> Cooccurrences: ...
    def save(self, path: _Path, *, save_vocabulary: _Path | None = None) -> None: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def metadata(self) -> dict[str, str]: ...
    def to_arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]: ...
    def to_scipy(self) -> scipy.sparse.csr_matrix: ...
    def __len__(self) -> int: ...

def count_words(
    corpus: _Corpus,
    *,
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    memory: int = 0,
    threads: int = 0,
    progress: _Progress = None,
) -> Vocabulary: ...
def count_cooccurrences(
    corpus: _Corpus,
    *,
    window: int = 15,
    symmetric: bool = True,
    distance_weighting: bool = True,
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    threads: int = 0,
    progress: _Progress = None,
) -> Cooccurrences: ...
def tokenize(
    text: _Text,
    *,
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
) -> list[list[str]]: ...
class Phrases(Mapping[str, float]):
    def __init__(self, handle: Any) -> None: ...
    @staticmethod
    def load(path: _Path) -> Phrases: ...
    @staticmethod
    def from_scores(
        scores: Mapping[str, float] | Iterable[Mapping[str, float]],
        *,
        delimiter: str = "_",
        connector_words: Iterable[str] | None = None,
    ) -> Phrases: ...
    def save(self, path: _Path) -> None: ...
    def join(self, words: Iterable[_Text]) -> list[str]: ...
    @property
    def passes(self) -> tuple[dict[str, float], ...]: ...
    @property
    def delimiter(self) -> str: ...
    @property
    def connector_words(self) -> tuple[str, ...]: ...
    def __getitem__(self, phrase: str) -> float: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> Any: ...

def find_phrases(
    corpus: _Corpus,
    *,
    scoring: Literal["word2phrase", "original", "npmi"] = "word2phrase",
    threshold: float | None = None,
    min_count: int = 5,
    passes: int = 1,
    connector_words: Iterable[_Text] | _Path | None = None,
    delimiter: str = "_",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    field: str = "",
    column: str | int = "",
    memory: int = 0,
    threads: int = 0,
    progress: _Progress = None,
) -> Phrases: ...
@overload
def train_word2vec(
    corpus: _Corpus,
    *,
    model: Literal["skipgram", "cbow"] = "skipgram",
    loss: Literal[
        "negative-sampling", "hierarchical-softmax", "softmax", "hierarchical-softmax+negative-sampling"
    ] = "negative-sampling",
    dimension: int = 100,
    window: int = 5,
    window_shape: Literal["shrinking", "fixed"] = "shrinking",
    negatives: int = 5,
    group: int = 0,
    group_noise: int = 0,
    subwords: str = "",
    buckets: int = 2000000,
    epochs: int = 5,
    learning_rate: float | None = None,
    subsample: float = 1e-3,
    noise_exponent: float = 0.75,
    cbow_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    validation: _Corpus | None = None,
    threads: int = 0,
    replicas: int = 0,
    deterministic: bool = False,
    seed: int = 1,
    resample: int = 0,
    contexts: bool = False,
    dry_run: Literal[False] = False,
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> Embeddings: ...
@overload
def train_word2vec(
    corpus: _Corpus,
    *,
    model: Literal["skipgram", "cbow"] = "skipgram",
    loss: Literal[
        "negative-sampling", "hierarchical-softmax", "softmax", "hierarchical-softmax+negative-sampling"
    ] = "negative-sampling",
    dimension: int = 100,
    window: int = 5,
    window_shape: Literal["shrinking", "fixed"] = "shrinking",
    negatives: int = 5,
    group: int = 0,
    group_noise: int = 0,
    subwords: str = "",
    buckets: int = 2000000,
    epochs: int = 5,
    learning_rate: float | None = None,
    subsample: float = 1e-3,
    noise_exponent: float = 0.75,
    cbow_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    validation: _Corpus | None = None,
    threads: int = 0,
    replicas: int = 0,
    deterministic: bool = False,
    seed: int = 1,
    resample: int = 0,
    contexts: bool = False,
    dry_run: Literal[True],
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> TrainingEstimate: ...
@overload
def train_word2vec(
    corpus: _Corpus,
    *,
    model: Literal["skipgram", "cbow"] = "skipgram",
    loss: Literal[
        "negative-sampling", "hierarchical-softmax", "softmax", "hierarchical-softmax+negative-sampling"
    ] = "negative-sampling",
    dimension: int = 100,
    window: int = 5,
    window_shape: Literal["shrinking", "fixed"] = "shrinking",
    negatives: int = 5,
    group: int = 0,
    group_noise: int = 0,
    subwords: str = "",
    buckets: int = 2000000,
    epochs: int = 5,
    learning_rate: float | None = None,
    subsample: float = 1e-3,
    noise_exponent: float = 0.75,
    cbow_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    validation: _Corpus | None = None,
    threads: int = 0,
    replicas: int = 0,
    deterministic: bool = False,
    seed: int = 1,
    resample: int = 0,
    contexts: bool = False,
    dry_run: bool = False,
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> Embeddings | TrainingEstimate: ...
@overload
def train_glove(
    corpus: _Corpus | Cooccurrences | None = None,
    *,
    cooccurrences: Cooccurrences | _Path | None = None,
    vectors: Literal["word+context", "word", "context", "both", "both+biases"] = "word+context",
    unknown_vector: bool = False,
    dimension: int = 50,
    window: int = 15,
    symmetric: bool = True,
    distance_weighting: bool = True,
    epochs: int = 25,
    learning_rate: float = 0.05,
    x_max: float = 100,
    weight_exponent: float = 0.75,
    gradient_clip: float = 100,
    bias_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    threads: int = 0,
    seed: int = 1,
    resample: int = 0,
    parameters: _Path | None = None,
    dry_run: Literal[False] = False,
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> Embeddings: ...
@overload
def train_glove(
    corpus: _Corpus | Cooccurrences | None = None,
    *,
    cooccurrences: Cooccurrences | _Path | None = None,
    vectors: Literal["word+context", "word", "context", "both", "both+biases"] = "word+context",
    unknown_vector: bool = False,
    dimension: int = 50,
    window: int = 15,
    symmetric: bool = True,
    distance_weighting: bool = True,
    epochs: int = 25,
    learning_rate: float = 0.05,
    x_max: float = 100,
    weight_exponent: float = 0.75,
    gradient_clip: float = 100,
    bias_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    threads: int = 0,
    seed: int = 1,
    resample: int = 0,
    parameters: _Path | None = None,
    dry_run: Literal[True],
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> TrainingEstimate: ...
@overload
def train_glove(
    corpus: _Corpus | Cooccurrences | None = None,
    *,
    cooccurrences: Cooccurrences | _Path | None = None,
    vectors: Literal["word+context", "word", "context", "both", "both+biases"] = "word+context",
    unknown_vector: bool = False,
    dimension: int = 50,
    window: int = 15,
    symmetric: bool = True,
    distance_weighting: bool = True,
    epochs: int = 25,
    learning_rate: float = 0.05,
    x_max: float = 100,
    weight_exponent: float = 0.75,
    gradient_clip: float = 100,
    bias_update: Literal["gradient", "legacy"] = "gradient",
    lowercase: bool = False,
    normalize: Literal["none", "nfc", "nfkc"] = "none",
    tokenize: Literal["whitespace", "words", "letters", "characters"] = "whitespace",
    punctuation: Literal["keep", "drop"] = "keep",
    digits: Literal["keep", "zero"] = "keep",
    invalid_utf8: Literal["keep", "replace", "skip", "fail"] = "keep",
    max_sentence: int = 0,
    phrases: Phrases | _Path | None = None,
    keep: Iterable[_Text] | _Path | None = None,
    drop: Iterable[_Text] | _Path | None = None,
    field: str = "",
    column: str | int = "",
    min_count: int = 5,
    max_size: int = 0,
    unknown: str = "",
    end_token: str = "",
    vocabulary: Vocabulary | _Path | None = None,
    memory: int = 0,
    initialize: Embeddings | _Path | None = None,
    checkpoint: _Path | None = None,
    checkpoint_every: float = 30,
    resume: bool = False,
    log: _Path | None = None,
    threads: int = 0,
    seed: int = 1,
    resample: int = 0,
    parameters: _Path | None = None,
    dry_run: bool = False,
    progress: _Progress = None,
    on_epoch: Callable[[EpochReport], object] | None = None,
) -> Embeddings | TrainingEstimate: ...
@dataclasses.dataclass(frozen=True)
class TrainingEstimate:
    tables: Mapping[str, int]
    units: int
    units_per_second: float | None
    @property
    def bytes(self) -> int: ...
    @property
    def seconds(self) -> float | None: ...
    def to_dict(self) -> dict[str, Any]: ...

# ---- answers ----

class Neighbor(NamedTuple):
    word: str
    similarity: float

class Answers(tuple[Neighbor, ...]):
    query: str
    def __new__(cls: type[_T], query: str, pairs: Iterable[Iterable[Any]]) -> _T: ...
    @property
    def words(self) -> tuple[str, ...]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_frame(self) -> pandas.DataFrame: ...

class Neighbors(Answers): ...
class Outliers(Answers): ...

# ---- quality ----

@dataclasses.dataclass(frozen=True)
class Measurement:
    set: str
    part: str
    measure: str
    value: float | None
    interval: tuple[float, float] | None
    known: int
    missing: int
    other: float | None = None
    difference: float | None = None
    difference_interval: tuple[float, float] | None = None
    p_value: float | None = None

class _Report:
    def __init__(self, document: Any, text: str, markdown: str) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self, *, markdown: bool = False) -> str: ...

class Evaluation(_Report):
    def __init__(self, document: Any, rows: Any, text: str, markdown: str) -> None: ...
    @property
    def measurements(self) -> tuple[Measurement, ...]: ...
    def to_frame(self) -> pandas.DataFrame: ...

class ProbeReport(_Report):
    @property
    def accuracies(self) -> tuple[float | None, ...]: ...
    def to_frame(self) -> pandas.DataFrame: ...

class Explorer:
    address: str
    def __init__(self, explorer: Any) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Explorer: ...
    def __exit__(self, *exception: Any) -> None: ...
    def _repr_html_(self) -> str | None: ...

class Picture:
    svg: str
    title: str
    def __init__(self, svg: str, title: str) -> None: ...
    def save(self, path: _Path, *, scale: float = 2) -> None: ...
    def _repr_svg_(self) -> str: ...

def plot_loss(
    logs: _Path | Iterable[_Path | Iterable[EpochReport]], *, name: str | Iterable[str] = (), title: str = ""
) -> Picture: ...
def plot_bias(
    reports: BiasReport | _Path | Iterable[BiasReport | _Path], *, name: str | Iterable[str] = (), title: str = ""
) -> Picture: ...

def probe(
    training: _Path | tuple[Iterable[str], Iterable[object]],
    test: _Path | tuple[Iterable[str], Iterable[object]],
    vectors: Embeddings | Iterable[Embeddings],
    *,
    strength: float = 1,
    lengths: bool = False,
    weighting: Literal["none", "sif", "zipf"] = "none",
    a: float = 1e-3,
    remove: int = 0,
    normalize: Literal["model", "always", "never"] = "model",
    counterfactuals: bool = False,
    templates: bool = False,
    sets: _Sets = "gender",
    pairs: _Path | None = None,
    names: _Path | None = None,
    positive: object = None,
    resamples: int = 10000,
    seed: int = 1,
    threads: int = 0,
    progress: _Progress = None,
) -> ProbeReport: ...

class Twin(NamedTuple):
    text: str
    group: str
    swapped: int

def twin_texts(
    texts: Iterable[str], *, sets: _Sets = "gender", pairs: _Path | None = None, names: _Path | None = None
) -> list[Twin]: ...

# ---- bias ----

builtin_word_sets: tuple[str, ...]

class WordSets:
    def __init__(self, handle: Any) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def definitional(self) -> list[tuple[str, ...]]: ...
    @property
    def equalize(self) -> list[tuple[str, ...]]: ...
    @property
    def specific(self) -> tuple[str, ...]: ...
    @property
    def occupations(self) -> tuple[str, ...]: ...
    @property
    def lists(self) -> dict[str, tuple[str, ...]]: ...
    @property
    def queries(self) -> list[str]: ...

def word_sets(source: str | os.PathLike[Any] | Mapping[str, Any] | WordSets) -> WordSets: ...

@dataclasses.dataclass(frozen=True)
class BiasQuery:
    targets: Sequence[Sequence[str]]
    attributes: Sequence[Sequence[str]]
    name: str = "query"

@dataclasses.dataclass(frozen=True)
class BiasMeasurement:
    measure: str
    query: str
    value: float | None = None
    effect_size: float | None = None
    p_value: float | None = None
    interval: tuple[float, float] | None = None
    figures: Mapping[str, Any] = ...
    conventions: Mapping[str, str] = ...
    missing: tuple[str, ...] = ()
    without_direction: tuple[str, ...] = ()
    words: Sequence[Mapping[str, Any]] = ()
    error: str | None = None
    _document: Mapping[str, Any] = ...
    def to_dict(self) -> dict[str, Any]: ...

class BiasReport(Sequence[BiasMeasurement]):
    def __init__(self, handle: Any) -> None: ...
    @property
    def documents(self) -> list[dict[str, Any]]: ...
    @property
    def measurements(self) -> tuple[BiasMeasurement, ...]: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> BiasMeasurement: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[BiasMeasurement, ...]: ...
    def __iter__(self) -> Iterator[BiasMeasurement]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_frame(self) -> pandas.DataFrame: ...
    def to_text(self, *, count: int = 8, markdown: bool = False) -> str: ...

@dataclasses.dataclass(frozen=True)
class BiasDirection:
    basis: NDArray[np.float64]
    explained_variance: tuple[float, ...]
    positive_pole: str
    negative_pole: str
    missing: tuple[str, ...]
    _document: Mapping[str, Any] = ...
    _text: str = ""
    def project(self, vectors: Embeddings | _Numbers) -> NDArray[np.float64]: ...
    def to_dict(self) -> dict[str, Any]: ...

@dataclasses.dataclass(frozen=True)
class Condition:
    promise: str
    worst: float
    bound: float
    @property
    def holds(self) -> bool: ...

class Transformed:
    def __init__(self, handle: Any) -> None: ...
    @property
    def embeddings(self) -> Embeddings: ...
    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def lost_ngrams(self) -> bool: ...
    def report(
        self,
        path: _Path,
        *,
        similarity: _Paths = (),
        analogies: _Paths = (),
        sets: _Sets = "gender",
        restrict: int = 50000,
        seed: int = 1,
        threads: int = 0,
        progress: _Progress = None,
    ) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self) -> str: ...

class Debiased:
    def __init__(self, handle: Any) -> None: ...
    @property
    def embeddings(self) -> Embeddings: ...
    @property
    def method(self) -> str: ...
    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def choices(self) -> dict[str, str]: ...
    @property
    def direction(self) -> BiasDirection: ...
    @property
    def neutralized(self) -> list[str]: ...
    @property
    def vanished(self) -> list[str]: ...
    @property
    def equalized(self) -> list[list[str]]: ...
    @property
    def missing(self) -> list[str]: ...
    def report(
        self,
        path: _Path,
        *,
        similarity: _Paths = (),
        analogies: _Paths = (),
        probe_train: _Path | None = None,
        probe_test: _Path | None = None,
        positive: object = None,
        progress: _Progress = None,
    ) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self, *, count: int = 8) -> str: ...

@dataclasses.dataclass(frozen=True)
class Induction:
    name: str
    metric: str
    at_1: float | None
    at_5: float | None
    interval_1: tuple[float, float] | None
    interval_5: tuple[float, float] | None
    known: int
    missing: int

class Aligned:
    def __init__(self, handle: Any) -> None: ...
    @property
    def embeddings(self) -> Embeddings: ...
    @property
    def target(self) -> Embeddings | None: ...
    @property
    def lost_ngrams(self) -> bool: ...
    @property
    def map(self) -> NDArray[np.float64]: ...
    @property
    def pairs(self) -> list[tuple[str, str]]: ...
    @property
    def given(self) -> int: ...
    @property
    def missing(self) -> int: ...
    @property
    def rounds(self) -> int: ...
    @property
    def cosine_before(self) -> float: ...
    @property
    def cosine_after(self) -> float: ...
    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def accuracy(self) -> tuple[Induction, ...]: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self) -> str: ...

class _WordTable:
    def __init__(self, handle: Any) -> None: ...
    @property
    def words(self) -> list[str]: ...
    @property
    def columns(self) -> dict[str, NDArray[np.float64]]: ...
    def to_frame(self) -> Any: ...
    def save(self, path: _Path) -> None: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self) -> str: ...

class Drift(_WordTable):
    @property
    def changed(self) -> dict[str, int]: ...

class Stability(_WordTable):
    @property
    def bands(self) -> list[dict[str, Any]]: ...

def stability(
    spaces: Iterable[Embeddings],
    *,
    neighbors: int = 10,
    restrict: int = 20000,
    bands: int = 10,
    resamples: int = 1000,
    seed: int = 1,
    threads: int = 0,
    progress: _Progress = None,
) -> Stability: ...
class Index:
    embeddings: Embeddings
    def __init__(self, handle: Any, embeddings: Embeddings) -> None: ...
    @property
    def metric(self) -> str: ...
    @property
    def links(self) -> int: ...
    @property
    def candidates(self) -> int: ...
    @property
    def seed(self) -> int: ...
    @property
    def link_count(self) -> int: ...
    @property
    def linked_words(self) -> int: ...
    def save(self, path: _Path) -> None: ...
    def recall(
        self, *, sample: int = 1000, seed: int = 1, threads: int = 0, progress: _Progress = None
    ) -> dict[str, Any]: ...
    def __len__(self) -> int: ...
class Merged:
    def __init__(self, handle: Any) -> None: ...
    @property
    def embeddings(self) -> Embeddings: ...
    @property
    def spaces(self) -> list[dict[str, Any]]: ...
    @property
    def in_all(self) -> int: ...
    @property
    def captured(self) -> float | None: ...
    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def lost_ngrams(self) -> bool: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self) -> str: ...

def merge(
    spaces: Iterable[Embeddings],
    *,
    method: Literal["concatenate", "average", "svd"] = "concatenate",
    words: Literal["any", "all"] = "any",
    dimension: int = 0,
    weights: Iterable[float] | None = None,
    shared: int = 20000,
    threads: int = 0,
    progress: _Progress = None,
) -> Merged: ...

class Retrofitted:
    def __init__(self, handle: Any) -> None: ...
    @property
    def embeddings(self) -> Embeddings: ...
    @property
    def attract(self) -> dict[str, Any] | None: ...
    @property
    def repel(self) -> dict[str, Any] | None: ...
    @property
    def words(self) -> int: ...
    @property
    def moved(self) -> float: ...
    @property
    def conditions(self) -> tuple[Condition, ...]: ...
    @property
    def lost_ngrams(self) -> bool: ...
    def to_dict(self) -> dict[str, Any]: ...
    def to_text(self) -> str: ...

@dataclasses.dataclass(frozen=True)
class MeasureInfo:
    measure: str
    title: str
    paper: str
    takes: str
    range: str
    better: str
    unbiased: float
    sets: str
    def to_dict(self) -> dict[str, Any]: ...

@dataclasses.dataclass(frozen=True)
class MethodInfo:
    method: str
    title: str
    paper: str
    takes: str
    changes: str
    options: str
    def to_dict(self) -> dict[str, Any]: ...

def bias_measures() -> list[MeasureInfo]: ...
def debias_methods() -> list[MethodInfo]: ...

# ---- the machine ----

def instruction_set() -> str: ...
def show_versions() -> None: ...
