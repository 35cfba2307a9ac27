"""What the scripts of tests/shells share: files to complete with, what each line should become, and shells on a
pseudo-terminal, typed into as a person does.

The programs under test are $EQUIVEC and $EQUIVEC_SEQUENCE (left out if it is empty); the others stand beside the first.
Exit status: 0 everything holds, 1 something does not, 77 a shell is not installed."""

import atexit
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EQUIVEC = os.environ.get("EQUIVEC", str(ROOT / "build" / "release" / "equivec"))
SEQUENCE = os.environ.get("EQUIVEC_SEQUENCE", "")
WORDS = ["king", "queen", "café", "new_york", "rock'n'roll", "zoo\x1b[31m", "zebra", "3.14", "a:b", "man", "woman"]
failures = 0

#: What is typed before TAB, and the last word of the line after it, as the program would get it. "": nothing is added.
CASES = [
    ("equivec neighb", "neighbors"),
    ("equivec train skip", "skipgram"),
    ("equivec help tokeni", "tokenize"),
    ("equivec completions fi", "fish"),
    ("equivec neighbors words.safetensors --incl", "--include-query"),
    ("equivec word2vec -read", "-read-vocab"),
    ("equivec neighbors words.safetensors --metric eu", "euclidean"),
    ("equivec neighbors words.safetensors --metric=eu", "--metric=euclidean"),
    ("equivec vocab text.txt --normalize nfk", "nfkc"),
    ("equivec convert words.safetensors x --format glo", "glove-text"),
    ("equivec debias words.safetensors --method oscar", "oscar"),
    ("equivec debias words.safetensors --method partial", "partial-projection"),
    ("equivec bias words.safetensors --measure direct", "direct-bias"),
    ("equivec bias words.safetensors --sets relig", "religion"),
    ("equivec transform words.safetensors normal", "normalize"),
    ("equivec info words.safe", "words.safetensors"),
    ("equivec bias --reference words.safe", "words.safetensors"),
    ("equivec neighbors words.safetensors que", "queen"),
    ("equivec neighbors words.vec que", "queen"),
    ("equivec neighbors -k 3 words.safetensors -- que", "queen"),
    ("equivec similarity words.safetensors king caf", "café"),
    ("equivec analogy words.safetensors man king wom", "woman"),
    ("equivec outlier words.safetensors rock", "rock'n'roll"),
    ("equivec bias words.safetensors --pair king que", "queen"),
    ("equivec info my", "my vectors.safetensors"),
    (r"equivec neighbors my\ vectors.safetensors que", "queen"),
    ("equivec transform words.safetensors remove", "remove-top="),
    ("equivec outlier words.safetensors a:", "a:b"),
    ("equivec outlier words.safetensors 3.", "3.14"),
    # A word that would change the terminal is left out.
    ("equivec neighbors words.safetensors z", "zebra"),
    # What is not mapped and large, compressed or no file is not read.
    ("equivec neighbors large.vec que", "que"),
    ("equivec neighbors words.vec.gz que", "que"),
    ("equivec neighbors pipe que", "que"),
    ("equivec neighbors nothing.vec que", "que"),
    ("equivec nonsense que", "que"),
]
if SEQUENCE:
    CASES += [("equivec sequence train classi", "classify"), ("equivec-sequence train classi", "classify"),
              ("equivec sequence train tag text.txt --cell peep", "peephole-lstm"),
              ("equivec sequence compare transl", "translate")]


def check(name, condition, detail=""):
    """One line for each promise; finish() turns a failure into the exit status."""
    global failures
    failures += not condition
    print(f"ok {name}" if condition else f"FAILED {name}: {detail}", flush=True)


def finish():
    sys.exit(1 if failures else 0)


def require(program):
    """The path of a program, without which there is nothing to test."""
    path = shutil.which(program)
    if not path:
        print(f"{program} is not installed")
        sys.exit(77)
    return path


def enter_folder():
    """Makes the files of CASES in a new folder, which becomes the current one; the programs are on PATH."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chdir(folder)
    lines = [f"{word} {i + 1} {i % 3} {i % 5}\n" for i, word in enumerate(WORDS)]
    pathlib.Path("words.vec").write_text(f"{len(WORDS)} 3\n" + "".join(lines), encoding="utf-8")
    pathlib.Path("large.vec").write_text(f"{200000 + len(WORDS)} 3\n" + "".join(lines)
                                         + "".join(f"word{i} 0.125 0.25 {i}\n" for i in range(200000)), encoding="utf-8")
    pathlib.Path("text.txt").write_text("a b\n")
    for output in ("words.safetensors", "my vectors.safetensors"):
        subprocess.run([EQUIVEC, "convert", "words.vec", output], check=True)
    subprocess.run(["gzip", "--keep", "words.vec"], check=True)
    os.mkfifo("pipe")
    programs = pathlib.Path("programs")
    programs.mkdir()
    for program in filter(None, (EQUIVEC, SEQUENCE)):
        (programs / pathlib.Path(program).name).symlink_to(pathlib.Path(program).resolve())
    os.environ.update(PATH=f"{programs.resolve()}:{os.environ['PATH']}", HOME=folder, LC_ALL="C.UTF-8", TERM="vt100",
                      GOMP_SPINCOUNT="5000")


class Terminal:
    """A shell on a terminal of its own. Each line of `setup` is run first."""

    def __init__(self, command, *setup):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvp(command[0], command)
        atexit.register(self.close)
        for number, line in enumerate(setup):
            self.ask(f"{line}; echo ready{number}''", f"ready{number}\r")

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)

    def ask(self, keys, pattern):
        """Types keys and Enter; what is shown until the pattern is."""
        os.write(self.terminal, (keys + "\r").encode())
        shown, end = "", time.monotonic() + 60
        data = b""
        while not re.search(pattern, shown):
            if time.monotonic() > end or not select.select([self.terminal], [], [], 60)[0]:
                sys.exit(f"FAILED after {keys!r} there was no {pattern!r} in {shown!r}")
            data += os.read(self.terminal, 65536)
            shown = data.decode(errors="replace")
        return shown

    def completed(self, line):
        """The words of the line after TAB, as a program gets them, and all that was shown until then."""
        # Ctrl-A goes to the beginning of the line, where `told` then stands; it prints a line of its arguments.
        shown = self.ask(f"{line}\t\x01told ", "(?s)told<.*>end\r\n")
        return re.search("told<(.*)>end\r\n", shown)[1].split("><"), shown


#: A function of the shells for completed().
TOLD = """told() { printf told; printf '<%s>' "$@"; printf 'end\\n'; }"""


def check_cases(shell, last_word):
    """last_word(line): the last word after TAB."""
    for line, expected in CASES:
        found = last_word(line)
        check(f"{shell}: {line} TAB", found == expected, f"expected {expected!r}, found {found!r}")
