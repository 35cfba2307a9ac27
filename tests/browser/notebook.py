"""A notebook shows the page that Python serves, in a frame of another origin."""

import functools
import http.server
import pathlib
import threading

from browser import Page, check, finish, folder, need

need("python3-numpy", "python3-equivec")
import numpy

import equivec

here = folder()
words = ["king", "queen", "man", "woman"] + [f"w{i}" for i in range(200)]
e = equivec.Embeddings(words, numpy.random.default_rng(1).normal(size=(len(words), 8)).astype("float32"))
explorer = e.explore()
(pathlib.Path(here) / "index.html").write_text(f"<!doctype html><title>notebook</title>{explorer._repr_html_()}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Nothing is told of requests."""


notebook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=here))
threading.Thread(target=notebook.serve_forever, daemon=True).start()

with Page(f"http://localhost:{notebook.server_port}/index.html", ready=False) as page:
    page.driver.switch_to.frame(page.find("iframe"))
    page.until("the page in the frame is ready", lambda: page.run("return Boolean(window.equivecExplorer?.ready)"))
    page.fill("#search-input", "king", "\n")
    found = page.until("it answers", lambda: page.texts("#search-answer [data-word] bdi"))
    check("the frame answers as Python does", found[0] == e.neighbors("king").words[0], found)
    page.picture("notebook")
explorer.close()
notebook.shutdown()
finish()
