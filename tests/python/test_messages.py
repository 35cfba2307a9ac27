"""What a careless user is told: one line, what was found and what to do."""

import pathlib

import numpy as np
import pytest

import equivec

SENTENCES = [["a", "b", "c"]] * 50


def _tables():
    import pandas

    return pandas.DataFrame({"text": ["a b c d"] * 50})


# What is done, what is raised, and what the message says.
MISTAKES = {
    "text in place of a path": (lambda e: equivec.train_word2vec("the cat sat"), equivec.Error,
                                "there is no file 'the cat sat'; a str is a path: to give text, pass a list of lines"),
    "names of files in a list": (lambda e: equivec.train_word2vec([__file__]), equivec.Error,
                                 "these are names of files; .* pass pathlib.Path objects"),
    "a word a line": (lambda e: equivec.train_word2vec(["the", "cat"] * 50), equivec.Error, "is there one word a line"),
    "no sentence": (lambda e: equivec.train_word2vec([]), equivec.Error, "the corpus: holds no word"),
    "a generator that is used up": (lambda e: equivec.count_words(iter(())), equivec.Error, "holds no word"),
    "a table": (lambda e: equivec.train_word2vec(_tables()), TypeError, "a table is no text; pass one of its columns"),
    "floats for walks": (lambda e: equivec.train_word2vec(np.ones((3, 4))), TypeError, "expected integers from 0"),
    "a walk below -1": (lambda e: equivec.train_word2vec(np.array([[1, 2], [3, -2]])), equivec.Error,
                        "row 1, column 1: found -2; words are integers from 0, and -1 ends a walk"),
    "None for a token": (lambda e: equivec.train_word2vec([["a", None]]), TypeError,
                         "sentence 0 .* expected tokens that are str, bytes or int, found NoneType"),
    "rare words alone": (lambda e: equivec.train_word2vec([["a", "b"]]), equivec.Error, "lower min_count"),
    "gensim's keyword": (lambda e: equivec.train_word2vec(SENTENCES, vector_size=9), TypeError,
                         "no keyword 'vector_size': here it is 'dimension'"),
    "fastText's keyword": (lambda e: equivec.train_word2vec(SENTENCES, minCount=1), TypeError, "here it is 'min_count'"),
    "gensim's model": (lambda e: equivec.train_word2vec(SENTENCES, sg=1), TypeError, "here it is model='skipgram'"),
    "a typo in a keyword": (lambda e: equivec.train_glove(SENTENCES, dimensoin=9), TypeError,
                            "did you mean 'dimension'"),
    "a str for a number": (lambda e: equivec.train_word2vec(SENTENCES, dimension="9"), TypeError,
                           "dimension: expected an int, found str '9'"),
    "out of range": (lambda e: equivec.train_word2vec(SENTENCES, window=0), equivec.OptionError,
                     "window must be between 1 and 1000, got 0"),
    "a word that is not there": (lambda e: e["quen"], KeyError, "'quen' is none of .*; did you mean 'queen'"),
    "no such file": (lambda e: equivec.load("missing.vec"), FileNotFoundError, "missing.vec"),
    "a vector of another length": (lambda e: e.neighbors([1, 2]), equivec.Error, "has 2 numbers, the vectors have 3"),
    "an unknown ending": (lambda e: e.save("x.xyz"), equivec.OptionError, "use one of .*, or format"),
    "an unknown measure": (lambda e: e.bias("weta"), equivec.OptionError, "did you mean 'weat'"),
    "gensim's method": (lambda e: e.most_similar("king"), AttributeError, "ask neighbors"),
    "gensim's class": (lambda e: equivec.Word2Vec, AttributeError, "equivec.gensim has it"),
    "resume without a checkpoint": (lambda e: equivec.train_word2vec(SENTENCES, resume=True), equivec.OptionError,
                                    "resume needs checkpoint"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_in_one_line_that_says_what_to_do(mistake, e, folder):
    make, error, message = MISTAKES[mistake]
    with pytest.raises(error, match=message) as raised:
        make(e)
    assert "\n" not in str(raised.value) and "--" not in str(raised.value)


def test_paths_are_a_corpus(folder):
    for name in ("one.txt", "two.txt"):
        pathlib.Path(name).write_text("a b c\n" * 9)
    for corpus in ("one.txt", pathlib.Path("one.txt"), b"one.txt", [pathlib.Path("one.txt")], "o*.txt"):
        assert equivec.count_words(corpus).to_dict() == {"a": 9, "b": 9, "c": 9}
    assert equivec.count_words([pathlib.Path("one.txt"), pathlib.Path("two.txt")])["c"] == 2
    assert equivec.count_words(".").count("a") == 18


def test_every_kind_of_sentence_is_the_same_corpus():
    expected = equivec.count_words([["7", "8"], ["9"]] * 9)
    for corpus in ([[7, 8], [9]] * 9, [("7", b"8"), ["9"]] * 9, ["7 8", "9"] * 9, (line for line in ["7 8\n9"] * 9),
                   [iter(["7", "8"]), iter(["9"])] + [np.array([7, 8]).tolist(), [np.int8(9)]] * 8,
                   np.array([[7, 8], [9, -1]] * 9, ">i2"), [np.array([7, 8]), np.array([9], "u1")] * 9,
                   np.array([[7, 0, 8, 0], [9, 0, -1, 0]] * 9)[:, ::2]):
        assert equivec.count_words(corpus) == expected
