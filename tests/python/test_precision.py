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
