"""scripts/benchmarks on tiny inputs: it goes on after an interrupt, its page has every section, picture and number, and every row
has commands that run; mistakes end with one line."""

import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check

SCRIPT = support.ROOT / "scripts" / "benchmarks"
BUILD = pathlib.Path(support.PROGRAM).resolve().parent
SECTIONS = ["The machine and the programs", "Training", "Quality", "Memory", "Scaling", "Loading", "Search", "Subwords",
            "Remedies", "Downstream"]
support.need("fasttext", "python3-gensim", "python3-hnswlib")
if not (BUILD / "python" / "equivec").exists():
    print("skipped: the Python package is not built")
    sys.exit(77)
folder = support.folder()
page_file, results_file = folder / "page.md", folder / "results.json"
# Programs that Debian lacks, by their output.
word2vec, glove = folder / "word2vec", folder / "glove"
glove.mkdir()
VECTORS = r"printf '2 2\nman 1 2\nking 2 1\n'"
PRINTS = {word2vec: f"printf 'Progress: 1.00%%'; sleep 0.2; printf 'Progress: 99.00%%'; {VECTORS} > out.vec",
          **{glove / name: "cat" for name in ("vocab_count", "cooccur", "shuffle")},
          glove / "glove": f"echo Read 1000 lines.; sleep 0.2; echo iter: 001; {VECTORS} > out.txt"}
for program, script in PRINTS.items():
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
quick = [sys.executable, SCRIPT, "--quick", "--rounds", "2", "--threads", "2", "--build", BUILD, "--folder", folder,
         "--output", page_file, "--peer", f"word2vec.c={word2vec}", "--peer", f"GloVe={glove}",
         "--peer-version", "word2vec.c=of 2017, g++ -O3"]


def benchmarks(*arguments):
    return subprocess.run([*quick, *arguments], capture_output=True, text=True)


def results():
    return json.loads(results_file.read_text(encoding="utf-8"))


def steps_of(text):
    """The steps that were done, as standard error tells."""
    return [line.split(":")[0].strip() for line in text.splitlines() if line.startswith("  ")]


def interrupt_after_first_step():
    process = subprocess.Popen(quick, stderr=subprocess.PIPE, text=True)
    told = []
    for line in process.stderr:
        told.append(line)
        if line.startswith("  "):
            process.send_signal(signal.SIGINT)
    return process.wait(), "".join(told)


def table_rows(text):
    """The rows of all tables of a section, without headings; cells without blanks around."""
    rows, last = [], ""
    for line in text.splitlines():
        if line.startswith("| ") and not last.startswith("| "):
            heading = True
        elif line.startswith("| ") and not heading:
            rows.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
        if line.startswith("| ---"):
            heading = False
        last = line
    return rows


def commands_of(text):
    """{number: command} of the ```text fence."""
    fence = re.sub(r" \\\n +", " ", re.search(r"```text\n(.*?)```", text, re.DOTALL)[1])
    return {int(line.split("  ")[0]): line.partition("  ")[2] for line in fence.splitlines()}


def near(shown, number):
    """Three digits are shown."""
    return abs(float(shown.replace(",", "")) - number) <= 0.006 * abs(number) + 1e-4


# ---- an interrupted run ----

status, told = interrupt_after_first_step()
check("an interrupt ends with status 130", status == 130, told)
first = steps_of(told)
check("what was done before is kept", first and all(name in results()["steps"]["training"] for name in first), told)
check("an interrupted run writes no page", not page_file.exists())
done = benchmarks("--resume")
check("--resume ends well", done.returncode == 0, done.stderr)
check("--resume does the other steps alone", not set(first) & set(steps_of(done.stderr)), done.stderr)
done = benchmarks("--resume")
check("nothing is left to do", done.returncode == 0 and steps_of(done.stderr) == [], done.stderr)
done = benchmarks("loading")
check("a subject that is named is measured anew, alone", done.returncode == 0 and steps_of(done.stderr)
      and all(name.startswith("loading-") for name in steps_of(done.stderr)), done.stderr)

done = benchmarks("--resume", "--rounds", "1")
check("with other settings --resume refuses, and keeps all", done.returncode == 2 and "rounds" in done.stderr
      and len(done.stderr.splitlines()) == 1 and results()["rounds"] == 2, done.stderr)

# ---- the page ----

text, found = page_file.read_text(encoding="utf-8"), results()
check("it says that this is a trial", "none of the numbers means anything" in text)
headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
check("the page has every section", headings == SECTIONS, headings)
sections = dict(zip(headings, re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]))
check("no step has failed", not re.search("Not measured", text), re.findall("Not measured.*", text))
for name in ("processor", "cores", "kernel", "commit", "equivec", "version of gensim", "version of fastText", "date"):
    check(f"the page tells: {name}", re.search(rf"^\| {name} \| [^|]+ \|$", sections[SECTIONS[0]], re.MULTILINE),
          sections[SECTIONS[0]])
check("what was said of a program that was given is told", "| version of word2vec.c | of 2017, g++ -O3 |" in text)
check("where it is on this machine is not told", not re.search(f"{word2vec}(?!\\w)|{glove}(?![\\w-])", text))
check("what was not given is told", "pWord2Vec (not given); koan (not given)" in sections[SECTIONS[0]],
      sections[SECTIONS[0]])
for name in SECTIONS[1:-1]:
    rows, commands = table_rows(sections[name]), commands_of(sections[name])
    used = [int(n) for row in rows for n in row[-1].split(", ") if n]
    check(f"{name}: has rows", len(rows) >= 1, sections[name])
    check(f"{name}: every measured row has a command",
          all(row[-1] or re.search("not (given|installed)", " ".join(row)) for row in rows), rows)
    check(f"{name}: commands and their numbers agree", set(used) == set(commands), (used, commands))
    pictures = re.findall(r"!\[[^]]*\]\(([^)]*)\)", sections[name])
    check(f"{name}: has a picture", len(pictures) >= 1, sections[name])
    for picture in pictures:
        drawn = xml.etree.ElementTree.parse(folder / picture).getroot()
        marks = [mark for mark in drawn.iter() if mark.tag.endswith(("}rect", "}circle"))]
        check(f"{picture}: draws something", len(marks) > 1, marks)

# Ratios, computed here from the numbers of each round.
rows = [row for steps in found["steps"].values() for step in steps.values() for row in step["rows"] if "other" in row]
check("who is missing is told", {row["peer"] for row in rows if row["other"] is None} == {"koan: not given"}, rows)
check("programs that were given are compared with",
      {"word2vec.c", "GloVe"} <= {row["peer"] for row in rows if row["other"]}, rows)
shown = [cells for name in SECTIONS[1:-1] for cells in table_rows(sections[name])]
for row in (row for row in rows if row["other"] is not None):
    values = [x / y if row["more_is_better"] else y / x for x, y in zip(row["equivec"], row["other"], strict=True)]
    matching = [cells[3] for cells in shown if cells[0] == row["what"] and cells[2].startswith(row["peer"])]
    numbers = [re.findall(r"\d[\d,.]*\d|\d", cell)[:3] for cell in matching]
    check(f"{row['table']}: {row['what']}, {row['peer']}: the ratio and its range",
          any(all(map(near, n, (statistics.median(values), min(values), max(values)))) for n in numbers if len(n) == 3),
          (values, matching))
    check(f"{row['table']}: {row['what']}, {row['peer']}: no more rounds than asked for", 1 <= len(values) <= 2, values)

# ---- made again ----

before = {file.name: file.read_bytes() for file in (page_file, *(folder / "page").glob("*.svg"))}
for file in (page_file, *(folder / "page").glob("*.svg")):
    file.unlink()
done = benchmarks("--render")
after = {file.name: file.read_bytes() for file in (page_file, *(folder / "page").glob("*.svg"))}
check("--render makes the same page and pictures", done.returncode == 0 and before == after, done.stderr)
for name in ("Loading", "Search", "Remedies", "Quality"):
    command = commands_of(sections[name])[1].replace("--word2vec word2vec.c", f"--word2vec {word2vec}")
    ran = subprocess.run(["bash", "-c", command], cwd=support.ROOT, capture_output=True, text=True)
    check(f"{name}: its first command runs", ran.returncode == 0, (command, ran.stderr))

# ---- mistakes ----


def check_refusal(name, status, text, *arguments):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True,
                          env={k: v for k, v in os.environ.items() if k != "EQUIVEC_TEST_DATA"})
    check(f"{name}: status {status} and one line", done.returncode == status and len(done.stderr.splitlines()) == 1
          and text in done.stderr, done)


check_refusal("unknown subject", 2, "unknown subject 'speed'", "speed")
check_refusal("no rounds", 2, "--rounds", "--rounds", 0)
check_refusal("a peer that is nowhere", 2, "nowhere", "--list", "--build", BUILD, "--peer", f"koan={folder / 'nowhere'}")
check_refusal("an unknown peer", 2, "unknown program 'word2vec'", "--list", "--build", BUILD, "--peer", "word2vec=/bin/true")
check_refusal("the version of a program that is not given", 2, "no --peer koan", "--quick", "--build", BUILD, "--folder",
              folder / "other", "--peer-version", "koan=1")
check_refusal("no data", 2, "no data", "--build", BUILD)
check_refusal("no program", 2, "no such program", "--list", "--build", folder / "nowhere")
check_refusal("nothing to render", 2, "no such file", "--render", "--folder", folder / "nowhere")
support.finish()
