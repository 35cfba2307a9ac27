"""A page on which to look at vectors, served from Python."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request

import pytest

import equivec

PROGRAM = os.environ.get("EQUIVEC", "")


def asked(address, path):
    """What the page is told."""
    server, token = re.fullmatch(r"(http://[^/]*)/#token=([0-9a-f]{32})", address).groups()
    request = urllib.request.Request(server + path, headers={"X-Equivec-Token": token})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_it_answers_as_neighbors_does(e):
    with e.explore(map_words=0) as page:
        found = asked(page.address, "/neighbors?q=king%20-%20man%20%2B%20woman&k=3")
        expected = e.neighbors("king - man + woman", 3)
        assert [one["word"] for one in found["neighbors"]] == list(expected.words)
        assert [e.words[i] for i in found["ids"]] == list(expected.words)
        assert asked(page.address, "/info")["words"] == 11
        with pytest.raises(urllib.error.HTTPError) as refused:
            asked(page.address, "/neighbors?q=nobody")
        assert refused.value.code == 400 and "nobody" in json.load(refused.value)["error"]


def test_it_is_shown_in_a_frame_until_it_is_closed(e):
    page = e.explore(map_words=0)
    assert f'<iframe src="{page.address}"' in page._repr_html_()
    assert page.address in repr(page)
    with urllib.request.urlopen(page.address, timeout=30) as answer:
        assert "frame-ancestors 'self' http://localhost:*" in answer.headers["Content-Security-Policy"]
    page.close()
    page.close()
    assert page._repr_html_() is None and "closed" in repr(page)
    with pytest.raises(urllib.error.URLError):
        asked(page.address, "/info")


def test_before_and_after_are_seen_together(e):
    after = e.debias("hard", sets={"definitional": [["woman", "man"], ["girl", "boy"]], "specific": ["woman", "man"]}).embeddings
    with after.explore(reference=e, map_words=0) as page:
        moved = asked(page.address, "/moved?before=reference&after=vectors&k=3")["moved"]
        assert {word["word"] for word in moved} <= set(e.words) and moved[0]["similarity"] < 0.999


def test_bad_arguments_are_told(e):
    with pytest.raises(equivec.OptionError, match="port must be between 0 and 65535"):
        e.explore(port=65536)
    with pytest.raises(equivec.OptionError, match="words must be at least 3"):
        e.explore(words=2)
    with pytest.raises(TypeError, match="reference"):
        e.explore(reference="before.vec")
    with pytest.raises(equivec.Error, match="no.such.host"):
        e.explore(host="no.such.host.invalid", map_words=0)
    with e.explore(map_words=0) as page:
        port = int(re.search(r":(\d+)/", page.address)[1])
        with pytest.raises(equivec.Error, match="in use"):
            e.explore(port=port, map_words=0)


def test_a_forked_process_ends_though_it_holds_a_page(e):
    page = e.explore(map_words=0)
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # ends a process that hangs
        page.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert asked(page.address, "/info")["words"] == 11
    page.close()


def test_the_file_is_that_of_the_command(e, tmp_path):
    e.save(tmp_path / "v.safetensors")
    loaded = equivec.load(tmp_path / "v.safetensors")
    loaded.save_page(tmp_path / "a.html", words=9)
    subprocess.run([PROGRAM, "explore", "v.safetensors", "-o", "b.html", "--words", "9", "-q"], cwd=tmp_path, check=True)
    ours, theirs = ((tmp_path / name).read_text().replace(str(tmp_path) + "/", "") for name in ("a.html", "b.html"))
    assert ours == theirs
    with pytest.raises(equivec.Error, match="nowhere"):
        loaded.save_page(tmp_path / "nowhere" / "a.html", words=9)
