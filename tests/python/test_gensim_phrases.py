"""equivec.gensim.Phrases finds, scores and joins what gensim's Phrases does.

EQUIVEC_TEST_DATA names the folder of real data; without it, what needs them is skipped."""

import copy
import gzip
import inspect
import io
import itertools
import os
import pathlib
import pickle
import random
import shutil
import subprocess

import numpy as np
import pytest

import equivec
from equivec.gensim import (ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases, Word2Vec, npmi_scorer,
                            original_scorer)

pytest.importorskip("gensim", minversion="4")
from gensim.models import phrases as gensim  # noqa: E402

NAMES = ["new york", "new york city", "york city council", "bank of america", "university of the arts", "los angeles",
         "eye of the beholder", "größe der données", "ха ха", "st. john's", "to be or not", "of", "one"]
COMMON = "the of and in a to was".split()
RARE = [f"w{i}" for i in range(200)]


def random_sentences(seed, count=600):
    """Names of several words, some with connector words inside and some that begin as others end, among words that come
    at random; sentences of one word, of connector words alone, and without words."""
    source = random.Random(seed)
    sentences = []
    for _ in range(count):
        words = []
        for _ in range(source.randint(0, 8)):
            kind = source.random()
            words += (source.choice(NAMES).split() if kind < 0.25 else
                      [source.choice(COMMON)] if kind < 0.6 else
                      [RARE[int(len(RARE) * source.random() ** 3)]])
        sentences.append(words)
    return sentences


SENTENCES = random_sentences(1)
OTHERS = random_sentences(2)


def candidates(sentences, connector_words):
    """Each pair of words with the connector words between them: (first word, connector words, last word)."""
    found = set()
    for sentence in sentences:
        first, between = None, ()
        for word in sentence:
            if word in connector_words:
                between += (word,)
            else:
                if first is not None:
                    found.add((first, between, word))
                first, between = word, ()
    return found


def phrases_of(model, sentences):
    """What a model of gensim takes for phrases, with their scores, whatever words have the delimiter inside."""
    scored = (model.score_candidate(first, last, list(between))
              for first, between, last in candidates(sentences, model.connector_words))
    return {phrase: score for phrase, score in scored if phrase is not None}


def assert_same_scores(found, expected):
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


def both(sentences, **options):
    return Phrases(sentences, **options), gensim.Phrases(sentences, **options)


# ---- the same phrases ----

SETTINGS = [
    {"min_count": 1, "threshold": 1}, {"min_count": 2, "threshold": 5.5}, {}, {"min_count": 3, "threshold": 1e9},
    {"min_count": 1, "threshold": 2, "scoring": "default", "delimiter": "++"},
    {"min_count": 1, "threshold": 2, "delimiter": " "}, {"min_count": 2, "threshold": 2, "delimiter": " \u2003-"},
    {"min_count": 1, "threshold": 0.001, "scoring": original_scorer},
    {"min_count": 1, "threshold": 0, "scoring": gensim.original_scorer},
    {"scoring": "npmi", "threshold": 0.3, "min_count": 1}, {"scoring": "npmi", "threshold": -1, "min_count": 2},
    {"scoring": "npmi", "threshold": 0.6, "delimiter": "·"}, {"scoring": npmi_scorer, "threshold": 0, "min_count": 4},
    {"scoring": gensim.npmi_scorer, "threshold": 1, "min_count": 1},
]


@pytest.mark.parametrize("connector_words", [frozenset(), ENGLISH_CONNECTOR_WORDS, ["of", "der", "to"]])
@pytest.mark.parametrize("setting", SETTINGS)
def test_phrases_scores_and_sentences_are_those_of_gensim(setting, connector_words):
    theirs_setting = dict(setting)
    if setting.get("scoring") in (original_scorer, npmi_scorer):
        theirs_setting["scoring"] = getattr(gensim, setting["scoring"].__name__)
    ours = Phrases(iter(SENTENCES), connector_words=connector_words, **setting)
    theirs = gensim.Phrases(SENTENCES, connector_words=connector_words, **theirs_setting)
    assert_same_scores(ours.export_phrases(), theirs.export_phrases())
    assert list(ours[SENTENCES + OTHERS]) == list(theirs[SENTENCES + OTHERS])
    assert_same_scores(ours.find_phrases(OTHERS), theirs.find_phrases(OTHERS))
    for sentence in OTHERS:
        assert ours[sentence] == ours[iter(sentence)] == ours[tuple(sentence)] == theirs[sentence]
        found, expected = (list(model.analyze_sentence(sentence)) for model in (ours, theirs))
        assert [token for token, _ in found] == [token for token, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], rel=1e-12)
    for first, between, last in candidates(OTHERS, ours.connector_words):
        found, expected = (model.score_candidate(first, last, list(between)) for model in (ours, theirs))
        assert found == (expected if expected[0] is None else (expected[0], pytest.approx(expected[1], rel=1e-12)))
    frozen, frozen_of_gensim = ours.freeze(), theirs.freeze()
    assert_same_scores(frozen.phrasegrams, frozen_of_gensim.phrasegrams)
    assert list(frozen[OTHERS]) == list(frozen_of_gensim[OTHERS])
    assert str(frozen) == str(frozen_of_gensim)


def test_the_settings_compared_find_phrases():
    found = [len(Phrases(SENTENCES, **setting).export_phrases()) for setting in SETTINGS]
    assert sum(number > 5 for number in found) > 8 and 0 in found


@pytest.mark.parametrize("seed", range(8))
def test_small_vocabularies_in_which_phrases_run_into_each_other_give_what_gensim_gives(seed):
    source = random.Random(seed)
    words = ["a", "b", "c", "dd", "é", "the", "of"][:3 + seed % 5]
    sentences = [source.choices(words, k=source.randint(0, 12)) for _ in range(300)]
    for scoring, threshold in (("default", source.uniform(0.01, 0.5)), ("npmi", source.uniform(-0.5, 0.2))):
        options = {"min_count": source.randint(1, 30), "threshold": threshold, "scoring": scoring,
                   "connector_words": ENGLISH_CONNECTOR_WORDS if seed % 2 else ()}
        ours, theirs = both(sentences, **options)
        assert_same_scores(ours.export_phrases(), theirs.export_phrases())
        assert list(ours[sentences]) == list(theirs[sentences])


@pytest.mark.parametrize("connector_words", [frozenset(), ENGLISH_CONNECTOR_WORDS])
@pytest.mark.parametrize("setting", [
    {"min_count": 1, "threshold": 2}, {"min_count": 2, "threshold": 1, "delimiter": " "},
    {"min_count": 1, "threshold": 0.5, "scoring": "npmi"}])
def test_models_over_each_other_find_longer_phrases_as_in_gensim(setting, connector_words):
    """export_phrases() of gensim takes phrases of an earlier model apart again: candidates are asked for one by one."""
    ours = theirs = SENTENCES
    longest = 0
    for _ in range(3):
        a, b = Phrases(ours, connector_words=connector_words, **setting), gensim.Phrases(
            theirs, connector_words=connector_words, **setting)
        expected = phrases_of(b, theirs)
        assert_same_scores(a.export_phrases(), expected)
        ours, theirs = a[ours], list(b[theirs])
        assert list(ours) == theirs
        assert list(a.freeze()[SENTENCES]) == list(a[SENTENCES])
        longest = max([longest, *(phrase.count(a.delimiter) for phrase in expected)])
    assert longest >= 2


def test_sentences_may_come_in_parts_as_in_gensim():
    for options in ({"threshold": 2}, {"threshold": 0.4, "scoring": "npmi", "min_count": 2},
                    {"threshold": 1, "connector_words": ENGLISH_CONNECTOR_WORDS, "delimiter": " "}):
        ours, theirs = Phrases(**options), gensim.Phrases(**options)
        assert ours.export_phrases() == {} and ours.vocab == {} and ours.corpus_word_count == 0
        assert ours[SENTENCES[0]] == SENTENCES[0]
        for part in (SENTENCES[:100], [], (sentence for sentence in OTHERS), [[]], SENTENCES[100:]):
            part, again = itertools.tee(part)
            ours.add_vocab(part)
            theirs.add_vocab(again)
            assert_same_scores(ours.export_phrases(), theirs.export_phrases())
            assert ours.corpus_word_count == theirs.corpus_word_count
            assert list(ours[OTHERS]) == list(theirs[OTHERS])
        assert ours.vocab == theirs.vocab
        at_once = Phrases(SENTENCES + OTHERS, **options)
        assert_same_scores(ours.export_phrases(), at_once.export_phrases())
        assert at_once.vocab == ours.vocab and at_once.corpus_word_count == ours.corpus_word_count


@pytest.mark.parametrize("connector_words", [frozenset(), ENGLISH_CONNECTOR_WORDS])
def test_the_counts_and_attributes_are_those_of_gensim(connector_words):
    ours, theirs = both(SENTENCES, min_count=2, threshold=3, max_vocab_size=10**6, connector_words=connector_words)
    for name in set(vars(theirs)) - {"scoring", "lifecycle_events"}:
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.scoring is original_scorer and ours.freeze().scoring is original_scorer
    assert set(vars(theirs.freeze())) - set(vars(ours.freeze())) == {"lifecycle_events"}
    number = len(ours.export_phrases())
    assert str(ours) == f"Phrases<{number} phrases, min_count=2, threshold=3>"


def test_a_control_character_in_a_word_stays_what_it_is():
    sentences = [["a\x01", "b", "c\x02\x1f"], ["b", "c\x02\x1f", "d"]] * 5
    for delimiter in ("_", " "):
        ours, theirs = both(sentences, min_count=1, threshold=0.1, delimiter=delimiter)
        assert_same_scores(ours.export_phrases(), theirs.export_phrases())
        assert ours.vocab == theirs.vocab


def test_settings_may_change_afterwards_as_in_gensim():
    ours, theirs = both(SENTENCES)
    for change in ({"threshold": 2}, {"min_count": 1}, {"threshold": 20.5}, {"scoring": "npmi", "threshold": 0.4}):
        for name, value in change.items():
            setattr(ours, name, value)
            setattr(theirs, name, gensim.npmi_scorer if value == "npmi" else value)
        assert_same_scores(ours.export_phrases(), theirs.export_phrases())
        assert list(ours[OTHERS]) == list(theirs[OTHERS])
    frozen, frozen_of_gensim = ours.freeze(), theirs.freeze()
    for model in (frozen, frozen_of_gensim):
        model.threshold = 0.8
        model.phrasegrams["w1_w1"] = 0.9
        del model.phrasegrams["los_angeles"]
    assert list(frozen[OTHERS]) == list(frozen_of_gensim[OTHERS])
    assert frozen[["w1", "w1", "los", "angeles"]] == ["w1_w1", "los", "angeles"]


def test_the_scorers_are_those_of_gensim():
    source = random.Random(3)
    for _ in range(1000):
        a, b, words, total = (source.randint(0, 50), source.randint(0, 50), source.randint(1, 500),
                              source.randint(100, 1000))
        counts = {"worda_count": a, "wordb_count": b, "bigram_count": source.randint(0, 40), "len_vocab": words,
                  "min_count": source.randint(1, 9), "corpus_word_count": total}
        if a and b:
            assert npmi_scorer(**counts) == gensim.npmi_scorer(**counts)
        assert original_scorer(**counts) == gensim.original_scorer(**counts)
        assert original_scorer(*counts.values()) == original_scorer(**counts)
    assert ENGLISH_CONNECTOR_WORDS == gensim.ENGLISH_CONNECTOR_WORDS and Phraser is FrozenPhrases


@pytest.mark.parametrize("seed", range(2))
def test_words_that_have_the_delimiter_inside_are_words_and_not_pairs(seed):
    """gensim counts a word "new_york" of the text as the pair too. Where no pair is written as such a word is, there is
    no difference."""
    source = random.Random(seed)
    text = [source.choices(["a", "b", "x_y", "_", "c_", "d"], k=10) for _ in range(300)]
    ours, theirs = both(text, min_count=1, threshold=0.1)
    assert_same_scores(ours.export_phrases(), phrases_of(theirs, text))
    merged = [["new", "york"], ["in", "new_york"]] * 5
    ours, theirs = both(merged, min_count=1, threshold=0.1)
    assert theirs.vocab["new_york"] == ours.vocab["new_york"] == 10
    assert theirs.export_phrases()["new_york"] == (10 - 1) / (5 * 5) * 5
    assert ours.export_phrases()["new_york"] == (5 - 1) / (5 * 5) * 6


@pytest.mark.parametrize("delimiter", ["_", " "])
def test_of_pairs_that_are_the_same_when_joined_the_better_score_counts(delimiter):
    text = [["x" + delimiter + "y", "z"], ["x", "y" + delimiter + "z"]] * 5 + [["x"]] * 5
    joined = delimiter.join("xyz")
    at_once, in_parts = Phrases(text, min_count=1, threshold=0.1, delimiter=delimiter), Phrases(
        min_count=1, threshold=0.1, delimiter=delimiter)
    for sentence in text:
        in_parts.add_vocab([sentence])
    for model in (at_once, in_parts):
        assert model.export_phrases() == {joined: (5 - 1) / (5 * 5) * 6}
        assert model[text[0]] == model[text[1]] == [joined]


def test_a_real_text_gives_the_phrases_and_scores_of_gensim():
    if not os.environ.get("EQUIVEC_TEST_DATA"):
        pytest.skip("EQUIVEC_TEST_DATA is not set: it names the folder of real data")
    if not shutil.which("zstd"):
        pytest.skip("no zstd: it unpacks the text")
    path = pathlib.Path(os.environ["EQUIVEC_TEST_DATA"]) / "corpora/wiki.txt.zst"
    command = ["zstd", "-dc", "--long=27", path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpack:
        lines = list(itertools.islice(unpack.stdout, 50000))
        unpack.kill()
    sentences = [line.decode().replace("_", "-").split() for line in lines]  # see the test above
    assert len(sentences) == 50000
    for options in ({}, {"scoring": "npmi", "threshold": 0.5, "connector_words": ENGLISH_CONNECTOR_WORDS}):
        ours, theirs = both(sentences, **options)
        assert_same_scores(ours.export_phrases(), theirs.export_phrases())
        assert len(ours.export_phrases()) > 1000
        assert list(ours[sentences[:5000]]) == list(theirs[sentences[:5000]])
    expected = phrases_of(gensim.Phrases(theirs.freeze()[sentences], **options), ours[sentences])
    assert_same_scores(Phrases(ours[sentences], **options).export_phrases(), expected)
    assert sum(phrase.count("_") > 1 for phrase in expected) > 100


# ---- sentences and corpora ----

MODEL = {"min_count": 1, "threshold": 1}


def test_a_corpus_is_joined_as_often_as_it_is_asked_for():
    model = Phrases(SENTENCES, **MODEL)
    joined = model[SENTENCES]
    assert list(joined) == list(joined) == [model[sentence] for sentence in SENTENCES]
    assert len(joined) == len(SENTENCES) and joined[3] == model[SENTENCES[3]]
    once = model[iter(SENTENCES)]
    assert list(once) == list(joined) and list(once) == []
    with pytest.raises(TypeError):
        len(once)
    with pytest.raises(RuntimeError, match="chain has no sentences by number: go through them, or make a list"):
        once[0]
    endless = model[itertools.repeat(["new", "york"])]
    assert next(iter(endless)) == ["new_york"], "nothing is joined before it is asked for"


def test_sentences_without_words_and_words_without_letters_are_taken():
    ours, theirs = both(SENTENCES, **MODEL)
    for nothing in ([], (), iter([])):
        assert ours[nothing] == []
    assert list(ours[[[], ["new", "york"], []]]) == list(theirs[[[], ["new", "york"], []]]) == [[], ["new_york"], []]
    assert ours[["new", "york", ""]] == theirs[["new", "york", ""]] == ["new_york"]
    for empty in ([], [[]], iter([])):
        assert Phrases(empty).export_phrases() == {}


def test_other_models_learn_from_joined_sentences():
    model = Phrases(SENTENCES, **MODEL)
    words = Word2Vec(model[SENTENCES], vector_size=8, min_count=1, sample=0).wv
    assert "new_york" in words and words.get_vecattr("los_angeles", "count") > 20


def test_the_phrases_go_to_equivecs_own_functions():
    model = Phrases(SENTENCES, connector_words=ENGLISH_CONNECTOR_WORDS, **MODEL)
    phrases = equivec.Phrases.from_scores(model.export_phrases(), connector_words=model.connector_words)
    assert [phrases.join(sentence) for sentence in OTHERS] == list(model[OTHERS])
    found = equivec.find_phrases(SENTENCES, scoring="original", threshold=1, min_count=1, connector_words="english")
    assert dict(found) == model.export_phrases()


# ---- files ----

@pytest.mark.parametrize("ending", ["", ".gz", ".bz2", ".xz"])
def test_phrases_are_saved_in_one_file(tmp_path, ending):
    path = tmp_path / f"phrases{ending}"
    model = Phrases(SENTENCES, min_count=np.int64(2), threshold=np.float32(0.25), scoring="npmi", delimiter=" ",
                    connector_words=ENGLISH_CONNECTOR_WORDS)
    for saved in (model, model.freeze()):
        saved.save(path)
        assert sorted(tmp_path.iterdir()) == [path]
        for loaded in (type(saved).load(str(path)), Phrases.load(path), FrozenPhrases.load(path, mmap="r")):
            assert type(loaded) is type(saved) and str(loaded) == str(saved)
            assert list(loaded[OTHERS]) == list(model[OTHERS])
            assert loaded.find_phrases(OTHERS) == model.find_phrases(OTHERS)
            assert loaded.scoring is npmi_scorer
            for name in ("min_count", "threshold", "delimiter", "connector_words"):
                assert getattr(loaded, name) == getattr(model, name)
    model.save(path)
    loaded = Phrases.load(path)
    assert loaded.export_phrases() == model.export_phrases() and loaded.corpus_word_count == model.corpus_word_count
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == (ending == ".gz")


def test_phrases_are_saved_to_an_open_file_and_read_as_a_subclass(tmp_path):
    class Mine(Phrases):
        pass

    file = io.BytesIO()
    Phrases(SENTENCES, **MODEL).save(file, pickle_protocol=2)
    (tmp_path / "phrases").write_bytes(file.getvalue())
    assert type(Mine.load(tmp_path / "phrases")) is Mine and type(Phrases.load(tmp_path / "phrases")) is Phrases


@pytest.mark.parametrize("keep", [pickle.dumps, None])
def test_what_was_saved_or_pickled_joins_and_does_not_learn(tmp_path, keep):
    model = Phrases(SENTENCES, threshold=5)
    model.note = "mine"
    if keep:
        loaded = pickle.loads(keep(model))
        assert loaded.note == "mine"
    else:
        model.save(tmp_path / "phrases")
        loaded = Phrases.load(tmp_path / "phrases")
    expected = model.export_phrases()
    assert loaded.export_phrases() == expected and list(loaded[OTHERS]) == list(model[OTHERS])
    assert loaded.freeze().phrasegrams == expected
    loaded.threshold = 20
    assert loaded.export_phrases() == {phrase: score for phrase, score in expected.items() if score > 20}
    for what in (lambda: loaded.add_vocab(SENTENCES), lambda: loaded.vocab,
                 lambda: setattr(loaded, "threshold", 1) or loaded.export_phrases(),
                 lambda: setattr(loaded, "min_count", 1) or loaded.export_phrases()):
        with pytest.raises(RuntimeError, match="neither saved nor pickled; make Phrases of all sentences"):
            what()
    model.add_vocab(OTHERS)
    assert len(model.export_phrases()) != len(expected)


def test_a_model_that_has_learned_nothing_learns_when_it_was_saved_or_pickled(tmp_path):
    Phrases(threshold=2).save(tmp_path / "phrases")
    for model in (Phrases.load(tmp_path / "phrases"), pickle.loads(pickle.dumps(Phrases(threshold=2)))):
        model.add_vocab(SENTENCES)
        assert_same_scores(model.export_phrases(), gensim.Phrases(SENTENCES, threshold=2).export_phrases())


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_learns_by_itself(copied):
    model = Phrases(SENTENCES, **MODEL)
    for _ in range(2):
        before = model.export_phrases()
        again = copied(model)
        assert again.export_phrases() == before
        again.add_vocab(OTHERS)
        assert model.export_phrases() == before != again.export_phrases() and again.vocab != model.vocab
        model.add_vocab(SENTENCES)


def test_frozen_phrases_are_pickled():
    frozen = Phrases(SENTENCES, **MODEL).freeze()
    again = pickle.loads(pickle.dumps(frozen))
    assert again.phrasegrams == frozen.phrasegrams and list(again[OTHERS]) == list(frozen[OTHERS])


def test_a_pickle_of_gensim_is_refused_with_what_to_do(tmp_path):
    theirs = gensim.Phrases(SENTENCES, connector_words=ENGLISH_CONNECTOR_WORDS, **MODEL)
    for model, name in ((theirs, "phrases"), (theirs.freeze(), "frozen.gz")):
        path = str(tmp_path / name)
        model.save(path)
        with pytest.raises(equivec.Error, match="a Python pickle, .* load it with gensim and pass it to FrozenPhrases"):
            Phrases.load(path)
        taken = FrozenPhrases(gensim.Phrases.load(path))
        assert list(taken[OTHERS]) == list(theirs[OTHERS]) and taken.phrasegrams == theirs.export_phrases()
        assert taken.scoring is original_scorer and str(taken) == str(theirs.freeze())


def scorer_of_mine(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    return bigram_count


def test_phrases_that_gensim_has_found_by_another_score_are_taken(tmp_path):
    theirs = gensim.Phrases(SENTENCES, scoring=scorer_of_mine)
    taken = FrozenPhrases(theirs)
    assert list(taken[OTHERS]) == list(theirs[OTHERS]) and taken.scoring is scorer_of_mine
    taken.save(tmp_path / "phrases")
    assert list(FrozenPhrases.load(tmp_path / "phrases")[OTHERS]) == list(theirs[OTHERS])


@pytest.mark.parametrize("content", [
    b"", b"{}", b"[]", b"3", b'"equivec.gensim"', b"new_york 5\n", b"\xff", b"[" * 100000, b'{"equivec.gensim": []}',
    b'{"equivec.gensim": "Word2Vec"}', b'{"equivec.gensim": "FrozenPhrases"}'], ids=lambda content: content[:40])
def test_what_is_no_file_of_phrases_is_refused(tmp_path, content):
    (tmp_path / "phrases").write_bytes(content)
    with pytest.raises(equivec.Error, match="phrases: is not what save\\(\\) of Phrases and FrozenPhrases writes"):
        Phrases.load(tmp_path / "phrases")


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "phrases"
    Phrases(SENTENCES, **MODEL).save(path)
    content = path.read_bytes()
    for end in range(0, len(content), 97):
        path.write_bytes(content[:end])
        with pytest.raises(equivec.Error, match="is not what save"):
            Phrases.load(path)
    with pytest.raises(FileNotFoundError):
        Phrases.load(tmp_path / "none")
    with gzip.open(path, "wb") as file:
        file.write(content)
    assert Phrases.load(path).export_phrases() == Phrases(SENTENCES, **MODEL).export_phrases()


# ---- arguments and mistakes ----

@pytest.mark.parametrize("mine, right", [(Phrases, gensim.Phrases), (FrozenPhrases, gensim.FrozenPhrases)])
def test_arguments_have_the_names_and_defaults_of_gensim(mine, right):
    compared = 0
    for name in ["__init__", *(name for name in dir(mine) if not name.startswith("_"))]:
        if not callable(getattr(mine, name)):
            continue
        expected = inspect.signature(getattr(right, name)).parameters.values()
        if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in expected):
            continue
        found = inspect.signature(getattr(mine, name)).parameters.values()
        assert [(p.name, p.default) for p in found] == [(p.name, p.default) for p in expected], name
        compared += 1
    assert compared >= 5
    assert {name for name in dir(right) if not name.startswith("_")} - set(dir(mine)) == {"add_lifecycle_event"}


@pytest.mark.parametrize("name", ["original_scorer", "npmi_scorer"])
def test_the_scorers_take_what_those_of_gensim_take(name):
    assert list(inspect.signature(globals()[name]).parameters) == \
        list(inspect.signature(getattr(gensim, name)).parameters)


@pytest.mark.parametrize("options, error, sentence", [
    ({"min_count": 0}, ValueError, "min_count: expected at least 1"),
    ({"min_count": 1.5}, TypeError, "min_count: expected an int, found 1.5"),
    ({"threshold": 0}, ValueError, "threshold: expected a number above 0, found 0"),
    ({"threshold": -1, "scoring": original_scorer}, ValueError, "threshold: expected a number above 0, found -1"),
    ({"threshold": 10, "scoring": "npmi"}, ValueError, "threshold: expected -1 to 1, as npmi scores are, found 10"),
    ({"scoring": "original"}, ValueError, "scoring: expected 'default' or 'npmi', found 'original'"),
    ({"scoring": scorer_of_mine}, TypeError, "expected 'default', 'npmi', original_scorer or npmi_scorer, found "
     "scorer_of_mine; vocab has the counts that another score needs"),
    ({"scoring": None}, TypeError, "original_scorer or npmi_scorer, found NoneType"),
    ({"delimiter": b"_"}, TypeError, "delimiter: expected a str, found bytes"),
    ({"delimiter": ""}, ValueError, "delimiter: expected something to stand between the words of a phrase"),
    ({"connector_words": "der die das"}, TypeError, "connector_words: expected words, found a str; split it first"),
    ({"common_terms": ["of"]}, TypeError, "unexpected keyword argument 'common_terms'"),
])
def test_settings_that_cannot_be_used_are_refused(options, error, sentence):
    with pytest.raises(error, match=sentence):
        Phrases(SENTENCES, **options)


@pytest.mark.parametrize("sentences, sentence", [
    ("text.txt", "sentences: expected lists of words, found a str; of a file, call equivec.find_phrases"),
    (pathlib.Path("text.txt"), "sentences: expected lists of words, found a PosixPath"),
    (5, "sentences: expected an iterable of lists of words, found int"),
    ({"a": 1}, "sentences: expected an iterable of lists of words, found dict"),
    ([[1, 2], [3]], "sentences: expected words that are str, found integers"),
    (np.zeros((3, 3), dtype=int), "sentences: expected words that are str, found integers"),
    ([["a", None]], "expected tokens that are str, bytes or int, found NoneType"),
    ([5], "expected a list of tokens, or a str to be split at white space, found int"),
])
def test_what_are_no_sentences_is_refused(sentences, sentence):
    with pytest.raises(TypeError, match=sentence):
        Phrases(sentences)


@pytest.mark.parametrize("frozen", [False, True])
def test_what_is_no_sentence_to_join_is_refused(frozen):
    model = Phrases(SENTENCES, **MODEL)
    model = model.freeze() if frozen else model
    for text, kind in (("new york", "str"), (b"new york", "bytes")):
        with pytest.raises(TypeError, match=f"expected a list of words, or such lists, found a {kind}; split it first"):
            model[text]
        for call in (lambda: list(model.analyze_sentence(text)), lambda: model.find_phrases([text]),
                     lambda: model.find_phrases(["new", "york"])):
            with pytest.raises(TypeError, match="expected a list of words, found a .*; split it first"):
                call()
    for words, kind in (([1, 2], "int"), ([b"new", b"york"], "bytes"), ([None], "NoneType")):
        with pytest.raises(TypeError, match=f"expected words that are str, or sentences, found {kind}"):
            model[words]
    for words, kind in ((["new", 5], "int"), (["new", ["york"]], "list"), (["new", None], "NoneType")):
        with pytest.raises(TypeError, match=f"expected words that are str, found {kind}"):
            model[words]


def test_what_are_no_phrases_is_not_frozen():
    for what in ({}, None, equivec.Phrases.from_scores({"a_b": 1})):
        with pytest.raises(TypeError, match=f"expected Phrases, found {type(what).__name__}"):
            FrozenPhrases(what)


def test_a_sentence_that_is_a_str_is_split_where_phrases_are_learned():
    assert Phrases([" ".join(sentence) for sentence in SENTENCES], **MODEL).export_phrases() == \
        Phrases(SENTENCES, **MODEL).export_phrases()
