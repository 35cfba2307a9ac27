"""How fast equivec trains beside other programs, and what memory that takes."""

import json
import pathlib

from subjects.measuring import ROOT, Step, Table, compared, execute, missing

HEADING = "Training"
TEXT = """`scripts/compare` runs the programs in turns on the same text, with the same settings. *Training alone* is by what each
program says of itself, without reading and writing; *the whole process* is from its start to its end. fastText is without
n-grams here. Where a program is missing in a table, it does not have that model."""
TABLES = {"training": Table("Training alone", "times as fast"), "process": Table("The whole process", "times as fast")}
PICTURES = [("training", "Times as fast as the other program in training alone", "training", "ratios")]

# Option of scripts/compare, and seconds that a round of skip-gram with 100 dimensions takes on 20 MB (1 for other models: a share).
PEERS = {"word2vec.c": ("--word2vec", 14), "pWord2Vec": ("--pword2vec", 4), "fastText": ("--fasttext", 19),
         "gensim": ("--gensim", 13), "koan": ("--koan", 8), "GloVe": ("--glove", 65)}
ALL = ("word2vec.c", "pWord2Vec", "fastText", "gensim", "koan")
WITHOUT_BATCHES = ("word2vec.c", "fastText", "gensim", "koan")


class Setting:
    """share: of the time of skip-gram with 100 dimensions; quick: whether --quick tries it"""

    def __init__(self, name, what, peers, options, most_rounds=99, share=1.0, quick=False):
        self.name, self.what, self.peers, self.options = name, what, peers, options
        self.most_rounds, self.share, self.quick = most_rounds, share, quick

    def command(self, run, rounds, *more):
        """scripts/compare with the peers that are there."""
        given = []
        for name in self.peers:
            if run.peers[name]:
                given += [PEERS[name][0]] + ([] if name == "gensim" else [run.peers[name]])
        return [run.python, "scripts/compare", run.inputs.corpus(), "--equivec", run.program, *self.scaled(run), "--threads",
                1 if run.quick else run.threads, "--rounds", rounds, *given, "--json", run.path(f"{self.name}.json"), *more]

    def scaled(self, run):
        if not run.quick:
            return self.options
        kept = [(name, "3..4" if name == "--subwords" else value) for name, value in zip(self.options[::2], self.options[1::2])
                if name not in ("--megabytes", "--dimension", "--epochs")]
        epochs = 300 if "glove" in self.options else 2 if "--subwords" in self.options else 6  # of fewer equivec tells no speed
        return [part for option in kept for part in option] + ["--dimension", 300, "--epochs", epochs, "--subsample", 0,
                                                               "--buckets", 1000]

    def seconds(self, run, rounds):
        return rounds * self.share * (3 + sum(PEERS[name][1] for name in self.peers if run.peers[name]))


SETTINGS = [
    Setting("skipgram-100", "skip-gram, 100 dimensions", ALL,
            ["--model", "skipgram", "--dimension", 100, "--epochs", 1, "--megabytes", 20]),
    Setting("skipgram-300", "skip-gram, 300 dimensions", ALL,
            ["--model", "skipgram", "--dimension", 300, "--epochs", 1, "--megabytes", 20], most_rounds=3, share=2.2),
    Setting("cbow-100", "CBOW, 100 dimensions", WITHOUT_BATCHES,
            ["--model", "cbow", "--dimension", 100, "--epochs", 1, "--megabytes", 20], share=0.4, quick=True),
    Setting("softmax-100", "skip-gram, 100 dimensions, hierarchical softmax", ("word2vec.c", "fastText", "gensim"),
            ["--model", "skipgram", "--loss", "hierarchical-softmax", "--dimension", 100, "--epochs", 1, "--megabytes", 20],
            most_rounds=3, share=0.7),
    Setting("glove-100", "GloVe, 100 dimensions, window 10, 3 epochs", ("GloVe",),
            ["--model", "glove", "--dimension", 100, "--window", 10, "--epochs", 3, "--megabytes", 20], most_rounds=3,
            quick=True)]


def measure(run, setting, rounds, tables):
    """Rows of what scripts/compare found: `tables` are those of training alone and of the whole process."""
    command = setting.command(run, rounds)
    execute(command)
    found = json.loads(pathlib.Path(ROOT, run.path(f"{setting.name}.json")).read_text(encoding="utf-8"))["programs"]
    me, others = found[0], {p["name"]: p for p in found[1:]}
    if "word2vec.c" in setting.peers and run.peers["word2vec.c"]:  # it is named by its file there
        others["word2vec.c"] = others.pop(pathlib.Path(run.peers["word2vec.c"]).name)
    unit = "pairs/s" if "glove" in setting.options else "words/s"
    rows = []
    for peer in setting.peers:
        if peer not in others:
            rows += [missing(run, tables[0], setting.what, peer, me["speeds"], unit, [command]),
                     missing(run, tables[1], setting.what, peer, me["seconds"], "s", [command])]
            continue
        other = others[peer]
        rows += [compared(tables[0], setting.what, unit, me["speeds"], peer, other["speeds"], [command], more_is_better=True),
                 compared(tables[1], setting.what, "s", me["seconds"], peer, other["seconds"], [command]),
                 compared("memory", setting.what, "MB", me["megabytes"], peer, other["megabytes"], [command])]
    return rows


def steps(run):
    found = []
    for setting in (setting for setting in SETTINGS if setting.quick or not run.quick):
        rounds = min(run.rounds, setting.most_rounds)
        found.append(Step(setting.name, setting.seconds(run, rounds), lambda setting=setting, rounds=rounds: measure(
            run, setting, rounds, ("training", "process"))))
    return found
