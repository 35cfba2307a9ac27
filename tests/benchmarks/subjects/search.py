"""How fast the nearest words are found: all words compared, and by an index, with what that misses."""

import os

from subjects.measuring import ROOT, Step, Table, compared, execute, in_turns, missing, valued

HEADING = "Search"
TEXT = """The ten nearest words of words spread over the vocabulary, by equivec's Python package and by the other program. *At
once*: gensim has no way to ask for many, and is asked 400 one by one; NumPy multiplies matrices and takes the largest products
(`argpartition`). Indexes are HNSW graphs with 16 links and 200 candidates (`equivec index` uses hnswlib's code); they are
asked one question at a time on one thread. Recall is the share of the ten nearest that is found."""
COLUMNS = {"recall@10 [95 %]": ".3f", "questions/s": ",.0f", "times as fast as comparing all": ".1f", "hnswlib: recall@10": ".3f",
           "hnswlib: questions/s": ",.0f"}
PRECISION = {"MB": ".1f", "recall@10": ".4f", "questions/s": ",.0f", "times as fast as f32": ".2f"}
TABLES = {"search": Table("All words compared", "times as fast"), "index building": Table("Making an index", "times as fast"),
          "index": Table("By an index, by `--candidates`", columns=COLUMNS),
          "precision": Table("Files of lower precision, all words compared", columns=PRECISION)}
PICTURES = [("search", "Times as fast as the other program in comparing all words", "search", "ratios"),
            ("search-index", "Recall of an index, and questions a second", "index", "recall")]


FORMATS = {"gensim": "gensim", "NumPy": "npy"}
PRECISIONS = {"f32": [], "f16": [], "bf16": [], "int8": [], "pq": ["--parts", 25]}


def exact(run, peer, rounds):
    what = {"one": "one question at a time, one thread", "many": f"2,000 at once, {run.threads} threads"}
    if not run.peers[peer]:
        return [missing(run, "search", what[kind], peer) for kind in what]
    files = {"equivec": run.inputs.vectors(), peer: run.inputs.vectors(FORMATS[peer])}
    questions = {"one": 100, "many": 2000 if peer == "NumPy" else 400}
    rows = []
    for kind, threads in (("one", 1), ("many", run.threads)):
        commands = {name: run.script("searching.py", name.lower(), "exact", file,
                                     2000 if name == "equivec" and kind == "many" else questions[kind], threads)
                    for name, file in files.items()}
        found = in_turns(rounds, {name: (lambda c=c: execute(c).document()[kind]) for name, c in commands.items()})
        rows.append(compared("search", what[kind], "questions/s", [1 / s for s in found["equivec"]], peer,
                             [1 / s for s in found[peer]], list(commands.values()), more_is_better=True))
    return rows


def building(run, rounds):
    vectors = {"equivec": run.inputs.vectors(), "hnswlib": run.inputs.vectors("npy")}
    present = [name for name in vectors if name == "equivec" or run.peers[name]]
    commands = {name: run.script("searching.py", name, "build", vectors[name], run.path(f"{name}.index"), run.threads)
                for name in present}
    found = in_turns(rounds, {name: (lambda c=c: execute(c).document()["seconds"]) for name, c in commands.items()})
    what = f"an index, {run.threads} threads"
    if "hnswlib" not in found:
        return [missing(run, "index building", what, "hnswlib")]
    return [compared("index building", what, "s", found["equivec"], "hnswlib", found["hnswlib"], list(commands.values()))]


def index(run, rounds):
    """Needs what building() made."""
    vectors = {"equivec": run.inputs.vectors(), "hnswlib": run.inputs.vectors("npy")}
    present = [name for name in vectors if name == "equivec" or run.peers[name]]
    commands = {name: run.script("searching.py", name, "index", vectors[name], run.path(f"{name}.index"), 1000)
                for name in present}
    commands["exact"] = run.script("searching.py", "equivec", "exact", vectors["equivec"], 100, 1)
    found = in_turns(rounds, {name: (lambda c=c: execute(c).document()) for name, c in commands.items()})
    rows = []
    for i, search in enumerate(found["equivec"][0]["searches"]):
        error = 1.96 * search["standard_error"]
        mine = [one["searches"][i]["seconds"] for one in found["equivec"]]
        values = {"recall@10 [95 %]": [search["recall"], search["recall"] - error, min(1, search["recall"] + error)],
                  "questions/s": {"rounds": [1 / seconds for seconds in mine]},
                  "times as fast as comparing all": {"rounds": [e["one"] / m for e, m in zip(found["exact"], mine)]}}
        if "hnswlib" in found:
            theirs = [one["searches"][i] for one in found["hnswlib"]]
            values["hnswlib: recall@10"] = theirs[0]["recall"]
            values["hnswlib: questions/s"] = {"rounds": [1 / one["seconds"] for one in theirs]}
        rows.append(valued("index", f"{search['candidates']} candidates", values, list(commands.values())))
    return rows


def precision(run, rounds):
    """Native files that are searched as they are: one question at a time on one thread."""
    made, asked, documents = {}, {}, {}
    for name, options in PRECISIONS.items():
        file = run.path(f"{name}.safetensors")
        made[name] = [run.program, "convert", run.inputs.vectors(), file, "--precision", name, *options, "--report", "--json",
                      "-q"]
        documents[name] = execute(made[name]).document()
        asked[name] = run.script("searching.py", "equivec", "exact", file, 100, 1)
    found = in_turns(rounds, {name: (lambda c=c: execute(c).document()["one"]) for name, c in asked.items()})
    rows = []
    for name in PRECISIONS:
        values = {"MB": os.path.getsize(os.path.join(ROOT, run.path(f"{name}.safetensors"))) / 1e6,
                  "recall@10": documents[name]["recall"]["value"], "questions/s": {"rounds": [1 / s for s in found[name]]},
                  "times as fast as f32": {"rounds": [f / s for f, s in zip(found["f32"], found[name])]}}
        rows.append(valued("precision", " ".join(map(str, (f"`{name}`", *PRECISIONS[name]))), values, [made[name], asked[name]]))
    return rows


def steps(run):
    rounds = min(run.rounds, 3)
    return [Step("search-gensim", rounds * 25, lambda: exact(run, "gensim", rounds)),
            Step("search-numpy", rounds * 25, lambda: exact(run, "NumPy", rounds)),
            Step("index-building", 270, lambda: building(run, 1)),
            Step("index", rounds * 20, lambda: index(run, rounds)),
            Step("precision", 40 + rounds * 10, lambda: precision(run, rounds))]
