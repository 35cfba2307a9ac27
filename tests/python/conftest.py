"""What the tests share: the small vectors that the examples of the documentation use, and where things are."""

import contextlib
import os
import pathlib

import pytest

import equivec

#: The root of the source.
ROOT = pathlib.Path(__file__).resolve().parents[2]

#: Royalty, sex and age, of words and how often they occur; nurse and pilot have a bias.
WORDS = {
    "king": (9, [1, 0.5, 1]), "queen": (8, [1, -0.5, 1]), "man": (30, [0, 0.5, 1]), "woman": (28, [0, -0.5, 1]),
    "prince": (5, [1, 0.5, 0.2]), "princess": (4, [1, -0.5, 0.2]), "boy": (20, [0, 0.5, 0.2]),
    "girl": (18, [0, -0.5, 0.2]), "nurse": (7, [0, -0.3, 0.8]), "pilot": (6, [0, 0.3, 0.8]), "car": (11, [0, 0, -1]),
}

#: Word sets for these words.
WORD_SETS = {"definitional": [["woman", "man"], ["girl", "boy"]], "equalize": [["queen", "king"]],
             "specific": ["prince", "princess"], "occupations": ["nurse", "pilot"]}


def small_vectors():
    """Vectors of a few words, for which the examples are true."""
    counts = {word: count for word, (count, _) in WORDS.items()}
    return equivec.Embeddings(counts, [numbers for _, numbers in WORDS.values()])


def names_in_examples():
    """The names that examples use without saying where they are from."""
    names = {name: getattr(equivec, name) for name in equivec.__all__}
    return {**names, "equivec": equivec, "e": small_vectors(), "_sets": WORD_SETS}


def write_files_of_examples(folder):
    """Files that examples read."""
    (folder / "pairs.tsv").write_text("king queen 8\nking car 1\nman boy 7\n")


@contextlib.contextmanager
def working_in(folder):
    """Examples write files: not into the source."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.fixture
def e():
    return small_vectors()


@pytest.fixture
def folder(tmp_path):
    """A temporary folder that is the working one."""
    with working_in(tmp_path):
        yield tmp_path


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes a minute or so")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI set in the environment a test that did not run is a failure."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run: {call.excinfo.value}"
