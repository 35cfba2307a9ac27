#!/usr/bin/env python3
"""Any number of ranks gives equivec's bytes: words, co-occurrences and GloVe's vectors, of text in every form."""
import gzip
import json
import struct
import subprocess
import zlib

from support import check, finish, folder, need, run, run_alone, sentences


def blocks_of_bgzip(data, size=60000):
    """As bgzip makes them: members of gzip that say in their header how long they are; the last one is empty."""
    result = b""
    for begin in [*range(0, len(data), size), len(data)]:
        piece = data[begin:begin + size]
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(piece) + deflate.flush()
        header = struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, ord("B"), ord("C"), 2, len(packed) + 25)
        result += header + packed + struct.pack("<2I", zlib.crc32(piece), len(piece))
    return result


def frames_of_zstd(data, pieces=7):
    """Cut anywhere, also within words."""
    size = len(data) // pieces + 1
    return b"".join(subprocess.run(["zstd", "-q", "-c"], input=data[begin:begin + size], check=True,
                                   capture_output=True).stdout for begin in range(0, len(data), size))


def texts_in(place):
    """Options and files of corpora."""
    lines = sentences(120000)
    plain = "\n".join(lines).encode() + b"\n"
    (place / "lines").write_bytes(plain)
    (place / "line").write_bytes(" ".join(sentences(60000, seed=2)).encode())
    (place / "frames.zst").write_bytes(frames_of_zstd(plain))
    (place / "blocks.gz").write_bytes(blocks_of_bgzip(plain))
    (place / "whole.gz").write_bytes(gzip.compress(plain, 1))
    (place / "documents.jsonl").write_text("".join(
        json.dumps({"n": i, "text": "\n".join(lines[i:i + 5])}) + "\n" for i in range(0, len(lines), 5)))
    (place / "many").mkdir()
    for i in range(5):
        (place / "many" / f"{i}.txt").write_text("\n".join(lines[i * 30:(i + 1) * 30]))  # no line feed at the end
    return {
        "lines": ["lines"],
        "one line": ["line"],
        "frames of zstd": ["frames.zst"],
        "blocks of bgzip": ["blocks.gz"],
        "a whole gzip file": ["whole.gz"],
        "JSON lines": ["documents.jsonl", "--field", "text"],
        "a folder and a file": ["many", "line"],
        "rules of text": ["lines", "--lowercase", "--tokenize", "words", "--digits", "zero"],
    }


def same_bytes(place, name, arguments, outputs, numbers):
    """Whether ranks write what equivec writes. outputs: option and name of each file."""
    files = [place / file for _, file in outputs]
    arguments = [*arguments, *(word for output in outputs for word in output), "-q"]
    run_alone(*arguments, cwd=place)
    expected = [file.read_bytes() for file in files]
    for ranks in numbers:
        for file in files:
            file.unlink()
        run(ranks, *arguments, cwd=place)
        other = [file.name for file, content in zip(files, expected) if file.read_bytes() != content]
        check(f"{name}, {ranks} ranks", not other, f"{', '.join(other)} has other bytes")


def main():
    need("mpirun", "zstd")
    place = folder()
    for form, text in texts_in(place).items():
        numbers = [1, 2, 4, 8] if form in ("lines", "one line") else [3, 8]
        if form == "lines":
            same_bytes(place, f"vocab of {form}", ["vocab", *text], [("-o", "v.txt")], numbers)
        same_bytes(place, f"cooccur of {form}", ["cooccur", *text, "--memory", "64M"],
                   [("-o", "pairs.bin"), ("--save-vocabulary", "pairs.txt")], numbers)
    same_bytes(place, "cooccur that looks back over the ends of shares, little memory",
               ["cooccur", "line", "--window", "50", "--memory", "1M", "--threads", "2"], [("-o", "pairs.bin")], [1, 2, 4, 8])
    for options in (["--threads", "1"], ["--threads", "2", "--memory", "8M"]):
        same_bytes(place, f"train glove {' '.join(options)}",
                   ["train", "glove", "lines", "--dimension", "20", "--epochs", "3", *options],
                   [("-o", "g.safetensors"), ("--log", "g.log")], [1, 2, 4, 8])
    shown = run_alone("vocab", "lines", "-q", cwd=place).stdout
    check("standard output has the words once", run(4, "vocab", "lines", "-q", cwd=place).stdout == shown)
    finish()


main()
