"""Published numbers of bias: Caliskan et al. 2017 on the words of theirs that the GoogleNews vectors have, and their pattern on
GloVe vectors."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check, run


def by_query(*arguments):
    return {found["query"]: found for found in answer("bias", *arguments)["measures"]}


def near(found, expected, tolerance):
    return found is not None and abs(found - expected) <= tolerance


def check_google_news(vectors):
    # Effect size, statistic and exact p-value. The paper's Table 1 has the effect sizes, WEFE's replication the statistics
    # to two digits; p-values and further digits are NumPy's.
    expected = {
        "weat-1": (1.54, 1.407829, 2.633e-10, []),
        "weat-2": (1.63, 1.747649, 1.392e-12, ["axe"]),
        "weat-6": (1.89, 1.251610, 1 / 12870, []),
        "weat-7": (0.97, 0.225461, 292 / 12870, []),
        "weat-8": (1.24, 0.357187, 52 / 12870, []),
        # 1.30 in the paper: its program puts "short" where these vectors lack "short-term".
        "weat-9-word2vec": (1.30, 0.338592, 7 / 924, []),
    }
    found = by_query(vectors, "--measure", "weat")
    for name, (effect, statistic, p_value, missing) in expected.items():
        weat = found[name]
        check(f"GoogleNews {name}: effect size {effect} to .005", near(weat["effect_size"], effect, 0.005), weat["effect_size"])
        check(f"GoogleNews {name}: statistic", near(weat["value"], statistic, 1e-5), weat["value"])
        check(f"GoogleNews {name}: p-value", near(weat["p_value"], p_value, p_value * 1e-3), weat["p_value"])
        check(f"GoogleNews {name}: words lost", weat["missing"] == missing, weat["missing"])
    # The sum over word2vec's column in WEFE's replication; of the names Billy is missing.
    check("GoogleNews weat-10: statistic -.05 to .01, Billy is missing", near(found["weat-10"]["value"], -0.05, 0.01)
          and found["weat-10"]["missing"] == ["Billy"], found["weat-10"]["value"])
    # Of these names the vectors hold the small forms alone, which are other words.
    for name in ("weat-3", "weat-4", "weat-5"):
        check(f"GoogleNews {name}: is not measured, and says why", found[name]["value"] is None
              and "african-american-names" in found[name]["error"], found[name])
    population = by_query(vectors, "--measure", "weat", "--query", "weat-7", "--deviation", "population")["weat-7"]
    check("GoogleNews weat-7: by the population's deviation larger by sqrt(16 / 15)",
          near(population["effect_size"], found["weat-7"]["effect_size"] * (16 / 15) ** 0.5, 1e-12))


def check_glove(vectors):
    # Table 1's second column is of other vectors (840B words, capitals, 300 numbers). These lack one word, so what is left of
    # the difference is the vectors'.
    paper = [1.50, 1.53, 1.41, 1.50, 1.28, 1.81, 1.06, 1.24, 1.38, 1.21]
    ours = [1.169, 1.297, 0.871, 1.229, 1.380, 1.718, 1.281, 1.123, 1.295, 1.071]
    found = by_query(vectors, "--measure", "weat")
    for i, (published, expected) in enumerate(zip(paper, ours), start=1):
        weat = found[f"weat-{i}"]
        check(f"GloVe weat-{i}: effect size {expected}, in the paper {published}; both large, p below .01",
              near(weat["effect_size"], expected, 0.0005) and weat["effect_size"] > 0.8 and weat["p_value"] < 0.01,
              (weat["effect_size"], weat["p_value"]))
    check("GloVe: of all words gladiola alone is missing",
          {word for weat in found.values() for word in weat["missing"]} == {"gladiola"})
    largest = max((f"weat-{i}" for i in range(1, 11)), key=lambda name: found[name]["effect_size"])
    check("GloVe: as in the paper, career and family have the largest effect", largest == "weat-6", largest)


data = support.real_data()
check_google_news(data / "vectors" / "GoogleNews-300d-weat-347words.vec")
glove = support.real_glove()
folder = support.folder()
run("convert", glove, folder / "glove.safetensors", "-q")
check_glove(folder / "glove.safetensors")
support.finish()
