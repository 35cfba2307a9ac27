"""Neighbours found along the links of an index."""

import os
import subprocess

import numpy as np
import pytest

import equivec

RANDOM = np.random.RandomState(3)
WORDS = [f"w{i}" for i in range(3000)]
ROWS = RANDOM.standard_normal((3000, 10)).astype(np.float32)
E = equivec.Embeddings(WORDS, ROWS)
INDEX = E.build_index(threads=1)


def test_neighbours_along_links_are_those_of_the_exact_search():
    exact = [set(found.words) for found in E.neighbors_batch(WORDS[:200], 10)]
    found = [set(found.words) for found in E.neighbors_batch(WORDS[:200], 10, index=INDEX)]
    assert np.mean([len(a & b) / 10 for a, b in zip(exact, found)]) > 0.97
    assert E.neighbors("w1 + w2", count=3, index=INDEX, candidates=180) == E.neighbors("w1 + w2", count=3)
    assert E.neighbors(ROWS[5], count=3, index=INDEX, candidates=180) == E.neighbors(ROWS[5], count=3)
    assert E.neighbors("w1", prefix="w29", index=INDEX) == E.neighbors("w1", prefix="w29")
    assert E.analogy("w1", "w2", "w3", index=INDEX, candidates=180).words == E.analogy("w1", "w2", "w3").words
    pairs = [("w1", "w2"), ("w4", "w5")]
    assert E.analogies(pairs, "w3", index=INDEX, candidates=180).words == E.analogies(pairs, "w3").words


def test_an_index_says_how_it_was_made_and_what_it_finds():
    index = E.build_index(metric="dot", links=8, candidates=50, seed=4)
    assert (index.metric, index.links, index.candidates, index.seed, len(index)) == ("dot", 8, 50, 4, 3000)
    assert index.embeddings is E and index.linked_words == 3000 and index.link_count > 3000
    recall = INDEX.recall(sample=50)
    assert recall["words"] == 50 and recall["searches"][-1]["recall"] > 0.99
    assert repr(index) == "<Index of 3,000 words by dot>"


def test_a_file_is_that_of_the_command_and_of_these_vectors_alone(tmp_path):
    INDEX.save(tmp_path / "v.index")
    E.save(tmp_path / "v.safetensors")
    read = equivec.load(tmp_path / "v.safetensors").load_index(tmp_path / "v.index")
    assert read.embeddings.neighbors("w7", index=read) == E.neighbors("w7", index=INDEX)
    if os.environ.get("EQUIVEC"):
        subprocess.run([os.environ["EQUIVEC"], "index", tmp_path / "v.safetensors", "-o", tmp_path / "theirs.index", "-q",
                        "--threads", "1", "--sample", "0"], check=True, stdout=subprocess.DEVNULL)
        assert (tmp_path / "theirs.index").read_bytes() == (tmp_path / "v.index").read_bytes()
    other = equivec.Embeddings(WORDS, ROWS + np.float32(1e-3))
    with pytest.raises(equivec.Error, match="is an index of other vectors"):
        other.load_index(tmp_path / "v.index")
    with pytest.raises(equivec.Error, match="index: it is of other vectors"):
        other.neighbors("w1", index=INDEX)
    with pytest.raises(FileNotFoundError):
        E.load_index(tmp_path / "nowhere")


def test_what_does_not_go_together_is_refused():
    with pytest.raises(equivec.OptionError, match="the index is by cosine, the question by dot"):
        E.neighbors("w1", metric="dot", index=INDEX)
    with pytest.raises(equivec.OptionError, match="candidates is for a search with an index"):
        E.neighbors("w1", candidates=20)
    with pytest.raises(equivec.OptionError, match="3cosmul compares all words"):
        E.analogy("w1", "w2", "w3", method="3cosmul", index=INDEX)
    with pytest.raises(TypeError, match="index: expected an Index, of build_index.. or load_index.., found str"):
        E.neighbors("w1", index="v.index")
    with pytest.raises(equivec.OptionError, match="not by csls"):
        E.build_index(metric="csls")


def test_the_page_answers_along_the_links():
    with E.explore(map_words=0, index=INDEX) as page:
        assert page.address.startswith("http://127.0.0.1:")
    with pytest.raises(equivec.OptionError, match="the index is by euclidean"):
        E.explore(map_words=0, index=E.build_index(metric="euclidean"))
