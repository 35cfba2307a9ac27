"""On real GloVe vectors equivec and gensim answer alike: neighbours, analogies, words that do not match, similarity,
and the scores of sets."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, answers, check, run

data = support.real_data()
support.need("python3-gensim")
import gensim

WORDS = """the king woman paris python bank apple water music war france doctor river green computer seven he
quickly running beautiful ’ - london science dog car philosophy of tokyo said""".split()

SUMS = """king + woman - man
paris + italy + germany - france - france
mother + father + sister
uncle - man + woman
0.5 apple + 2 computer - 1.5 fruit
- war - army + nation + people
1.5 violin + 0.25 guitar - 0.75 rock + concert
london + bridge - river - water + street""".split("\n")

ANALOGIES = """man king woman
france paris japan
big bigger cold
go went see
germany berlin spain
brother sister nephew
apple apples child
good better bad
india rupee britain
quick quickly serious""".split("\n")

GROUPS = """breakfast cereal dinner lunch
apple banana orange car grape
paris london tokyo berlin germany
monday tuesday wednesday january friday
dog cat horse cow carrot
red green blue seven yellow
piano violin guitar drum hammer
he she they river
football tennis physics basketball hockey golf swimming
iron copper gold silver table zinc nickel""".split("\n")

PAIRS = """king queen;man woman;cat dog;car automobile;paris france;sun moon;water fire;good bad;river philosophy;
one two;he she;school teacher;money bank;coast shore;noon string;music piano;doctor nurse;green idea;the of;
apple computer""".replace("\n", "").split(";")


def check_ranked(name, questions, documents, of, tolerance):
    """`of` gives gensim's (word, similarity) for a question, best first."""
    worst = 0
    for question, document in zip(questions, documents):
        found = [(n["word"], n["similarity"]) for n in document.get("neighbors", document.get("answers"))]
        expected = of(question)
        if [w for w, _ in found] != [w for w, _ in expected]:
            return check(f"{name} in gensim's order", False, f"{question}: {found}, gensim {expected}")
        worst = max([worst] + [abs(a[1] - b[1]) for a, b in zip(found, expected)])
    check(f"{name} in gensim's order, {len(questions)} times", True)
    check(f"{name}: scores to {tolerance}, at most {worst:.1e} away", worst < tolerance)


def weighted(text):
    """gensim's form of a sum: words with their weights, which are negative after '-'."""
    terms, weight = [], 1
    for part in text.split():
        if part in "+-":
            weight = 1 if part == "+" else -1
        elif part[0].isdigit():
            weight *= float(part)
        else:
            terms.append((part, weight))
    return {"positive": [term for term in terms if term[1] > 0], "negative": [term for term in terms if term[1] < 0]}


def check_neighbors(file, vectors):
    check_ranked("neighbours", WORDS, answers(WORDS, "neighbors", file, "--count", 10),
                 lambda word: vectors.most_similar(word, topn=10), 1e-5)
    check_ranked("neighbours of sums", SUMS, answers(SUMS, "neighbors", file, "--count", 10),
                 lambda text: vectors.most_similar(**weighted(text), topn=10), 1e-5)


def check_products(file, vectors):
    """3CosMul with gensim's epsilon."""
    def cosmul(question):
        a, b, c = question.split()
        return vectors.most_similar_cosmul(positive=[b, c], negative=[a], topn=10)

    documents = answers(ANALOGIES, "analogy", file, "--method", "3cosmul", "--epsilon", 1e-6, "--count", 10)
    check_ranked("answers of 3CosMul", ANALOGIES, documents, cosmul, 1e-4)


def check_groups(file, vectors):
    found = [document["outlier"] for document in answers(GROUPS, "outlier", file)]
    expected = [vectors.doesnt_match(group.split()) for group in GROUPS]
    check(f"what does not match in {len(GROUPS)} groups", found == expected, support.first_difference(found, expected))


def check_similarities(file, vectors):
    worst = max(abs(document["similarity"] - vectors.similarity(*pair.split()))
                for pair, document in zip(PAIRS, answers(PAIRS, "similarity", file)))
    check(f"similarities of {len(PAIRS)} pairs to 1e-4, at most {worst:.1e} away", worst < 1e-4)


def check_sets_of_pairs(file, vectors):
    """gensim, too, takes the first of the words that are alike but for case, and leaves pairs with unknown words out or
    takes 0 for their similarity, as the rule `zero` does. All of these files are ASCII, three columns between tabs
    without a heading, so that gensim passes over no line; two have carriage returns, one does not end with a line
    feed."""
    sets = sorted((data / "eval/similarity").iterdir())
    for path, found in zip(sets, answer("eval", file, "--similarity", *sets, "--restrict", 300000)["similarity"]):
        missing, total = found["missing"], found["pairs"] + found["missing"]
        for fate, scores, zero in (("left out", found, False), ("0", found["rules"]["zero"], True)):
            pearson, spearman, percentage = vectors.evaluate_word_pairs(path, dummy4unknown=zero)
            check(f"{path.stem}: {missing} of {total} pairs are missing and {fate}, Spearman is {spearman[0]:.6f} and "
                  f"Pearson {pearson[0]:.6f} to 1e-4",
                  abs(scores["spearman"] - spearman[0]) < 1e-4 and abs(scores["pearson"] - pearson[0]) < 1e-4 and
                  scores["pairs"] == (total if zero else total - missing) and
                  abs(100 * missing / total - percentage) < 1e-9, f"{scores}, gensim misses {percentage} %")


def check_analogies(file, vectors):
    """The conventions agree: words are compared without case, the first of those that fold alike counts, questions
    with an unknown word are left out, the words of a question are no answers. gensim folds by upper-casing all of
    Unicode, equivec A-Z only; these questions are ASCII, so that shows nowhere."""
    sets = [data / "eval/analogy" / name for name in ("questions-words.txt", "MSR-syntax.txt")]
    for path, found in zip(sets, answer("eval", file, "--analogies", *sets, "--restrict", 10000)["analogies"]):
        _, sections = vectors.evaluate_word_analogies(path, restrict_vocab=10000, case_insensitive=True)
        *sections, total = [(s["section"], len(s["correct"]), len(s["correct"]) + len(s["incorrect"]))
                            for s in sections]
        ours = [(s["name"], s["correct"], s["total"]) for s in found["sections"]]
        check(f"{path.name}, section by section", ours == sections, support.first_difference(ours, sections))
        check(f"{path.name}: {total[1]} of {total[2]} are right", (found["correct"], found["total"]) == total[1:],
              found)


file = support.folder() / "glove.bin"
run("convert", support.real_glove(), file, "--limit", 50000)
vectors = gensim.models.KeyedVectors.load_word2vec_format(file, binary=True)
check("50,000 rows", len(vectors) == 50000, len(vectors))
check_neighbors(file, vectors)
check_products(file, vectors)
check_groups(file, vectors)
check_similarities(file, vectors)
check_sets_of_pairs(file, vectors)
check_analogies(file, vectors)
support.finish()
