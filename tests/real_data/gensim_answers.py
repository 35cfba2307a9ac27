"""On real GloVe vectors equivec and gensim answer alike: neighbours, word similarity, analogies."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check, run

data = support.real_data()
support.need("python3-gensim")
import gensim

WORDS = """the king woman paris python bank apple water music war france doctor river green computer seven he
quickly running beautiful ’ - london science dog car philosophy of tokyo said""".split()


def check_neighbors(file, vectors):
    worst = 0
    for word in WORDS:
        document = answer("neighbors", file, "--count", 10, "--", word)
        found = [(n["word"], n["similarity"]) for n in document["neighbors"]]
        expected = vectors.most_similar(word, topn=10)
        if [w for w, _ in found] != [w for w, _ in expected]:
            return check("neighbours in gensim's order", False, f"{word}: {found}, gensim {expected}")
        worst = max([worst] + [abs(a[1] - b[1]) for a, b in zip(found, expected)])
    check(f"neighbours of {len(WORDS)} words in gensim's order", True)
    check(f"similarities to 1e-5, at most {worst:.1e}", worst < 1e-5, worst)


def check_wordsim(file, vectors):
    pairs = data / "eval/similarity/EN-WS-353-ALL.txt"
    (found,) = answer("eval", file, "--similarity", pairs)["similarity"]
    _, spearman, _ = vectors.evaluate_word_pairs(pairs)
    check(f"WordSim-353: Spearman {spearman[0]:.6f} to 1e-4", abs(found["spearman"] - spearman[0]) < 1e-4, found)


def check_analogies(file, vectors):
    """The conventions agree: words are compared without case, the first of those that fold alike counts, questions
    with an unknown word are left out, the words of a question are no answers. gensim folds by upper-casing all of
    Unicode, equivec A-Z only; Google's questions are ASCII, so that shows nowhere."""
    questions = data / "eval/analogy/questions-words.txt"
    (found,) = answer("eval", file, "--analogies", questions, "--restrict", 30000)["analogies"]
    _, sections = vectors.evaluate_word_analogies(questions, restrict_vocab=30000, case_insensitive=True)
    *sections, total = [(s["section"], len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in sections]
    ours = [(s["name"], s["correct"], s["total"]) for s in found["sections"]]
    check("Google analogies, section by section", ours == sections, support.first_difference(ours, sections))
    check(f"Google analogies: {total[1]} of {total[2]}", (found["correct"], found["total"]) == total[1:], found)


file = support.folder() / "glove.bin"
run("convert", support.real_glove(), file, "--limit", 50000)
vectors = gensim.models.KeyedVectors.load_word2vec_format(file, binary=True)
check("50,000 rows", len(vectors) == 50000, len(vectors))
check_neighbors(file, vectors)
check_wordsim(file, vectors)
check_analogies(file, vectors)
support.finish()
