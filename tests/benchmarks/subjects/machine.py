"""What numbers depend on: the machine, the programs and their versions."""

import functools
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import time

from subjects.measuring import ROOT

# name: how it comes here, and its Debian package or what --peer takes
MODULES = {"gensim": "python3-gensim", "NumPy": "python3-numpy", "hnswlib": "python3-hnswlib"}
GIVEN = {"word2vec.c": "its binary", "pWord2Vec": "its binary", "koan": "its binary", "GloVe": "the folder of its four programs"}
NAMES = ("fastText", *MODULES, *GIVEN)
BLAS = "BLAS of NumPy and gensim"


def peers(given):
    """({name: path, module or None}, {name: why it is missing})"""
    found, why = {}, {}
    found["fastText"] = given.get("fastText") or shutil.which("fasttext")
    why["fastText"] = "not installed"
    for name in MODULES:
        found[name] = name if importlib.util.find_spec(name.lower()) else None
        why[name] = "not installed"
    for name in GIVEN:
        found[name] = given.get(name)
        why[name] = "not given"
    return found, {name: reason for name, reason in why.items() if not found[name]}


def module_version(name):
    """Without importing it: what this process holds counts as memory of those that it starts."""
    try:
        return importlib.metadata.version(name.lower())
    except importlib.metadata.PackageNotFoundError:
        return text_of("dpkg-query", "-W", "-f", "${Version}", MODULES[name]) or "unknown"


def text_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


def versions(found):
    """{name of a peer that is there: its version}; binaries that say none: the package they are of, or that they were given"""
    known = {}
    for name, peer in found.items():
        if peer and name in MODULES:
            known[name] = module_version(name)
        elif peer:
            package = text_of("dpkg-query", "-S", os.path.realpath(shutil.which(peer) or peer)).partition(":")[0]
            known[name] = text_of("dpkg-query", "-W", "-f", "${Version}", package) if package else "a binary that was given"
    return known


def revision():
    """The commit, and whether files of it were changed; those that the script writes do not count."""
    commit = text_of("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    changed = [line for line in text_of("git", "status", "--porcelain", "--untracked-files=no").splitlines()
               if "docs/benchmarks" not in line]
    return commit + (" with changes" if changed else "")


def lines_of(path, pattern):
    with open(path, encoding="utf-8") as file:
        return re.findall(pattern, file.read(), re.MULTILINE)


@functools.cache
def facts(program, python):
    caches = text_of("lscpu")
    size = {name: found[1] for name in ("L2", "L3") if (found := re.search(rf"{name} cache: +(.*)", caches))}
    return {"processor": (lines_of("/proc/cpuinfo", r"^model name\s*: (.*)$") or [platform.machine()])[0],
            "cores": len(os.sched_getaffinity(0)),
            "caches": ", ".join(f"{name} {text}" for name, text in size.items()) or "unknown",
            "memory, GB": round(int(lines_of("/proc/meminfo", r"^MemTotal: +(\d+)")[0]) / 1e6, 1),
            "hypervisor": found[1] if (found := re.search(r"Hypervisor vendor: +(.*)", caches)) else "none",
            "kernel": platform.release(), "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
            "Python": platform.python_version(), BLAS: linear_algebra(python),
            "equivec": text_of(program, "--version"), "commit": revision()}


def linear_algebra(python):
    """The BLAS of NumPy and gensim, and the processor that its code is for: OpenBLAS takes its slowest where it knows none."""
    found = text_of(python, "-c", "import numpy, threadpoolctl\n"
                    "for of in threadpoolctl.threadpool_info():\n"
                    "    if of['user_api'] == 'blas':\n"
                    "        print(of['internal_api'], of['version'], 'with code for', of.get('architecture'))")
    return found or "unknown"


def now():
    """Recorded with each step: other work on the machine shows as load."""
    return {"finished": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()), "load": round(os.getloadavg()[0], 2)}
