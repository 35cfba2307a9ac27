"""What the subjects of scripts/benchmarks share: a run and its settings, programs that are timed in turns, rows of results.

A subject is a module with HEADING, TEXT, TABLES (what its part of the page shows), PICTURES (name, title, table, what to
draw) and steps(run), the pieces of its work. A step gives rows, which are kept in the file of results as soon as it is done:
numbers of each round, never their summary, which page.py computes."""

import dataclasses
import json
import os
import pathlib
import shlex
import subprocess
import tempfile
import time
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Failure(Exception):
    """Ends a step with one line."""


@dataclasses.dataclass
class Step:
    name: str
    seconds: float  # about so long, on two cores
    work: Callable  # returns rows


@dataclasses.dataclass
class Table:
    """`columns` of values: {title: format of a number}. Without, rows compare two programs round by round."""
    title: str
    better: str = ""  # heading of the ratio: "times as fast"
    columns: dict | None = None


@dataclasses.dataclass
class Run:
    """Paths are relative to the project's root, where all commands run."""
    program: str  # equivec
    package: str  # the folder of the Python package
    python: str
    folder: str  # of inputs, outputs and results
    rounds: int
    quick: bool
    threads: int
    peers: dict  # name: path or module, or None where it is missing
    why_missing: dict  # name: why
    inputs: object = None

    def path(self, name):
        return f"{self.folder}/{name}"

    def script(self, name, *arguments):
        """A program of tests/benchmarks in Python."""
        return ["env", f"PYTHONPATH={self.package}", self.python, f"tests/benchmarks/{name}", *map(str, arguments)]


@dataclasses.dataclass
class Finished:
    seconds: float
    megabytes: float  # the most memory that the process (or one that it started) had
    output: str
    errors: str

    def document(self):
        return json.loads(self.output)


def execute(command, text=""):
    """Runs a command in the project's root; its time and memory are those of the whole process."""
    command = [str(part) for part in command]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        given.write(text.encode())
        given.seek(0)
        start = time.monotonic()
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=given, stdout=output, stderr=errors)
        except OSError as error:
            raise Failure(f"{command[0]}: {error.strerror}")
        try:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:  # an interrupt leaves nothing running
            process.kill()
            process.wait()
        seconds = time.monotonic() - start
        for file in (output, errors):
            file.seek(0)
        done = Finished(seconds, usage.ru_maxrss / 1000, *(file.read().decode(errors="replace") for file in (output, errors)))
    if process.returncode:
        last = (done.errors or done.output).strip().splitlines()[-1:] or ["says nothing"]
        raise Failure(f"{shown(command)[:200]}: status {process.returncode}: {last[0]}")
    return done


def shown(command):
    return shlex.join(str(part) for part in command)


def in_turns(rounds, works):
    """{name: [what work() gave in each round]}; every round starts with another one."""
    names, found = list(works), {name: [] for name in works}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            found[name].append(works[name]())
    return found


# ---- rows ----

def compared(table, what, unit, equivec, peer, other, commands, more_is_better=False):
    """A row of two programs: their numbers of the same rounds. `other` is None, and `peer` says who and why, if it is missing."""
    return {"table": table, "what": what, "unit": unit, "equivec": equivec, "peer": peer, "other": other,
            "more_is_better": more_is_better, "commands": [c if isinstance(c, str) else shown(c) for c in commands]}


def missing(run, table, what, peer, equivec=None, unit="", commands=()):
    """A row whose peer is missing; equivec's own numbers where they were measured."""
    return compared(table, what, unit, equivec, f"{peer}: {run.why_missing[peer]}", None, commands)


def valued(table, what, values, commands):
    """A row of values: {column: a number, [value, low, high], {"rounds": [...]}, a text, or None}"""
    return {"table": table, "what": what, "values": values,
            "commands": [c if isinstance(c, str) else shown(c) for c in commands]}
