"""On SST-2 with real GloVe vectors docs/downstream.md has the numbers of counterfactuals before and after hard debiasing,
INLP and LEACE."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check, run

data = support.real_data()
folder = support.folder()
page = (support.ROOT / "docs" / "downstream.md").read_text(encoding="utf-8")


def texts(part):
    """SST-2 has the label behind the sentence."""
    file = folder / f"{part}.tsv"
    lines = (data / "downstream/sst2" / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{label}\t{text}\n" for text, label in (line.rsplit("\t", 1) for line in lines)),
                    encoding="utf-8")
    return file


def numbers_of(result):
    """The numbers of a row of the table, as many as its cells have, in their order."""
    test, neutral = (next(one for one in result["counterfactuals"] if one["texts"] == name)
                     for name in ("test", "templates, neutral"))
    cells = [[100 * result["accuracy"]["value"]]]
    for share in (test["flips"], test["score"], test["absolute_score"], neutral["flips"], neutral["absolute_score"]):
        scale = 100 if "count" in share else 1
        cells.append([scale * value for value in (share["value"], *share["interval"])])
    return cells


def check_row(name, found):
    row = next(line for line in page.split("\n") if re.match(rf"\| `?{name}`? \| [0-9.]+ % \|", line))
    for cell, values in zip(row.strip("|").split("|")[1:], found, strict=True):
        shown = [float(number) for number in re.findall(r"[-+]?[0-9]*\.[0-9]+", cell)]
        # A tie in rounding, or another processor, may decide one text of the 302 otherwise.
        least = 0.4 if "%" in cell else 0.0003
        check(f"docs/downstream.md has {name}'s {cell.strip()}",
              len(shown) == len(values) and all(abs(a - b) < least for a, b in zip(shown, values)), values)


def check_sentiment():
    before = folder / "before.safetensors"
    run("convert", support.real_glove(), before, "-q")
    vectors = [before]
    for method in ("hard", "inlp", "leace"):
        vectors.append(folder / f"{method}.safetensors")
        run("debias", before, "-o", vectors[-1], "--method", method, "-q")
    results = answer("probe", texts("train"), texts("test"), *vectors, "--counterfactuals", "--templates")["results"]
    for name, result in zip(("before", "hard", "inlp", "leace"), results, strict=True):
        check_row(name, numbers_of(result))
    flips = [result["counterfactuals"][0]["flips"] for result in results]
    check("hard debiasing takes flips of test texts, more than by chance",
          flips[1]["compare"]["difference"] < 0 and flips[1]["compare"]["p_value"] < 0.001, flips[1])


check_sentiment()
support.finish()
