"""What is written about the package is true: examples, parameters, types, and options named as the program's."""

import dataclasses
import doctest
import importlib
import importlib.util
import inspect
import io
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import pytest

import equivec
from conftest import ROOT, names_in_examples, working_in, write_files_of_examples

# ---- docstrings ----

#: What an example needs besides NumPy, by what it calls.
NEEDS = {".to_frame(": "pandas", ".to_scipy(": "scipy", "from gensim": "gensim", ".to_gensim(": "gensim"}
#: So many examples there are at least: a collection that loses some is noticed.
LEAST_EXAMPLES = 120


def modules():
    """All of the package that are written in Python."""
    names = [module.name for module in pkgutil.iter_modules(equivec.__path__) if module.name != "_core"]
    return [equivec] + [importlib.import_module(f"equivec.{name}") for name in names]


def members(owner):
    """(name, function or property) of what a class itself defines."""
    for name, member in vars(owner).items():
        member = member.__func__ if isinstance(member, (staticmethod, classmethod)) else member
        if inspect.isfunction(member) or isinstance(member, property):
            yield name, member


def documented():
    """(docstring, module) by name, of modules, classes, functions and members, each once."""
    found = {}
    for module in modules():
        found.setdefault(module.__name__, (module.__doc__, module))
        for name, value in vars(module).items():
            if not str(getattr(value, "__module__", "")).startswith("equivec"):
                continue
            if inspect.isclass(value) or inspect.isfunction(value):
                name = f"{value.__module__}.{value.__qualname__}"
                found.setdefault(name, (value.__doc__, module))
            if inspect.isclass(value):
                for member, f in members(value):
                    found.setdefault(f"{name}.{member}", (f.__doc__, module))
    return found


def examples():
    return {name: (text, module) for name, (text, module) in documented().items() if text and ">>>" in text}


@pytest.mark.parametrize("name", sorted(examples()))
def test_the_examples_of_a_docstring_are_true(name, tmp_path):
    text, module = examples()[name]
    for call, package in NEEDS.items():
        if call in text and importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    names = {**names_in_examples(), **{public: getattr(module, public) for public in getattr(module, "__all__", ())}}
    test = doctest.DocTestParser().get_doctest(text, names, name, name, 0)
    said = io.StringIO()
    write_files_of_examples(tmp_path)
    with working_in(tmp_path):
        failed, tried = doctest.DocTestRunner().run(test, out=said.write)
    assert tried > 0 and failed == 0, said.getvalue()


def test_no_example_is_lost():
    parse = doctest.DocTestParser().get_examples
    assert sum(len(parse(text)) for text, _ in examples().values()) >= LEAST_EXAMPLES


# ---- what is public ----

def public_functions():
    """(name, function) of the functions and methods that users call."""
    for name in equivec.__all__:
        value = getattr(equivec, name)
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value):
            for base in value.__mro__:
                if not base.__module__.startswith("equivec") or base.__module__ == "equivec._core":
                    continue
                for member, function in members(base):
                    if not member.startswith("_") and inspect.isfunction(function):
                        yield f"{name}.{member}", function


FUNCTIONS = dict(public_functions())
CLASSES = {name: getattr(equivec, name) for name in equivec.__all__ if inspect.isclass(getattr(equivec, name))}
#: Classes that users make themselves; of the others their docstrings tell the attributes.
MADE_BY_USERS = ("BiasQuery", "Embeddings", "Vocabulary")


def section(text, title):
    """The names that a section of a docstring in NumPy's style tells: "a, b : int" tells two."""
    lines = inspect.cleandoc(text or "").splitlines()
    names = []
    for i, line in enumerate(lines):
        if line == title and set(lines[i + 1]) == {"-"}:
            for j in range(i + 2, len(lines)):
                if lines[j].startswith("---"):
                    return names[:-1]  # the last was the next section's title
                if lines[j] and not lines[j].startswith(" "):
                    names += [name.strip() for name in lines[j].split(" : ")[0].split(",")]
    return names


def test_all_public_names_are_there_and_no_others():
    assert equivec.__all__ == sorted(equivec.__all__)
    modules_too = {module.name for module in pkgutil.iter_modules(equivec.__path__)}
    shown = {name for name in vars(equivec) if not name.startswith("_")}
    assert set(equivec.__all__) == shown - modules_too


@pytest.mark.parametrize("name", [*CLASSES, *FUNCTIONS])
def test_every_public_name_is_documented(name):
    value = CLASSES.get(name) or FUNCTIONS[name]
    text = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert text and not text.startswith(f"{name}("), "a docstring of its own"
    if inspect.isclass(value):
        assert all(member.__doc__ for where, member in members(value) if not where.startswith("_"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example(name):
    assert ">>>" in FUNCTIONS[name].__doc__


@pytest.mark.parametrize("name", [*FUNCTIONS, *MADE_BY_USERS])
def test_a_docstring_tells_all_parameters_and_no_others(name):
    value = FUNCTIONS.get(name) or CLASSES[name]
    parameters = [p for p in inspect.signature(value).parameters if p != "self"]
    assert sorted(section(value.__doc__, "Parameters")) == sorted(parameters)


@pytest.mark.parametrize("name", [name for name, value in CLASSES.items() if dataclasses.is_dataclass(value)])
def test_a_docstring_tells_all_fields_and_no_others(name):
    title = "Parameters" if name in MADE_BY_USERS else "Attributes"
    fields = [field.name for field in dataclasses.fields(CLASSES[name]) if not field.name.startswith("_")]
    assert section(CLASSES[name].__doc__, title) == fields


# ---- types ----

def mypy(folder, module, *arguments):
    pytest.importorskip("mypy")
    configuration = folder / "mypy.ini"
    configuration.write_text("[mypy]\nignore_missing_imports = True\n")
    package = str(pathlib.Path(equivec.__file__).parents[1])
    where = {**os.environ, "PYTHONPATH": package, "MYPYPATH": package}
    return subprocess.run([sys.executable, "-m", module, *arguments, str(configuration)], cwd=folder, env=where,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_the_stub_says_what_the_package_has(tmp_path):
    allowed = pathlib.Path(__file__).with_name("stubtest.allow")
    done = mypy(tmp_path, "mypy.stubtest", "equivec", "--allowlist", str(allowed), "--mypy-config-file")
    assert done.returncode == 0, done.stdout


CHECKED = """
from typing import List, Optional, Tuple
import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type
import equivec as ev

corpus = [["to", "be"], ["or", "not"]]
e = assert_type(ev.train_word2vec(corpus, model="cbow"), ev.Embeddings)
assert_type(ev.train_word2vec((line.split() for line in open("text.txt")), dry_run=True), ev.TrainingEstimate)
assert_type(ev.train_glove(ev.count_cooccurrences("text.txt"), dry_run=False), ev.Embeddings)
ev.train_word2vec(np.zeros((3, 4), dtype=np.int32), on_epoch=lambda report: print(report.validation_loss))
assert_type(e.neighbors_batch(["king", "queen"]), List[ev.Neighbors])
assert_type(e.neighbors_batch(e.vectors, as_arrays=True), Tuple[NDArray[np.int32], NDArray[np.float32]])
assert_type(e.neighbors("king")[0].word, str)
assert_type(e.get("king"), Optional[NDArray[np.float32]])
for measurement in e.bias("weat", query=["weat-6", ev.BiasQuery([["a"], ["b"]], [["c"], ["d"]])]):
    assert_type(measurement.effect_size, Optional[float])
e.train_word2vec("text.txt")  # no such method
ev.train_word2vec("text.txt", vector_size=100)  # gensim's name
e.neighbors("king", metric="cos")  # not one of the metrics
"""


def test_a_type_checker_knows_what_calls_return_and_which_are_wrong(tmp_path):
    (tmp_path / "program.py").write_text(CHECKED)
    done = mypy(tmp_path, "mypy", "--strict", "program.py", "--config-file")
    wrong = sorted({int(line) for line in re.findall(r"^program\.py:(\d+): error", done.stdout, re.MULTILINE)})
    lines = CHECKED.splitlines()
    assert wrong == [number for number, line in enumerate(lines, 1) if "  # " in line], done.stdout


# ---- options ----

PROGRAM = os.environ.get("EQUIVEC", "")
SAVE = equivec.Embeddings.save

#: The functions of a command. An option is a keyword of all of the first, or of one of the second.
COMMANDS = {
    "train skipgram": ([equivec.train_word2vec], [SAVE]),
    "train cbow": ([equivec.train_word2vec], [SAVE]),
    "train glove": ([equivec.train_glove], [SAVE]),
    "cooccur": ([equivec.count_cooccurrences], [equivec.Cooccurrences.save]),
    "vocab": ([equivec.count_words], []),
    "phrases": ([equivec.find_phrases], []),
    "index": ([equivec.Embeddings.build_index], [equivec.Index.save, equivec.Index.recall]),
    "neighbors": ([equivec.Embeddings.neighbors, equivec.Embeddings.neighbors_batch], []),
    "analogy": ([equivec.Embeddings.analogy], [equivec.Embeddings.analogies]),
    "similarity": ([equivec.Embeddings.similarity], []),
    "outlier": ([equivec.Embeddings.outliers], []),
    "eval": ([equivec.Embeddings.evaluate], [equivec.Evaluation.to_text]),
    "bias": ([equivec.Embeddings.bias], [equivec.BiasReport.to_text]),
    "align": ([equivec.Embeddings.align], [SAVE]),
    "drift": ([equivec.Embeddings.drift], [equivec.Drift.save]),
    "stability": ([equivec.stability], [equivec.Stability.save]),
    "merge": ([equivec.merge], [SAVE]),
    "retrofit": ([equivec.Embeddings.retrofit], [SAVE]),
    "debias": ([equivec.Embeddings.debias], [SAVE, equivec.Debiased.report, equivec.Debiased.to_text]),
    "probe": ([equivec.probe], [equivec.ProbeReport.to_text]),
    "map": ([equivec.Embeddings.with_map], []),
    "transform": ([equivec.Embeddings.transform], [SAVE, equivec.Transformed.report]),
    "explore": ([equivec.Embeddings.explore], [equivec.Embeddings.save_page]),
    "plot": ([equivec.Embeddings.plot], [equivec.plot_loss, equivec.plot_bias, equivec.Picture.save]),
    "encode": ([equivec.Embeddings.mean_vectors], []),
    "convert": ([equivec.load, SAVE], [equivec.Embeddings.with_precision]),
}
#: Commands that are no functions: the command line of another program, describe(), and one that reads a corpus where
#: the function takes a text.
OTHER_COMMANDS = ("word2vec", "info", "tokenize", "completions", "shell",  # Python has a prompt
                  "sequence")  # a program of its own; Python has PyTorch
#: What all commands that read a corpus take, and vocab's help tells.
TEXT_OPTIONS = ("lowercase", "normalize", "tokenize", "punctuation", "digits", "invalid-utf8", "max-sentence", "phrases",
                "keep", "drop", "field", "column")
TEXT_COMMANDS = ("train skipgram", "train cbow", "train glove", "cooccur")

#: Options of the command line alone, of a command or of all ("").
ONLY_OPTIONS = {
    ("", "help"): "help() is Python's",
    ("convert", "dimension"): "with_dimension()",
    ("convert", "report"): "neighbor_recall()",
    ("convert", "analogies"): "evaluate()",
    ("", "quiet"): "nothing is printed; remarks go to the log",
    ("", "progress"): "nothing is printed; progress= shows it",
    ("", "json"): "to_dict()",
    ("", "output"): "the result is returned, and has save()",
    ("map", "limit"): "first()",
    ("explore", "open"): "webbrowser.open(page.address)",
    ("plot", "words"): "an argument, words=open(file)",
    ("plot", "loss"): "plot_loss()",
    ("plot", "bias"): "plot_bias()",
    ("bias", "list"): "bias_measures()",
    ("debias", "list"): "debias_methods()",
    ("debias", "report"): "Debiased.report(path)",
    ("transform", "report"): "Transformed.report(path)",
    ("align", "target-output"): "Aligned.target has save()",
}
#: Keywords of Python alone, of a command's functions or of all ("").
ONLY_KEYWORDS = {
    ("", "progress"): "the command shows it by itself",
    ("train skipgram", "model"): "a command of its own",
    ("train skipgram", "on_epoch"): "the command prints the loss",
    ("train skipgram", "cbow_update"): "of train cbow",
    ("train skipgram", "group_noise"): "in docs/training.md; the help has no room",
    ("train skipgram", "resample"): "in docs/spaces.md; the help has no room",
    ("train cbow", "resample"): "in docs/spaces.md; the help has no room",
    ("train glove", "resample"): "in docs/spaces.md; the help has no room",
    ("train skipgram", "buckets"): "in docs/training.md; the help has no room",
    ("train cbow", "buckets"): "in docs/training.md; the help has no room",
    ("train cbow", "group"): "of train skipgram",
    ("train cbow", "group_noise"): "of train skipgram",
    ("train cbow", "model"): "a command of its own",
    ("train cbow", "on_epoch"): "the command prints the loss",
    ("train glove", "on_epoch"): "the command prints the loss",
    ("train glove", "corpus"): "an argument of the command",
    ("convert", "subwords"): "conversion keeps what the format holds",
    ("neighbors", "query"): "an argument of the command",
    ("neighbors", "add"): "a sum is written as one: 'king - man'",
    ("neighbors", "subtract"): "a sum is written as one: 'king - man'",
    ("neighbors", "exclude"): "for programs",
    ("neighbors", "as_arrays"): "for programs",
}
#: Keywords whose default is written in another way.
OTHER_DEFAULTS = {
    ("train skipgram", "learning_rate"): "None: the model's",
    ("train cbow", "learning_rate"): "None: the model's",
    ("phrases", "threshold"): "None: that of the scoring",
    ("neighbors", "min_similarity"): "None: no word is left out, as the help says too",
    ("analogy", "method"): "3cosavg in analogies(), which learns from several pairs",
    ("explore", "words"): "20,000 in save_page(), as the help says too",
    ("explore", "map_words"): "None: all of the file, in save_page()",
    ("bias", "measure"): "direct-bias, as the help says too",
    ("bias", "draws"): "None: exact where feasible, as the help says too",
    ("debias", "lambda_"): "None: the default; other methods refuse it",
    ("debias", "sigma"): "None: the default; other methods refuse it",
    ("debias", "alpha"): "None: the default; other methods refuse it",
    ("debias", "biased_words"): "None: the default; other methods refuse it",
    ("debias", "rounds"): "None: the default; other methods refuse it",
}
#: Options that have another name, besides - for _.
RENAMED = {("debias", "lambda"): "lambda_", ("convert", "input-format"): "format"}

OPTION = re.compile(r"^  (?:-\w, )?--(?P<name>[a-z][a-z0-9-]*)(?: (?P<value>[A-Z0-9][A-Za-z0-9|]*(?:\.\.\.)?))?"
                    r"(?: \((?P<default>[^)]+)\))?(?:  |$)", re.MULTILINE)


def program(*arguments):
    if not PROGRAM:
        pytest.skip("EQUIVEC names no program")
    return subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def options_of(command):
    """The default of each option as the help shows it, None where it shows none."""
    help_text = program(*command.split(), "--help")
    found = {match["name"]: match["default"] for match in OPTION.finditer(help_text)}
    assert len(found) == len(re.findall(r"^  -", help_text, re.MULTILINE)), "an option was not recognized"
    if command in TEXT_COMMANDS:
        found.update({name: default for name, default in options_of("vocab").items() if name in TEXT_OPTIONS})
    return found


def keywords_of(function):
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not p.empty}


def same(shown, default):
    """Whether a default in the help is that of a keyword; None: the option is not given."""
    if shown is None:
        return default in (None, False, "", ()) or default == "automatic"
    if isinstance(default, str):
        return shown == default
    return isinstance(default, (int, float)) and float(shown) == default


def test_every_command_has_its_functions():
    listed = re.findall(r"^  (\w[\w-]*(?: (?:skipgram|cbow|glove))?)  ", program("--help"), re.MULTILINE)
    assert sorted(listed) == sorted([*COMMANDS, *OTHER_COMMANDS])


@pytest.mark.parametrize("command", TEXT_COMMANDS)
def test_commands_that_read_a_corpus_take_all_options_of_text(command):
    assert set(TEXT_OPTIONS) <= set(options_of("vocab"))
    for name in TEXT_OPTIONS:
        value = [] if name == "lowercase" else ["x"]
        done = subprocess.run([PROGRAM, *command.split(), "nowhere", "-o", "out", f"--{name}", *value],
                              stderr=subprocess.PIPE, text=True)
        assert done.returncode in (1, 2) and "there is no option" not in done.stderr, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_a_keyword_of_the_same_name_and_default(command):
    functions, others = COMMANDS[command]
    for option, shown in options_of(command).items():
        if (command, option) in ONLY_OPTIONS or ("", option) in ONLY_OPTIONS:
            continue
        name = RENAMED.get((command, option), option.replace("-", "_"))
        where = [f for f in functions + others if name in keywords_of(f)]
        if command == "convert":
            assert where, f"--{option} is no keyword"
        else:
            assert set(functions) <= set(where) or set(others) & set(where), f"--{option} is no keyword"
        for function in where:
            if (command, name) not in OTHER_DEFAULTS:
                default = keywords_of(function)[name]
                assert same(shown, default), f"--{option} has {shown}, {function.__qualname__} has {default!r}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_keyword_is_an_option(command):
    names = {RENAMED.get((command, option), option.replace("-", "_")) for option in options_of(command)}
    for function in COMMANDS[command][0]:
        missing = {name for name in keywords_of(function) if name not in names}
        assert {name for name in missing if (command, name) not in ONLY_KEYWORDS and ("", name) not in ONLY_KEYWORDS} \
            == set()


def test_every_exception_is_still_needed():
    options = {command: options_of(command) for command in COMMANDS}
    keywords = {command: {name for f in functions + others for name in keywords_of(f)}
                for command, (functions, others) in COMMANDS.items()}
    everywhere = {name for names in options.values() for name in names}
    for command, option in ONLY_OPTIONS:
        assert option in (options[command] if command else everywhere), (command, option)
        assert not command or option.replace("-", "_") not in keywords[command], (command, option)
    for command, option in RENAMED:
        assert option in options[command], (command, option)
    for command, name in OTHER_DEFAULTS:
        option = {renamed: old for (_, old), renamed in RENAMED.items()}.get(name, name.replace("_", "-"))
        functions = [f for part in COMMANDS[command] for f in part]
        defaults = [keywords_of(f)[name] for f in functions if name in keywords_of(f)]
        assert not all(same(options[command][option], default) for default in defaults), (command, name)
    for command, name in ONLY_KEYWORDS:
        where = keywords[command] if command else set().union(*keywords.values())
        assert name in where, (command, name)
        assert not command or name.replace("_", "-") not in options[command], (command, name)


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_the_learning_rate_is_that_of_the_help(model):
    vectors = equivec.train_word2vec([["a", "b", "c"]] * 20, model=model, dimension=2, subsample=0)
    assert vectors.metadata["learning_rate"] == options_of(f"train {model}")["learning-rate"]
