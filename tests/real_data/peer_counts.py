"""On the real GloVe vectors (341,479 words) the evaluation counts what two other programs count, section by section:
GloVe's eval/python/evaluate.py (of 2025-07) and word2vec's compute-accuracy.c (of 2017), whose results are listed here.
No verdict is closer than 8e-6, so that they do not hang on rounding."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check

data = support.real_data()

# Right and answered of each section of questions-words.txt, with all words: both programs; with 30,000: compute-accuracy.
COUNTS = {
    "capital-common-countries": ((475, 506), (477, 506)),
    "capital-world": ((4024, 4524), (2547, 2842)),
    "currency": ((124, 866), (49, 268)),
    "city-in-state": ((764, 2467), (691, 2203)),
    "family": ((413, 506), (332, 380)),
    "gram1-adjective-to-adverb": ((243, 992), (206, 930)),
    "gram2-opposite": ((163, 812), (100, 420)),
    "gram3-comparative": ((1065, 1332), (1068, 1332)),
    "gram4-superlative": ((619, 1122), (440, 702)),
    "gram5-present-participle": ((743, 1056), (655, 930)),
    "gram6-nationality-adjective": ((1406, 1599), (1371, 1445)),
    "gram7-past-tense": ((866, 1560), (866, 1560)),
    "gram8-plural": ((959, 1332), (823, 1056)),
    "gram9-plural-verbs": ((508, 870), (407, 702)),
}
MSR = ((4046, 7000), (3144, 4864))  # compute-accuracy

vectors = support.real_glove()
sets = [data / "eval/analogy" / name for name in ("questions-words.txt", "MSR-syntax.txt")]
for which, restrict in enumerate((0, 30000)):
    google, msr = answer("eval", vectors, "--analogies", *sets, "--include-alike", "--restrict", restrict)["analogies"]
    found = {section["name"]: (section["correct"], section["total"]) for section in google["sections"]}
    expected = {name: counts[which] for name, counts in COUNTS.items()}
    words = f"the first {restrict:,} words" if restrict else "all words"
    check(f"Google's questions with {words}, section by section", found == expected, found)
    check(f"Microsoft's questions with {words}", (msr["correct"], msr["total"]) == MSR[which], msr)

# GloVe's program reads the questions in small letters and does not fold.
small = support.folder() / "small.txt"
lines = (data / "eval/analogy/questions-words.txt").read_text().splitlines(keepends=True)
small.write_text("".join(line if line.startswith(":") else line.lower() for line in lines))
(google,) = answer("eval", vectors, "--analogies", small, "--case", "exact")["analogies"]
found = {section["name"]: (section["correct"], section["total"]) for section in google["sections"]}
check("Google's questions as GloVe's program asks them", found == {name: counts[0] for name, counts in COUNTS.items()},
      found)
support.finish()
