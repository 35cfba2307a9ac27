"""Pictures of trainings and of bias, and the files that pictures are written to: those of the command."""

import json
import os
import subprocess

import pytest

import equivec
from conftest import WORD_SETS

PROGRAM = os.environ.get("EQUIVEC", "")


def plot(*arguments):
    subprocess.run([PROGRAM, "plot", *arguments], check=True)


def test_a_picture_is_written_as_pdf_and_png(e, folder):
    picture = e.plot(["king", "queen"])
    for name in ("a.pdf", "b.pdf", "a.png"):
        picture.save(name)
    pdf = (folder / "a.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and b"/FontFile" in pdf and pdf == (folder / "b.pdf").read_bytes()
    picture.save("c.png", scale=1)
    widths = [int.from_bytes((folder / name).read_bytes()[16:20], "big") for name in ("a.png", "c.png")]
    assert widths == [1280, 640]
    with pytest.raises(equivec.OptionError, match="scale must be between"):
        picture.save("d.png", scale=0)
    with pytest.raises(equivec.Error, match="librsvg cannot draw"):
        equivec.Picture("no picture", "").save("d.png")
    assert not (folder / "d.png").exists()


def test_the_log_of_a_training_holds_what_on_epoch_is_called_with(folder):
    reports = []
    equivec.train_word2vec([["a", "b", "c"]] * 50, dimension=4, epochs=3, validation=[["a", "b"]] * 9, subsample=0,
                           log="loss.jsonl", on_epoch=reports.append)
    lines = [json.loads(line) for line in (folder / "loss.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["loss"], line["validation_loss"]) for line in lines] == [tuple(r) for r in reports]
    assert [line["trained"] for line in lines] == [150, 300, 450]
    equivec.train_glove([["a", "b", "c"]] * 50, dimension=4, epochs=2, log="pairs.jsonl")
    assert (folder / "pairs.jsonl").read_text().count("\n") == 2

    picture = equivec.plot_loss(["loss.jsonl", "pairs.jsonl"], title="Losses")
    picture.save("python.svg")
    plot("--loss", "loss.jsonl", "pairs.jsonl", "--title", "Losses", "-o", "command.svg")
    assert (folder / "python.svg").read_bytes() == (folder / "command.svg").read_bytes()
    assert equivec.plot_loss([reports], name="loss").svg == equivec.plot_loss("loss.jsonl").svg
    assert equivec.plot_loss([reports, "pairs.jsonl"]).svg.count(">training 1</text>") == 1


def test_measures_of_bias_are_those_of_the_command(e, folder):
    fair = e.debias("hard", sets=WORD_SETS).embeddings
    reports = [vectors.bias("all", sets=WORD_SETS) for vectors in (e, fair)]
    picture = equivec.plot_bias(reports, name=["before", "after"])
    assert picture.svg.count(">before</text>") == picture.svg.count(">after</text>") == 1
    assert equivec.plot_bias(reports).svg.count("(2)</text>") == 1  # of the same name
    for name, report in zip("ab", reports):
        (folder / f"{name}.json").write_text("\n".join(map(json.dumps, report.documents)))
    plot("--bias", "a.json", "b.json", "--name", "before", "after", "-o", "command.svg")
    assert (folder / "command.svg").read_text() == picture.svg
    assert equivec.plot_bias(["a.json", reports[1]], name=["before", "after"]).svg == picture.svg
    assert equivec.plot_bias(reports[0]).svg == equivec.plot_bias("a.json").svg


@pytest.mark.parametrize("call, error, message", [
    (lambda e: equivec.plot_loss([]), equivec.OptionError, "no training's log"),
    (lambda e: equivec.plot_loss([[]]), equivec.Error, "training 1: has no epochs"),
    (lambda e: equivec.plot_loss([[equivec.EpochReport(1, float("nan"), None)]]), equivec.Error, "cannot be drawn: nan"),
    (lambda e: equivec.plot_loss([["loss.jsonl"]]), TypeError, "expected a path or EpochReports, found str"),
    (lambda e: equivec.plot_loss("absent.jsonl"), FileNotFoundError, "absent.jsonl"),
    (lambda e: equivec.plot_bias([]), equivec.Error, "nothing was measured"),
    (lambda e: equivec.plot_bias([1]), TypeError, "expected a BiasReport or a path, found int"),
    (lambda e: equivec.plot_bias([e.bias("direct-bias", sets=WORD_SETS)], name=["a", "b"]), equivec.OptionError,
     "expected one for each of the vectors, found 2"),
])
def test_what_is_no_log_or_report_is_an_error(e, folder, call, error, message):
    with pytest.raises(error, match=message):
        call(e)
