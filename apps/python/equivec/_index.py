"""Indexes: neighbours found along links, in a fraction of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._inputs import named_keywords, path_of, progress_callback

if TYPE_CHECKING:
    from ._vectors import Embeddings


class Index:
    """Links between near words, along which the nearest of millions are found fast and few are missed; see
    Embeddings.build_index.

    Attributes
    ----------
    embeddings : Embeddings
        What it is of.

    Examples
    --------
    >>> index = e.build_index()
    >>> index
    <Index of 11 words by cosine>
    >>> e.neighbors("king", count=1, index=index).words
    ('prince',)
    """

    def __init__(self, handle: Any, embeddings: "Embeddings") -> None:
        self._handle = handle
        self.embeddings = embeddings

    @property
    def metric(self) -> str:
        """cosine, dot or euclidean."""
        return self._handle._metric()

    @property
    def links(self) -> int:
        """Of a word in each layer, at most."""
        return self._handle._links()

    @property
    def candidates(self) -> int:
        """Words that were kept while a word's place was searched."""
        return self._handle._candidates()

    @property
    def seed(self) -> int:
        """Of the layers."""
        return self._handle._seed()

    @property
    def link_count(self) -> int:
        """Links of all words."""
        return self._handle._link_count()

    @property
    def linked_words(self) -> int:
        """Words that can be answers: by cosine those that have a direction."""
        return self._handle._linked_words()

    def save(self, path: Any) -> None:
        """Writes the links, with the fingerprint of the vectors, which are not in the file.

        Parameters
        ----------
        path : path

        Examples
        --------
        >>> e.build_index().save("words.index")
        >>> e.load_index("words.index")
        <Index of 11 words by cosine>
        """
        self._handle._save(path_of(path))

    @named_keywords
    def recall(self, *, sample: int = 1000, seed: int = 1, threads: int = 0, progress: Any = None) -> dict[str, Any]:
        """The share of the ten nearest that is found, beside an exact search, for several numbers of candidates.

        Parameters
        ----------
        sample : int
            Words whose neighbours are searched.
        seed : int
            Of the sample.
        threads : int
            0: all cores, of the exact search; those along the links are timed on one.
        progress : bool or function
            As in train_word2vec.

        Returns
        -------
        dict
            The document's part "recall" of ``equivec index --json``.

        Examples
        --------
        >>> recall = e.build_index().recall()
        >>> recall["words"], [search["recall"] for search in recall["searches"]][:2]
        (11, [1.0, 1.0])
        """
        return self._handle._recall(self.embeddings, {"sample": sample, "seed": seed, "threads": threads,
                                                      "progress": progress_callback(progress)})

    def __len__(self) -> int:
        return self._handle._size()

    def __repr__(self) -> str:
        return f"<Index of {len(self):,} words by {self.metric}>"


def index_handle(index: Any) -> Any:
    """What the compiled module takes for the keyword `index`."""
    if index is None:
        return None
    if not isinstance(index, Index):
        raise TypeError(f"index: expected an Index, of build_index() or load_index(), found {type(index).__name__}")
    return index._handle
