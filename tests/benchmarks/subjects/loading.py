"""How fast files of vectors open, and what memory that takes."""

from subjects.measuring import Step, Table, compared, execute, in_turns, missing

HEADING = "Loading"
TEXT = """A file is opened and one question is asked, by equivec's Python package and by the other program; each time in a new
process, the file in the machine's cache. Native files of equivec and of gensim (`save()` and `load(mmap="r")`) are
mapped: what is not asked for is not read."""
TABLES = {"loading": Table("Opening, and the first question", "times as fast")}
PICTURES = [("loading", "Times as fast as the other program in opening and asking", "loading", "ratios")]

FORMATS = [("native", "native file", "gensim", 2), ("word2vec-binary", "word2vec's binary", "gensim", 10),
           ("word2vec-text", "word2vec's text", "gensim", 40), ("glove", "GloVe's text", "gensim", 40),
           ("fasttext", "fastText's model", "gensim", 8), ("npy", "NumPy's array", "NumPy", 2)]


def measure(run, form, what, peer, rounds):
    if not run.peers[peer]:
        return [missing(run, "loading", what, peer)]
    file = run.inputs.fasttext_model() if form == "fasttext" else run.inputs.vectors(form)
    theirs = run.inputs.vectors("gensim") if form == "native" else file
    commands = {"equivec": run.script("loading.py", "equivec", form, file),
                "other": run.script("loading.py", peer.lower(), form, theirs)}
    found = in_turns(rounds, {name: (lambda c=command: execute(c)) for name, command in commands.items()})
    both = list(commands.values())

    def row(table, part, unit, number):
        numbers = {name: [number(done) for done in runs] for name, runs in found.items()}
        return compared(table, f"{what}, {part}", unit, numbers["equivec"], peer, numbers["other"], both)

    return [row("loading", "opening", "s", lambda done: done.document()["open"]),
            row("loading", "opening and asking", "s", lambda done: sum(done.document().values())),
            row("memory", "opening and asking", "MB", lambda done: done.megabytes)]


def steps(run):
    rounds = min(run.rounds, 3)
    return [Step(f"loading-{form}", seconds * rounds + 5,
                 lambda form=form, what=what, peer=peer: measure(run, form, what, peer, rounds))
            for form, what, peer, seconds in FORMATS]
