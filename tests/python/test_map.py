"""Places of words in the plane."""

import os
import pickle
import subprocess

import numpy as np
import pytest

import equivec

PROGRAM = os.environ.get("EQUIVEC", "")


@pytest.fixture(scope="module")
def vectors():
    random = np.random.default_rng(4)
    numbers = np.repeat(np.eye(6, 12), 40, axis=0) + 0.2 * random.normal(size=(240, 12))
    return equivec.Embeddings([f"w{i}" for i in range(240)], numbers.astype("float32"))


def test_similar_words_stand_near_each_other(vectors):
    places = vectors.with_map(neighbors=8).places
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(1) // 40 == np.arange(240) // 40).mean() > 0.95


def test_the_command_gives_the_same(vectors, tmp_path):
    vectors.save(tmp_path / "v.safetensors")
    for out in ("map.npy", "map.safetensors"):
        subprocess.run([PROGRAM, "map", tmp_path / "v.safetensors", "-o", tmp_path / out, "-q", "--epochs", "20"], check=True)
    places = vectors.with_map(epochs=20).places
    assert np.array_equal(np.load(tmp_path / "map.npy"), places)
    assert np.array_equal(equivec.load(tmp_path / "map.safetensors").places, places)


def test_places_stay_with_the_words(vectors, tmp_path):
    assert vectors.places is None
    mapped = vectors.with_map(method="pca")
    assert mapped.metadata["map"] == "pca"
    assert np.array_equal(mapped.first(7).places, mapped.places[:7])
    assert np.array_equal(mapped.select(["w9", "w3"]).places, mapped.places[[9, 3]])
    assert np.array_equal(pickle.loads(pickle.dumps(mapped)).places, mapped.places)
    again = vectors.with_places(mapped.places * 2)
    assert np.array_equal(again.places, mapped.places * 2)
    with pytest.raises(equivec.Error, match="places of 240 words"):
        vectors.with_places(np.zeros((3, 2)))
    with pytest.raises(equivec.OptionError, match="neighbors"):
        vectors.with_map(neighbors=1)


def test_a_picture_has_the_words_and_is_that_of_the_command(vectors, tmp_path):
    vectors.save(tmp_path / "v.safetensors")
    e = equivec.load(tmp_path / "v.safetensors")
    picture = e.plot(["w1", "w50"], group={"two": ["w2", "w3"]}, title="Some")
    picture.save(tmp_path / "a.svg")
    subprocess.run([PROGRAM, "plot", tmp_path / "v.safetensors", "w1", "w50", "-o", tmp_path / "b.svg", "--group",
                    "two: w2 w3", "--title", "Some"], check=True)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert picture._repr_svg_() == picture.svg and picture.svg.count("<title>w1</title>") == 1
    with pytest.raises(equivec.OptionError, match="svg, .html, .pdf or .png"):
        picture.save(tmp_path / "a.gif")
    with pytest.raises(equivec.Error, match="absent/a.svg"):
        picture.save(tmp_path / "absent/a.svg")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.svg", "b.svg", "v.safetensors"]
    with pytest.raises(equivec.Error, match="'w999' is none of the"):
        e.plot(["w1", "w999"])
    with pytest.raises(TypeError, match="pass"):
        e.plot("w1")
    assert e.plot(["w1", "w2", "w9"], x="w1 - w90", y="w50").svg.count("<circle") == 3
    assert e.plot(["w1", "w2"], before=e).svg.count("<circle") == 4
