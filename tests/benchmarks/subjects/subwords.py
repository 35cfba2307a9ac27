"""Skip-gram whose words are made of their n-grams, beside fastText and gensim: speed, memory, quality."""

from subjects import quality, training
from subjects.measuring import Step, Table
from subjects.training import Setting

HEADING = "Subwords"
TEXT = """Skip-gram of n-grams of 3 to 6 characters, learning rate .05, two million buckets. The similarities include words that
were never seen, which have the vectors of their n-grams."""
TABLES = {"subwords": Table("Training alone, with n-grams", "times as fast"),
          "subwords process": Table("The whole process, with n-grams", "times as fast"),
          "subwords quality": Table("Analogies and similarities, with n-grams", columns=quality.COLUMNS)}
PICTURES = [("subwords", "Times as fast as the other program in training alone, with n-grams", "subwords", "ratios")]

MODEL = ["--model", "skipgram", "--subwords", "3..6", "--dimension", 100]
SPEED = Setting("subwords-100", "skip-gram, 100 dimensions, n-grams of 3 to 6", ("fastText", "gensim"),
                [*MODEL, "--epochs", 1, "--megabytes", 20], most_rounds=3, share=2.2, quick=True)
QUALITY = Setting("quality-subwords", "skip-gram, n-grams of 3 to 6", ("fastText",), [*MODEL, "--epochs", 5, "--megabytes", 40],
                  share=16)


def steps(run):
    rounds = min(run.rounds, SPEED.most_rounds)
    found = [Step(SPEED.name, SPEED.seconds(run, rounds),
                  lambda: training.measure(run, SPEED, rounds, ("subwords", "subwords process"))),
             Step(QUALITY.name, QUALITY.seconds(run, 1) + 15, lambda: quality.measure(run, QUALITY, "subwords quality"))]
    return found[:1] if run.quick else found
