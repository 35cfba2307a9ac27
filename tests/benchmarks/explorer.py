"""How fast the page of `equivec explore` is, in a browser that draws by software: the time from the server's start to the
first picture, frames a second while the map is dragged, and the time of a search.

    explorer.py VECTORS [OPTION...]

VECTORS and OPTIONs are those of explore; vectors with a map (`equivec map`) need none to be made. EQUIVEC names the program."""

import pathlib
import statistics
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "browser"))
from browser import Page, served

DRAG = """
const done = arguments[0], map = document.querySelector('#map'), hook = window.equivecExplorer, box = map.getBoundingClientRect();
const x = box.left + box.width * 0.65, y = box.top + box.height / 2;
const point = (type, dx, dy) => map.querySelector('#labels').dispatchEvent(new PointerEvent(type, {
  clientX: x + dx, clientY: y + dy, bubbles: true, pointerId: 1, buttons: 1, isPrimary: true, pointerType: 'mouse'}));
point('pointerdown', 0, 0);
let begin = 0, frames = 0, turn = 0;
function step(now) {
  if (++turn === 30) { begin = now; frames = hook.frames(); }  // the map has learned by then how much it can draw
  point('pointermove', 120 * Math.sin(turn / 12), 80 * Math.cos(turn / 9));
  if (begin && now - begin > 5000) {
    point('pointerup', 0, 0);
    done([(hook.frames() - frames) / (now - begin) * 1000, hook.drawnInMotion()]);
  } else requestAnimationFrame(step);
}
requestAnimationFrame(step);
"""

began = time.perf_counter()
with served(*sys.argv[1:]) as address:
    started = time.perf_counter() - began
    with Page(address) as page:
        words, first = page.run("return [window.equivecExplorer.words(), window.equivecExplorer.firstPicture]")
        frames, drawn = page.driver.execute_async_script(DRAG)
        page.picture("dragged")
        print(f"{words:,} words: server {started:.2f} s, page to first picture {first / 1000:.2f} s, "
              f"{frames:.1f} frames a second while dragged, {drawn:,} points each")
        server, token = address.split("/#token=")
        times = []
        for query in ["king", "paris", "music", "king%20-%20man%20%2B%20woman"] * 5:
            request = urllib.request.Request(f"{server}/neighbors?q={query}&k=10", headers={"X-Equivec-Token": token})
            begin = time.perf_counter()
            urllib.request.urlopen(request).read()
            times.append(time.perf_counter() - begin)
        print(f"a search: the first {times[0] * 1000:.0f} ms, median {statistics.median(times) * 1000:.0f}, most {max(times) * 1000:.0f}")
