"""Real text in all forms in which users have it gives the same words and pairs, byte for byte; and what users of other tools
meet (capitals, phrases, a line of all, many files, pipes) works on it."""

import bz2
import csv
import gzip
import json
import lzma
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check, run

data = support.real_data()
support.need("zstd")
folder = support.folder()
with subprocess.Popen(["zstd", "-dc", "--long=27", data / "corpora" / "wiki.txt.zst"], stdout=subprocess.PIPE) as process:
    text = process.stdout.read(12_000_000)
    process.kill()
text = text[:text.rindex(b"\n") + 1]
lines = text.decode("utf-8").split("\n")[:-1]
plain = folder / "plain.txt"
plain.write_bytes(text)

# ---- the same text in every form ----

parts = folder / "parts"
parts.mkdir()
step = -(-len(lines) // 40)
for i in range(40):
    (parts / f"{i:02}.txt").write_text("".join(line + "\n" for line in lines[i * step:(i + 1) * step]), encoding="utf-8")
(folder / "list").write_text("".join(f"{path}\n" for path in sorted(parts.iterdir())))
(folder / "text.gz").write_bytes(gzip.compress(text, 1))
(folder / "text.bz2").write_bytes(bz2.compress(text, 1))
(folder / "text.xz").write_bytes(lzma.compress(text, preset=0))
subprocess.run(["zstd", "-q", plain, "-o", folder / "text.zst"], check=True)
with open(folder / "ascii.jsonl", "w", encoding="ascii") as ascii_file, \
        open(folder / "utf8.jsonl.gz", "wb") as packed:
    records = [{"id": i, "text": line, "more": {"text": "x"}} for i, line in enumerate(lines)]
    ascii_file.writelines(json.dumps(record) + "\n" for record in records)
    packed.write(gzip.compress("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode(), 1))
for name, dialect in (("text.csv", "excel"), ("text.tsv", "excel-tab")):
    with open(folder / name, "w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, dialect)
        writer.writerow(["id", "text"])
        writer.writerows(enumerate(lines))

FORMS = {
    "forty files": [parts], "a list of paths": [f"@{folder / 'list'}"], "a glob": [parts / "*.txt"],
    "gzip": [folder / "text.gz"], "bzip2": [folder / "text.bz2"], "xz": [folder / "text.xz"], "zstd": [folder / "text.zst"],
    "JSON lines": [folder / "ascii.jsonl", "--field", "text"],
    "packed JSON lines": [folder / "utf8.jsonl.gz", "--field", "text"],
    "CSV": [folder / "text.csv", "--column", "text"], "TSV": [folder / "text.tsv", "--column", "text"],
}
RULES = ["--lowercase", "--tokenize", "words", "--normalize", "nfkc", "--max-sentence", "50"]


def counted(corpus, *options, name="pairs", text=None):
    """The bytes of the vocabulary and of the pairs."""
    out, words = folder / f"{name}.bin", folder / f"{name}.words"
    command = [support.PROGRAM, "cooccur", *map(str, corpus), "-o", out, "--save-vocabulary", words, "--window", "2", "-q",
               *RULES, *options]
    subprocess.run(command, check=True, input=text)
    return words.read_bytes(), out.read_bytes()


expected = counted([plain], "--threads", "1")
check("raw text has words and pairs", len(expected[0]) > 100_000 and len(expected[1]) > 10_000_000)
for form, corpus in FORMS.items():
    check(f"{form}: the words and pairs of one plain file", counted(corpus) == expected)
check("a pipe: the words and pairs of one plain file", counted(["-"], text=text) == expected)
check("little memory: the same", counted(FORMS["packed JSON lines"], "--memory", "20M", "--threads", "2") == expected)

# ---- what users meet ----

# One line of all: no word is cut off, no sentence either (word2vec.c stops at 1,000 words, gensim at 10,000).
one = folder / "one.txt"
one.write_bytes(text.replace(b"\n", b" "))
counts = {path: run("vocab", path, "--min-count", 1, "-q", "--lowercase", "--tokenize", "words").stdout for path in (plain, one)}
check("a line of twelve megabytes: the words of its sentences", counts[plain] == counts[one])
# Chinese as its users have it, without a blank in a line.
run("vocab", "-", "--tokenize", "words", "-q", text="東京都" * 1_000_000)
check("a text without a blank is read", run("vocab", "-", "--tokenize", "words", "-q", text="東京" * 900_000).stdout
      == "京 900000\n東 900000\n")
# Latin-1 bytes in a UTF-8 text.
latin = folder / "latin.txt"
latin.write_bytes(text[:1_000_000] + "café naïve\n".encode("latin-1") * 9)
check("bytes that are not UTF-8 are counted", "18 pieces that are not UTF-8" in run("vocab", latin, "-o", folder / "v").stderr)
check("and words keep them", "caf\udce9 9" in subprocess.run(
    [support.PROGRAM, "vocab", latin, "-q"], capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape"))
# Nothing to train on is said in a line.
for name, content, said in (("empty", "", "there is no word in it"), ("lines", "\n\n\n", "there is no word in it"),
                            ("rare", "one two three\n", "none of its 3 words (3 tokens) occurs 5 times")):
    done = run("train", "skipgram", "-", "-o", folder / "out.vec", text=content, status=1)
    check(f"{name}: one line that says why", said in done.stderr and done.stderr.count("\n") == 1, done.stderr)
    check(f"{name}: no file is left", not (folder / "out.vec").exists())

# Phrases of real text: found the same whatever the threads and the memory, and joined in training.
found = {}
for name, options in (("all", []), ("one", ["--threads", 1]), ("little", ["--memory", "20M"])):
    run("phrases", plain, "-o", folder / f"{name}.phrases", "--lowercase", "--tokenize", "words", "--punctuation", "drop",
        "--passes", 2, "--connector-words", "english", *options)
    found[name] = (folder / f"{name}.phrases").read_text(encoding="utf-8")
check("phrases: the same for any number of threads and any memory", len(set(found.values())) == 1)
check("phrases: those one expects", all(f"\n{p} " in found["all"] for p in ("new_york", "los_angeles", "united_states")))
vectors = folder / "phrases.safetensors"
run("train", "skipgram", plain, "-o", vectors, "--lowercase", "--tokenize", "words", "--punctuation", "drop", "--phrases",
    folder / "all.phrases", "--dimension", 32, "--epochs", 5)
names = [n["word"] for n in support.answer("neighbors", vectors, "new_york", "--count", 20)["neighbors"]]
check("phrases have vectors", any("_" in name for name in names), names)
support.finish()
