"""What vectors are worth that equivec and other programs have learned from the same text with the same settings."""

import json
import os
import pathlib
import shutil

from subjects.measuring import ROOT, Step, Table, execute, valued
from subjects.training import ALL, WITHOUT_BATCHES, Setting

HEADING = "Quality"
COLUMNS = {"equivec [95 %]": ".3f", "the other [95 %]": ".3f", "difference [95 %]": "+.3f", "p": ".2g"}
TEXT = """One training each, with the same settings on the same text. Analogies: share of Google's questions answered among the
first 30,000 words; similarities: Spearman's correlation. Differences are of the questions and pairs that both know, tested by
`equivec eval --compare`; a training with another seed differs too."""
TABLES = {"quality": Table("Analogies and similarities", columns=COLUMNS)}
PICTURES = [("quality", "Differences to the other program's vectors, with 95 % intervals", "quality", "differences")]

SETTINGS = [
    Setting("quality-skipgram", "skip-gram", ALL,
            ["--model", "skipgram", "--dimension", 100, "--epochs", 5, "--megabytes", 40], share=9),
    Setting("quality-cbow", "CBOW", WITHOUT_BATCHES,
            ["--model", "cbow", "--dimension", 100, "--epochs", 5, "--megabytes", 40], share=3.5, quick=True),
    Setting("quality-glove", "GloVe, window 10, 15 epochs", ("GloVe",),
            ["--model", "glove", "--dimension", 100, "--window", 10, "--epochs", 15, "--megabytes", 40], share=7)]


def scores(run, mine, other):
    """(name of a set, values, command) of two files of vectors. `other` may be None."""
    versus = ["--compare", other] if other else []
    analogies = [run.program, "eval", mine, "--analogies", run.inputs.analogies(), "--restrict", 30000, *versus]
    similarities = [run.program, "eval", mine, "--similarity", *run.inputs.similarities().values(), *versus]
    for command, kind, value in ((analogies, "analogies", "accuracy"), (similarities, "similarity", "spearman")):
        document = execute([*command, "--json", "-q"]).document()
        turned = execute([run.program, "eval", other, *command[3:-2], "--json", "-q"]).document() if other else None
        for i, found in enumerate(document[kind]):
            before = "" if kind == "analogies" else f"{value}_"
            values = {"equivec [95 %]": [found[value], *(found[f"{before}interval"] or (None, None))]}
            if other:
                theirs = turned[kind][i]
                values["the other [95 %]"] = [theirs[value], *(theirs[f"{before}interval"] or (None, None))]
                difference = found[f"{before}compare"]
                values["difference [95 %]"] = [difference["difference"], *(difference["interval"] or (None, None))]
                values["p"] = difference["p_value"]
            yield pathlib.Path(found["name"]).stem, values, command


def measure(run, setting, table):
    kept = pathlib.Path(ROOT, run.path(setting.name))
    shutil.rmtree(kept, ignore_errors=True)
    training = setting.command(run, 1, "--keep", run.path(setting.name))
    execute(training)
    found = json.loads(pathlib.Path(ROOT, run.path(f"{setting.name}.json")).read_text(encoding="utf-8"))["programs"]
    files = {p["name"]: os.path.relpath(p["vectors"][0], ROOT) for p in found}
    if run.peers["word2vec.c"] and (name := pathlib.Path(run.peers["word2vec.c"]).name) in files:
        files["word2vec.c"] = files.pop(name)
    mine, rows = files.pop("equivec"), []
    for peer, other in files.items() if files else [("none", None)]:
        for name, values, command in scores(run, mine, other):
            what = f"{setting.what}; {name}; {peer}" if files else f"{setting.what}; {name}"
            rows.append(valued(table, what, values, [training, command]))
    shutil.rmtree(kept)
    return rows


def steps(run):
    return [Step(setting.name, setting.seconds(run, 1) + 15, lambda setting=setting: measure(run, setting, "quality"))
            for setting in SETTINGS if setting.quick or not run.quick]
