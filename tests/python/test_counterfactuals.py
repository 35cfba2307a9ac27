"""Twins of texts, and what classifiers make of them: what of that is Python's."""

import json
import os
import subprocess

import numpy as np
import pytest

import equivec

PROGRAM = os.environ.get("EQUIVEC", "")
WORDS = ["she", "he", "woman", "man", "good", "bad"]
ROWS = np.array([[1, 1], [1, -1], [2, 1], [2, -1], [0.5, 3], [0.5, -3]], dtype="float32")
TRAINING = (["good", "bad", "good she", "bad he"] * 4, [1, 0, 1, 0] * 4)
TEST = (["She is good", "he is bad", "the man is good", "good", "she and he"], [1, 0, 1, 1, 0])


@pytest.fixture
def e():
    return equivec.Embeddings(WORDS, ROWS)


def test_twins_keep_case_and_say_what_was_swapped():
    twins = equivec.twin_texts(["HE met Her.", "nothing", "", "Mary's house"])
    assert twins == [("SHE met Him.", "both", 2), ("nothing", "none", 0), ("", "none", 0), ("John's house", "first", 1)]
    assert twins[0].text == "SHE met Him." and twins[0].group == "both" and twins[0].swapped == 2


def test_pairs_and_names_are_files_or_word_sets(tmp_path):
    (tmp_path / "pairs.txt").write_text("cat dog\n")
    (tmp_path / "names.txt").write_text("Tom Rex\n")
    assert equivec.twin_texts(["Tom, a cat of he"], pairs=tmp_path / "pairs.txt", names=tmp_path / "names.txt") == [
        ("Rex, a dog of he", "first", 2)]
    assert equivec.twin_texts(["Amy"], names="weat")[0].text == "John"
    assert equivec.twin_texts(["cat"], sets={"definitional": [["cat", "dog"]]})[0].text == "dog"
    with pytest.raises(equivec.OptionError, match="exclude each other"):
        equivec.twin_texts(["cat"], sets="religion", pairs=tmp_path / "pairs.txt")
    with pytest.raises(equivec.Error, match="nothing to swap"):
        equivec.twin_texts(["cat"], sets="religion")
    with pytest.raises(FileNotFoundError):
        equivec.twin_texts(["cat"], pairs=tmp_path / "absent")
    with pytest.raises(TypeError, match="several"):
        equivec.twin_texts("he")


def test_probe_measures_counterfactuals_of_all_vectors(e):
    report = equivec.probe(TRAINING, TEST, [e, e], counterfactuals=True, templates=True, positive=1, resamples=100)
    document = report.to_dict()
    assert document["counterfactuals"]["positive"] == "1"
    test, *templates = document["results"][1]["counterfactuals"]
    assert (test["with_twin"], test["first"], test["second"], test["both"]) == (4, 1, 2, 1)
    assert test["flips"]["compare"]["p_value"] == 1 and [one["texts"] for one in templates] == [
        "templates, neutral", "templates, positive", "templates, negative"]
    assert "counterfactuals" not in equivec.probe(TRAINING, TEST, e).to_dict()
    with pytest.raises(equivec.OptionError, match="counterfactuals=True"):
        equivec.probe(TRAINING, TEST, e, positive=1)
    with pytest.raises(equivec.OptionError, match="is no label"):
        equivec.probe(TRAINING, TEST, e, counterfactuals=True, positive=2)


def test_the_scores_are_those_of_the_classifier(e):
    """The mean difference is that of the probabilities which log-losses of the texts and of their twins tell."""
    texts = TEST[0][:3]
    twins = [twin.text for twin in equivec.twin_texts(texts)]
    losses = [equivec.probe(TRAINING, ([text], [1]), e, resamples=10).to_dict()["results"][0]["log_loss"]["value"]
              for text in texts + twins]
    scores = np.exp(-np.array(losses))
    shifts = (scores[:3] - scores[3:]) * [1, -1, -1]
    document = equivec.probe(TRAINING, (texts, TEST[1][:3]), e, counterfactuals=True, resamples=10).to_dict()
    found = document["results"][0]["counterfactuals"][0]
    assert np.isclose(found["score"]["value"], shifts.mean())
    assert np.isclose(found["absolute_score"]["value"], abs(shifts).mean())


def test_the_command_gives_the_same_document(e, tmp_path):
    if not PROGRAM:
        pytest.skip("EQUIVEC names no program")
    for name, (texts, labels) in (("train", TRAINING), ("test", TEST)):
        (tmp_path / name).write_text("".join(f"{label}\t{text}\n" for text, label in zip(texts, labels)))
    e.save(tmp_path / "small.vec")
    done = subprocess.run([PROGRAM, "probe", "train", "test", "small.vec", "--counterfactuals", "--json"],
                          cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    found = equivec.probe(tmp_path / "train", tmp_path / "test", e, counterfactuals=True).to_dict()
    assert json.loads(done.stdout)["results"][0]["counterfactuals"] == found["results"][0]["counterfactuals"]


def test_the_debiasing_report_has_a_classifier_before_and_after(e, tmp_path):
    for name, (texts, labels) in (("train", TRAINING), ("test", TEST)):
        (tmp_path / name).write_text("".join(f"{label}\t{text}\n" for text, label in zip(texts, labels)))
    debiased = e.debias("linear-projection", sets={"definitional": [["she", "he"], ["woman", "man"]]})
    debiased.report(tmp_path / "report.json", probe_train=tmp_path / "train", probe_test=tmp_path / "test", positive=1)
    probe = json.loads((tmp_path / "report.json").read_text())["probe"]
    assert [result["vectors"] for result in probe["results"]] == ["before", "after"]
    before, after = (result["counterfactuals"][0] for result in probe["results"])
    assert before["absolute_score"]["value"] > after["absolute_score"]["value"]
    with pytest.raises(equivec.OptionError, match="go together"):
        debiased.report(tmp_path / "report.json", probe_train=tmp_path / "train")
