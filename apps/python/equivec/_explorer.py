"""A page on which to look at vectors."""

import html
from typing import Any, Optional

from . import _core


class Explorer:
    """A page that this process serves until it is closed; Jupyter shows it.

    Attributes
    ----------
    address : str
        Where to open it, for this machine alone. It holds a secret: whoever has it can ask for the words and their
        cosines.
    """

    __slots__ = ("_explorer", "address")

    def __init__(self, explorer: Any) -> None:
        self._explorer = explorer
        self.address: str = explorer._address()

    def close(self) -> None:
        """Ends all connections and the work for them. Closing twice changes nothing.

        Examples
        --------
        >>> page = e.explore(map_words=0)
        >>> page.close()
        """
        self._explorer._close()

    def __enter__(self) -> "Explorer":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def _repr_html_(self) -> Optional[str]:
        if self._explorer._address() is None:
            return None
        return (f'<iframe src="{html.escape(self.address)}" title="Word vectors" '
                'style="width: 100%; height: 720px; border: 0"></iframe>')

    def __repr__(self) -> str:
        return "<Explorer, closed>" if self._explorer._address() is None else f"<Explorer at {self.address}>"
