"""Pictures of words, of trainings and of bias."""

from __future__ import annotations

import json
import os
from typing import Any

from . import _core
from ._inputs import EpochReport, existing_path, is_text, named_keywords
from ._results import BiasReport


class Picture:
    """A picture as SVG, which Jupyter shows.

    Attributes
    ----------
    svg : str
        An ``<svg>`` element.
    title : str
    """

    __slots__ = ("svg", "title")

    def __init__(self, svg: str, title: str) -> None:
        self.svg, self.title = svg, title

    @named_keywords
    def save(self, path: Any, *, scale: float = 2) -> None:
        """Writes the picture (.svg, .pdf, .png), or a page with it (.html); the file appears when it is complete.

        Parameters
        ----------
        path : path
            .pdf and .png need Debian's librsvg2-2; the fonts of a .pdf are embedded.
        scale : float
            Pixels of a .png for one of the picture's, 0.1 to 20.

        Raises
        ------
        Error
            If the file cannot be written, or there is no librsvg.
        OptionError
            For another ending.

        Examples
        --------
        >>> e.plot(["king", "queen"]).save("words.svg")
        """
        _core.save_plot(os.fsdecode(path), self.svg, self.title, {"scale": scale})

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture of {len(self.svg):,} bytes>"


def _is_path(value: Any) -> bool:
    return is_text(value) or isinstance(value, os.PathLike)


def _epochs_of(log: Any) -> list[tuple[int, float, Any]]:
    epochs = []
    for epoch in log:
        if not isinstance(epoch, EpochReport):
            raise TypeError(f"logs: expected a path or EpochReports, found {type(epoch).__name__}")
        epochs.append((epoch.epoch, epoch.loss, epoch.validation_loss))
    return epochs


@named_keywords
def plot_loss(logs: Any, *, name: Any = (), title: str = "") -> Picture:
    """The loss of trainings by epoch, that of held-out text too if there is any.

    Parameters
    ----------
    logs : path or list
        What ``train_word2vec(log=path)`` wrote; of several trainings a list, in which also lists of the EpochReports that
        `on_epoch` was called with may stand.
    name : str or list of str
        What to call each training, in place of the name of its file.
    title : str

    Examples
    --------
    >>> reports = []
    >>> vectors = train_word2vec([["a", "b", "c"]] * 20, dimension=4, subsample=0, log="loss.jsonl", on_epoch=reports.append)
    >>> plot_loss("loss.jsonl", title="Training").save("loss.svg")
    >>> plot_loss([reports], name="skip-gram").svg.count("<circle")
    6
    """
    if _is_path(logs):
        logs = [logs]
    given = [existing_path(log, "logs") if _is_path(log) else _epochs_of(log) for log in logs]
    return Picture(_core.plot_loss(given, [name] if is_text(name) else name, title), title)


def _documents_of(report: Any, place: str) -> tuple[Any, Any]:
    if _is_path(report):
        return existing_path(report, "reports"), None
    if not isinstance(report, BiasReport):
        raise TypeError(f"reports: expected a BiasReport or a path, found {type(report).__name__}")
    documents = ({"vectors": document["vectors"], "sets": document["sets"],
                  "measures": [{**measure, "words": []} for measure in document["measures"]]}
                 for document in report.documents)
    texts = (json.dumps(document, ensure_ascii=False) for document in documents)
    return place, "\n".join(texts).encode("utf-8", "replace")


@named_keywords
def plot_bias(reports: Any, *, name: Any = (), title: str = "") -> Picture:
    """Measures of bias with their 95 % intervals, of vectors before and after debiasing, or of several: a forest plot.

    Parameters
    ----------
    reports : BiasReport, path or list of them
        What Embeddings.bias gave, or a file with what ``equivec bias --json`` printed or with a report of ``equivec debias``.
        Those of vectors of the same name stand together, unless the same was measured twice.
    name : str or list of str
        What to call each of the vectors.
    title : str

    Examples
    --------
    >>> fair = e.debias("hard", sets=_sets).embeddings
    >>> reports = [vectors.bias("direct-bias", sets=_sets) for vectors in (e, fair)]
    >>> plot_bias(reports, name=["before", "after"]).svg.count(">before</text>")
    1
    """
    if _is_path(reports) or isinstance(reports, BiasReport):
        reports = [reports]
    given = [_documents_of(report, f"reports[{i}]") for i, report in enumerate(reports)]
    return Picture(_core.plot_bias(given, [name] if is_text(name) else name, title), title)
