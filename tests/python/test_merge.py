"""Merging spaces, and fitting vectors to a lexicon."""

import numpy as np
import pytest

import equivec

WORDS = [f"w{i}" for i in range(60)]
RANDOM = np.random.RandomState(2)
ROWS = RANDOM.standard_normal((60, 8)).astype(np.float32)
ROTATION = np.linalg.qr(RANDOM.standard_normal((8, 8)))[0]
FIRST = equivec.Embeddings(WORDS[:50], ROWS[:50], counts=range(50, 0, -1))
SECOND = equivec.Embeddings(WORDS[10:], (ROWS[10:] @ ROTATION).astype(np.float32), counts=[1] * 50)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_concatenation_has_the_unit_rows_side_by_side():
    merged = equivec.merge([FIRST, SECOND], weights=(1, 2))
    assert list(merged.embeddings.words) == WORDS and merged.in_all == 40 and merged.captured is None
    assert np.abs(merged.embeddings.vectors[:50, :8] - unit(ROWS[:50])).max() < 1e-6
    assert np.abs(merged.embeddings.vectors[10:, 8:] - 2 * unit(ROWS[10:] @ ROTATION)).max() < 1e-6
    assert not merged.embeddings.vectors[:10, 8:].any() and not merged.embeddings.vectors[50:, :8].any()
    assert merged.embeddings.vocabulary.count("w10") == 41
    assert len(equivec.merge((FIRST, SECOND), words="all").embeddings) == 40


def test_an_average_of_turned_spaces_is_the_space():
    merged = equivec.merge(iter([FIRST, SECOND]), method="average", shared=0)
    assert np.abs(merged.embeddings.vectors - unit(ROWS)).max() < 1e-5
    assert merged.spaces[1]["pairs"] == 40 and merged.spaces[1]["cosine_after"] == pytest.approx(1)
    assert all(condition.holds for condition in merged.conditions) and len(merged.conditions) == 4
    assert merged.embeddings.metadata["merged"].startswith("equivec ")
    assert str(merged) == merged.to_text() and "turned by 40 words" in str(merged)


def test_svd_captures_what_it_says():
    merged = equivec.merge([FIRST, SECOND, FIRST], method="svd", dimension=5)
    assert merged.embeddings.vectors.shape == (60, 5) and 0.4 < merged.captured < 1
    assert equivec.merge([FIRST, SECOND], method="svd", dimension=16).captured == pytest.approx(1)


def test_what_cannot_be_merged_is_told_in_one_line():
    with pytest.raises(equivec.OptionError, match="merge needs two spaces or more, got 1"):
        equivec.merge([FIRST])
    with pytest.raises(equivec.OptionError, match="weights: expected one for each of 2 spaces, got 3"):
        equivec.merge([FIRST, SECOND], weights=[1, 2, 3])
    with pytest.raises(equivec.OptionError, match="dimension"):
        equivec.merge([FIRST, SECOND], method="svd")
    with pytest.raises(equivec.OptionError, match="method"):
        equivec.merge([FIRST, SECOND], method="mean")
    with pytest.raises(equivec.Error, match="share no word"):
        equivec.merge([FIRST, equivec.Embeddings(["x"], [[1, 2]])], method="average")
    with pytest.raises(TypeError, match="spaces: expected a list of Embeddings, found Embeddings"):
        equivec.merge(FIRST)
    with pytest.raises(TypeError, match="spaces: expected Embeddings, found str"):
        equivec.merge([FIRST, "x.vec"])
    with pytest.raises(TypeError, match="weights: expected numbers, found int"):
        equivec.merge([FIRST, SECOND], weights=2)


def test_a_lexicon_is_a_file_a_mapping_or_pairs(folder):
    (folder / "near.txt").write_text("w0 w1 w2\nw3 w4\nw5 unknown\n")
    given = ["near.txt", folder / "near.txt", {"w0": ["w1", "w2"], "w3": "w4"}, [("w0", "w1", "w2"), ["w4", "w3"]],
             iter([("w0", "w1"), ("w0", "w2"), ("w3", "w4")])]
    found = [FIRST.retrofit(one) for one in given]
    assert [one.attract["unknown"] for one in found] == [1, 1, 0, 0, 0]
    for one in found:
        assert one.attract["pairs"] == 3 and one.words == 5 and one.repel is None
        assert (one.embeddings.vectors == found[0].embeddings.vectors).all()
        assert (one.embeddings.vectors[5:] == FIRST.vectors[5:]).all()
        assert all(condition.holds for condition in one.conditions) and len(one.conditions) == 3


def test_retrofit_gives_the_mean_of_the_old_and_of_the_neighbours():
    y = FIRST.retrofit(attract=[("w0", "w1", "w2")], alpha=0.5).embeddings.vectors[:3].astype(float)
    x = ROWS[:3].astype(float)
    assert np.allclose(1.5 * y[0], 0.5 * x[0] + (y[1] + y[2]) / 2, atol=1e-6)
    assert np.allclose(1.5 * y[1:], 0.5 * x[1:] + y[0], atol=1e-6)


def test_counterfit_brings_together_and_apart_and_keeps_lengths():
    near, far = {"w0": ["w1", "w2"]}, [("w3", "w4"), ("w5", "w6")]
    found = FIRST.retrofit(near, repel=far, method="counterfit", repel_margin=1.2)
    assert found.attract["cosine_after"] > found.attract["cosine_before"]
    assert found.repel["cosine_after"] < found.repel["cosine_before"]
    lengths = np.linalg.norm(found.embeddings.vectors, axis=1)
    assert np.allclose(lengths, np.linalg.norm(ROWS[:50], axis=1), rtol=1e-6)
    assert 0 < found.moved < 1 and "counterfit" in found.embeddings.metadata["retrofitted"]
    assert FIRST.retrofit(repel=far, method="counterfit").attract is None


def test_what_cannot_be_fitted_is_told_in_one_line(folder):
    with pytest.raises(equivec.OptionError, match="give a lexicon: attract, or for counterfit repel"):
        FIRST.retrofit()
    with pytest.raises(equivec.OptionError, match="only brings words nearer"):
        FIRST.retrofit([("w0", "w1")], repel=[("w2", "w3")])
    with pytest.raises(equivec.OptionError, match="for the method counterfit"):
        FIRST.retrofit([("w0", "w1")], iterations=3)
    with pytest.raises(equivec.Error, match="there is no pair"):
        FIRST.retrofit([("w0", "unknown"), ("w1",), ()])
    with pytest.raises(FileNotFoundError):
        FIRST.retrofit("nowhere.txt")
    with pytest.raises(TypeError, match="attract: expected pairs of words, found str"):
        FIRST.retrofit(["king"])
    with pytest.raises(TypeError, match="repel: expected a path, a mapping or pairs of words, found int"):
        FIRST.retrofit(repel=3, method="counterfit")
