"""The page of results, in Markdown, and its pictures: all of it from the file of results, so that it can be made again."""

import pathlib
import re
import shlex
import statistics

from subjects import drawing, loading, machine, memory, quality, remedies, scaling, search, subwords, training

SUBJECTS = {"training": training, "quality": quality, "memory": memory, "scaling": scaling, "loading": loading, "search": search,
            "subwords": subwords, "remedies": remedies}
WIDTH = 118  # of commands

INTRODUCTION = """# Benchmarks

Made by `scripts/benchmarks` from one run on one machine. A row says what was measured, what equivec and the other program had
(medians of the rounds), and how many times as fast equivec was: the median of the ratios within a round, in brackets the
least and the greatest. Programs take turns, and every round starts with another one. The last column has the numbers of the
commands below the table that repeat a row, from the project's root, with files that the run left in `{folder}`. There a
program that Debian does not have stands by its name alone: give its path.

```console
$ scripts/benchmarks --list
```

says what would be measured here, and how long it takes.
"""
DOWNSTREAM = """## Downstream

What vectors are worth to classifiers, taggers, language models and translators: [Sequence models](sequence.md) has the table of
`tests/benchmarks/sequence_models.py`, which repeats it in an hour of processor time; [Downstream](downstream.md) says what
debiasing costs a text classifier.
"""


def render(results, output):
    """Writes the page, and its pictures into the folder of its name."""
    output = pathlib.Path(output)
    pictures = output.with_suffix("")
    parts = [INTRODUCTION.format(folder=results["folder"]), *environment(results)]
    for name, subject in SUBJECTS.items():
        parts += [without_paths(part, results) for part in section(name, subject, results, pictures)]
    parts.append(DOWNSTREAM)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("\n".join(parts), encoding="utf-8")


def environment(results):
    if not results.get("machine"):
        return ["Nothing has been measured yet.\n"]
    facts = dict(results["machine"])
    equivec = facts.pop("equivec").splitlines()
    rows = [("equivec", "; ".join(part.strip() for part in equivec)), *facts.items(),
            ("settings", f"{results['rounds']} rounds (fewer where a table says so), {results['threads']} threads; seed 1 of "
                         "equivec, and the other programs' own"),
            *((f"version of {name}", version) for name, version in results["versions"].items()),
            ("missing", "; ".join(f"{name} ({why})" for name, why in results["missing"].items()) or "nothing"),
            *((f"input {name}", what) for name, what in results["inputs"].items()), ("date", times(results))]
    warning = ["**A trial on tiny inputs: none of the numbers means anything.**\n"] if results["quick"] else []
    return [*warning, "## The machine and the programs\n", table(["", ""], [[name, str(value)] for name, value in rows])]


def without_paths(text, results):
    """The text with the names of programs that were given, in place of where they are on this machine."""
    for name in machine.GIVEN:
        if path := results["key"]["peers"].get(name):
            text = re.sub(re.escape(path) + r"(?![\w./-])", name, text)
    return text


def times(results):
    steps = [step for steps in results["steps"].values() for step in steps.values()]
    if not steps:
        return "nothing measured yet"
    ends = sorted(step["finished"] for step in steps)
    return (f"{ends[0]} to {ends[-1]}; {sum(step['seconds'] for step in steps) / 60:.0f} minutes; load of the machine after a "
            f"step: {min(step['load'] for step in steps)} to {max(step['load'] for step in steps)}")


def section(name, subject, results, pictures):
    """Heading, text, tables with their commands, pictures."""
    sources = getattr(subject, "SOURCES", (name,))
    steps = {key: step for source in sources for key, step in results["steps"].get(source, {}).items()}
    failed = [f"Not measured: `{key}`: {step['error']}\n" for key, step in steps.items() if "error" in step]
    rows = [row for step in steps.values() for row in step.get("rows", []) if row["table"] in subject.TABLES]
    parts = [f"## {subject.HEADING}\n", subject.TEXT + "\n"]
    if not rows:
        return parts + (failed or [f"Not measured yet: `scripts/benchmarks {name}`.\n"])
    commands = list(dict.fromkeys(command for row in rows for command in row["commands"]))
    for key, kind in subject.TABLES.items():
        if chosen := [row for row in rows if row["table"] == key]:
            parts += [f"**{kind.title}**\n", (table_of_values if kind.columns else table_of_ratios)(kind, chosen, commands)]
    parts += failed
    for file, title, key, drawn in subject.PICTURES:
        if chosen := [row for row in rows if row["table"] == key]:
            pictures.mkdir(parents=True, exist_ok=True)
            draw = getattr(drawing, drawn)
            svg = draw(title, chosen, ratios_of) if drawn == "ratios" else draw(title, chosen)
            (pictures / f"{file}.svg").write_text(svg, encoding="utf-8")
            parts.append(f"![{title}]({pictures.name}/{file}.svg)\n")
    return [*parts, "```text", *(wrapped(f"{i + 1}  ", command) for i, command in enumerate(commands)), "```\n"]


# ---- tables ----

def ratios_of(row):
    """How many times as fast (or how many times less) equivec is, round by round."""
    if row["other"] is None:
        return []
    pairs = zip(row["equivec"], row["other"])
    return [mine / theirs if row["more_is_better"] else theirs / mine for mine, theirs in pairs]


def table_of_ratios(kind, rows, commands):
    lines, told = [], {row["what"] for row in rows if row["other"] is not None}
    for row in rows:
        if row["other"] is None:
            if row["what"] not in told:  # otherwise who is missing is told above
                mine = quantity(statistics.median(row["equivec"]), row["unit"]) if row["equivec"] else "–"
                lines.append([row["what"], mine, row["peer"], "–", numbers(row, commands)])
            continue
        values = ratios_of(row)
        lines.append([row["what"], quantity(statistics.median(row["equivec"]), row["unit"]),
                      f"{row['peer']}, {quantity(statistics.median(row['other']), row['unit'])}",
                      f"{drawing.short(statistics.median(values))} [{drawing.short(min(values))} .. {drawing.short(max(values))}]"
                      + (f", {len(values)} rounds" if len(values) > 1 else ", once"), numbers(row, commands)])
    return table(["", "equivec", "the other", kind.better, "commands"], lines)


def table_of_values(kind, rows, commands):
    columns = list(dict.fromkeys([*kind.columns, *(name for row in rows for name in row["values"])]))
    columns = [name for name in columns if any(row["values"].get(name) is not None for row in rows)]
    return table(["", *columns, "commands"],
                 [[row["what"], *(cell(row["values"].get(name), kind.columns.get(name, ".3f")) for name in columns),
                   numbers(row, commands)] for row in rows])


def cell(value, form):
    """A number, [value, low, high], {"rounds": [...]}, or a text."""
    if value is None or value == [None, None, None]:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        middle, low, high = (format(part, form) if part is not None else "–" for part in value)
        return f"{middle} [{low} .. {high}]"
    if isinstance(value, dict):
        values = value["rounds"]
        middle = format(statistics.median(values), form)
        return middle if len(values) == 1 else f"{middle} [{format(min(values), form)} .. {format(max(values), form)}]"
    return format(value, form)


def numbers(row, commands):
    return ", ".join(str(commands.index(command) + 1) for command in row["commands"])


def quantity(value, unit):
    if unit.endswith("/s") and value >= 1e6:
        return f"{drawing.short(value / 1e6)} M {unit}"
    if unit == "s" and value < 0.1:
        return f"{drawing.short(1e3 * value)} ms"
    return f"{drawing.short(value)} {unit}"


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows] if len(head) > 2 else [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(part.replace("|", "\\|") for part in line) + " |" for line in lines) + "\n"


def wrapped(number, command):
    """The command over as many lines as it takes, which the shell reads as one."""
    lines, now = [], number
    for word in (shlex.quote(part) for part in shlex.split(command)):
        if now.strip() and len(now) + len(word) > WIDTH and now != number:
            lines.append(now + " \\")
            now = " " * len(number) + "  " + word
        else:
            now += word if now == number else " " + word
    return "\n".join([*lines, now])
