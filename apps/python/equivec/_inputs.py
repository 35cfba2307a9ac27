"""What users pass, as the compiled module takes it: paths, arrays, corpora, callbacks, keywords."""

from __future__ import annotations

import difflib
import functools
import glob
import inspect
import logging
import os
import sys
import warnings
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Optional, Sequence

import numpy as np

from . import _core
from ._errors import Error, Notice, OptionError

logger = logging.getLogger("equivec")
logger.addHandler(logging.NullHandler())


# ---- paths ----

def path_of(path: Any, what: str = "path") -> bytes:
    """The bytes of a path."""
    try:
        return os.fsencode(path)
    except TypeError:
        raise TypeError(f"{what}: expected a path, found {type(path).__name__}") from None


def existing_path(path: Any, what: str = "path") -> bytes:
    """The same of a file that is to be read: FileNotFoundError if it is not there."""
    name = path_of(path, what)
    if name != b"-":
        os.stat(os.fspath(path))  # as it was given, for the error's text
    return name


def paths_of(paths: Any, what: str) -> list[bytes]:
    """Of one path or several."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        paths = [paths]
    return [existing_path(path, what) for path in paths]


# ---- arrays ----

def float_array(values: Any, dimensions: int, what: str) -> np.ndarray:
    """A C-contiguous array of native 32-bit floats; without a copy if `values` is one."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" or (array.dtype.kind == "f" and array.dtype.itemsize > 8):
        raise TypeError(f"{what}: expected numbers, found {_kind_of(array)}")
    if array.ndim != dimensions:
        raise Error(f"{what}: expected {dimensions} dimension{'s' * (dimensions > 1)}, found {array.ndim}")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def integer_array(values: Any, what: str) -> np.ndarray:
    """A C-contiguous array of native 64-bit integers."""
    array = np.asarray(values)
    if array.size == 0 and array.dtype.kind == "f":
        array = array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{what}: expected integers, found {_kind_of(array)}")
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and int(array.max()) >= 2**63:
        raise Error(f"{what}: {int(array.max())} is too large")
    return np.ascontiguousarray(array, dtype=np.int64)


def _kind_of(array: np.ndarray) -> str:
    return "objects" if array.dtype.kind == "O" else f"an array of {array.dtype}"


def is_text(value: Any) -> bool:
    return isinstance(value, (str, bytes))


def _integers_in(value: Any) -> Optional[np.ndarray]:
    """The array that a NumPy array, a tensor or a buffer of integers is; None for anything else."""
    if isinstance(value, (str, bytes, list, tuple, dict)):
        return None
    if isinstance(value, np.ndarray) or hasattr(value, "__array__") or hasattr(value, "__array_interface__"):
        array = np.asarray(value)
        if array.dtype.kind in "iu":
            return array
        if array.dtype.kind in "fcbmM":
            raise TypeError(f"corpus: expected integers from 0, or words, found an array of {array.dtype}")
    return None


# ---- corpora ----

def corpus_of(corpus: Any, memory: Any = 0, what: str = "corpus", field: Any = "", column: Any = "") -> Any:
    """The compiled module's corpus of anything that users call one; see train_word2vec."""
    if isinstance(corpus, _core.Corpus):
        return corpus
    source = _source_of(field, column)
    limit = memory * 1_000_000 if isinstance(memory, int) and 0 <= memory < 2**40 else 0
    if isinstance(corpus, (str, bytes, os.PathLike)):
        return _corpus_of_paths([corpus], isinstance(corpus, str), source)
    if isinstance(corpus, (list, tuple)) and corpus and all(isinstance(item, os.PathLike) for item in corpus):
        return _corpus_of_paths(list(corpus), False, source)
    if any(source):
        raise OptionError(f"{'field' if source[0] else 'column'} is for files; give the texts themselves")
    array = _integers_in(corpus)
    if array is not None:
        return _core.corpus_of_walks(_walks(array), limit)
    if isinstance(corpus, Mapping) or not isinstance(corpus, Iterable):
        raise TypeError(f"{what}: expected a path, an iterable of sentences or an array of integers, "
                        f"found {type(corpus).__name__}")
    if isinstance(corpus, (list, tuple)) and corpus and _integers_in(corpus[0]) is not None:
        return _core.corpus_of_walks((piece for item in corpus for piece in _walks_in(item)), limit)
    if hasattr(corpus, "iloc") and hasattr(corpus, "columns"):
        raise TypeError(f"{what}: a table is no text; pass one of its columns")
    if isinstance(corpus, (list, tuple)) and len(corpus) <= 1000 and _are_files(corpus):
        raise Error(f"{what}: these are names of files; a list of str is lines of text: pass pathlib.Path objects")
    made, empty = _core.corpus_of_sentences(corpus, limit)
    if empty:
        warnings.warn(f"{what}: {empty} empty tokens were left out", Notice, stacklevel=4)
    return made


#: The keywords that say what a word is, by their names in the compiled module.
_text_names = ("lowercase", "normalize", "tokenize", "punctuation", "digits", "invalid_utf8", "max_sentence")


def text_keywords(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Of a function's arguments those that say what a word is, and which words are kept or dropped by name."""
    keywords = {name: arguments[name] for name in _text_names if name in arguments}
    keywords.update((name, word_list(arguments[name], name)) for name in ("keep", "drop") if name in arguments)
    if arguments.get("phrases") is not None:
        keywords["phrases"] = phrases_of(arguments["phrases"])
    return keywords


def phrases_of(phrases: Any) -> Any:
    """Phrases as the compiled module has them, "auto", or the bytes of a path."""
    if isinstance(phrases, str) and phrases == "auto":
        return phrases
    handle = getattr(phrases, "_handle", None)
    if isinstance(handle, _core.PhrasesHandle):
        return handle
    return existing_path(phrases, "phrases")


def word_list(words: Any, what: str) -> list[Any]:
    """Of words, or of a file with one a line."""
    if words is None:
        return []
    if isinstance(words, (str, bytes, os.PathLike)):
        return list(_core.read_word_list(existing_path(words, what)))
    if not isinstance(words, Iterable):
        raise TypeError(f"{what}: expected words or a path, found {type(words).__name__}")
    return list(words)


def _are_files(lines: Sequence[Any]) -> bool:
    """Whether every line is the path of a file: then files are meant, since nobody trains on their names."""
    try:
        return bool(lines) and all(isinstance(line, str) and os.path.isfile(line) for line in lines)
    except ValueError:  # a zero byte
        return False


def _walks(array: np.ndarray) -> Iterator[np.ndarray]:
    """Rows as 64-bit integers, in pieces: converting them takes little memory."""
    if array.ndim not in (1, 2):
        raise Error(f"corpus: walks are an array of 1 or 2 dimensions, found {array.ndim}")
    rows = array.reshape(1, -1) if array.ndim == 1 else array
    step = max(1, 65536 // max(1, rows.shape[1]))
    for begin in range(0, len(rows), step):
        yield integer_array(rows[begin:begin + step], "corpus")


def _walks_in(item: Any) -> Iterator[np.ndarray]:
    array = _integers_in(item)
    if array is None:
        raise TypeError(f"corpus: expected arrays of integers as the first is, found {type(item).__name__}")
    return _walks(array)


def _source_of(field: Any, column: Any) -> tuple[str, str]:
    """Where in files the text stands."""
    if not isinstance(field, str):
        raise TypeError(f"field: expected the name of a key, found {type(field).__name__}")
    if isinstance(column, bool) or not isinstance(column, (str, int, np.integer)):
        raise TypeError(f"column: expected a name or a number from 1, found {type(column).__name__}")
    if not isinstance(column, str) and column < 1:
        raise OptionError(f"column must be at least 1, got {column}")
    return field, str(column)


def _corpus_of_paths(paths: list[Any], text_may_be_meant: bool, source: tuple[str, str]) -> Any:
    names = [path_of(path, "corpus") for path in paths]
    try:
        return _core.corpus_of_paths(names, *source)
    except Error as error:
        if not text_may_be_meant or os.path.exists(names[0]):
            raise
        message = str(error)
        if not glob.has_magic(names[0]):
            message = f"corpus: there is no file '{os.fsdecode(names[0])[:100]}'"
        raise Error(f"{message}; a str is a path: to give text, pass a list of lines, [text]") from None


# ---- callbacks ----

class Progress(NamedTuple):
    """How far a long call is: what `progress` is called with, at most ten times a second."""

    done: int
    total: int
    loss: float
    learning_rate: float
    stage: str


class EpochReport(NamedTuple):
    """What is known at the end of an epoch: what `on_epoch` is called with.

    `loss` is the mean per pair of that epoch, each taken before its step; `validation_loss` that of the validation
    text after the epoch, None if there is none.
    """

    epoch: int
    loss: float
    validation_loss: Optional[float]


def progress_callback(progress: Any) -> Optional[Callable[..., None]]:
    """None, or a function of (done, total, loss, learning rate, stage)."""
    if progress is None or progress is False:
        return None
    if callable(progress):
        return lambda *values: progress(Progress(*values)) and None
    if progress is not True:
        raise TypeError(f"progress: expected True, False or a function, found {type(progress).__name__}")
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _plain_line
    return _bar(tqdm)


def _bar(tqdm: Any) -> Callable[..., None]:
    bar: Any = None

    def show(done: int, total: int, loss: float, learning_rate: float, stage: str) -> None:
        nonlocal bar
        if bar is None or stage != bar.desc.removesuffix(": ") or total != (bar.total or 0):
            if bar is not None:
                bar.close()
            bar = tqdm(total=total or None, desc=stage or None, unit_scale=True)
        bar.n = done
        if loss:
            bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
        bar.refresh()
        if total and done >= total:
            bar.close()
            bar = None

    return show


def _plain_line(done: int, total: int, loss: float, learning_rate: float, stage: str) -> None:
    share = f"{100 * done / total:3.0f} %" if total else f"{done:,}"
    sys.stderr.write(f"\r{stage or 'equivec'}: {share}" + (f"  loss {loss:.4f}" if loss else "") + "   "
                     + ("\n" if total and done >= total else ""))
    sys.stderr.flush()


def epoch_callback(on_epoch: Any) -> Optional[Callable[..., bool]]:
    """None, or a function of (epoch, loss, validation loss) that returns True when training is enough."""
    if on_epoch is None:
        return None
    if not callable(on_epoch):
        raise TypeError(f"on_epoch: expected a function, found {type(on_epoch).__name__}")

    def call(*values: Any) -> bool:
        try:
            on_epoch(EpochReport(*values))
        except StopIteration:
            return True
        return False

    return call


def notice(sentence: str) -> None:
    """For what the library says while it works: to the log, which shows nothing unless asked to."""
    logger.info("%s", sentence)


def warn(sentence: str) -> None:
    warnings.warn(sentence, Notice, stacklevel=4)


# ---- keywords ----

#: What gensim and fastText call the keywords.
_ours = {
    "vector_size": "dimension", "size": "dimension", "dim": "dimension", "iter": "epochs", "epoch": "epochs",
    "workers": "threads", "thread": "threads", "num_threads": "threads", "alpha": "learning_rate",
    "lr": "learning_rate", "negative": "negatives", "neg": "negatives", "sample": "subsample", "t": "subsample",
    "ws": "window", "minCount": "min_count", "ns_exponent": "noise_exponent", "max_final_vocab": "max_size",
    "max_vocab_size": "max_size", "sentences": "corpus", "corpus_file": "corpus", "input": "corpus",
    "corpus_iterable": "corpus", "callbacks": "on_epoch", "compute_loss": "on_epoch", "topn": "count", "k": "count",
    "restrict_vocab": "restrict", "positive": "add", "random_state": "seed", "n_jobs": "threads", "fname": "path",
    "binary": "format", "case_insensitive": "case", "delimiter": "format", "mmap": "path",
}
_explained = {
    "sg": "here it is model='skipgram' or model='cbow'",
    "hs": "here it is loss='hierarchical-softmax'",
    "shrink_windows": "here it is window_shape='shrinking' or window_shape='fixed'",
    "cbow_mean": "CBOW takes the mean here",
    "min_alpha": "the learning rate falls linearly to almost 0 here",
    "trim_rule": "count with count_words(), choose from it, and pass vocabulary=",
    "verbose": "nothing is printed here; progress=True shows progress",
}


def named_keywords(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that answers a keyword the function has not with the one that is meant."""
    known = [name for name, p in inspect.signature(function).parameters.items() if p.kind is not p.VAR_KEYWORD]

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if not keywords.keys() <= known_set:
            _refuse(function, next(name for name in keywords if name not in known_set), known)
        return function(*arguments, **keywords)

    known_set = set(known)
    return call


def _refuse(function: Callable[..., Any], name: str, known: list[str]) -> None:
    message = f"{function.__name__}() has no keyword '{name}'"
    ours = "subtract" if name == "negative" and "subtract" in known else _ours.get(name)
    if name in _explained and ("model" in known or name == "verbose"):
        raise TypeError(f"{message}: {_explained[name]}")
    if ours in known:
        raise TypeError(f"{message}: here it is '{ours}'")
    near = difflib.get_close_matches(name, known, 1)
    raise TypeError(message + (f": did you mean '{near[0]}'?" if near else ""))
