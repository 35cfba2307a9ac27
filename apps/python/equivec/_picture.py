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
        """Writes the picture (.svg), or a page with it (.html).

        Parameters
        ----------
        path : path

        Raises
        ------
        OptionError
            For another ending.

        Examples
        --------
        >>> e.plot(["king", "queen"]).save("words.svg")
        """
        name = os.fspath(path)
        content = _core.plot_file(os.fsdecode(name), self.svg, self.title)
        with open(name, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture of {len(self.svg):,} bytes>"
