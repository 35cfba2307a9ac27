"""A browser without a window, and the program that serves it a page."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "peers"))
from support import check, finish, folder, need, real_glove, run  # noqa: F401

need("python3-selenium")
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

for program in ("/usr/bin/chromium", "/usr/bin/chromedriver"):
    if not os.path.exists(program):
        print(f"{program} is missing: scripts/bootstrap --with-peers")
        sys.exit(77)

#: Kept after the test, to be looked at.
PICTURES = pathlib.Path(os.environ.get("EQUIVEC_PICTURES") or tempfile.mkdtemp())
PICTURES.mkdir(parents=True, exist_ok=True)

FLAGS = ("--headless=new --no-sandbox --disable-quic --no-first-run --disable-background-networking --hide-scrollbars "
         "--disable-component-update --disable-sync --use-angle=swiftshader --enable-unsafe-swiftshader").split()


@contextlib.contextmanager
def served(*arguments):
    """The address of the page, while the program runs; it must end well."""
    program = subprocess.Popen([os.environ["EQUIVEC"], "explore", *map(str, arguments), "-q"], stdout=subprocess.PIPE, text=True)
    try:
        address = program.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), f"the program told '{address}'"
        yield address
    finally:
        program.terminate()
        assert program.wait(30) == 0, program.returncode


class Page:
    """A page in a browser of its own, as a person sees it."""

    def __init__(self, address, width=1280, height=800, dark=False, ready=True):
        options = webdriver.ChromeOptions()
        self._profile = tempfile.TemporaryDirectory()
        self.downloads = pathlib.Path(self._profile.name) / "downloads"
        self.downloads.mkdir()
        for flag in [*FLAGS, f"--user-data-dir={self._profile.name}", f"--window-size={width},{height}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.add_experimental_option("prefs", {"download.default_directory": str(self.downloads)})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}]})
        self.driver.get(address)
        if ready:
            self.until("the page is ready", lambda: self.run("return Boolean(window.equivecExplorer?.ready)"))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.picture("failed")
        self.driver.quit()
        self._profile.cleanup()

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, what, condition, seconds=60):
        """The first value of condition() that is true."""
        end = time.monotonic() + seconds
        while True:
            try:
                if value := condition():
                    return value
            except WebDriverException:  # an element that is just being replaced
                pass
            if time.monotonic() > end:
                raise AssertionError(f"after {seconds} s still not: {what}; the page says: {self.text('body')[:800]}")
            time.sleep(0.05)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.find(selector).text

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def click(self, selector):
        self.until(f"{selector} can be clicked", lambda: self.find(selector).click() or True)

    def fill(self, selector, text, and_then=""):
        field = self.find(selector)
        field.clear()
        field.send_keys(text + and_then)

    def wait_text(self, selector, part, seconds=60):
        self.until(f"{selector} says '{part}'", lambda: part in self.run(
            "return document.querySelector(arguments[0])?.textContent ?? ''", selector), seconds)

    def picture(self, name):
        self.driver.save_screenshot(str(PICTURES / f"{name}.png"))

    def complaints(self):
        """What the browser's console was told: errors, and what the content security policy refused."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def accessibility(self):
        """What axe-core finds that is serious."""
        axe = os.environ.get("EQUIVEC_AXE", "")
        if not os.path.exists(axe):
            print("axe-core is missing (EQUIVEC_AXE): tests/browser/built installs it")
            sys.exit(77)
        self.run(pathlib.Path(axe).read_text() + "; window.axe = axe;")
        found = self.driver.execute_async_script("axe.run(document).then(arguments[0])")
        return [f"{one['id']}: {node['html'][:150]}" for one in found["violations"]
                if one["impact"] in ("serious", "critical") for node in one["nodes"]]

    def saved(self, ending):
        """The bytes of the file that was downloaded last."""
        def complete():
            files = [file for file in self.downloads.iterdir() if file.suffix == ending]
            return max(files, key=lambda file: file.stat().st_mtime) if files else None
        file = self.until(f"a file {ending} is saved", complete)
        content = file.read_bytes()
        file.unlink()
        return content
