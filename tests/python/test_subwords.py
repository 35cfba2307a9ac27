"""Words made of their n-grams."""

import pickle

import numpy as np
import pytest

import equivec

TEXT = [["walk", "walks", "walked", "walking"] * 3, ["green", "greens", "greener", "greenish"] * 3] * 200


@pytest.fixture(scope="module")
def vectors():
    return equivec.train_word2vec(TEXT, subwords="3..5", buckets=1000, dimension=12, subsample=0, threads=1, epochs=3)


def test_a_word_that_was_never_seen_has_a_vector_and_is_not_among_the_words(vectors):
    assert "walker" not in vectors and len(vectors) == 8
    assert vectors["walker"].shape == (12,)
    assert vectors.get("walker") is not None and vectors.get("") is None
    with pytest.raises(KeyError):
        vectors.index("walker")
    assert vectors.metadata["subwords"] == "3..5"


def test_queries_find_it(vectors):
    assert vectors.similarity("walker", "walking") > vectors.similarity("walker", "green")
    assert vectors.neighbors("walker", count=1)[0].word.startswith("walk")
    assert len(vectors.neighbors("walker + walks", count=2)) == 2
    assert vectors.outliers(["walks", "walker", "green"])[0].word == "green"


def test_rows_and_lists_have_it(vectors):
    rows = vectors.rows(["walk", "walker"])
    assert np.array_equal(rows[0], vectors["walk"]) and np.array_equal(rows[1], vectors["walker"])
    assert np.array_equal(vectors[["walk", "walker"]], rows)


@pytest.mark.parametrize("ending", [".safetensors", ".bin"])
def test_files_keep_it(vectors, tmp_path, ending):
    path = tmp_path / ("vectors" + ending)
    vectors.save(path)
    again = equivec.load(path)
    a, b = again["walker"], vectors["walker"]
    assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 1 - 1e-6
    assert equivec.load(path, subwords=False).get("walker") is None
    with pytest.raises(KeyError):
        equivec.load(path, subwords=False)["walker"]


def test_a_pickled_copy_keeps_it(vectors):
    again = pickle.loads(pickle.dumps(vectors))
    assert np.array_equal(again["walker"], vectors["walker"]) and again.words[:] == vectors.words[:]


def test_a_file_that_has_no_place_for_it_leaves_it_out(vectors, tmp_path):
    vectors.save(tmp_path / "plain.vec")
    assert equivec.load(tmp_path / "plain.vec").get("walker") is None


def test_bad_lengths_are_named():
    for text in ("6..3", "x", "0"):
        with pytest.raises(equivec.OptionError, match="as 3..6"):
            equivec.train_word2vec(TEXT, subwords=text)
