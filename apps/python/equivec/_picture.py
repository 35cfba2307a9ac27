"""Pictures of words."""

import os
from typing import Any

from . import _core


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

    def save(self, path: Any) -> None:
        """Writes the picture (.svg), or a page with it (.html); the file appears when it is complete.

        Parameters
        ----------
        path : path

        Raises
        ------
        Error
            If the file cannot be written.
        OptionError
            For another ending.

        Examples
        --------
        >>> e.plot(["king", "queen"]).save("words.svg")
        """
        _core.save_plot(os.fsdecode(path), self.svg, self.title)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture of {len(self.svg):,} bytes>"
