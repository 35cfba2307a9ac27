# The compiled module. It is private: what users call is in the other modules.
from typing import Any

def __getattr__(name: str) -> Any: ...
