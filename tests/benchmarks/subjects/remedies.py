"""What each method of debiasing takes, leaves and costs."""

import json
import pathlib

from subjects.measuring import ROOT, Step, Table, execute, valued


HEADING = "Remedies"
TEXT = """`equivec debias` with each method, its defaults and the gender sets. Seconds are of the whole process without a report.
Bias: the mean cosine of the occupations to the direction found before; the share of the most biased words of before whose side
clusters and a classifier still find (.5 is chance), and how well the bias of occupations is predicted from their neighbours; the
effect size of career and family. Similarity kept: Spearman's correlation and the share of analogies."""
MEASURES = {"clusters": ("cluster-bias", "value"), "classifier": ("classification-bias", "value"),
            "neighbours": ("neighbor-bias", "value"), "WEAT 6": ("weat", "effect_size")}
COLUMNS = {"seconds": ".1f", "direct bias": ".3f", **{name: ".3f" for name in MEASURES}}
TABLES = {"remedies": Table("Bias before and after", columns=COLUMNS)}
PICTURES = [("remedies", "Share of biased words whose side two clusters still find (.5 is chance)", "remedies", "clusters")]

# Options beside the defaults, and seconds on GloVe's 341,479 words.
METHODS = {"soft": (["--lambda", "1e6"], 6), "repulsion-attraction": ([], 65), "double-hard": ([], 6)}


def options_of(run, method):
    options = list(METHODS.get(method, ((), 0))[0])
    return options + ["--biased-words", 200] if run.quick and method in ("double-hard", "inlp", "leace") else options


def measure(run, method, rounds, with_before):
    options = options_of(run, method)
    command = [run.program, "debias", run.inputs.vectors(), "-o", run.path("debiased.safetensors"), "--method", method, *options,
               "--threads", run.threads, "-q"]
    seconds = [execute(command).seconds for _ in range(rounds)]
    report = run.path(f"remedy-{method}.json")
    reported = [*command, "--json", "--report", report, "--similarity", *run.inputs.similarities().values(), "--analogies",
                run.inputs.analogies()]
    summary = execute(reported).document()
    document = json.loads(pathlib.Path(ROOT, report).read_text(encoding="utf-8"))
    commands = [command, reported]
    after = values_of(document, "after", summary["direct_bias_of_neutral_occupations"])
    name = " ".join(map(str, (f"`{method}`", *options)))
    rows = [valued("remedies", name, {"seconds": {"rounds": seconds}, **after}, commands)]
    if with_before:
        meant = summary["occupations_by_meaning"]
        were = [abs(word["cosine"]) for word in summary["before"]["words"] if word["word"] not in meant]
        before = values_of(document, "before", sum(were) / len(were) if were else None)
        rows.insert(0, valued("remedies", "before", before, commands))
    return rows


def values_of(document, when, direct_bias):
    values = {"direct bias": direct_bias}
    for name, (measure_name, figure) in MEASURES.items():
        found = [row for row in document["measures"] if row["measure"] == measure_name and row[when]
                 and (measure_name != "weat" or row["query"] == "weat-6")]
        values[name] = found[0][when][figure] if found else None
    for row in document["utility"]:
        values[pathlib.Path(row["set"]).stem] = row[when]
    return values


def steps(run):
    methods = [method["method"] for method in execute([run.program, "debias", "--list", "--json"]).document()]
    found = []
    for method in methods:
        seconds = METHODS.get(method, ((), 3))[1]
        rounds = min(run.rounds, 1 if seconds > 30 and not run.quick else 3)
        found.append(Step(f"remedy-{method}", seconds * (rounds + 1) + 20, lambda method=method, rounds=rounds: measure(
            run, method, rounds, method == methods[0])))
    return found
