#!/usr/bin/env python3
"""Completions in fish, as its `complete -C` tells them: sourced, and as installed."""
import os
import pathlib
import shlex
import subprocess

from support import ROOT, check, check_cases, enter_folder, finish, require

fish = require("fish")
enter_folder()


def suggestions(line, script="equivec completions fish | source"):
    """(word, description) of each."""
    done = subprocess.run([fish, "--no-config", "-c", f"{script}; complete -C {shlex.quote(line)}"], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=60)
    check(f"no message for: {line}", done.stderr == "", done.stderr)
    return [tuple(each.split("\t")) for each in done.stdout.splitlines()]


def last_word(line):
    """The one suggestion, or else what is there."""
    found = suggestions(line)
    return found[0][0] if len(found) == 1 else line.split(" ")[-1] if not found else found


check_cases("fish", last_word)
found = suggestions("equivec train ")
check("what can stand there is listed in the program's order, with what it is",
      [word for word, *_ in found] == ["skipgram", "cbow", "glove"] and all(len(each) == 2 for each in found), found)

folder = pathlib.Path("share/fish/vendor_completions.d")
folder.mkdir(parents=True)
(folder / "equivec.fish").symlink_to(ROOT / "apps/completions/equivec.fish")
found = suggestions("equivec neighb", f"set -p fish_complete_path {shlex.quote(str(folder.resolve()))}")
check("it is loaded by the name of the program", [word for word, *_ in found] == ["neighbors"], found)
finish()
