"""The folders of static sentence models, by their documented layout: what model2vec and sentence-transformers would
load from those that equivec writes, and what equivec reads from those made here. Only json, struct and NumPy."""

import json
import struct

import support
from support import answer, check, run

support.need("python3-numpy")
import numpy

TYPES = {"F32": "<f4", "F16": "<f2", "I8": "<i1", "I64": "<i8"}


def read_tensors(path):
    data = path.read_bytes()
    length, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    end = 0
    tensors = {}
    for name, tensor in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = tensor["data_offsets"]
        assert begin == end, "tensors follow each other without holes"
        end = stop
        tensors[name] = numpy.frombuffer(data[8 + length + begin:8 + length + stop],
                                         TYPES[tensor["dtype"]]).reshape(tensor["shape"])
    assert 8 + length + end == len(data), "tensors fill the file"
    return tensors


def write_tensors(path, tensors):
    header, data = {}, b""
    for name, array in tensors.items():
        kind = next(kind for kind, dtype in TYPES.items() if array.dtype == numpy.dtype(dtype))
        header[name] = {"dtype": kind, "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def load_model2vec(folder):
    """What StaticModel.from_pretrained() takes from a folder, with its checks."""
    assert (folder / "config.json").exists(), "model2vec looks for config.json first"
    tensors = read_tensors(folder / "model.safetensors")
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    rows, mapping = tensors["embeddings"], tensors.get("mapping")
    assert mapping is not None or len(rows) == len(vocabulary), "as many rows as tokens"
    assert tokenizer["model"].get("unk_token") is None or tokenizer["model"]["unk_token"] in vocabulary
    ids = {word: id if mapping is None else mapping[id] for word, id in vocabulary.items()}
    return {word: rows[id] for word, id in ids.items()}, json.loads((folder / "config.json").read_text())


def load_sentence_transformers(folder):
    """What SentenceTransformer() takes from a folder: the modules, then the table of the first."""
    modules = json.loads((folder / "modules.json").read_text())
    assert [module["idx"] for module in modules] == list(range(len(modules)))
    assert modules[0]["type"] == "sentence_transformers.models.StaticEmbedding"
    json.loads((folder / "config_sentence_transformers.json").read_text())
    place = folder / modules[0]["path"]
    tensors = read_tensors(place / "model.safetensors")
    vocabulary = json.loads((place / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    rows = tensors["embedding.weight"] if "embedding.weight" in tensors else tensors["embeddings"]
    assert max(vocabulary.values()) < len(rows), "every id has a row"
    return {word: rows[id] for word, id in vocabulary.items()}, [module["type"].split(".")[-1] for module in modules]


def encode(tokenizer, text):
    """The ids of a text under a WordLevel tokenizer that cuts at white space."""
    assert tokenizer["pre_tokenizer"] == {"type": "WhitespaceSplit"} and tokenizer["model"]["type"] == "WordLevel"
    vocabulary = tokenizer["model"]["vocab"]
    if tokenizer["normalizer"] == {"type": "Lowercase"}:
        text = text.lower()
    return [vocabulary.get(word, vocabulary[tokenizer["model"]["unk_token"]]) for word in text.split()]


def same(name, found, words, rows):
    expected = dict(zip(words, rows))
    missing = [word for word in expected if word not in found or found[word].tobytes() != expected[word].tobytes()]
    check(f"{name}: every word has its row, bit for bit", not missing, missing[:5])


def check_writing(folder, words, rows):
    support.save(folder / "words.vec", words, rows)
    run("convert", folder / "words.vec", folder / "m2v", "--format", "model2vec")
    found, configuration = load_model2vec(folder / "m2v")
    same("model2vec", found, words, rows)
    check("model2vec: one row of zeros for unknown words",
          set(found) - set(words) == {"[UNK]"} and not found["[UNK]"].any(), set(found) - set(words))
    check("model2vec: texts' vectors are not scaled", configuration["normalize"] is False, configuration)
    tokenizer = json.loads((folder / "m2v" / "tokenizer.json").read_text(encoding="utf-8"))
    check("the tokenizer gives each word one id, in the order of the rows",
          encode(tokenizer, " ".join(words) + " nowhere") == list(range(len(words) + 1)), "other ids")
    run("convert", folder / "m2v", folder / "st", "--format", "sentence-transformers")
    found, modules = load_sentence_transformers(folder / "st")
    same("sentence-transformers", found, words, rows)
    check("sentence-transformers: one module", modules == ["StaticEmbedding"], modules)
    check("the tokenizer is the same file",
          (folder / "st/tokenizer.json").read_bytes() == (folder / "m2v/tokenizer.json").read_bytes(), "it differs")
    support.same_vectors("back from sentence-transformers", support.load(folder / "st"), (words, rows))
    run("convert", folder / "words.vec", folder / "m2v2", "--format", "model2vec")
    for file in sorted((folder / "m2v").iterdir()):
        again = folder / "m2v2" / file.name
        check(f"{file.name}: the same bytes each time", file.read_bytes() == again.read_bytes(), "they differ")


def check_reading(folder):
    """A model of word pieces in half precision whose tokens share rows, made here."""
    random = numpy.random.default_rng(2)
    pieces = ["[PAD]", "[UNK]", "he", "she", "##s", "naïve", "数据"]
    table = random.standard_normal((4, 6)).astype("float16")
    mapping = numpy.array([0, 0, 1, 2, 3, 1, 2], dtype="int64")
    weights = random.random(len(pieces)).astype("float32")
    (folder / "made").mkdir()
    write_tensors(folder / "made/model.safetensors", {"embeddings": table, "weights": weights, "mapping": mapping})
    tokenizer = {"version": "1.0", "added_tokens": [{"id": 0, "content": "[PAD]", "special": True}],
                 "normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
                 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                           "vocab": {piece: id for id, piece in enumerate(pieces)}}}
    (folder / "made/tokenizer.json").write_text(json.dumps(tokenizer, indent=2, ensure_ascii=False), encoding="utf-8")
    (folder / "made/config.json").write_text(json.dumps({"normalize": True, "embedding_dtype": "float16",
                                                         "vocabulary_quantization": 4}))
    expected = table[mapping].astype("float32") * weights[:, None]
    support.same_vectors("mapping, weights and half precision", support.load(folder / "made"), (pieces, expected))
    check("info names the format", answer("info", folder / "made")["format"] == "model2vec", "another")
    run("convert", folder / "made", folder / "native.safetensors")
    for format, load in (("model2vec", load_model2vec), ("sentence-transformers", load_sentence_transformers)):
        out = folder / f"again-{format}"
        run("convert", folder / "native.safetensors", out, "--format", format)
        found, about = load(out)
        same(f"{format} by way of the native format", found, pieces, expected)
        check(f"{format}: the tokenizer's bytes are kept",
              (out / "tokenizer.json").read_bytes() == (folder / "made/tokenizer.json").read_bytes(), "they differ")
        scaled = about == {"normalize": True, "embedding_dtype": "float32"} if format == "model2vec" else \
            about == ["StaticEmbedding", "Normalize"]
        check(f"{format}: texts' vectors are scaled as before", scaled, about)


folder = support.folder()
random = numpy.random.default_rng(1)
words = ["the", "naïve", "数据", "e\u0301", 'quo"te', "back\\slash", "[cls]", "</s>", "#", "0.5"]
words += [f"w{i}" for i in range(500)]
check_writing(folder, words, random.standard_normal((len(words), 7)).astype("float32"))
check_reading(folder)
support.finish()
