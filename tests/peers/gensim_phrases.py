"""`equivec phrases` finds the phrases that gensim's Phrases finds, with the same scores to the last bit: for each scoring,
with connector words, another delimiter, several passes, and on text in which phrases run into each other."""

import itertools
import random

import support
from support import check

support.need("python3-gensim")
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases


def word2phrase(worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count):
    """word2phrase.c's score, in double."""
    return (bigram_count - min_count) / worda_count / wordb_count * corpus_word_count


SCORINGS = {"original": "default", "npmi": "npmi", "word2phrase": word2phrase}


def write_text(path):
    """Names of several words, some with connector words inside and some that begin as others end, among words that come
    at random; lines of one word, of a connector word alone, empty lines."""
    source = random.Random(5)
    names = ["new york", "new york city", "york city council", "bank of america", "university of the arts",
             "los angeles", "eye of the beholder", "größe der données", "ха ха", "st. john's", "one", "of", "to be or not"]
    common = ["the", "of", "and", "in", "a", "to", "was"]
    rare = [f"w{i}" for i in range(3000)]
    with open(path, "w", encoding="utf-8") as file:
        for _ in range(6000):
            words = []
            for _ in range(source.randint(0, 9)):
                kind = source.random()
                words.append(source.choice(names) if kind < 0.15 else
                             source.choice(common) if kind < 0.55 else
                             rare[int(len(rare) * source.random() ** 3)])
            print(*words, file=file)


def candidates(sentences, connectors):
    """Each pair that gensim counts: (first word, connector words, last word)."""
    found = set()
    for sentence in sentences:
        first, between = None, ()
        for word in sentence:
            if word in connectors:
                between += (word,)
            else:
                if first is not None:
                    found.add((first, between, word))
                first, between = word, ()
    return found


def phrases_of_gensim(sentences, passes, connectors, **options):
    """[{phrase: score}] by pass. export_phrases() would take phrases of an earlier pass for several words."""
    result = []
    for _ in range(passes):
        model = Phrases(sentences, connector_words=connectors, **options)
        scored = (model.score_candidate(first, last, list(between))
                  for first, between, last in candidates(sentences, connectors))
        result.append({phrase: score for phrase, score in scored if phrase is not None})
        sentences = [model[sentence] for sentence in sentences]
    return result


def phrases_of_file(path):
    passes = [{}]
    for line in support.lines(path):
        if line.startswith("# "):
            continue
        if not line:
            passes.append({})
            continue
        phrase, score = line.rsplit(" ", 1)
        passes[-1][phrase] = float(score)
    return passes


folder = support.folder()
corpus = folder / "corpus.txt"
write_text(corpus)
sentences = [line.split(" ") if line else [] for line in support.lines(corpus)]
connector_file = folder / "connectors.txt"
connector_file.write_text("\n".join(sorted(ENGLISH_CONNECTOR_WORDS)) + "\n", encoding="utf-8")

for scoring, with_connectors, (passes, delimiter, min_count) in itertools.product(
        SCORINGS, (False, True), ((1, "_", 5), (2, "_", 2), (3, "++", 1))):
    thresholds = {"original": 10, "npmi": 0.4, "word2phrase": 30}
    name = f"{scoring}, {passes} passes, min_count {min_count}" + (", connector words" if with_connectors else "")
    out = folder / "phrases.txt"
    arguments = ["phrases", corpus, "-o", out, "--scoring", scoring, "--threshold", thresholds[scoring], "--min-count",
                 min_count, "--passes", passes, "--delimiter", delimiter]
    if with_connectors:
        arguments += ["--connector-words", connector_file]
    support.run(*arguments)
    expected = phrases_of_gensim(sentences, passes, ENGLISH_CONNECTOR_WORDS if with_connectors else frozenset(),
                                 min_count=min_count, threshold=thresholds[scoring], scoring=SCORINGS[scoring],
                                 delimiter=delimiter)
    while expected and not expected[-1]:
        expected.pop()  # a pass without phrases is none
    found = phrases_of_file(out)
    check(f"{name}: passes", len(found) == len(expected), f"{len(found)}, expected {len(expected)}")
    for number, (a, b) in enumerate(zip(found, expected), 1):
        other = sorted(set(a) ^ set(b))
        check(f"{name}: phrases of pass {number}, {len(b)}", not other and b, f"{other[:5]}")
        scores = [(phrase, a[phrase], b[phrase]) for phrase in a if phrase in b and a[phrase] != b[phrase]]
        check(f"{name}: scores of pass {number}", not scores, f"{scores[:3]}")
support.finish()
