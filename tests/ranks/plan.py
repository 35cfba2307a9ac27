#!/usr/bin/env python3
"""The bytes that `plan` projects are those that training over ranks reports, within a tenth; and plan needs no launcher."""
import json
import re
import subprocess

from support import RANKS, check, finish, folder, need, run, run_alone, sentences


def plan(*arguments, status=0):
    done = subprocess.run([RANKS, "plan", *map(str, arguments)], capture_output=True, text=True)
    check(f"plan {' '.join(map(str, arguments))}: exit status", done.returncode == status, done.stderr)
    return done


def compare(place, words, kinds, epochs, ranks):
    (place / "text").write_text("\n".join(sentences(words, kinds=kinds)) + "\n")
    counts = run_alone("vocab", "text", "--min-count", "1", "-q", cwd=place).stdout.splitlines()
    said = run(ranks, "train", "skipgram", "text", "-o", "v.npy", "--min-count", "1", "--threads", "1", "--epochs", epochs,
               cwd=place).stderr
    reported = float(re.search(r"merging over \d+ ranks: ([0-9.]+) bytes sent", said)[1])
    answer = json.loads(plan("--words", words, "--vocabulary", len(counts), "--nodes", ranks, "--epochs", epochs,
                             "--json").stdout)
    planned = answer["bytes_sent_of_word"]
    check(f"{words} words, {kinds} different, {epochs} epochs, {ranks} ranks: {planned:.2f} planned, {reported} reported",
          abs(planned / reported - 1) < 0.1)


def main():
    need("mpirun")
    place = folder()
    compare(place, 100000, 10000, 2, 4)
    compare(place, 100000, 10000, 2, 8)
    compare(place, 200000, 2000, 4, 4)
    compare(place, 200000, 300, 2, 3)
    text = plan("--words", "1e12", "--vocabulary", "5e6", "--nodes", "100", "--network", "25", "--memory", "256").stdout
    for word in ("memory", "counting", "an epoch", "merging", "in all", "advice", "assumes"):
        check(f"the report has '{word}'", re.search(f"^{word} ", text, re.M), text)
    text = plan("--words", "1e12", "--vocabulary", "1e8", "--nodes", "100", "--memory", "64").stdout
    check("replicas that do not fit", "replicas do not fit: a rank needs " in text, text)
    check("an option out of range is refused", "nodes must be" in plan("--words", 10, "--vocabulary", 5, "--nodes", 0, status=2).stderr)
    finish()


main()
