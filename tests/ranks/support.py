"""What the scripts of tests/ranks share: runs of equivec-ranks on many processes of this machine.

The programs are $EQUIVEC_RANKS and $EQUIVEC. A script calls check() and ends with finish(). Exit status: 0 everything
holds, 1 something does not, 77 something that it needs is missing here."""

import atexit
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
EQUIVEC = os.environ.get("EQUIVEC", str(ROOT / "build" / "release" / "equivec"))
RANKS = os.environ.get("EQUIVEC_RANKS", str(ROOT / "build" / "release" / "equivec-ranks"))
# More ranks than cores, perhaps as root, over this machine's own network: other transports wait by spinning, and what
# MPICH makes of these is nothing.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
               "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo",
               "OMPI_MCA_oob_tcp_if_include": "lo", "OMPI_MCA_orte_tmpdir_base": tempfile.gettempdir()}
LIMIT = 60  # seconds, of a run that takes one: longer is a hang
failures = 0


def check(name, condition, detail=""):
    """One line for each promise; finish() turns a failure into the exit status."""
    global failures
    failures += not condition
    print(f"ok {name}" if condition else f"FAILED {name}: {detail}", flush=True)
    return condition


def finish():
    sys.exit(1 if failures else 0)


def need(*programs):
    """Leaves the script unless these programs are here."""
    for program in programs:
        if not shutil.which(program):
            print(f"skipped: needs {program} (scripts/bootstrap --with-peers)")
            sys.exit(77)


def folder():
    """A folder that is gone when the script ends."""
    path = tempfile.mkdtemp(prefix="equivec-test-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return pathlib.Path(path)


class Done:
    """How a run ended. status is None if it hung and was killed."""

    def __init__(self, status, stdout, stderr):
        self.status, self.stdout, self.stderr = status, stdout, stderr

    def own_lines(self):
        """What equivec says of errors on standard error; mpirun says much more."""
        return [line for line in self.stderr.splitlines() if line.startswith("equivec-ranks")]


def finished(process):
    """Waits for a process that is a group of its own."""
    try:
        stdout, stderr = process.communicate(timeout=LIMIT)
        return Done(process.returncode, stdout, stderr)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        return Done(None, stdout, stderr)


def start(ranks, *arguments, program=RANKS, cwd=None):
    """Starts `ranks` processes of the program."""
    return subprocess.Popen(["mpirun", "-n", str(ranks), program, *map(str, arguments)], env=ENVIRONMENT, text=True,
                            cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True)


def run(ranks, *arguments, program=RANKS, cwd=None, status=0):
    """Runs them; another exit status than `status` ends the script, unless that is None."""
    done = finished(start(ranks, *arguments, program=program, cwd=cwd))
    if done.status is None or status not in (None, done.status):
        ended = "hangs" if done.status is None else f"exit status {done.status}, expected {status}"
        sys.exit(f"FAILED {ranks} ranks, {' '.join(map(str, arguments))}: {ended}\n{done.stderr.rstrip()}")
    return done


def run_alone(*arguments, cwd=None):
    """Runs equivec, one process."""
    done = subprocess.run([EQUIVEC, *map(str, arguments)], text=True, cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=LIMIT)
    if done.returncode != 0:
        sys.exit(f"FAILED equivec {' '.join(map(str, arguments))}: exit status {done.returncode}\n{done.stderr}")
    return done


def sentences(words, seed=1, kinds=3000):
    """Words by Zipf's law, in lines of 1 to 40 words."""
    source = random.Random(seed)
    names = [f"w{i}" if i % 7 else f"wörd{i}" for i in range(kinds)]
    drawn = source.choices(names, [1 / (i + 3) for i in range(kinds)], k=words)
    lines = []
    while drawn:
        length = source.randint(1, 40)
        lines.append(" ".join(drawn[:length]))
        del drawn[:length]
    return lines
