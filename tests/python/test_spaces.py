"""Aligning one space with another."""

import json

import numpy as np
import pytest

import equivec

WORDS = [f"w{i}" for i in range(400)]
RANDOM = np.random.RandomState(1)
ROTATION = np.linalg.qr(RANDOM.standard_normal((10, 10)))[0]
ROWS = RANDOM.standard_normal((400, 10)).astype(np.float32)
SOURCE = equivec.Embeddings(WORDS, ROWS, counts=range(400, 0, -1))
TARGET = equivec.Embeddings(WORDS, (ROWS @ ROTATION).astype(np.float32))


def test_a_planted_rotation_is_found_and_rows_become_rows_times_the_map():
    aligned = SOURCE.align(TARGET)
    assert np.abs(aligned.map - ROTATION).max() < 1e-6
    assert np.abs(aligned.embeddings.vectors - ROWS @ aligned.map).max() < 1e-5
    assert aligned.given == len(aligned.pairs) == 400 and aligned.pairs[0] == ("w0", "w0")
    assert len(aligned.conditions) == 5 and all(condition.holds for condition in aligned.conditions)
    assert aligned.cosine_after == pytest.approx(1) and abs(aligned.cosine_before) < 0.5
    assert aligned.embeddings.metadata["aligned"].startswith("equivec ")


def test_a_dictionary_is_a_file_a_mapping_or_pairs(folder):
    (folder / "d.txt").write_text("".join(f"w{i} w{i}\n" for i in range(50)) + "w0 unknown\n")
    entries = {f"w{i}": f"w{i}" for i in range(50)}
    found = [SOURCE.align(TARGET, dictionary=one) for one in
             ("d.txt", folder / "d.txt", entries, list(entries.items()), iter(entries.items()))]
    assert [one.missing for one in found] == [1, 1, 0, 0, 0]
    for one in found:
        assert np.abs(one.map - ROTATION).max() < 1e-6 and len(one.pairs) == 50


def test_further_pairs_are_learned_and_words_that_changed_left_out():
    moved = np.array(TARGET.vectors)
    moved[:40] = np.roll(moved[:40], 3, axis=0)
    other = equivec.Embeddings(WORDS, moved)
    refined = SOURCE.align(other, refine=5)
    assert refined.rounds >= 1 and len(refined.pairs) == 360
    assert np.abs(refined.map - ROTATION).max() < 1e-6
    learned = SOURCE.align(TARGET, dictionary={f"w{i}": f"w{i}" for i in range(12)}, self_learning=5)
    assert len(learned.pairs) == 400


def test_induction_tells_accuracy_with_intervals(folder):
    (folder / "d.txt").write_text("w1 w1\nw2 w2\nw3 w1\nnone w1\n")
    csls, cosine = SOURCE.align(TARGET, evaluate="d.txt").accuracy
    assert (csls.metric, cosine.metric) == ("csls", "cosine")
    assert cosine.at_1 == pytest.approx(2 / 3) and (cosine.known, cosine.missing) == (3, 1)
    assert cosine.interval_1 == pytest.approx((0, 1))
    assert len(SOURCE.align(TARGET, evaluate=["d.txt", "d.txt"], metric="cosine").accuracy) == 2


def test_rcsls_promises_less_and_keeps_it():
    aligned = SOURCE.align(TARGET, method="rcsls", iterations=3)
    assert len(aligned.conditions) == 2 and all(condition.holds for condition in aligned.conditions)


def test_reweighted_changes_both_spaces_and_questions_search_the_new_target(folder):
    noisy = equivec.Embeddings(WORDS, TARGET.vectors + np.float32(0.5) * RANDOM.standard_normal((400, 10)).astype("f4"))
    (folder / "d.txt").write_text("".join(f"w{i} w{i}\n" for i in range(400)))
    aligned = SOURCE.align(noisy, method="reweighted", evaluate="d.txt", metric="cosine")
    assert len(aligned.conditions) == 7 and all(condition.holds for condition in aligned.conditions)
    assert aligned.target.words == noisy.words and aligned.embeddings.words == SOURCE.words
    rows = ROWS / np.linalg.norm(ROWS.astype("f8"), axis=1, keepdims=True)
    rows = rows - rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert np.abs(aligned.embeddings.vectors - rows @ aligned.map).max() < 1e-6
    units = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in (aligned.embeddings.vectors, aligned.target.vectors)]
    right = (units[0] @ units[1].T).argmax(axis=1) == np.arange(400)
    assert aligned.accuracy[0].at_1 == pytest.approx(right.mean())
    assert "align from" in aligned.target.metadata["aligned"] and "align to" in aligned.embeddings.metadata["aligned"]
    assert not aligned.lost_ngrams
    aligned.target.save("target.safetensors")
    assert np.array_equal(equivec.load("target.safetensors").vectors, aligned.target.vectors)
    assert SOURCE.align(noisy).target is None
    with pytest.raises(equivec.OptionError, match="weights and center are for procrustes; reweighted has neither"):
        SOURCE.align(noisy, method="reweighted", center=True)
    with pytest.raises(equivec.Error, match="the 3 pairs vary along 3 of 10 directions"):
        SOURCE.align(noisy, method="reweighted", dictionary={f"w{i}": f"w{i}" for i in range(3)})


def test_what_cannot_be_aligned_is_told_in_one_line(folder):
    with pytest.raises(equivec.Error, match="the source has vectors of dimension 10, the target of 3"):
        SOURCE.align(equivec.Embeddings(["w0"], [[1, 2, 3]]))
    with pytest.raises(equivec.Error, match="there is no pair"):
        SOURCE.align(TARGET, dictionary={"a": "b"})
    with pytest.raises(equivec.Error, match="d.txt:1: expected a word and its translation"):
        (folder / "d.txt").write_text("a\n")
        SOURCE.align(TARGET, dictionary="d.txt")
    with pytest.raises(equivec.OptionError, match="self_learning"):
        SOURCE.align(TARGET, self_learning=3)
    with pytest.raises(equivec.OptionError, match="weights"):
        SOURCE.align(TARGET, weights="rank")
    with pytest.raises(FileNotFoundError):
        SOURCE.align(TARGET, dictionary="nowhere.txt")
    with pytest.raises(TypeError, match="target: expected Embeddings, found str"):
        SOURCE.align("x")
    with pytest.raises(TypeError, match="dictionary: expected pairs of words"):
        SOURCE.align(TARGET, dictionary=["king"])


def test_csls_is_a_metric_of_neighbors():
    found = SOURCE.neighbors("w5", metric="csls", count=3)
    units = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    means = np.sort(cosines, axis=1)[:, -10:].mean(axis=1)
    scores = 2 * cosines[5] - means[5] - means
    order = np.argsort(-scores)[:3]
    assert list(found.words) == [WORDS[i] for i in order]
    assert np.allclose([one.similarity for one in found], scores[order], atol=1e-5)


def test_a_report_measures_before_and_after_as_evaluate_and_bias_do(folder):
    (folder / "pairs.tsv").write_text("".join(f"w{i}\tw{i + 100}\t{i * 7 % 19}\n" for i in range(60)))
    sets = equivec.word_sets({"definitional": [["w0", "w1"], ["w2", "w3"]], "occupations": WORDS[10:60]})
    shifted = equivec.Embeddings(WORDS, ROWS + np.float32(3) * ROWS[0])
    result = shifted.transform(["center", "normalize"])
    assert result.to_dict()["words"] == 400 and str(result) == result.to_text() and "proved" in str(result)
    for ending in ("json", "md", "html"):
        result.report(f"report.{ending}", similarity="pairs.tsv", sets=sets, restrict=300, threads=2)
        first = (folder / f"report.{ending}").read_text()
        result.report(f"report.{ending}", similarity=[folder / "pairs.tsv"], sets=sets, restrict=300, threads=1)
        assert (folder / f"report.{ending}").read_text() == first
    document = json.loads((folder / "report.json").read_text())
    score, = document["utility"]
    expected = result.embeddings.evaluate(similarity="pairs.tsv", compare=shifted).measurements[0]
    assert (score["before"], score["after"]) == pytest.approx(
        (shifted.evaluate(similarity="pairs.tsv").measurements[0].value, expected.value))
    assert score["p_value"] == expected.p_value
    direct = next(row for row in document["measures"] if row["measure"] == "direct-bias")
    for place, vectors in (("before", shifted), ("after", result.embeddings)):
        assert direct[place]["value"] == pytest.approx(vectors.bias("direct-bias", sets=sets)[0].value)
    assert document["conditions"] == result.to_dict()["conditions"]


def test_a_report_that_cannot_be_is_told_before_the_work(folder):
    result = SOURCE.transform("center")
    with pytest.raises(equivec.OptionError, match="report.pdf: the ending names the format"):
        result.report("report.pdf")
    with pytest.raises(FileNotFoundError):
        result.report("report.md", similarity="nowhere.tsv")
    with pytest.raises(equivec.OptionError, match="seed"):
        result.report("report.md", seed=-1)
    with pytest.raises(TypeError, match="path"):
        result.report(3)
    assert not list(folder.glob("report*"))
