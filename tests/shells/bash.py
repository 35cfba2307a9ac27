#!/usr/bin/env python3
"""Completions in bash, typed into a terminal: with the package bash-completion, without it, and as installed."""
import pathlib
import subprocess
import sys

from support import EQUIVEC, ROOT, TOLD, Terminal, check, check_cases, enter_folder, finish, require

bash = require("bash")
package = pathlib.Path("/usr/share/bash-completion/bash_completion")
if not package.exists():
    print("bash-completion is not installed")
    sys.exit(77)
enter_folder()
command = [bash, "--noprofile", "--norc"]
script = "source <(equivec completions bash)"
check("the program prints the file that is installed",
      subprocess.run([EQUIVEC, "completions", "bash"], capture_output=True, text=True).stdout
      == (ROOT / "apps/completions/equivec.bash").read_text())

terminal = Terminal(command, TOLD, f"source {package}", script)
check_cases("bash", lambda line: terminal.completed(line)[0][-1])

terminal = Terminal(command, TOLD, script, "bind 'set show-all-if-ambiguous on'")
check_cases("bash alone", lambda line: terminal.completed(line)[0][-1])
shown = terminal.completed("equivec neighbors words.safetensors --metric ")[1]
check("what can stand there is listed", all(f"{name}" in shown for name in ("cosine", "dot", "euclidean", "csls")), shown)

# bash-completion loads the file of the program's name when it is first needed.
folder = pathlib.Path("share/bash-completion/completions")
folder.mkdir(parents=True)
(folder / "equivec").symlink_to(ROOT / "apps/completions/equivec.bash")
terminal = Terminal(command, TOLD, "export XDG_DATA_HOME=$PWD/share", f"source {package}")
found = terminal.completed("equivec neighb")[0]
check("it is loaded by the name of the program", found == ["equivec", "neighbors"], found)
finish()
