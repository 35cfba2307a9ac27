#!/usr/bin/env python3
"""What goes wrong on one rank or on all ends all of them at once: one line that says what and where, the documented exit
status, no output half written, no rank left waiting."""
import concurrent.futures
import re
import subprocess

from support import RANKS, check, finish, folder, need, run, sentences


def wrapper(place, name, script):
    """A program to be started in place of equivec-ranks: in it $rank is the rank, and "$@" what is run."""
    path = place / name
    path.write_text(f'#!/bin/sh\nrank=${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}}\nset -- {RANKS} "$@"\n{script}\nexec "$@"\n')
    path.chmod(0o755)
    return path


class Cases:
    def __init__(self, place):
        self.place = place
        self.cases = []

    def fails(self, name, arguments, status, says, program=RANKS, ranks=3):
        """It is to end so. says: a pattern of the one line. What is in the folder `outputs` goes into one of its own."""
        self.cases.append((len(self.cases), name, arguments, status, says, program, ranks))

    def run(self):
        """A few at a time, since most of a case is waiting for mpirun to end it."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for outcome in pool.map(lambda case: self.outcome(*case), self.cases):
                for line in outcome:
                    check(*line)
        left = [path.name for path in self.place.rglob(".*")]
        check("no hidden file is left", not left, left)

    def outcome(self, number, name, arguments, status, says, program, ranks):
        outputs = self.place / f"outputs{number}"
        outputs.mkdir()
        arguments = [str(word).replace("outputs/", f"outputs{number}/") for word in arguments]
        done = run(ranks, *arguments, "-q", program=program, cwd=self.place, status=None)
        lines = done.own_lines()
        left = [path.name for path in outputs.iterdir()]
        return [(name, done.status == status and len(lines) == 1 and re.search(says, lines[0]),
                 f"exit status {done.status}, expected {status}; expected one line with '{says}', found {lines}\n"
                 f"{done.stderr}"),
                (f"{name}: nothing is left", not left, left)]


def files_differ(cases):
    place = cases.place
    other = place / "other"
    other.mkdir()
    elsewhere = wrapper(place, "elsewhere", f'[ "$rank" != 1 ] || cd {other}')
    for command in (["vocab", "text"], ["train", "skipgram", "text"]):
        cases.fails(f"{command[0]}: a file that one rank has not", [*command, "-o", place / "outputs/a.txt"], 1,
                    "rank 1 on .*text: .*[Nn]o such file", elsewhere)
    short = place / "short"
    short.mkdir()
    (short / "text").write_text("one two\n")
    shorter = wrapper(place, "shorter", f'[ "$rank" != 1 ] || cd {short}')
    cases.fails("a file that is another on one rank", ["vocab", "text", "-o", place / "outputs/a.txt"], 1,
                "rank 1 has other files than rank 0: text, .* bytes", shorter)
    cases.fails("the same in training", ["train", "glove", "text", "-o", place / "outputs/a.vec"], 1,
                "rank 1 has other files than rank 0", shorter)
    cases.fails("a file that no rank has", ["vocab", "nothing", "-o", "outputs/a.txt"], 1, "nothing: .*[Nn]o such file")
    cases.fails("standard input", ["vocab", "-", "-o", "outputs/a.txt"], 1, "cannot be shared by several ranks")


def started_differently(cases):
    more = wrapper(cases.place, "more", '[ "$rank" != 2 ] || set -- "$@" --min-count 7')
    cases.fails("one rank has another option", ["vocab", "text", "-o", "outputs/a.txt"], 2,
                "the ranks were started differently: rank 0 on .* rank 2 on .*--min-count 7", more)
    less = wrapper(cases.place, "less", '[ "$rank" != 1 ] || set -- "$1" vocab')
    cases.fails("one rank lacks the corpus", ["vocab", "text", "-o", "outputs/a.txt"], 2, "started differently", less)


def command_lines(cases):
    cases.fails("an option that there is not", ["vocab", "text", "--nothing", "-o", "outputs/a.txt"], 2, "--nothing")
    cases.fails("a command that there is not", ["neighbors", "text"], 2, "'neighbors' is not a command")
    cases.fails("a value out of range", ["train", "skipgram", "text", "-o", "outputs/a.vec", "--window", "0"], 2, "window")
    for options in (["--deterministic"], ["--subwords", "3..6"], ["--loss", "softmax"], ["--replicas", "2"]):
        cases.fails(" ".join(options), ["train", "skipgram", "text", "-o", "outputs/a.vec", *options], 2,
                    f"{options[0][2:]}.* not over several ranks")


def outputs(cases):
    cases.fails("a folder that there is not", ["vocab", "text", "-o", "nowhere/a.txt"], 1, "nowhere")
    cases.fails("the same in training", ["train", "cbow", "text", "-o", "nowhere/a.vec"], 1, "nowhere")
    cases.fails("the same of a checkpoint",
                ["train", "cbow", "text", "-o", "outputs/a.vec", "--checkpoint", "nowhere/c"], 1, "nowhere")
    # 512 bytes a block: room for what MPI writes, and for no result.
    full = wrapper(cases.place, "full", '[ "$rank" != 0 ] || ulimit -f 64')
    for command in (["cooccur", "text"], ["train", "skipgram", "text", "--epochs", "1"],
                    ["train", "glove", "text", "--epochs", "1"]):
        cases.fails(f"{' '.join(command[:2])}: no room for the output", [*command, "-o", "outputs/a.bin"], 1,
                    "cannot write.*File too large|File too large", full)
    cases.fails("no room for a checkpoint",
                ["train", "skipgram", "text", "--epochs", "1", "-o", "outputs/a.bin", "--checkpoint", "outputs/c",
                 "--checkpoint-every", "0.01"], 1, "File too large", full)
    cases.fails("a vocabulary that no rank has",
                ["train", "skipgram", "text", "-o", "outputs/a.bin", "--vocabulary", "nowhere.txt"], 1, "nowhere.txt")
    cases.fails("vectors to start from that no rank has",
                ["train", "skipgram", "text", "-o", "outputs/a.bin", "--initialize", "nowhere.vec"], 1, "nowhere.vec")
    scratch = wrapper(cases.place, "scratch", '[ "$rank" != 1 ] || ulimit -f 64')
    cases.fails("no room for one rank's temporary files", ["cooccur", "text", "--memory", "1M", "-o", "outputs/a.bin"], 1,
                "rank 1 on .*File too large", scratch)


def damaged(cases, data):
    packed = subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout
    broken = bytearray(packed)
    broken[len(broken) * 3 // 4] ^= 0xFF
    # The first frames are whole: only the last ranks meet what is damaged.
    (cases.place / "broken.zst").write_bytes(packed * 2 + bytes(broken))
    (cases.place / "cut.zst").write_bytes(packed * 2 + packed[:len(packed) // 2])
    for file in ("broken.zst", "cut.zst"):
        for command in (["vocab"], ["cooccur"], ["train", "skipgram"]):
            cases.fails(f"{' '.join(command)}: {file}", [*command, file, "-o", "outputs/a.bin"], 1, f"{file}: ")
    (cases.place / "broken.jsonl").write_text('{"text": "a b"}\n' * 2000 + '{"text": "a b\n')
    cases.fails("a line of JSON that is none", ["vocab", "broken.jsonl", "--field", "text", "-o", "outputs/a.txt"], 1,
                "broken.jsonl:")
    (cases.place / "few").write_text("a\n")
    cases.fails("too little text", ["train", "skipgram", "few", "-o", "outputs/a.vec"], 1, "")


def main():
    need("mpirun", "zstd")
    place = folder()
    data = ("\n".join(sentences(60000)) + "\n").encode()
    (place / "text").write_bytes(data)
    cases = Cases(place)
    files_differ(cases)
    started_differently(cases)
    command_lines(cases)
    outputs(cases)
    damaged(cases, data)
    cases.run()
    finish()


main()
