"""How much faster equivec is with more threads."""

import re

from subjects.measuring import Failure, Step, Table, compared, execute, in_turns

HEADING = "Scaling"
TEXT = """equivec with more threads beside equivec with one, in turns: training alone where something is trained, otherwise the
whole process."""
TABLES = {"scaling": Table("More threads beside one", "times as fast")}
PICTURES = [("scaling", "Times as fast as with one thread", "scaling", "ratios")]


def thread_counts(most):
    counts = [1]
    while counts[-1] * 2 <= most:
        counts.append(counts[-1] * 2)
    return counts if counts[-1] == most or most < 2 else [*counts, most]


def tasks(run):
    """(name, what, command without its threads, unit, seconds)"""
    small = ["--dimension", 300, "--epochs", 100] if run.quick else ["--epochs", 1]
    train = [run.program, "train"]
    out = ["-o", run.path("out.safetensors")]
    text, vectors = run.inputs.corpus(), run.inputs.vectors()
    epochs = ["--dimension", 300, "--epochs", 300] if run.quick else ["--epochs", 3, "--window", 10]
    return [("skipgram", "skip-gram", [*train, "skipgram", text, *out, "--subsample", "1e-4", *small], "words/s", 5),
            ("deterministic", "skip-gram, `--deterministic`",
             [*train, "skipgram", text, *out, "--subsample", "1e-4", "--deterministic", *small], "words/s", 9),
            ("cbow", "CBOW", [*train, "cbow", text, *out, "--subsample", "1e-4", *small], "words/s", 5),
            ("glove", "GloVe", [*train, "glove", text, *out, *epochs], "pairs/s", 25),
            ("vocab", "counting words", [run.program, "vocab", text, "-o", run.path("out.vocabulary"), "-q"], "s", 1),
            ("eval", "analogies of vectors, exactly", [run.program, "eval", vectors, "--analogies", run.inputs.analogies(),
                                                       "--resamples", 100, "-q"], "s", 8)]


def once(command, unit):
    done = execute(command)
    if unit == "s":
        return done.seconds
    if found := re.search(r"\(([\d,]+) (?:words|pairs)/s\)", done.errors + done.output):
        return float(found[1].replace(",", ""))
    raise Failure("equivec does not say how fast it trained; more text or epochs may help")


def measure(run, what, command, unit, rounds):
    commands = {n: [*command, "--threads", n] for n in thread_counts(run.threads)}
    found = in_turns(rounds, {n: (lambda n=n: once(commands[n], unit)) for n in commands})
    return [compared("scaling", f"{what}, {n} threads", unit, found[n], "one thread", found[1], [commands[1], commands[n]],
                     unit != "s") for n in commands if n > 1]


def steps(run):
    rounds = min(run.rounds, 3)
    counts = len(thread_counts(run.threads))
    names = (("skipgram", 5), ("deterministic", 9), ("cbow", 5), ("glove", 25), ("vocab", 1), ("eval", 8))

    def work(name):
        (_, what, command, unit, _), = (task for task in tasks(run) if task[0] == name)
        return measure(run, what, command, unit, rounds)

    return [Step(f"scaling-{name}", seconds * rounds * counts * 1.4, lambda name=name: work(name)) for name, seconds in names]
