#!/usr/bin/env python3
"""Completions in zsh, typed into a terminal: sourced, and as installed."""
import pathlib

from support import ROOT, TOLD, Terminal, check, check_cases, enter_folder, finish, require

zsh = require("zsh")
enter_folder()
command = [zsh, "-f"]
begin = "unsetopt zle_bracketed_paste; PS1='> '; bindkey -e; autoload -Uz compinit"

terminal = Terminal(command, TOLD, begin, "compinit -u -D", "source <(equivec completions zsh)")
check_cases("zsh", lambda line: terminal.completed(line)[0][-1])
shown = terminal.completed("equivec train ")[1]
check("what can stand there is listed, with what it is", "skipgram" in shown and "(GloVe)" in shown, shown)

folder = pathlib.Path("vendor-completions")
folder.mkdir()
(folder / "_equivec").symlink_to(ROOT / "apps/completions/equivec.zsh")
terminal = Terminal(command, TOLD, begin, "fpath=($PWD/vendor-completions $fpath); compinit -u -D")
for line, expected in (("equivec neighb", "neighbors"), ("equivec neighbors words.safetensors que", "queen")):
    found = terminal.completed(line)[0]
    check(f"loaded by name: {line} TAB", found[-1] == expected, found)
finish()
