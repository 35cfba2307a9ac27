"""An index of the first 100,000 of GloVe's words finds at least .95 of the ten nearest, in a small share of the time. (That of all
of them takes minutes to make: `scripts/benchmarks search`.)"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
import support
from support import check, run

folder = support.folder()
run("convert", support.real_glove(), folder / "v.safetensors", "--limit", "100000", "-q")
made = support.answer("index", folder / "v.safetensors", "-o", folder / "v.index", "-q")
print(f"{made['words']:,} words, {made['bytes'] / 1e6:.1f} MB, made in {made['seconds']:.0f} s")
exact = made["recall"]["exact_seconds"]
for search in made["recall"]["searches"]:
    low, high = search["interval"]
    print(f"{search['candidates']} candidates: recall {search['recall']:.3f} [{low:.3f} .. {high:.3f}], "
          f"{search['seconds'] * 1e3:.2f} ms a question, {exact / search['seconds']:.0f} times as fast as comparing all")
default = next(search for search in made["recall"]["searches"] if search["candidates"] == 150)
check("recall of the default", default["recall"] >= 0.95, default["recall"])
# On a quiet machine 20 times and more.
check("faster than comparing all", exact >= 5 * default["seconds"], exact / default["seconds"])
found = run("neighbors", folder / "v.safetensors", "frog", "--index", folder / "v.index").stdout
check("nearest of frog", found == run("neighbors", folder / "v.safetensors", "frog").stdout, found)
support.finish()
