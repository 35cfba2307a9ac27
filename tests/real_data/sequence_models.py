"""Sequence models on real texts: a classifier of SST-2 on tuned GloVe vectors is better than averaged vectors by three points,
and dates in many forms are translated to ISO's."""

import datetime
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import answer, check, run

data = support.real_data()
folder = support.folder()
if not (pathlib.Path(support.PROGRAM).parent / "equivec-sequence").exists():
    print("skipped: equivec-sequence is not built (libtorch is missing)")
    sys.exit(77)


def evaluated(model, test):
    return json.loads(run("sequence", "evaluate", model, test, "--json").stdout)


def sentiment(part):
    """SST-2 has the label behind the sentence."""
    file = folder / f"{part}.tsv"
    lines = (data / "downstream/sst2" / f"{part}.tsv").read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{label}\t{text}\n" for text, label in (line.rsplit("\t", 1) for line in lines)),
                    encoding="utf-8")
    return file


def check_sentiment():
    train, development, test = (sentiment(part) for part in ("train", "dev", "test"))
    vectors, model = folder / "glove.safetensors", folder / "sentiment.safetensors"
    run("convert", support.real_glove(), vectors, "-q")
    averaged = answer("probe", train, test, vectors)["results"][0]["accuracy"]["value"]
    run("sequence", "train", "classify", train, "--development", development, "--vectors", vectors, "-o", model,
        "--use", "tuned", "--epochs", "4", "-q")
    found = evaluated(model, test)["accuracy"]
    print(f"SST-2: {100 * averaged:.1f} % with averaged vectors, {100 * found['value']:.1f} % with an LSTM")
    check("a biLSTM on tuned vectors is three points better than averaged vectors",
          found["value"] >= averaged + 0.03, (averaged, found))


FORMS = ("%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%m/%d/%y", "%A, %d %b %Y", "%b %d %Y", "%Y %B %d", "%d %b, %Y")


def dates(seed, count):
    """Two-digit years are those of 1969 to 2068, as POSIX has it."""
    draw, file = random.Random(seed), folder / f"dates-{seed}.tsv"
    lines = []
    for _ in range(count):
        date = datetime.date(1969, 1, 1) + datetime.timedelta(days=draw.randrange(36525))
        lines.append(f"{date.strftime(draw.choice(FORMS)).lower()}\t{date.isoformat()}\n")
    file.write_text("".join(lines), encoding="utf-8")
    return file


def check_dates():
    train, development, test = dates(1, 8000), dates(2, 500), dates(3, 1000)
    model = folder / "dates.safetensors"
    run("sequence", "train", "translate", train, "--development", development, "-o", model, "--units", "characters",
        "--dimension", "32", "--hidden", "64", "--learning-rate", "5e-3", "--dropout", "0", "--epochs", "6", "-q")
    found = evaluated(model, test)
    print(f"dates: {100 * found['accuracy']['value']:.1f} % exact")
    check("98 % of dates are translated exactly", found["accuracy"]["value"] >= 0.98, found)


check_sentiment()
check_dates()
support.finish()
