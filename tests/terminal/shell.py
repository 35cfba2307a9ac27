"""`equivec shell`, and the prompts of commands that ask, in a real terminal (tmux): what a person types and sees."""

import itertools
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check

support.need("tmux")
folder = support.folder()
VECTORS = support.ROOT / "tests" / "golden" / "words.vec"
numbers = itertools.count()


class Terminal:
    """A terminal of 100 columns in which a program runs."""

    def __init__(self, *command):
        # A server of its own: the last one may still be ending.
        self.server = ["tmux", "-L", f"equivec-{os.getpid()}-{next(numbers)}", "-f", "/dev/null"]
        # Afterwards the window shows the exit status for as long as it is looked at.
        script = f"{shlex.join(map(str, command))}; echo exit status $?; sleep 1000"
        environment = {"XDG_STATE_HOME": folder / "state", "LC_ALL": "C.UTF-8"}
        settings = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        subprocess.run([*self.server, "new-session", "-d", "-c", support.ROOT, "-x", "100", "-y", "60", *settings, script], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.server, "kill-server"], check=False)

    def type(self, *keys):
        for key in keys:
            named = key in ("Enter", "Tab", "Up", "C-c", "C-d")
            subprocess.run([*self.server, "send-keys", *([] if named else ["-l"]), key], check=True)

    def screen(self):
        shown = subprocess.run([*self.server, "capture-pane", "-p", "-J"], capture_output=True, text=True, check=True).stdout
        return [line.rstrip() for line in shown.rstrip().split("\n")]

    def shows(self, lines, seconds=30):
        """Waits until the screen ends with these lines."""
        end = time.monotonic() + seconds
        while self.screen()[-len(lines):] != list(lines):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def check(self, name, *lines):
        check(name, self.shows(lines), "\n" + "\n".join(self.screen()))


PROMPT = "equivec>"
with Terminal(support.PROGRAM, "shell", VECTORS, "--count", "2") as terminal:
    terminal.check("the shell prompts", PROMPT)
    terminal.type("king", "Enter")
    terminal.check("a word: its neighbours", "equivec> king", "king", "  0.8165  man", "  0.7746  he", PROMPT)
    terminal.type("king - man + woman", "Enter")
    terminal.check("a sum: its neighbours", "king - man + woman", "  0.9834  queen", "  0.8610  she", PROMPT)
    terminal.type("man : king :: woman", "Enter")
    terminal.check("an analogy: its answers", "man : king :: woman : ?", "  0.9834  queen", "  0.8610  she", PROMPT)
    terminal.type("simi", "Tab")
    terminal.check("tab: completes a command", "equivec> similarity")
    terminal.type("king que", "Tab")
    terminal.check("tab: completes a word of the vectors", "equivec> similarity king queen")
    terminal.type("Enter")
    terminal.check("a command: its answer", "king queen  cosine 0.3333  squared difference 1.3333", PROMPT)
    terminal.type("outlier king ", "Tab")
    time.sleep(0.3)
    terminal.type("queen bread", "Enter")
    terminal.check("tab after a blank: nothing", "equivec> outlier king queen bread", "king queen bread", "  0.5222  bread",
                   "  0.6963  king", "  0.6963  queen", PROMPT)
    terminal.type("n", "Tab", "Tab")
    terminal.check("tab twice: what it could be", "neighbors  nurse", "equivec> n")
    terminal.type("half a line", "C-c")
    terminal.check("ctrl-C: clears the line", "equivec> nhalf a line", PROMPT)
    terminal.type("Up")
    terminal.check("up: the line before", "equivec> outlier king queen bread")
    terminal.type("C-c", "quen", "Enter")
    terminal.check("an unknown word: a suggestion",
                   f"equivec shell: 'quen' is none of the 11 words of {VECTORS}; did you mean 'queen'?", PROMPT)
    terminal.type("quit", "Enter")
    terminal.check("quit: ends it", "equivec> quit", "exit status 0")

history = folder / "state" / "equivec" / "history"
check("the history is its owner's alone", history.stat().st_mode & 0o777 == 0o600, oct(history.stat().st_mode))
with Terminal(support.PROGRAM, "shell", VECTORS) as terminal:
    terminal.check("the shell prompts again", PROMPT)
    terminal.type("Up", "Up")
    terminal.check("the history of the last time is there", "equivec> quen")
    terminal.type("C-c", "C-d")
    terminal.check("ctrl-D: ends it", "equivec> quen", "equivec> ^D", "exit status 0")

# The session that docs/answers.md shows.
command, *session = re.search(r"^```text\n(\$ equivec shell .*?)\n```$", (support.ROOT / "docs" / "answers.md").read_text(),
                              re.MULTILINE | re.DOTALL)[1].split("\n")
with Terminal(support.PROGRAM, *command.split()[2:]) as terminal:
    terminal.check("the session of the docs begins", PROMPT)
    for number, line in enumerate(session):
        if not line.startswith(PROMPT):
            continue
        terminal.type(line.removeprefix(PROMPT).strip(), "Enter")
        answer = list(itertools.takewhile(lambda shown: not shown.startswith(PROMPT), session[number + 1:]))
        terminal.check(f"docs: {line}", line, *answer, "exit status 0" if line.endswith("quit") else PROMPT)

with Terminal(support.PROGRAM, "neighbors", VECTORS, "--count", "1") as terminal:
    terminal.check("a command without words prompts", "word>")
    terminal.type("nu", "Tab")
    terminal.check("there too words are completed", "word> nurse")
    terminal.type("Enter")
    terminal.check("and answered", "nurse", "  0.9701  woman", "word>")
    terminal.type("C-d")
    terminal.check("and ctrl-D ends it", "word> ^D", "exit status 0")
support.finish()
