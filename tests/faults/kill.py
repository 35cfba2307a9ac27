#!/usr/bin/env python3
"""Kills the program at 200 random moments of counting, training, converting and debiasing.

After each kill the output has the old bytes or the new ones, whole. What a killed run leaves is removed by the next run of
the same output, which gives the same bytes as one that was never disturbed."""
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

program = os.environ["EQUIVEC"]
moments = int(os.environ.get("EQUIVEC_KILLS", "200"))
seed = 20
random.seed(seed)


def text(words):
    """Words by Zipf's law, in lines of twenty; a few of them are those of the built-in sets."""
    names = ["he", "she", "man", "woman", "his", "her", "king", "queen", "nurse", "doctor", "father", "mother", "boy",
             "girl", "son", "daughter", "male", "female", "himself", "herself", "mary", "john", "gal", "guy"]
    names += ["w%d" % i for i in range(3000)]
    weights = [1 / (i + 3) for i in range(len(names))]
    drawn = random.choices(names, weights, k=words)
    return "\n".join(" ".join(drawn[i:i + 20]) for i in range(0, words, 20)) + "\n"


def run(arguments):
    subprocess.run([program, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def bytes_of(files):
    return [file.read_bytes() if file.exists() else None for file in files]


def main():
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        folder = pathlib.Path(name)
        (folder / "text").write_text(text(400000))
        run(["train", "skipgram", "text", "-o", "v.vec", "--dimension", "100", "--epochs", "1", "-q"])
        common = ["--deterministic", "--dimension", "50", "--epochs", "1", "-q"]
        tasks = {
            "counting": (["cooccur", "text", "-o", "pairs.bin", "--save-vocabulary", "pairs.txt", "-q"],
                         ["pairs.bin", "pairs.txt"]),
            "training": (["train", "cbow", "text", "-o", "t.npy", "--contexts", "c.bin", *common],
                         ["t.npy", "t.words.txt", "c.bin"]),
            "converting": (["convert", "v.vec", "o.bin", "-q"], ["o.bin"]),
            "debiasing": (["debias", "v.vec", "-o", "d.safetensors", "--method", "hard", "-q"], ["d.safetensors"]),
        }
        fresh, seconds, killed = {}, {}, 0
        for task, (arguments, outputs) in tasks.items():
            start = time.monotonic()
            run(arguments)
            seconds[task] = time.monotonic() - start
            fresh[task] = bytes_of([folder / output for output in outputs])
        for moment in range(moments):
            task = random.choice(list(tasks))
            arguments, outputs = tasks[task]
            files = [folder / output for output in outputs]
            old = [b"old %d" % i for i in range(len(files))] if moment % 2 else [None] * len(files)
            for file, content in zip(files, old):
                file.unlink(missing_ok=True)
                if content is not None:
                    file.write_bytes(content)
            process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(random.uniform(0, seconds[task]))
            process.kill()
            killed += process.wait() == -signal.SIGKILL
            for file, before, after, now in zip(files, old, fresh[task], bytes_of(files)):
                if now not in (before, after):
                    sys.exit(f"{task}, moment {moment}: {file.name} has neither its old bytes nor its new ones")
        print(f"{killed} of {moments} runs were killed before their end (seed {seed})")
        if killed < moments / 3:
            sys.exit("too few of them to mean anything")
        for task, (arguments, outputs) in tasks.items():
            run(arguments)
            if bytes_of([folder / output for output in outputs]) != fresh[task]:
                sys.exit(f"{task}: the run after the kills gives other bytes")
        left = sorted(file.name for file in folder.iterdir() if file.name.startswith("."))
        if left:
            sys.exit(f"left behind: {left}")


main()
