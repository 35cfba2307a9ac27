"""Texts as vectors: what of them is Python's, and that a str is cut as the command cuts a line."""

import json
import os
import pickle
import subprocess

import numpy as np
import pytest

import equivec

PROGRAM = os.environ.get("EQUIVEC", "")


@pytest.fixture
def model(tmp_path):
    """A static sentence model with BERT's tokenizer, whose texts have vectors of length 1."""
    words = ["[UNK]", "play", "##ing", "cat", "!"]
    rows = np.array([[0, 0], [1, 2], [3, 1], [2, 2], [0, 1]], dtype="float32")
    equivec.Embeddings(words, rows).save(tmp_path / "model", format="model2vec")
    file = tmp_path / "model/tokenizer.json"
    tokenizer = json.loads(file.read_text())
    tokenizer["normalizer"] = {"type": "BertNormalizer", "lowercase": True}
    tokenizer["pre_tokenizer"] = {"type": "BertPreTokenizer"}
    tokenizer["model"] |= {"type": "WordPiece", "continuing_subword_prefix": "##"}
    file.write_text(json.dumps(tokenizer))
    (tmp_path / "model/config.json").write_text('{"normalize": true}')
    return tmp_path / "model"


def unit(*numbers):
    return np.array(numbers) / np.linalg.norm(numbers)


def test_a_static_model_cuts_a_str_by_its_tokenizer_and_takes_a_list_as_it_is(model):
    e = equivec.load(model)
    found = e.mean_vectors(["Playing!", ["play", "##ing", "!"], ["Playing!"], "unknown"])
    assert np.allclose(found, [unit(4, 4), unit(4, 4), [0, 0], [0, 0]])
    assert np.allclose(e.mean_vectors(["a cat!"], normalize="never"), [[1, 1.5]])


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_keep_the_tokenizer_and_the_precision(model, tmp_path, protocol):
    e = equivec.load(model)
    copy = pickle.loads(pickle.dumps(e, protocol))
    assert np.array_equal(copy.mean_vectors(["Playing!"]), e.mean_vectors(["Playing!"]))
    copy.save(tmp_path / "again", format="model2vec")
    assert (tmp_path / "again/tokenizer.json").read_bytes() == (model / "tokenizer.json").read_bytes()
    e.save(tmp_path / "small.safetensors", precision="int8")
    small = equivec.load(tmp_path / "small.safetensors")
    pickle.loads(pickle.dumps(small, protocol)).save(tmp_path / "copy.safetensors")
    assert (tmp_path / "copy.safetensors").read_bytes() == (tmp_path / "small.safetensors").read_bytes()


def test_a_str_is_cut_as_the_command_cuts_a_line(model, tmp_path):
    texts = ["Playing, CATS!", "", "cat cat\tplay", "naïve"]
    (tmp_path / "texts").write_text("".join(text + "\n" for text in texts))
    subprocess.run([PROGRAM, "encode", model, tmp_path / "texts", "-o", tmp_path / "out.npy", "-q", "--weighting", "zipf",
                    "--normalize", "always"], check=True)
    found = equivec.load(model).mean_vectors(texts, weighting="zipf", normalize="always")
    assert found.tobytes() == np.load(tmp_path / "out.npy").tobytes()


def test_a_str_has_the_words_that_the_vectors_were_trained_on():
    e = equivec.train_word2vec(["Don't stop, please. Stop!"] * 20, lowercase=True, tokenize="words", dimension=4, epochs=1,
                               min_count=1)
    assert np.allclose(e.mean_vectors(["STOP!Don't"]), e.mean_vectors([["stop", "!", "don't"]]))


def test_a_tokenizer_that_is_not_known_is_refused_for_a_str_and_not_for_tokens(model):
    file = model / "tokenizer.json"
    file.write_text(file.read_text().replace("BertPreTokenizer", "ByteLevel"))
    e = equivec.load(model)
    with pytest.raises(equivec.Error, match="ByteLevel.*the Python package tokenizers"):
        e.mean_vectors(["play"])
    assert e.mean_vectors([["play"]]).any()


def test_probe_takes_the_options_of_mean_vectors():
    e = equivec.Embeddings(["good", "bad", "so"], np.array([[1, 0, 1], [0, 1, 1], [1, 1, 2]], dtype="float32"))
    texts, labels = ["so good", "so bad"] * 6, ["yes", "no"] * 6
    plain = equivec.probe((texts, labels), (texts, labels), e)
    weighted = equivec.probe((texts, labels), (texts, labels), e, weighting="sif", a=0.1, remove=1)
    assert plain.accuracies == weighted.accuracies == (1.0,)
    assert "weights sif, a 0.1, 1 direction that the training texts have in common removed" in weighted.to_text()
    with pytest.raises(equivec.OptionError, match="remove must be at most 3"):
        equivec.probe((texts, labels), (texts, labels), e, remove=4)
