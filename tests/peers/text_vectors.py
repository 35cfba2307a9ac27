"""Vectors of texts, against NumPy: means, SIF and Zipf weights, common directions, lengths, and the pieces that a
WordPiece tokenizer makes, by a reader of our own of BERT's rules (Devlin et al. 2018) on Python's unicodedata."""

import json
import struct
import unicodedata

import support
from support import check, run

support.need("python3-numpy")
import numpy

random = numpy.random.default_rng(7)


def encode(vectors, texts, *options):
    (folder / "texts").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    run("encode", vectors, folder / "texts", "-o", folder / "out.npy", "-q", *options)
    return numpy.load(folder / "out.npy")


def close(name, found, expected, bound=1e-6):
    worst = numpy.abs(found - expected).max()
    check(f"{name}: within {bound} of NumPy", found.shape == expected.shape and worst <= bound, worst)


# ---- weights, directions and lengths ----

def mean(texts, rows, weights, unit_length=False):
    result = numpy.zeros((len(texts), next(iter(rows.values())).size))
    for i, text in enumerate(texts):
        words = [word for word in text.split() if word in rows]
        for word in words:
            row = rows[word].astype("float64")
            result[i] += weights[word] * (row / numpy.linalg.norm(row) if unit_length else row) / len(words)
    return result


def without_common(matrix, count):
    common = numpy.linalg.svd(matrix, full_matrices=False)[2][:count]
    return matrix - matrix @ common.T @ common


def check_means(folder):
    words = [f"w{i}" for i in range(400)]
    counts = {word: 100000 // (i + 1) for i, word in enumerate(words)}
    matrix = (random.standard_normal((400, 25)) + 1).astype("float32")
    rows = dict(zip(words, matrix))
    # Counts come from a training: the text has them, and the vectors are replaced.
    text = " ".join(word for word in words for _ in range(counts[word] // 100 + 1))
    (folder / "corpus").write_text(text)
    run("train", "skipgram", folder / "corpus", "-o", folder / "trained.safetensors", "--dimension", 25, "--epochs", 1,
        "--min-count", 1, "--threads", 1, "-q")
    names, trained = support.load(folder / "trained.safetensors")
    rows = dict(zip(names, trained))
    seen = {word: counts[word] // 100 + 1 for word in words}
    seen["</s>"] = 0
    total = sum(seen[word] for word in names)
    texts = [" ".join(random.choice(words + ["unknown"], random.integers(0, 12))) for _ in range(300)]
    ones = {word: 1.0 for word in names}
    sif = {word: 1e-3 / (1e-3 + seen[word] / total) for word in names}
    zipf = {word: numpy.log(i + 1) for i, word in enumerate(names)}
    vectors = folder / "trained.safetensors"
    close("means", encode(vectors, texts), mean(texts, rows, ones))
    close("means of unit length", encode(vectors, texts, "--unit-length"), mean(texts, rows, ones, True))
    weighted = mean(texts, rows, sif)
    close("SIF", encode(vectors, texts, "--weighting", "sif"), weighted)
    close("SIF without the common direction", encode(vectors, texts, "--weighting", "sif", "--remove", 1),
          without_common(weighted, 1))
    close("Zipf without three", encode(vectors, texts, "--weighting", "zipf", "--remove", 3),
          without_common(mean(texts, rows, zipf), 3))
    lengths = numpy.linalg.norm(weighted, axis=1, keepdims=True)
    close("SIF, scaled", encode(vectors, texts, "--weighting", "sif", "--normalize", "always"),
          weighted / numpy.where(lengths == 0, 1, lengths))


# ---- WordPiece ----

HAN = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
       (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]


def is_punctuation(character):
    return unicodedata.category(character).startswith("P") or character in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def bert_words(text):
    cleaned = ""
    for c in text:
        if c in "\t\n\r" or unicodedata.category(c) == "Zs":
            cleaned += " "
        elif c != "\ufffd" and unicodedata.category(c) not in ("Cc", "Cf", "Co"):
            cleaned += f" {c} " if any(first <= ord(c) <= last for first, last in HAN) else c
    plain = "".join(c for c in unicodedata.normalize("NFD", cleaned) if unicodedata.category(c) != "Mn").lower()
    words = []
    for word in plain.split():
        begin = 0
        for i, c in enumerate(word):
            if is_punctuation(c):
                words += [word[begin:i], c]
                begin = i + 1
        words.append(word[begin:])
    return [word for word in words if word]


def word_pieces(word, vocabulary):
    pieces, begin = [], 0
    while begin < len(word):
        prefix = "##" if begin else ""
        end = next((end for end in range(len(word), begin, -1) if prefix + word[begin:end] in vocabulary), None)
        if end is None:
            return []
        pieces.append(prefix + word[begin:end])
        begin = end
    return pieces if len(word) <= 100 else []


def check_pieces(folder):
    letters = "abcdefgh" + "éüß" + "数据" + "αβ" + "가"
    bases = [unicodedata.normalize("NFD", c)[0] for c in letters]
    pieces = ["[PAD]", "[UNK]"] + list(dict.fromkeys(bases + [".", ",", "'", "가", "ss"]))
    pieces += ["##" + c for c in dict.fromkeys(bases)] + ["ab", "abc", "##bc", "##de", "##fgh", "cab"]
    table = random.standard_normal((len(pieces), 9)).astype("float32")
    (folder / "model").mkdir()
    header = json.dumps({"embeddings": {"dtype": "F32", "shape": table.shape, "data_offsets": [0, table.nbytes]}})
    (folder / "model/model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header.encode() + table.tobytes())
    (folder / "model/tokenizer.json").write_text(json.dumps({
        "version": "1.0", "added_tokens": [{"id": 1, "content": "[UNK]", "normalized": False, "special": True}],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {piece: i for i, piece in enumerate(pieces)}}}))
    (folder / "model/config.json").write_text('{"normalize": true}')
    ids = {piece: i for i, piece in enumerate(pieces)}
    extra = list(" ,.'\t\u00a0\u200b\u0301z-€") + list(letters.upper())
    texts = ["".join(random.choice(list(letters) * 3 + extra, random.integers(0, 40))) for _ in range(2000)]
    texts.append("a" * 100 + " " + "a" * 101)
    expected = numpy.zeros((len(texts), 9))
    for i, text in enumerate(texts):
        found = [ids[piece] for word in bert_words(text) for piece in word_pieces(word, ids)]
        if found:
            expected[i] = table[found].astype("float64").mean(axis=0)
            expected[i] /= numpy.linalg.norm(expected[i])
    check("most texts have a piece", (expected.any(axis=1)).mean() > .8, expected.any(axis=1).mean())
    close("the pieces of WordPiece", encode(folder / "model", texts), expected)


folder = support.folder()
check_means(folder)
check_pieces(folder)
support.finish()
