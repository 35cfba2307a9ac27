#!/usr/bin/env python3
"""The commands of equivec-sequence, as a user gives them, on texts of a few lines: help, training, scores, answers, samples,
comparisons, and errors, which are one line and the documented exit status."""
import concurrent.futures
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EQUIVEC = os.environ.get("EQUIVEC", str(ROOT / "build" / "release" / "equivec"))
SEQUENCE = os.environ.get("EQUIVEC_SEQUENCE", str(ROOT / "build" / "release" / "equivec-sequence"))
TASKS = ("classify", "tag", "language-model", "translate")
SMALL = ("--hidden", 8, "--dimension", 6, "--epochs", 2, "--threads", 1)
failures = 0


def check(name, condition, detail=""):
    """One line for each promise; the exit status tells whether one failed."""
    global failures
    failures += not condition
    print(f"ok {name}" if condition else f"FAILED {name}: {detail}", flush=True)


def run(*arguments, text="", program=SEQUENCE):
    """Runs the program in the current folder; an answer that takes longer than two minutes ends the script."""
    return subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, encoding="utf-8", timeout=120)


def done(*arguments, text="", program=SEQUENCE):
    """The same, and ends the script unless it succeeds. What it printed."""
    finished = run(*arguments, text=text, program=program)
    if finished.returncode != 0:
        sys.exit(f"FAILED {' '.join(map(str, arguments))}: exit status {finished.returncode}\n{finished.stderr}")
    return finished.stdout


cases = []


def fails(name, status, says, *arguments, text=""):
    """It is to end with this status and one line on standard error that matches, and to print nothing else."""
    own = f"x{len(cases)}.model"  # cases run at once
    cases.append((name, status, says, [own if each == "x.model" else each for each in arguments], text))


def run_cases():
    """Those of fails(), a few at a time, since most of a case is the beginning of libtorch."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        ended = pool.map(lambda case: run(*case[3], text=case[4]), cases)
        for (name, status, says, _, _), finished in zip(cases, ended):
            lines = finished.stderr.splitlines()
            check(name, finished.returncode == status and finished.stdout == "" and len(lines) == 1 and
                  lines[0].startswith("equivec-sequence") and re.search(says, lines[0]),
                  f"exit status {finished.returncode}, expected {status} and one line with '{says}', found\n"
                  f"{finished.stdout}{finished.stderr}")
    cases.clear()


def write(name, lines):
    pathlib.Path(name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_texts():
    """Of each task train, development and test, and vectors of their words."""
    source = random.Random(1)
    words = [f"w{i}" for i in range(8)] + ["gut", "böse"]
    for part, count in (("train", 60), ("development", 20), ("test", 20)):
        texts = [source.choices(words, k=source.randint(1, 6)) for _ in range(count)]
        write(f"classify.{part}", (f"__label__{'good' if 'gut' in text else 'other'} {' '.join(text)}" for text in texts))
        write(f"tag.{part}", ("".join(f"{word}\t{'B-x' if word == 'gut' else 'O'}\n" for word in text) for text in texts))
        write(f"language-model.{part}", (" ".join(text) for text in texts))
        write(f"translate.{part}", (f"{' '.join(text)}\t{' '.join(reversed(text))}" for text in texts))
    for file in ("words.vec", "others.vec"):
        write(file, [f"{len(words)} 6"] +
              [" ".join([word, *(f"{source.uniform(-1, 1):.4f}" for _ in range(6))]) for word in words])


def files(task):
    return f"{task}.train", "--development", f"{task}.development"


def check_help():
    commands = [["train", task] for task in TASKS] + [["evaluate"], ["predict"], ["sample"], ["compare"]]
    for command in [[], *commands]:
        name = " ".join(command) or "the program"
        shown = done(*command, "--help")
        lines = shown.splitlines()
        check(f"help of {name}: at most 40 lines of 100 columns",
              len(lines) <= 40 and max(map(len, lines)) <= 100, f"{len(lines)} lines, {max(map(len, lines))} columns")
        check(f"help of {name}: begins with its usage", shown.lower().startswith("usage: equivec sequence"), lines[0])
        if not command:
            missing = [each for each in commands if f"\n  {' '.join(each)} " not in shown]
            check("the overview lists all commands", not missing, missing)
    check("equivec shows the same help", done("sequence", *commands[-1], "--help", program=EQUIVEC) == shown)
    shutil.copy(EQUIVEC, "equivec")
    alone = subprocess.run([pathlib.Path("equivec").resolve(), "sequence", "--help"], capture_output=True, text=True,
                           env=os.environ | {"PATH": "/nowhere"})
    waiting = subprocess.run([SEQUENCE, "--version"], capture_output=True, text=True,
                             env=os.environ | {"OMP_DISPLAY_ENV": "verbose"})
    check("threads of OpenMP wait less", "GOMP_SPINCOUNT = '5000'" in waiting.stderr, waiting.stderr)
    # With that variable the program need not begin again, which takes time.
    os.environ["GOMP_SPINCOUNT"] = "5000"
    check("without equivec-sequence equivec says where it is built", alone.returncode == 1 and alone.stdout == "" and
          re.fullmatch(r"equivec sequence: there is no program equivec-sequence .*libtorch.*\n", alone.stderr), alone)
    check("the version, then what the program is made with",
          re.fullmatch(r"equivec-sequence \d+\.\d+\.\d+\n(\S+ .+\n)+libtorch \d.*\n", done("--version")))
    bare = run()
    check("without arguments usage is on standard error, status 2",
          (bare.returncode, bare.stdout) == (2, "") and "usage: " in bare.stderr, bare)


def check_training():
    for task in TASKS:
        finished = run("train", task, *files(task), "-o", f"{task}.model", "--vectors", "words.vec", *SMALL)
        check(f"train {task}", finished.returncode == 0 and finished.stdout == "", finished.stderr)
        check(f"train {task}: every epoch and the result on standard error",
              re.search(r"epoch 1: loss \d+\.\d{4}, development .*the best so far\n", finished.stderr) and
              re.search(rf"wrote {task}\.model: {task}, [\d,]+ numbers trained, \d+ labels\n", finished.stderr),
              finished.stderr)
        quiet = run("train", task, *files(task), "-o", "again.model", "--vectors", "words.vec", *SMALL, "-q")
        check(f"train {task}: quiet and the same bytes",
              (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "") and
              pathlib.Path("again.model").read_bytes() == pathlib.Path(f"{task}.model").read_bytes(), quiet.stderr)
    check("a model has vectors", "10" in done("info", "classify.model", program=EQUIVEC))
    check("and they are the words'", done("neighbors", "tag.model", "gut", program=EQUIVEC) ==
          done("neighbors", "words.vec", "gut", program=EQUIVEC))
    done("sequence", "train", "classify", *files("classify"), "-o", "by-equivec.model", *SMALL, program=EQUIVEC)
    check("equivec sequence trains", pathlib.Path("by-equivec.model").exists())


def check_scores():
    keys = {"classify": {"accuracy", "macro_f1", "log_loss"}, "language-model": {"perplexity", "bits"},
            "tag": {"accuracy", "f1", "precision", "recall", "surface_f1"}, "translate": {"accuracy", "bleu", "faults"}}
    for task in TASKS:
        scores = json.loads(done("evaluate", f"{task}.model", f"{task}.test", "--json", "--resamples", 50))
        found = set(scores) - {"examples", "model"}
        check(f"evaluate {task}: its measures", found == keys[task], scores)
        check(f"evaluate {task}: all examples", scores["examples"] == 20, scores)
        for key in found - {"faults"}:
            value, interval = scores[key]["value"], scores[key]["interval"]
            check(f"evaluate {task}: {key} and its interval",
                  value >= 0 and (interval is None or interval[0] <= interval[1]), scores[key])
        table = done("evaluate", f"{task}.model", f"{task}.test", "--resamples", 50)
        check(f"evaluate {task}: a table", table.startswith("measure") and "95 % interval" in table, table)
    done("train", "tag", *files("tag"), "-o", "other.model", *SMALL, "--learning-rate", 1e-9)
    for first, second in (("tag.model", "other.model"), ("other.model", "tag.model")):
        scores = json.loads(done("evaluate", first, "tag.test", "--compare", second, "--json", "--resamples", 50))
        (compared,) = scores["compared"]
        check(f"evaluate {first} --compare {second}", compared["model"] == second and abs(
            compared["accuracy"]["difference"]["value"] - compared["accuracy"]["value"] + scores["accuracy"]["value"]) < 1e-9,
            scores)
    markdown = done("evaluate", "tag.model", "tag.test", "--resamples", 50, "--markdown")
    check("evaluate: Markdown", markdown.startswith("| measure"), markdown)
    texts = pathlib.Path(f"{task}.test").read_text(encoding="utf-8")
    check("evaluate: from standard input", done("evaluate", f"{task}.model", "-", "--resamples", 50, text=texts) == table)


def check_answers():
    texts = "w1 gut\nw2 böse w3\n"
    write("texts", texts.splitlines())
    shown = done("predict", "classify.model", text=texts)
    check("predict: a label and its probability a line",
          re.fullmatch(r"((good|other)\t[01]\.\d{4}\n){2}", shown), shown)
    check("predict: from a file", done("predict", "classify.model", "texts") == shown)
    documents = [json.loads(line) for line in done("predict", "classify.model", "texts", "--json").splitlines()]
    check("predict: all probabilities as JSON", len(documents) == 2 and all(
        set(each["probabilities"]) == {"good", "other"} and abs(sum(each["probabilities"].values()) - 1) < 1e-5
        for each in documents), documents)
    tags = done("predict", "tag.model", "texts")
    check("predict: a word and its tag a line", re.fullmatch(
        r"w1\t(B-x|O)\ngut\t(B-x|O)\n\nw2\t(B-x|O)\nböse\t(B-x|O)\nw3\t(B-x|O)\n\n", tags), tags)
    tagged = [json.loads(line) for line in done("predict", "tag.model", "texts", "--json").splitlines()]
    check("predict: words and tags as JSON", [each["words"] for each in tagged] == [["w1", "gut"], ["w2", "böse", "w3"]] and
          all(len(each["words"]) == len(each["tags"]) for each in tagged), tagged)
    targets = done("predict", "translate.model", "texts")
    check("predict: a target a line", targets.count("\n") == 2, targets)
    documents = [json.loads(line) for line in done("predict", "translate.model", "texts", "--json").splitlines()]
    check("predict: targets as JSON", [each["text"] for each in documents] == targets.splitlines() and
          all(each["score"] < 0 for each in documents), documents)
    check("predict: the greedy search", done("predict", "translate.model", "texts", "--beam", 1).count("\n") == 2)
    check("predict: no text, no answer", done("predict", "classify.model", text="") == "")


def check_samples():
    samples = [json.loads(line) for line in
               done("sample", "language-model.model", "w1 gut", "--count", 3, "--seed", 5, "--json").splitlines()]
    check("sample: JSON with texts and seeds",
          [each["seed"] for each in samples] == [5, 6, 7] and all(each["text"].startswith("w1 gut") for each in samples), samples)
    check("sample: the same by the same seed",
          done("sample", "language-model.model", "w1 gut", "--seed", 6) == samples[1]["text"] + "\n")
    long = done("sample", "language-model.model", "--longest", 50, "--through-ends", "--temperature", 2)
    check("sample: through the ends of texts", len(long.split()) + long.count("\n") - 1 == 50, long)


def check_comparison():
    for task in ("tag", "language-model"):
        arguments = ("compare", task, f"{task}.train", f"{task}.test", "--development", f"{task}.development", "--vectors",
                     "words.vec", "others.vec", "random", "--seeds", 2, *SMALL, "--resamples", 50, "-q")
        document = json.loads(done(*arguments, "--json"))
        vectors = document["vectors"]
        check(f"compare {task}: the vectors in their order",
              [each["vectors"] for each in vectors] == ["words.vec", "others.vec", "random"], document)
        check(f"compare {task}: a value of each seed, and their mean", all(
            len(each["values"]) == 2 and abs(sum(each["values"]) / 2 - each["mean"]) < 1e-9 for each in vectors), document)
        check(f"compare {task}: differences from the first", vectors[0]["difference_over_seeds"] is None and all(
            abs(each["difference_over_seeds"]["value"] - (each["mean"] - vectors[0]["mean"])) < 1e-9
            for each in vectors[1:]), document)
    table = done(*arguments)
    check("compare: a table", table.startswith("vectors") and len(table.splitlines()) >= 4, table)
    check("compare: Markdown", done(*arguments, "--markdown").startswith("| vectors"))


def check_interruption():
    """Interrupted, it says so and leaves its checkpoint; then it goes on to the same bytes."""
    options = ("train", "classify", *files("classify"), "--hidden", 8, "--dimension", 6, "--threads", 1, "--patience", 10000)
    done(*options, "-o", "whole.model", "--epochs", 40)
    process = subprocess.Popen([SEQUENCE, *map(str, options), "-o", "cut.model", "--epochs", "10000", "--checkpoint", "state"],
                               stderr=subprocess.PIPE, text=True)
    for _ in range(3):
        process.stderr.readline()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    check("interrupted: status 130 and no model", process.returncode == 130 and not pathlib.Path("cut.model").exists(), said)
    check("interrupted: nothing is left but the checkpoint",
          pathlib.Path("state").exists() and not list(pathlib.Path().glob(".*")), list(pathlib.Path().glob(".*")))
    epochs = max(40, 1 + max(map(int, re.findall(r"epoch (\d+):", said)), default=0))
    if epochs > 40:
        done(*options, "-o", "whole.model", "--epochs", epochs)
    done(*options, "-o", "cut.model", "--epochs", epochs, "--checkpoint", "state", "--resume")
    vectors = [done("convert", name, "-", "--format", "word2vec-text", program=EQUIVEC) for name in ("whole.model", "cut.model")]
    check("resumed: the vectors of one that was not interrupted", vectors[0] == vectors[1])
    answers = [done("predict", name, "texts", "--json") for name in ("whole.model", "cut.model")]
    check("resumed: the answers of one that was not interrupted", answers[0] == answers[1], answers)
    fails("a checkpoint of other settings", 1, "state: is a checkpoint of other settings", *options, "-o", "x.model",
          "--checkpoint", "state", "--resume", "--batch", 7)


def check_option_errors():
    train = ("train", "classify", "classify.train", "--development", "classify.development", "-o", "x.model")
    fails("a command that there is not", 2, "'learn' is not a command", "learn")
    fails("train without a task", 2, "train: expected one of: .*train tag", "train")
    fails("an option that there is not", 2, "--nothing", *train, "--nothing")
    fails("a value that is no number", 2, "hidden", *train, "--hidden", "many")
    fails("a value out of range", 2, "hidden must be between 1 and 8192, got 0", *train, "--hidden", 0)
    fails("a cell that there is not", 2, "cell.*lstm", *train, "--cell", "transformer")
    fails("no development set", 2, "--development", "train", "classify", "classify.train", "-o", "x.model")
    fails("no output", 2, "--output", "train", "classify", *files("classify"))
    fails("no data", 2, "DATA is missing", "train", "classify", "--development", "classify.development", "-o", "x.model")
    fails("an option of another task", 2, "--crf", *train, "--crf")
    fails("tuned vectors without vectors", 2, "--use tuned needs --vectors", *train, "--use", "tuned")
    fails("random vectors with vectors", 2, "--use random takes no --vectors", *train, "--use", "random", "--vectors",
          "words.vec")
    fails("resume without a checkpoint", 2, "--resume needs --checkpoint", *train, "--resume")
    fails("characters twice", 2, "character-encoder", *train, "--units", "characters", "--character-encoder", "lstm")
    fails("two forms of an answer", 2, "exclude each other", "evaluate", "tag.model", "tag.test", "--json", "--markdown")
    fails("a temperature out of range", 2, "temperature must be", "sample", "language-model.model", "--temperature", 0)
    fails("a comparison without anything", 2, " is missing", "compare")
    fails("a comparison of a task that there is not", 2, "TASK", "compare", "parse", "classify.train", "classify.test",
          "--development", "classify.development", "--vectors", "words.vec")
    fails("a comparison without vectors", 2, "--vectors", "compare", "classify", "classify.train", "classify.test",
          "--development", "classify.development")
    fails("seeds out of range", 2, "seeds must be", "compare", "classify", "classify.train", "classify.test",
          "--development", "classify.development", "--vectors", "words.vec", "--seeds", 0)


def check_data_errors():
    fails("an empty line in predict", 1, "standard input:2: the text has no word", "predict", "tag.model", text="a\n\nb\n")
    fails("a text that is too long", 1, "standard input:1: found 3 words, at most 2", "predict", "tag.model", "--longest", 2,
          text="a b c\n")
    fails("a model that is not there", 1, "absent", "predict", "absent")
    fails("vectors in place of a model", 1, "words.vec: is no sequence model", "evaluate", "words.vec", "tag.test")
    done("convert", "words.vec", "words.safetensors", program=EQUIVEC)
    fails("native vectors in place of a model", 1, "words.safetensors: has vectors, but no sequence model", "predict",
          "words.safetensors")
    bytes_of_model = pathlib.Path("tag.model").read_bytes()
    pathlib.Path("cut.file").write_bytes(bytes_of_model[:len(bytes_of_model) // 2])
    fails("half a model", 1, "cut.file: .*truncated or damaged", "predict", "cut.file")
    fails("a language model in predict", 1, "language-model.model: is a language model", "predict", "language-model.model",
          text="w1\n")
    fails("a classifier in sample", 1, "the model is for classify, not for language-model", "sample", "classify.model")
    fails("data without labels", 1, "language-model.test:1: ", "evaluate", "classify.model", "language-model.test")
    write("scorn", ["__label__scorn w1"])
    fails("a label that training did not see", 1, "scorn:1: the label 'scorn' does not occur", "evaluate", "classify.model",
          "scorn")
    fails("data that are not there", 1, "absent", "train", "tag", "absent", "--development", "tag.development", "-o", "x.model")
    write("empty", [])
    fails("an empty file", 1, "empty: holds no text", "train", "tag", "empty", "--development", "tag.development", "-o",
          "x.model", *SMALL)
    fails("a folder that is not there", 1, "nowhere", "train", "tag", *files("tag"), "-o", "nowhere/x.model", *SMALL)
    fails("the output is an input", 1, "tag.train", "train", "tag", *files("tag"), "-o", "tag.train", *SMALL)
    fails("too much memory", 1, "training needs about", "train", "classify", *files("classify"), "-o", "x.model",
          "--hidden", 8192, "--layers", 16)
    write("nan.vec", ["2 2", "w1 nan 1", "gut 1 2"])
    fails("a vector that is not finite", 1, "nan", "train", "classify", *files("classify"), "--vectors", "nan.vec", "-o",
          "x.model", *SMALL)
    run_cases()
    left = [path.name for path in pathlib.Path().iterdir() if path.name.startswith((".", "x"))]
    check("after errors nothing is left", not left, left)


def check_memory():
    """A text whose units do not fit is refused before they are made."""
    pathlib.Path("large.txt").write_bytes(b"a sea of words " * 4_000_000)
    limit = 5 << 30  # with what libtorch's libraries take
    finished = subprocess.run([SEQUENCE, "train", "language-model", "large.txt", "--development", "large.txt", "--units",
                               "characters", "-o", "x.model"], capture_output=True, encoding="utf-8", timeout=120,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    check("too large a text is refused", finished.returncode == 1 and len(finished.stderr.splitlines()) == 1 and
          "60,000,000 bytes of text would take about 5,400 MB of memory" in finished.stderr, finished)
    pathlib.Path("large.txt").unlink()


def main():
    place = tempfile.mkdtemp(prefix="equivec-test-")
    try:
        os.chdir(place)
        write_texts()
        for part in (check_help, check_training, check_scores, check_answers, check_samples, check_comparison,
                     check_interruption, check_memory, check_option_errors, check_data_errors):
            start = time.monotonic()
            part()
            print(f"-- {part.__name__}: {time.monotonic() - start:.1f} s", flush=True)
    finally:
        os.chdir("/")
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(1 if failures else 0)


main()
