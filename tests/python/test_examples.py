"""The examples of docs/python.md with what they give, and every block of Python on the pages, on small data."""

import gzip
import importlib.util
import json
import pickle
import re
import warnings

import numpy as np
import pytest

import equivec as ev
from conftest import ROOT, working_in

# ---- small data ----

SUBJECTS = ["king queen prince princess man woman", "ocean sea ship boat water fish",
            "breakfast lunch dinner bread butter soup", "violin piano song music flute drum"]


def sentences(count=400):
    """Each of words of one subject."""
    random = np.random.default_rng(1)
    return [random.choice(SUBJECTS[random.integers(len(SUBJECTS))].split(), 8).tolist() for _ in range(count)]


def made_vectors():
    """Of the words of the built-in sets, of data/ and of the pages: random, but for subjects, and for women and men,
    who lie on two sides of the first axis with what they are known for."""
    random = np.random.default_rng(1)
    weat, gender = ev.word_sets("weat"), ev.word_sets("gender")
    texts = [file.read_text() for file in (ROOT / "data").glob("*.t??")]  # none in a wheel's test
    lists = [*weat.lists.values(), *gender.definitional, *gender.equalize, gender.specific, gender.occupations,
             *map(str.split, [*SUBJECTS, "engineer pilot"]), *(re.findall("[a-z]+", text) for text in texts)]
    words = list(dict.fromkeys(word for words_of_list in lists for word in words_of_list))
    vectors = random.normal(size=(len(words), 40))
    vectors[:, 0] = 0
    row = {word: i for i, word in enumerate(words)}
    for subject in map(str.split, SUBJECTS):
        for word in subject[1:]:
            vectors[row[word]] = vectors[row[subject[0]]] + random.normal(size=40) / 3
    pairs = [*gender.definitional, ("queen", "king")]
    for woman, man in pairs:
        vectors[row[woman]] = vectors[row[man]]
    women, men = ([pair[i] for pair in pairs] for i in (0, 1))
    for side, kind in ((women, ("female-names", "family", "female-terms", "arts")),
                       (men, ("male-names", "career", "male-terms", "math"))):
        for word in side + [word for name in kind for word in weat.lists[name]]:
            vectors[row[word], 0] = 2 if side is women else -2
    return ev.Embeddings(words, vectors, counts=np.arange(len(words), 0, -1))


@pytest.fixture(scope="module")
def vectors():
    return made_vectors()


# ---- the ten examples ----

def test_1_training_on_files_goes_on_from_its_checkpoint(folder):
    (folder / "wiki").mkdir()
    for part in range(2):
        with gzip.open(folder / "wiki" / f"{part}.txt.gz", "wt") as file:
            file.writelines(" ".join(sentence) + "\n" for sentence in sentences()[part::2])
    seen = []
    options = dict(dimension=20, window=3, min_count=10, threads=1, checkpoint="wiki.checkpoint", resume=True)
    e = ev.train_word2vec("wiki/*.txt.gz", progress=seen.append, **options)
    e.save("wiki.safetensors")
    assert len(e) == 24 and all(isinstance(progress, ev.Progress) for progress in seen)
    kept = ev.load("wiki.safetensors")
    assert np.array_equal(kept.vectors, e.vectors)
    assert {"dimension": "20", "corpus_tokens": "3200"}.items() <= kept.metadata.items()


def test_2_training_on_a_generator_ends_when_on_epoch_says_so():
    losses = []

    def stop(report):
        losses.append(report.validation_loss)
        if len(losses) == 3:
            raise StopIteration

    lines = (" ".join(sentence).upper() for sentence in sentences())
    e = ev.train_word2vec((line.lower().split() for line in lines), dimension=20, epochs=20, on_epoch=stop,
                          validation=sentences(20))
    assert len(losses) == 3 and all(loss > 0 for loss in losses)
    assert e.metadata["epochs_trained"] == "3" and "king" in e


def test_3_nodes_of_a_graph_are_near_their_neighbors():
    random = np.random.default_rng(1)
    walks = (random.integers(100, size=(2000, 1)) + random.integers(-1, 2, size=(2000, 40)).cumsum(axis=1)) % 100
    nodes = ev.train_word2vec(walks.astype(np.int32), dimension=32, window=3, min_count=1, seed=3)
    assert len(nodes) == 100 and nodes[17].shape == (32,) and 17 in nodes and 100 not in nodes
    for asked in ([17, 18], np.array([17, 18])):  # nodes, not rows
        assert np.array_equal(nodes[asked], [nodes["17"], nodes["18"]])
    near = [int(word) for word in nodes.neighbors(nodes[17], count=5).words]
    assert near[0] == 17 and all(abs(node - 17) <= 5 for node in near)


def test_4_a_native_file_is_opened_without_a_copy(folder, vectors):
    vectors.save("words.safetensors")
    e = ev.load("words.safetensors")
    matrix = np.asarray(e)
    assert not matrix.flags.owndata and not matrix.flags.writeable and np.shares_memory(matrix, e["king"])
    assert pickle.loads(pickle.dumps(e.words)) == e.words
    rows = e.rows(["king", "unicorns"], missing="zero")
    assert np.array_equal(rows[0], e["king"]) and not rows[1].any() and rows.flags.owndata


def test_5_questions_have_answers(vectors):
    assert vectors.neighbors("king - man + woman", count=3)[0].word == "queen"
    asked = vectors.words[:50]
    rows, similarities = vectors.neighbors_batch(asked, 10, as_arrays=True)
    assert rows.shape == similarities.shape == (50, 10) and (rows.dtype, similarities.dtype) == (np.int32, np.float32)
    assert vectors.words[int(rows[7, 0])] == vectors.neighbors(asked[7], 1)[0].word
    assert vectors.analogy("man", "king", "woman", method="3cosmul")[0].word == "queen"
    assert vectors.outliers("breakfast lunch dinner violin".split())[0].word == "violin"


def write_sets(folder):
    """Two sets for evaluation."""
    royal, sea, meals, music = map(str.split, SUBJECTS)
    (folder / "questions.txt").write_text(": family\nman king woman queen\nking man queen woman\n")
    pairs = [(a, b, 9) for words in (royal, sea, meals) for a, b in zip(words, words[1:])]
    pairs += [(a, b, 1) for a, b in zip(sea + meals, meals + music)]
    (folder / "pairs.tsv").write_text("".join(f"{a}\t{b}\t{score}\n" for a, b, score in pairs))
    return {"analogies": folder / "questions.txt", "similarity": [folder / "pairs.tsv"]}


def test_6_scores_have_intervals_and_differences_are_tested(folder, vectors):
    files = write_sets(folder)
    old = ev.Embeddings(vectors.vocabulary, vectors.vectors[::-1])
    result = vectors.evaluate(compare=old, **files)
    frame = result.to_frame()
    assert len(frame) == len(result.measurements)
    spearman = next(m for m in result.measurements if m.measure == "Spearman")
    assert 0.5 < spearman.interval[0] <= spearman.value <= spearman.interval[1] and spearman.p_value < 0.05
    assert str(result).count("Spearman") == 1 and result.to_dict()["similarity"]


def test_7_bias_is_measured_by_queries_of_ones_own_and_of_the_literature(vectors):
    report = vectors.bias("weat", sets="weat", query=["weat-6", "weat-7"])
    assert [m.query for m in report] == ["weat-6", "weat-7"]
    assert all(abs(m.effect_size) > 1 and m.p_value is not None and m.missing == () for m in report)
    own = ev.BiasQuery(targets=[["mother", "aunt"], ["father", "uncle"]], attributes=[["she", "her"], ["he", "his"]])
    assert vectors.bias("weat", query=own)[0].effect_size > 1


def test_8_what_is_removed_is_proved_and_reported(folder, vectors):
    debiased = vectors.debias("hard", sets="gender")
    assert debiased.conditions and all(condition.holds for condition in debiased.conditions)
    debiased.embeddings.save("fair.bin")
    debiased.report("fair.html", **write_sets(folder))
    debiased.report("fair.json")
    assert "<svg" in (folder / "fair.html").read_text() and json.loads((folder / "fair.json").read_text())
    fair, worst = ev.load("fair.bin"), max(abs(vectors.direction("gender").project(vectors[["nurse", "family"]])))
    assert max(abs(vectors.direction("gender").project(fair[["nurse", "family"]]))) < 1e-6 < worst


def test_9_a_classifier_learns_from_the_vectors_of_texts(vectors):
    linear_model = pytest.importorskip("sklearn.linear_model")
    texts = ["the ship at sea", "a boat on the ocean", "bread for breakfast", "soup for dinner"]
    model = linear_model.LogisticRegression(C=100)
    model.fit(vectors.mean_vectors(texts, weighting="sif", remove=1), ["sea", "sea", "meals", "meals"])
    asked = vectors.mean_vectors(["fish in the water", "butter at lunch"])
    assert model.predict(asked).tolist() == ["sea", "meals"]


def test_10_gensim_is_left_in_one_line():
    from equivec.gensim import KeyedVectors, Word2Vec

    model = Word2Vec(sentences(), vector_size=20, sg=1, min_count=1, workers=1, epochs=20)
    royal = set(SUBJECTS[0].split())
    assert {word for word, _ in model.wv.most_similar("king", topn=5)} == royal - {"king"}
    assert isinstance(model.wv, KeyedVectors)


def test_10_memory_is_shared_with_gensim(vectors):
    pytest.importorskip("gensim.models")
    kv = vectors.to_gensim()
    assert np.shares_memory(kv.vectors, vectors.vectors)
    assert kv.most_similar("king", topn=1)[0][0] == vectors.neighbors("king", 1)[0].word
    assert np.shares_memory(ev.from_gensim(kv).vectors, vectors.vectors)


# ---- the blocks of the pages ----

PAGES = ("docs/python.md", "README.md")
#: Blocks that import one of these are left out where it is not installed.
OPTIONAL = ("gensim", "pandas", "scipy", "sklearn")
FENCE = re.compile(r"^```python(?P<marks>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page):
    """(line, marks, code) of each block of Python."""
    text = (ROOT / page).read_text()
    return [(text.count("\n", 0, match.start("code")) + 1, match["marks"].strip(), match["code"])
            for match in FENCE.finditer(text)]


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run_one_after_the_other(page, tmp_path, vectors):
    if not (ROOT / page).exists():
        pytest.skip("the sources are not there")
    demo = tmp_path / "build" / "demo"
    demo.mkdir(parents=True)
    (tmp_path / "data").symlink_to(ROOT / "data")
    vectors.save(demo / "words.safetensors")
    (demo / "corpus.txt").write_text("".join(" ".join(sentence) + "\n" for sentence in sentences(2000)))
    names, ran = {"__name__": "page"}, 0
    with working_in(tmp_path), warnings.catch_warnings():
        warnings.simplefilter("error", ev.Notice)
        for line, marks, code in blocks(page):
            used = [name for name in OPTIONAL if re.search(rf"^\s*(import|from) {name}\b|\.to_{name}\(", code, re.M)]
            if marks == "no-run" or any(importlib.util.find_spec(name) is None for name in used):
                continue
            source = "\n" * (line - 1) + code  # so that a traceback has the page's line
            exec(compile(source, str(ROOT / page), "exec"), names)
            ran += 1
    assert ran > 0


def test_few_blocks_are_not_run():
    marks = [mark for page in PAGES if (ROOT / page).exists() for _, mark, _ in blocks(page)]
    assert set(marks) <= {"", "no-run"} and marks.count("no-run") <= 2
