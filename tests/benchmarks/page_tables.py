"""The tables of docs/benchmarks.md, for tests that compare with them."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def tables():
    """{title: rows}; a row is {heading of a column: text of the cell}. The first column, which has no heading, is 'what'."""
    found, title, columns = {}, None, None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("**"):
            title, columns = line.strip("*"), None
        elif line.startswith("| ") and title:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
            if columns is None:
                columns = ["what", *cells[1:]]
                assert title not in found, f"two tables of {PAGE} are named '{title}'"
                found[title] = []
            elif not cells[0].startswith("---"):
                found[title].append(dict(zip(columns, cells, strict=True)))
        elif line.strip():
            title = None
    return found


def number(cell):
    """The first number in a cell such as '44.0 [43.2 .. 71.3], 5 rounds'."""
    return float(re.findall(r"-?\d[\d,]*\.?\d*", cell)[0].replace(",", ""))
