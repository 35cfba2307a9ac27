"""A person walks through the page of `equivec explore`: by mouse, by keyboard, on a wide and a narrow screen."""

import json
import pathlib
import time
import urllib.request

from browser import Page, check, finish, folder, real_glove, run, served
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

here = folder()
run("convert", real_glove(), here / "all.safetensors", "--limit", 60000, "-q")
run("map", here / "all.safetensors", "-o", here / "some.safetensors", "--limit", 20000, "--epochs", 100, "-q")
run("debias", here / "some.safetensors", "-o", here / "fair.safetensors", "-q")


def quiet(page, name):
    # The browser itself notes answers that are refusals.
    found = [text for text in page.complaints() if "status of 400" not in text]
    check(f"{name}: the console is silent", not found, found)


def words_of(page, room):
    return page.texts(f"#room-{room} [data-word]")


# ---- search, walk on, back ----

def search(page):
    page.fill("#search-input", "kin")
    page.until("words that begin so are listed", lambda: "king" in page.texts("#search-input-list [role=option]"))
    page.fill("#search-input", "king - man + woman", Keys.ENTER)
    page.until("queen is found", lambda: page.run(
        "return document.querySelector('#search-answer [data-word]')?.dataset.word") == "queen")
    page.click("#search-answer [data-word=queen]")
    page.wait_text("#search-title", "queen")
    page.until("its neighbours", lambda: page.all("#search-answer [data-word=elizabeth]"))
    page.picture("search")
    page.driver.back()
    page.until("back to the sum", lambda: page.run("return document.querySelector('#search-input').value") == "king - man + woman")
    check("search: the secret is not in the address bar", "token" not in page.driver.current_url, page.driver.current_url)
    page.fill("#search-input", "quean", Keys.ENTER)
    page.wait_text("#search-answer", "did you mean")
    check("search: what cannot be answered is told in place", page.all("#search-answer [role=alert]"))


def labels(page):
    return page.run("return window.equivecExplorer.labels()")


def wait_for_rest(page):
    """The map follows what was found."""
    def at_rest():
        before = labels(page)
        time.sleep(0.3)
        return labels(page) == before
    page.until("the map is at rest", at_rest)


def click_on_the_map(page):
    wait_for_rest(page)
    label = page.run("""const labels = window.equivecExplorer.labels(), box = document.querySelector('#map').getBoundingClientRect();
        return labels.filter((one) => document.elementFromPoint(box.left + one.x, box.top + one.y)?.closest('#map'))[3]""")
    actions = ActionChains(page.driver)
    actions.w3c_actions.pointer_action.move_to_location(round(label["x"]), round(label["y"]))
    actions.w3c_actions.pointer_action.click()
    actions.perform()
    page.until("it is asked for", lambda: page.run("return document.querySelector('#search-input').value") != "music")
    word = page.run("return document.querySelector('#search-input').value")
    place = page.run("return window.equivecExplorer.place(arguments[0])", word)  # words may stand in one place
    near = max(abs(place["x"] - label["x"]), abs(place["y"] - label["y"]))
    check("map: a click asks for the word that stands there", near < 5, (word, label["text"], near))


# ---- the other rooms ----

def analogy(page):
    page.click("#tab-analogy")
    for name, word, end in (("a", "man", ""), ("b", "king", ""), ("c", "woman", Keys.ENTER)):
        page.fill(f"#analogy-{name}", word, end)
    page.wait_text("#analogy-title", "queen")
    page.picture("analogy")


def axes(page):
    page.click("#tab-axes")
    page.until("the map shows axes", lambda: page.find("#layout-axes").get_attribute("aria-pressed") == "true")
    for name, words in (("xf", "he"), ("xt", "she"), ("yf", "poor"), ("yt", "rich, wealthy" + Keys.ENTER)):
        page.fill(f"#axes-{name}", words)
    page.until("the address says so", lambda: "wealthy" in page.driver.current_url)
    page.click("#axes-place")
    page.until("occupations stand along the axis", lambda: "words are on the map" in page.text("#axes-placed"))
    page.picture("axes")


def bias(page):
    page.click("#tab-bias")
    page.run("document.querySelector('#bias-measure').value = 'weat'; "
             "document.querySelector('#bias-measure').dispatchEvent(new Event('change', {bubbles: true}))")
    page.click("#bias-submit")
    page.wait_text("#bias-answer", "weat-6", 120)
    page.picture("bias")
    page.click("[data-evaluation='similarity.tsv']")
    page.wait_text("#evaluation-answer", "Spearman")


def debias_on_the_spot(page):
    page.click("#tab-change")
    page.run("document.querySelector('#change-method').value = 'hard'")
    page.click("#change-run")
    page.wait_text("#change-result", "What was proved", 120)
    page.until("occupations are measured before and after",
               lambda: page.all("#change-result [data-measure=direct-bias] td.number"), 120)
    page.until("what can still be found",
               lambda: page.all("#change-result [data-measure=classification-bias] td.number"), 240)
    page.click("#change-after")
    page.until("the map shows the vectors after", lambda: "After" in page.text("#side"))
    page.picture("change")


def selection(page):
    page.click("#layout-neighbors")
    page.click("#zoom-reset")
    page.click("#tab-selection")
    page.click("#lasso")
    box = page.run("const b = document.querySelector('#map').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]")
    x, y = box[0] + box[2] * 0.6, box[1] + box[3] * 0.5
    actions = ActionChains(page.driver, duration=20)
    pointer = actions.w3c_actions.pointer_action
    pointer.move_to_location(round(x - 80), round(y - 80))
    pointer.pointer_down()
    for dx, dy in ((80, -80), (80, 80), (-80, 80), (-80, -60)):
        pointer.move_to_location(round(x + dx), round(y + dy))
    pointer.pointer_up()
    actions.perform()
    count = page.until("words are selected", lambda: page.run("return window.equivecExplorer.selection()"))
    page.click("#selection-text")
    saved = page.saved(".txt").decode().splitlines()
    check("selection: all of its words are saved", len(saved) == count, (len(saved), count))
    page.click("#selection-json")
    check("selection: as JSON too", len(json.loads(page.saved(".json"))["words"]) == count)
    page.click("#picture")
    check("the picture is saved as PNG", page.saved(".png").startswith(b"\x89PNG"))
    page.picture("selection")


# ---- keyboard, accessibility ----

def by_keyboard(page):
    def press(*keys):
        actions = ActionChains(page.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()
    press("?")
    page.until("help opens", lambda: page.run("return document.querySelector('#help-dialog').open"))
    press(Keys.ESCAPE)
    page.until("help closes", lambda: not page.run("return document.querySelector('#help-dialog').open"))
    press("/", *"paris", Keys.ENTER)
    page.wait_text("#search-title", "paris")
    reached = set()
    for _ in range(80):  # everything can be reached
        press(Keys.TAB)
        reached.add(page.run("return document.activeElement.id || document.activeElement.dataset.word || ''"))
    for name in ("map", "layout-pca", "theme", "help", "zoom-in", "lasso", "picture", "tab-search", "search-input", "search-submit"):
        check(f"keyboard: Tab reaches {name}", name in reached, sorted(reached))
    page.run("document.querySelector('#map').focus()")
    for keys in (("0",), ("+", "+"), (Keys.ARROW_LEFT,), ("0",)):
        wait_for_rest(page)
        before = labels(page)
        press(*keys)
        if keys != ("0",):
            page.until(f"the map moved by {keys}", lambda: labels(page) != before)
    wait_for_rest(page)
    press("n", "n", "n", Keys.ENTER)
    page.until("a word of the map was asked for", lambda: "paris" not in page.text("#search-title"))
    page.run("document.querySelector('#tab-search').focus()")
    press(Keys.ARROW_RIGHT)
    page.until("arrows walk the rooms", lambda: page.find("#tab-analogy").get_attribute("aria-selected") == "true")


def accessible(page, name):
    found = page.accessibility()
    check(f"axe-core finds nothing serious: {name}", not found, found)
    wide = page.run("return document.documentElement.scrollWidth > innerWidth")
    check(f"nothing is wider than the screen: {name}", not wide)


with served(here / "some.safetensors", "--similarity", pathlib.Path(__file__).parents[2] / "data/similarity.tsv") as address:
    with Page(address) as page:
        check("20,000 words are on the map", page.run("return window.equivecExplorer.words()") == 20000)
        page.picture("first")
        search(page)
        page.fill("#search-input", "music", Keys.ENTER)
        page.wait_text("#search-title", "music")
        click_on_the_map(page)
        by_keyboard(page)
        analogy(page)
        axes(page)
        bias(page)
        debias_on_the_spot(page)
        selection(page)
        page.driver.refresh()
        page.until("a page that is loaded anew still knows its secret", lambda: page.run("return Boolean(window.equivecExplorer?.ready)"))
        quiet(page, "walk")
    (pathlib.Path(here) / "way.html").write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">')
    with Page((pathlib.Path(here) / "way.html").as_uri()) as page:  # waits until it is ready
        check("--open: the file leads to the page", page.driver.current_url.startswith("http://127.0.0.1"))
    for width, height, dark in ((1280, 800, True), (390, 844, False), (390, 844, True)):
        shade = "dark" if dark else "light"
        with Page(address, width, height, dark) as page:
            for room in ("search", "analogy", "axes", "bias", "change", "selection"):
                page.click(f"#tab-{room}")
                if room == "search":
                    page.fill("#search-input", "music", Keys.ENTER)
                    page.wait_text("#search-title", "music")
                page.picture(f"{room}-{width}-{shade}")
                accessible(page, f"{room}, {width} pixels, {shade}")
            quiet(page, f"{width} pixels, {shade}")
    with Page(address) as page:
        for room in ("search", "analogy", "axes", "bias", "change", "selection"):
            page.click(f"#tab-{room}")
            accessible(page, f"{room}, 1280 pixels, light")

# ---- a reference ----

with served(here / "fair.safetensors", "--reference", here / "some.safetensors") as address, Page(address) as page:
    page.click("#tab-change")
    page.wait_text("#change-result", "What moved most", 120)
    page.until("words that moved", lambda: page.all("#change-result [data-word]"), 120)
    page.until("the map shows the vectors before", lambda: "Before" in page.text("#side"))
    page.click("#change-after")
    page.until("and after", lambda: "After" in page.text("#side"))
    page.picture("reference")
    quiet(page, "reference")

# ---- one file ----

run("explore", here / "fair.safetensors", "--reference", here / "some.safetensors", "-o", here / "page.html", "--words", 5000, "-q")
with Page((here / "page.html").as_uri()) as page:
    page.fill("#search-input", "king", Keys.ENTER)
    page.until("queen is among the neighbours", lambda: page.all("#search-answer [data-word=queen]"))
    analogy(page)
    page.click("#tab-axes")
    page.until("the map shows axes", lambda: page.find("#layout-axes").get_attribute("aria-pressed") == "true")
    page.click("#tab-change")
    page.until("words that moved", lambda: page.all("#change-result [data-word]"))
    page.picture("file")
    quiet(page, "file")

# ---- words that would be more than text ----

hostile = ["<img src=x onerror=document.title='hacked'>", "</script><script>document.title='hacked'</script>", "\u202egnp.exe",
           "a" * 2_000_000, "b\u0000c", "&lt;b&gt;", "javascript:alert(1)", "$&\\u003c", "'\"`"]
with open(here / "hostile.bin", "wb") as file:  # word2vec's binary format takes any bytes but blanks
    lines = [word.replace(" ", "_").encode() for word in hostile] + [b"\xff\xfe\xc3(", *(b"w%d" % i for i in range(300))]
    file.write(b"%d 4\n" % len(lines))
    import numpy
    rows = numpy.random.default_rng(1).normal(size=(len(lines), 4)).astype("<f4")
    for word, row in zip(lines, rows):
        file.write(word.replace(b"\0", b"") + b" " + row.tobytes() + b"\n")


def unharmed(page, name):
    check(f"{name}: words change nothing but text", "hacked" not in page.driver.title and not page.run(
        "return document.querySelectorAll('img, script:not([src]):not(#data):not(:last-of-type), iframe').length"), page.driver.title)


with served(here / "hostile.bin") as address, Page(address) as page:
    for word in ("w5", lines[0].decode(), lines[1].decode()):
        page.fill("#search-input", word, Keys.ENTER)
        page.until(f"{word} is answered", lambda: page.all("#search-answer [data-word]"))
    page.fill("#search-input", "w5", Keys.ENTER)
    page.run("const k = document.querySelector('#search-count'); k.value = [...k.options].at(-1).value; k.dispatchEvent(new Event('change', {bubbles: true}))")
    page.until("many answers", lambda: len(page.all("#search-answer [data-word]")) > 40)
    page.picture("hostile")
    longest = max(len(text) for text in page.texts("#search-answer bdi"))
    check("hostile words: a word of two megabytes is shown short", longest < 200, longest)
    check("hostile words: controls are shown as escapes", not any("\u202e" in text for text in page.texts("bdi")))
    unharmed(page, "hostile words")
    quiet(page, "hostile words")
run("explore", here / "hostile.bin", "-o", here / "hostile.html", "-q")
with Page((here / "hostile.html").as_uri()) as page:
    page.fill("#search-input", "w5", Keys.ENTER)
    page.until("the file answers", lambda: page.all("#search-answer [data-word]"))
    unharmed(page, "hostile words in a file")
    quiet(page, "hostile words in a file")

# ---- in a notebook's frame ----

with served(here / "some.safetensors") as address:
    with urllib.request.urlopen(address, timeout=30) as answer:
        check("the command's page is framed by nobody", "frame-ancestors 'self';" in answer.headers["Content-Security-Policy"] + ";"
              and "localhost" not in answer.headers["Content-Security-Policy"])
finish()
