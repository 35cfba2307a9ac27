#!/usr/bin/env python3
"""kill -9 of one rank at random moments of training: all processes are gone within 30 s, standard error names the rank and
the checkpoint, and other numbers of ranks go on from there to a result as good as that of an undisturbed run."""
import json
import os
import pathlib
import random
import signal
import sys
import time

from support import EQUIVEC, check, finish, finished, folder, need, run, run_alone, sentences, start

seed = int(os.environ.get("EQUIVEC_SEED", "23"))
kills = int(os.environ.get("EQUIVEC_KILLS", "6"))
random.seed(seed)


def processes_of(place):
    """The ranks that run in a folder, by process id."""
    result = {}
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(place):
                variables = (entry / "environ").read_bytes().split(b"\0")
                for variable in variables:
                    name, _, value = variable.partition(b"=")
                    if name in (b"OMPI_COMM_WORLD_RANK", b"PMI_RANK"):
                        result[int(entry.name)] = int(value)
        except OSError:
            pass  # it has ended meanwhile, or is another user's
    return result


def wait_until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


class Training:
    def __init__(self, place):
        self.place = place
        self.checkpoint = place / "state"
        self.arguments = ["train", "skipgram", "text", "-o", "v.npy", "--dimension", "100", "--epochs", "30", "--threads",
                          "1", "--min-count", "1", "--log", "log", "--checkpoint", "state", "--checkpoint-every", "0.01",
                          "--resume"]

    def trained(self):
        """Words, by the log of the epochs."""
        log = self.place / "log"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def kept(self):
        """Tasks of the training that the checkpoint has behind it."""
        if not self.checkpoint.exists():
            return 0
        return int(json.loads(run_alone("info", "state", "--json", cwd=self.place).stdout)["metadata"]["training_next"])

    def is_writing(self):
        return any(path.name.startswith(".") and "state" in path.name for path in self.place.iterdir())

    def kill_one(self, ranks, rank, moment):
        """moment: called to wait for it."""
        name = f"kill -9 of rank {rank} of {ranks}, {moment.__doc__}"
        process = start(ranks, *self.arguments, cwd=self.place)
        if not wait_until(lambda: len(processes_of(self.place)) == ranks, 20):
            sys.exit(f"FAILED {name}: the ranks did not start\n{finished(process).stderr}")
        found = {number: pid for pid, number in processes_of(self.place).items()}
        moment()
        had = self.checkpoint.exists()
        os.kill(found[rank], signal.SIGKILL)
        begin = time.monotonic()
        done = finished(process)
        gone = wait_until(lambda: not processes_of(self.place), 30 - (time.monotonic() - begin))
        if not check(f"{name}: all are gone within 30 s", done.status is not None and gone, processes_of(self.place)):
            finish()
        check(f"{name}: the status says so", done.status not in (0, None), done.status)
        check(f"{name}: standard error names the rank", f"rank {rank} " in done.stderr, done.stderr)
        told = done.stderr.count("state keeps the state of training")
        check(f"{name}: and once the checkpoint", told == 1 if had and "equivec: " in done.stderr else told <= 1,
              f"{told} times\n{done.stderr[-3000:]}")
        check(f"{name}: there is no output", not (self.place / "v.npy").exists())


def main():
    need("mpirun")
    place = folder()
    (place / "text").write_text("\n".join(sentences(250000, kinds=20000)) + "\n")
    training = Training(place)
    begin = time.monotonic()
    run(4, *training.arguments, cwd=place)
    seconds = time.monotonic() - begin
    whole = training.trained()
    for file in ("log", "state", "v.npy"):
        (place / file).unlink(missing_ok=True)
    resumed = 0
    for number in range(kills):
        ranks = (4, 3, 4, 6)[number % 4]

        def at_random():
            """at random"""
            wait_until(training.checkpoint.exists, 20) if number > 1 else None
            time.sleep(random.uniform(0.05, seconds / 3))

        def while_a_checkpoint_is_written():
            """while a checkpoint is written"""
            check("a checkpoint is being written", wait_until(training.is_writing, 20))

        before = training.kept()
        if number == 2:
            training.kill_one(ranks, 0, while_a_checkpoint_is_written)
        else:
            training.kill_one(ranks, random.randrange(ranks), at_random)
        resumed += training.kept() >= before
    check("no checkpoint is older than the one before", resumed == kills, f"{resumed} of {kills}")
    # What a crash of the machine might leave: it is refused, not taken for a shorter training.
    state = training.checkpoint.read_bytes()
    training.checkpoint.write_bytes(state[:len(state) * 2 // 3])
    done = run(3, *training.arguments, cwd=place, status=None)
    check("a checkpoint that is cut is refused", done.status == 1 and len(done.own_lines()) == 1, done.stderr)
    training.checkpoint.write_bytes(state)
    for ranks in (3, 6):
        (place / "v.npy").unlink(missing_ok=True)
        training.checkpoint.write_bytes(state)
        run(ranks, *training.arguments, cwd=place)
        end = training.trained()
        check(f"{ranks} ranks go on to the end", len(end) == len(whole) and (place / "v.npy").exists(), end)
        worse = end[-1]["loss"] / whole[-1]["loss"] - 1
        check(f"{ranks} ranks: as good as without", abs(worse) < 0.03, f"the loss is {100 * worse:.1f} % higher")
    left = [path.name for path in place.iterdir() if path.name.startswith(".")]
    check("nothing is left behind", not left, left)
    print(f"{kills} kills, seed {seed}; a training takes {seconds:.1f} s")
    finish()


main()
