"""Files of lower precision, as Python has them."""

import numpy as np
import pytest

import equivec


@pytest.fixture(name="vectors")
def _vectors():
    numbers = np.random.default_rng(1).normal(size=(300, 10)).astype(np.float32)
    return equivec.Embeddings([f"w{i}" for i in range(300)], numbers)


@pytest.mark.parametrize("precision, least", [("f16", 0.999), ("bf16", 0.999), ("int8", 0.999), ("pq", 0.7)])
def test_saved_with_lower_precision_is_near(vectors, tmp_path, precision, least):
    file = tmp_path / "v.safetensors"
    options = {"parts": 5, "rotation": True} if precision == "pq" else {}
    vectors.save(file, precision=precision, **options)
    back = equivec.load(file)
    assert back.describe()["precision"] == precision
    before, after = np.asarray(vectors.vectors), np.asarray(back.vectors)
    cosines = (before * after).sum(1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert cosines.mean() > least
    # Answers are those of the floats that the file stands for.
    floats = equivec.Embeddings(back.words, after)
    assert [n for n in back.neighbors("w7", 5)] == [n for n in floats.neighbors("w7", 5)]


def test_precision_is_kept_unless_another_is_asked_for(vectors, tmp_path):
    file, again, floats = tmp_path / "v.safetensors", tmp_path / "again.safetensors", tmp_path / "floats.safetensors"
    vectors.save(file, precision="int8")
    equivec.load(file).save(again)
    assert file.read_bytes() == again.read_bytes()
    equivec.load(file).save(floats, precision="f32")
    assert "precision" not in equivec.load(floats).describe()


def test_what_does_not_go_together_is_refused(vectors, tmp_path):
    with pytest.raises(ValueError, match="native files"):
        vectors.save(tmp_path / "v.bin", precision="int8")
    with pytest.raises(ValueError, match="precision"):
        vectors.save(tmp_path / "v.safetensors", precision="half")
    with pytest.raises(ValueError, match="parts is 11"):
        vectors.save(tmp_path / "v.safetensors", precision="pq", parts=11)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("precision, least", [("f32", 1), ("f16", 0.99), ("int8", 0.95), ("pq", 0.2)])
def test_lower_precision_keeps_neighbours_as_the_file_does(vectors, tmp_path, precision, least):
    options = {"parts": 5, "rotation": True} if precision == "pq" else {}
    packed = vectors.with_precision(precision, **options)
    recall = vectors.neighbor_recall(packed)
    assert least <= recall <= 1
    vectors.save(tmp_path / "v.safetensors", precision=precision, **options)
    assert vectors.neighbor_recall(equivec.load(tmp_path / "v.safetensors")) == recall
    with pytest.raises(equivec.OptionError, match="precision"):
        vectors.with_precision("f8")


def test_fewer_dimensions_are_the_principal_ones(vectors):
    shorter = vectors.with_dimension(4)
    rows, numbers = np.asarray(shorter.vectors), np.asarray(vectors.vectors).astype(np.float64)
    common = np.linalg.svd(numbers, full_matrices=False)[2][:4]
    assert np.allclose(np.abs(rows), np.abs(numbers @ common.T), atol=1e-5)
    assert shorter.metadata["principal_directions"] == "4 of 10"
    assert 0.1 < vectors.neighbor_recall(shorter) < vectors.neighbor_recall(vectors.with_dimension(9))
    with pytest.raises(equivec.OptionError, match="dimension"):
        vectors.with_dimension(11)


def test_recall_is_of_the_same_words(vectors):
    with pytest.raises(equivec.Error, match="same words"):
        vectors.neighbor_recall(vectors.first(10))
    with pytest.raises(TypeError, match="after"):
        vectors.neighbor_recall("file.vec")
    assert vectors.first(1).neighbor_recall(vectors.first(1)) is None
