#!/usr/bin/env python3
"""Manual pages of all programs: what `mandoc -Tlint` says nothing of, with every option of --help and its default, the same
in each build."""
import os
import pathlib
import re
import subprocess

from support import EQUIVEC, ROOT, check, enter_folder, finish, require

mandoc = require("mandoc")
enter_folder()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def said(*command, **environment):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
                          env=os.environ | environment).stdout


def text_of(page):
    """As a terminal shows it, in one line."""
    return " ".join(said(mandoc, "-Tutf8", "-Owidth=500", page).replace("\N{BACKSPACE}", "\0").split())


def plain(text):
    return re.sub(".\0", "", text)


def commands_of(program):
    return re.findall(r"^  ([a-z0-9]+(?: [a-z-]+)?)  +\S", said(program, "--help"), re.MULTILINE)


def check_program(program):
    name = pathlib.Path(program).name
    folder = pathlib.Path(f"{name}-man")
    said(program, "help", "--man-pages", folder, "--examples", *PAGES, SOURCE_DATE_EPOCH="86400")
    commands = [command for command in commands_of(program) if command != "sequence"]
    check(f"{name} has commands", len(commands) >= 6, commands)
    pages = {page.name for page in folder.iterdir()}
    check(f"{name}: a page for the program and each command",
          pages == {f"{name}.1"} | {f"{name}-{command.replace(' ', '-')}.1" for command in commands}, sorted(pages))
    lint = subprocess.run([mandoc, "-Tlint", *sorted(folder.iterdir())], capture_output=True, text=True)
    check(f"{name}: mandoc -Tlint is silent", (lint.returncode, lint.stdout + lint.stderr) == (0, ""), lint.stdout)
    check(f"{name}: the date is that of SOURCE_DATE_EPOCH", all(" 1970-01-02 " in page.read_text().splitlines()[0]
                                                                for page in folder.iterdir()))
    overview = plain(text_of(folder / f"{name}.1"))
    for command in commands:
        check(f"{name} {command}: the program's page names it", f" {command} " in overview)
        page = folder / f"{name}-{command.replace(' ', '-')}.1"
        help_text = said(program, *command.split(), "--help")
        options = re.findall(r"^  (?:-\w, )?(--?[\w-]+)(?: \S+)?(?: \(([^)]+)\))?(?:  |$)", help_text, re.MULTILINE)
        # The page has each option in bold above a paragraph of its own.
        source = page.read_text().replace("\\-", "-")
        paragraphs = [each.split("\n", 1) for each in source.split(".TP\n")[1:]]
        told = {option: " ".join(text.split()) for names, text in paragraphs for option in re.findall(r"\\fB(-[\w-]+)", names)}
        missing = [option for option, _ in options if option not in told]
        check(f"{name} {command}: every option of --help is on the page", options and not missing, missing or help_text)
        missing = [(option, default) for option, default in options if default and option in told
                   and f"Default: {default}." not in told[option] and "It must be given." not in told[option]]
        check(f"{name} {command}: so is every default", not missing, missing)
        sections = re.findall(r"^\.SH (.*)", source, re.MULTILINE)
        check(f"{name} {command}: its sections", [each for each in sections if each != "EXAMPLES"] ==
              ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"], sections)


check_program(EQUIVEC)
for variable in ("EQUIVEC_SEQUENCE", "EQUIVEC_RANKS"):
    if os.environ.get(variable):
        check_program(os.environ[variable])

neighbors = said(EQUIVEC, "help", "neighbors", "--man", "--examples", ROOT / "README.md")
check("examples are the commands of pages", "equivec neighbors build/demo/words.safetensors doctor" in
      said(mandoc, "-Tascii", "-Owidth=200", pathlib.Path("equivec-man/equivec-neighbors.1")) and ".SH EXAMPLES" in neighbors)
skipgram = plain(text_of("equivec-man/equivec-train-skipgram.1"))
check("aliases and options that --help has no room for are on the page",
      all(each in skipgram for each in ("--dimension, --size, --dim N", "--buckets N", "--lowercase ", "--group-noise N")),
      skipgram)
finish()
