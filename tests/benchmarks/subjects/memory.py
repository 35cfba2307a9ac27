"""What memory processes have at most: measured with the subjects training, subwords and loading."""

from subjects.measuring import Table

HEADING = "Memory"
TEXT = """The most resident memory of the whole process, in the runs of *Training*, *Subwords* and *Loading*. Pages of mapped
files count once they are read. What importing a package takes is part of *Loading*; less than
about 25 MB, the measuring script's own, cannot be told."""
SOURCES = ("training", "subwords", "loading")
TABLES = {"memory": Table("The most resident memory", "times less memory")}
PICTURES = [("memory", "How many times less memory equivec takes than the other program", "memory", "ratios")]


def steps(run):
    return []
