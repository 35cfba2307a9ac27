"""Which words have changed between two spaces, and how stable words are."""

import numpy as np
import pytest

import equivec

RANDOM = np.random.RandomState(3)
WORDS = [f"w{i}" for i in range(600)]
COUNTS = [int(20000 / (i + 1)) + 30 for i in range(600)]
TRUTH = 0.5 + RANDOM.standard_normal((600, 12)) * 0.4 + np.repeat(RANDOM.standard_normal((30, 12)), 20, axis=0)


def training(rows):
    """Vectors as another training gives them: noisy, rare words more so, and turned."""
    noise = RANDOM.standard_normal(rows.shape) * 2 / np.sqrt(COUNTS)[:, None]
    rotation = np.linalg.qr(RANDOM.standard_normal((12, 12)))[0]
    return equivec.Embeddings(WORDS, (rows + noise) @ rotation, counts=COUNTS)


LATER = TRUTH.copy()
EXCHANGED = [7, 107, 207, 307, 17, 117, 217, 317, 27, 127]
LATER[EXCHANGED] = TRUTH[EXCHANGED[1:] + EXCHANGED[:1]]
NULL = [training(TRUTH) for _ in range(3)]


def test_words_that_were_exchanged_come_first_and_are_called():
    drift = training(TRUTH).drift(training(LATER), null=NULL)
    assert set(drift.words[:10]) == {f"w{i}" for i in EXCHANGED}
    columns = drift.columns
    called = columns["cosine_q_value"] <= 0.05
    assert called[:10].all() and drift.changed["cosine"] == called.sum() < 14
    assert (columns["cosine_low"] <= columns["cosine"] + 1e-12).all()
    assert (np.diff(columns["cosine_excess"]) <= 0).all()
    assert columns["first_count"][0] == COUNTS[int(drift.words[0][1:])]
    document = drift.to_dict()
    assert document["null_pairs"] == 3 and document["null_distances"] == 1800 and len(document["words"]) == 20
    assert "600 words compared" in drift.to_text() and repr(drift) == "<Drift of 600 words>"


def test_p_and_q_values_are_those_of_numpy():
    a, b, null = training(TRUTH), training(LATER), NULL[:1]
    drift = a.drift(b, null=null, measure="second-order")
    p = drift.columns["second_order_p_value"]
    order = np.argsort(p, kind="stable")
    q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    assert np.allclose(drift.columns["second_order_q_value"][order], np.minimum(q, 1))
    assert p.min() >= 1 / 601


def test_distances_are_those_of_numpy():
    a, b = training(TRUTH), training(LATER)
    drift = a.drift(b, null=NULL, neighbors=8)
    x, y = (v.vectors.astype(float) - v.vectors.astype(float).mean(axis=0) for v in (a, b))
    x, y = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (x, y))
    u, _, v = np.linalg.svd(x.T @ y)
    rows = [int(word[1:]) for word in drift.words]
    assert np.allclose(drift.columns["cosine"], (1 - ((x @ u @ v) * y).sum(axis=1))[rows], atol=2e-6)
    near = []
    for one in (x, y):
        similar = one @ one.T
        np.fill_diagonal(similar, -2)
        near.append([set(row) for row in np.argsort(-similar, axis=1)[:, :8]])
    lost = np.array([1 - len(p & q) / 8 for p, q in zip(*near)])
    assert np.allclose(drift.columns["neighbors"], lost[rows])
    second = []
    for i in range(600):
        others = sorted(near[0][i] | near[1][i])
        p, q = x[others] @ x[i], y[others] @ y[i]
        second.append(1 - p @ q / np.linalg.norm(p) / np.linalg.norm(q))
    assert np.allclose(drift.columns["second_order"], np.array(second)[rows], atol=2e-6)


def test_null_spaces_are_trained_on_resamples_as_the_metadata_say():
    random = np.random.RandomState(1)
    text = [[f"w{random.randint(30)}" for _ in range(10)] for _ in range(600)]
    keywords = dict(dimension=8, epochs=2, subsample=0, threads=1)
    a, b = (equivec.train_word2vec(text, seed=seed, **keywords) for seed in (1, 2))
    drift = a.drift(b, bootstrap=text, replicates=2, seed=4, neighbors=5)
    assert drift.to_dict()["null_pairs"] == 1 and len(drift.words) == 30
    assert [name.split(", ")[1] for name in drift.to_dict()["null"]] == ["resample 4", "resample 5"]
    resample = equivec.train_word2vec(text, seed=4, resample=4, **keywords)
    assert resample.metadata["resample"] == "4"
    # In the meantime nothing else is trained than that.
    other = equivec.train_word2vec(text, seed=5, resample=5, **keywords)
    again = a.drift(b, null=[resample, other], neighbors=5)
    assert again.words == drift.words


def test_what_tells_nothing_about_chance_is_refused():
    with pytest.raises(equivec.OptionError, match="either null or bootstrap"):
        NULL[0].drift(NULL[1])
    with pytest.raises(equivec.OptionError, match="either null or bootstrap"):
        NULL[0].drift(NULL[1], null=NULL, bootstrap=[["a"]])
    with pytest.raises(equivec.Error, match="same vectors but for a rotation"):
        NULL[0].drift(NULL[1], null=[NULL[0]])
    with pytest.raises(TypeError, match="null"):
        NULL[0].drift(NULL[1], null=["a.vec"])
    with pytest.raises(equivec.OptionError, match="replicates"):
        NULL[0].drift(NULL[1], bootstrap=[["a"]], replicates=1)


def test_frequent_words_are_stable_and_the_table_is_a_file_and_a_frame(folder):
    stability = equivec.stability(NULL, bands=3)
    distances = [band["cosine"]["distance"] for band in stability.bands]
    assert distances[0] < distances[1] < distances[2]
    assert stability.words == WORDS and stability.columns["count"][0] == COUNTS[0]
    stability.save("s.tsv")
    lines = (folder / "s.tsv").read_text().splitlines()
    assert len(lines) == 601 and float(lines[5].split("\t")[2]) == stability.columns["cosine"][4]
    frame = stability.to_frame()
    assert frame.loc["w4", "cosine"] == stability.columns["cosine"][4]
    drift = NULL[0].drift(NULL[1], null=NULL[1:])
    drift.save("d.tsv")
    assert (folder / "d.tsv").read_text().splitlines()[1].split("\t")[0] == drift.words[0]
    with pytest.raises(equivec.OptionError, match="two at least"):
        equivec.stability(NULL[:1])
