"""What the benchmarks work on, made once in the run's folder `inputs`: real text, vectors and evaluation sets, or tiny ones."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess

from subjects.measuring import ROOT, Failure, execute

SIMILARITY = {"WordSim-353": "EN-WS-353-ALL.txt", "SimLex-999": "EN-SIMLEX-999.txt", "MEN": "EN-MEN-TR-3k.txt"}
ENDINGS = {"native": ".safetensors", "word2vec-text": ".vec", "word2vec-binary": ".bin", "glove": ".txt", "npy": ".npy"}
GENSIM = ("import sys; from gensim.models import KeyedVectors; "
          "KeyedVectors.load_word2vec_format(sys.argv[1], binary=True).save(sys.argv[2])")


class Inputs:
    def __init__(self, run, data):
        self.run, self.data = run, data  # None: tiny inputs
        self.folder = pathlib.Path(ROOT, run.path("inputs"))
        self.folder.mkdir(parents=True, exist_ok=True)

    def corpus(self):
        return self.made("corpus.txt", self.real_corpus if self.data else tiny_corpus)

    def analogies(self):
        return self.made("analogies.txt", lambda out: shutil.copyfile(
            self.file("eval/analogy/questions-words.txt") if self.data else ROOT / "data/analogies.txt", out))

    def similarities(self):
        """{name: path}"""
        sets = {name: f"eval/similarity/{file}" for name, file in SIMILARITY.items()} if self.data else {"similarity": None}
        return {name: self.made(f"{name}.tsv", lambda out, file=file: shutil.copyfile(
            self.file(file) if file else ROOT / "data/similarity.tsv", out)) for name, file in sets.items()}

    def vectors(self, form="native"):
        """Vectors of 100 dimensions in this format; gensim: as its save() writes them."""
        given = self.made("vectors.vec", self.real_vectors if self.data else tiny_vectors)
        if form == "word2vec-text":
            return given
        if form == "gensim":
            command = [self.run.python, "-c", GENSIM, self.vectors("word2vec-binary")]
            return self.made("vectors.kv", lambda out: execute([*command, out]), whole=False)
        ending = ENDINGS[form]
        return self.made(f"vectors{ending}", lambda out: execute([self.run.program, "convert", given, out, "-q"]), whole=False)

    def fasttext_model(self):
        """A model of n-grams, as fastText writes it."""
        def train(out):
            text = self.made("model.txt", lambda part: head(self.path_of(self.corpus()), part, 20_000_000))
            execute([self.run.program, "train", "skipgram", text, "-o", out, "--subwords", "3..6", "--epochs", 1, "-q",
                     *(["--buckets", 1000] if self.run.quick else [])])
        return self.made("model.bin", train, whole=False)

    def describe(self):
        """{name of an input: what it is}, of those that were made."""
        if not self.data:
            return {"all": "tiny and made up, to try the script: none of the numbers means anything"}
        known = {"corpus.txt": "text: English Wikipedia (2019), letters a-z alone, one line, in the form of text8",
                 "vectors.vec": "vectors: GloVe 6B, 100 dimensions, in the order of frequency",
                 "analogies.txt": "analogies: Google's questions-words.txt"}
        return {name: f"{text}; {os.path.getsize(self.folder / name):,} bytes, sha256 {digest(self.folder / name)}"
                for name, text in known.items() if (self.folder / name).exists()}

    # ---- making ----

    def made(self, name, make, whole=True):
        """The path of an input, made if it is not there. `whole`: make() may be interrupted and leave a part."""
        file = self.folder / name
        if not file.exists():
            out = file.with_name(name + ".partial") if whole else file
            try:
                make(out)
            except BaseException:
                out.unlink(missing_ok=True)
                raise
            if whole:
                out.rename(file)
        return self.run.path(f"inputs/{name}")

    def path_of(self, given):
        return pathlib.Path(ROOT, given)

    def file(self, name):
        file = pathlib.Path(self.data, name)
        if not file.exists():
            raise Failure(f"{file}: no such file; --help says what --data holds")
        return file

    def real_corpus(self, out):
        with open(out, "wb") as text:
            if subprocess.run(["zstd", "-dqc", "--long=27", self.file("corpora/wiki8.txt.zst")], stdout=text).returncode:
                raise Failure("corpora/wiki8.txt.zst cannot be unpacked")

    def real_vectors(self, out):
        done = subprocess.run([self.file("get-glove")], capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"get-glove found no vectors: {done.stderr.strip()}")
        shutil.copyfile(done.stdout.strip(), out)


def digest(file):
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]


def head(source, out, count):
    with open(source, "rb") as text:
        pathlib.Path(out).write_bytes(text.read(count).rpartition(b" ")[0])


# ---- tiny inputs ----

def evaluated():
    """The words of data's analogies and similarities, a list for each line."""
    lines = [line for name in ("analogies.txt", "similarity.tsv")
             for line in (ROOT / "data" / name).read_text(encoding="utf-8").splitlines() if line[:1] not in (":", "#")]
    return [[word for word in line.split() if not word[0].isdigit()] for line in lines]


def tiny_corpus(out):
    source, lines = random.Random(1), evaluated()
    with open(out, "w", encoding="utf-8") as text:
        for _ in range(4000):
            words = source.choice(lines) * 2 + source.choices(("the", "of", "and", "to", "a"), k=4)
            print(*source.sample(words, len(words)), file=text)


def words_in(value):
    if isinstance(value, str):
        return [value]
    children = [v for k, v in value.items() if k not in ("source", "description", "name")] if isinstance(value, dict) else value
    return [word for child in children if isinstance(child, (str, dict, list)) for word in words_in(child)]


def tiny_vectors(out):
    """Vectors drawn at random of the words of data's sets and of some others; women's and men's words lie apart."""
    source = random.Random(1)
    sets = json.loads((ROOT / "data/gender.json").read_text(encoding="utf-8"))
    weat = json.loads((ROOT / "data/weat.json").read_text(encoding="utf-8"))
    pairs = sets["definitional"]["sets"] + sets["equalize"]["sets"]
    sides = {word: 2 - 4 * side for pair in pairs for side, word in enumerate(pair)}
    words = dict.fromkeys([*(word for line in evaluated() for word in line), *words_in(sets), *words_in(weat["lists"]),
                           *(f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnprstvz")])
    words = [word for word in words if " " not in word]
    with open(out, "w", encoding="utf-8") as text:
        print(len(words), 100, file=text)
        for word in words:
            row = [source.gauss(0, 1) for _ in range(100)]
            row[0] += sides.get(word, source.gauss(0, 1))
            print(word, *(f"{x:.4f}" for x in row), file=text)
