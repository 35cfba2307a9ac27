"""Word embeddings: from text to word vectors, to answers, to measured and removed bias.

>>> import equivec
>>> e = equivec.train_word2vec([["to", "be", "or", "not", "to", "be"]] * 10, dimension=8, subsample=0)
>>> sorted(e.neighbors("be").words)
['not', 'or', 'to']
"""

from . import _core
from ._alignment import Aligned, Induction
from ._bias import BiasQuery, Debiased, WordSets, bias_measures, builtin_word_sets, debias_methods, word_sets
from ._drift import Drift, Stability, stability
from ._errors import Error, Notice, OptionError, UnknownWord
from ._explorer import Explorer
from ._index import Index
from ._inputs import EpochReport, Progress
from ._merge import Merged, merge
from ._picture import Picture, plot_bias, plot_loss
from ._probe import Twin, probe, twin_texts
from ._results import (Answers, BiasDirection, BiasMeasurement, BiasReport, Condition, Evaluation, MeasureInfo,
                       Measurement, MethodInfo, Neighbor, Neighbors, Outliers, ProbeReport, TrainingEstimate)
from ._retrofit import Retrofitted
from ._spaces import Transformed
from ._text import Phrases, find_phrases, tokenize
from ._training import Cooccurrences, count_cooccurrences, count_words, train_glove, train_word2vec
from ._vectors import Embeddings, Vocabulary, WordList, formats, load

__version__: str = _core.version


def instruction_set() -> str:
    """The instructions that the vector kernels use on this processor.

    Examples
    --------
    >>> isinstance(instruction_set(), str)  # "AVX-512", "AVX2" ...
    True
    """
    return _core.instruction_set()


def show_versions() -> None:
    """Prints the versions of equivec, of what it is made with and of the packages it works with, for reports of errors.

    The commit stands there if the package was built in a clone. ``equivec --version`` says the same of the program.

    Examples
    --------
    >>> show_versions()  # doctest: +ELLIPSIS
    equivec 0...
    """
    import platform
    from importlib import metadata

    lines = [("equivec", __version__)]
    if _core.revision:
        lines.append(("commit", _core.revision))
    lines += [*_core.component_versions(), ("Python", platform.python_version()), ("system", platform.platform())]
    for package in ("numpy", "pandas", "scipy", "gensim"):
        try:
            lines.append((package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            pass
    print("\n".join(" ".join(line) for line in lines))


def from_gensim(vectors: object) -> Embeddings:
    """Embeddings over the memory of gensim's KeyedVectors, with their counts.

    Parameters
    ----------
    vectors : gensim.models.KeyedVectors
        Or a model that has them as ``wv``. They are not to be changed afterwards.

    Examples
    --------
    >>> from gensim.models import KeyedVectors
    >>> theirs = KeyedVectors(2)
    >>> theirs.add_vectors(["king", "queen"], [[1.0, 0.5], [1.0, -0.5]])
    >>> from_gensim(theirs).neighbors("king").words
    ('queen',)
    """
    from .gensim import from_gensim as convert

    return convert(vectors)


def __getattr__(name: str) -> object:
    if name in ("Word2Vec", "KeyedVectors", "to_gensim"):
        raise AttributeError(f"equivec has no '{name}': equivec.gensim has it")
    raise AttributeError(f"module 'equivec' has no attribute '{name}'")


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
for _name in __all__:  # for users they stand in equivec, whatever the file
    if getattr(globals()[_name], "__module__", "").startswith("equivec."):
        globals()[_name].__module__ = "equivec"
del _name
