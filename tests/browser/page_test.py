"""Loads pages that `report --html` wrote in headless Chromium, from disk and without a network.

Silent bugs these tests would catch: a page that is whole in its source and blank on the screen; a
curve that cannot be turned off; a table that does not sort; a page that loads something from
elsewhere or writes errors to a console that nobody looks at; one too wide for a phone; a name in a
result file that acts as markup or script.

Usage: page_test.py BENCH REPORT [SCREENSHOT_FOLDER]
Exit code 77: there is no Chromium here, and nothing was tested.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import chromium

BENCH, REPORT = sys.argv[1:3]
SCREENSHOTS = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
WIDE, NARROW = (1440, 900, False), (390, 844, True)
MOST_BYTES = 1_000_000

NOT_BLANK = """
const canvas = arguments[0];
const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
const colours = new Set();
for (let i = 0; i < pixels.length; i += 4) {
  if (pixels[i + 3] > 0) colours.add(pixels.slice(i, i + 3).join());
}
return colours.size;
"""
DRAW = """
for (let e = arguments[0]; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
arguments[0].scrollIntoView({block: "center", behavior: "instant"});
return new Promise((done) => {
  const look = () => arguments[0].dataset.drawn ? done() : requestAnimationFrame(look);
  look();
});
"""
ROWS = """
return [...arguments[0].tBodies[0].rows].map((row) => row.cells[0].textContent)
"""


def run(*command):
    subprocess.run(
        [str(each) for each in command], check=True, stdout=subprocess.DEVNULL, timeout=300
    )


class PageTest(unittest.TestCase):
    maxDiff = 200

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = pathlib.Path(cls.folder.name)
        results = root / "results"
        results.mkdir()
        run(BENCH, "--threads", "1,2,4", "--profile", "zero", "--files", "40", "--quiet",
            "--mitigation", "shared-connection", "--mitigate-at", "4:zero", "--repeat", "2",
            "--interval", "10ms", "--results", results)  # fmt: skip
        cls.study = root / "study.html"
        run(REPORT, "--html", cls.study, results)
        cls.hostile = root / "hostile.html"
        cls._write_hostile(results, root / "hostile")
        run(REPORT, "--html", cls.hostile, root / "hostile")
        cls.browser = cls.enterClassContext(chromium.Chromium(root / "profile"))

    @classmethod
    def _write_hostile(cls, results, folder):
        """The same results with names that try to become markup, script, or the end of both."""
        folder.mkdir()
        attack = (
            "</script></title></style>--><script>window.attacked=1</script>"
            "<img src=x onerror=window.attacked=1>\\\" onmouseover=window.attacked=1 x=\\\""
        )
        for source in results.glob("*.hgrm"):
            text = source.read_text().replace('"strategy":"per-file"', f'"strategy":"{attack}"')
            (folder / source.name).write_text(text)
        (folder / "<img src=x onerror='window.attacked=1'>.hgrm").write_text(
            "Value Percentile TotalCount 1/(1-Percentile)\n\n1.0 0.5 1 2.0\n2.0 1.0 2\n"
        )

    def open(self, page, size=WIDE):
        self.browser.set_size(*size)
        self.browser.set_colour_scheme("light")
        self.browser.open(page)
        entries = self.browser.console()
        self.assertEqual(entries, [], "the console is not empty")

    def draw(self, canvas):
        """Scrolls to a canvas, since pictures are drawn when they come near the screen."""
        self.browser.run(DRAW, {chromium.ELEMENT: canvas})

    def pixels(self, figure):
        self.draw(self.browser.find(f"figure[data-kind={figure}] canvas")[0])
        return self.browser.run(
            "return document.querySelector(`figure[data-kind=${arguments[0]}] canvas`).toDataURL()",
            figure,
        )

    def test_every_figure_is_drawn_at_both_widths(self):
        for size in (WIDE, NARROW):
            with self.subTest(width=size[0]):
                self.open(self.study, size)
                canvases = self.browser.find("canvas")
                kinds = self.browser.run(
                    "return [...document.querySelectorAll('figure')].map((f) => f.dataset.kind)"
                )
                for kind in ("curves", "breakdown", "scaling", "changes", "wal", "intervals"):
                    self.assertIn(kind, kinds)
                for kind, canvas in zip(kinds, canvases):
                    self.draw(canvas)
                    colours = self.browser.run(NOT_BLANK, {chromium.ELEMENT: canvas})
                    self.assertGreater(colours, 10, f"{kind} is blank")

    def test_a_log_fills_its_picture(self):
        self.open(self.study)
        self.draw(self.browser.find("figure[data-kind=intervals] canvas")[0])
        low, high, first, last = self.browser.run(
            "const chart = Chart.getChart(document.querySelector("
            "  'figure[data-kind=intervals] canvas'));"
            "const xs = chart.data.datasets[0].data.map((point) => point.x);"
            "const { min, max } = chart.scales.x;"
            "return [min, max, xs[0], xs[xs.length - 1]]"
        )
        self.assertGreater(last - first, 0.5 * (high - low))

    def test_the_page_is_no_wider_than_the_screen(self):
        for size in (WIDE, NARROW):
            for page in (self.study, self.hostile):
                with self.subTest(width=size[0], page=page.name):
                    self.open(page, size)
                    width = self.browser.run("return document.documentElement.scrollWidth")
                    self.assertLessEqual(width, size[0])

    def test_is_one_small_file_that_asks_for_nothing_else(self):
        self.assertLess(self.study.stat().st_size, MOST_BYTES)
        self.open(self.study)
        loaded = self.browser.run("return performance.getEntriesByType('resource').length")
        self.assertEqual(loaded, 0)

    def test_what_is_far_from_the_screen_is_not_drawn(self):
        self.open(self.study)
        canvases = self.browser.find("canvas")
        drawn = "return document.querySelectorAll('canvas[data-drawn]').length"
        self.draw(canvases[-1])
        self.draw(canvases[0])
        self.browser.run("return new Promise((r) => setTimeout(r, 200))")
        self.assertLess(self.browser.run(drawn), len(canvases))

    def test_a_curve_is_turned_off_and_on_by_mouse_and_by_keyboard(self):
        self.open(self.study)
        whole = self.pixels("curves")
        button = self.browser.find("figure[data-kind=curves] .legend button")[0]
        toggles = (
            lambda: self.browser.click(button),
            lambda: self.browser.press(button, " "),
            lambda: self.browser.press(button, "\ue007"),
        )
        for toggle in toggles:
            toggle()
            self.assertNotEqual(self.pixels("curves"), whole)
            pressed = self.browser.run(
                "return arguments[0].getAttribute('aria-pressed')", {chromium.ELEMENT: button}
            )
            self.assertEqual(pressed, "false")
            toggle()
            self.assertEqual(self.pixels("curves"), whole)

    def test_what_is_turned_off_stays_off_when_all_is_drawn_anew(self):
        self.open(self.study)
        self.browser.click(self.browser.find("figure[data-kind=curves] .legend button")[0])
        light = self.pixels("curves")
        self.browser.set_colour_scheme("dark")
        self.assertNotEqual(self.pixels("curves"), light)
        self.browser.set_colour_scheme("light")
        self.assertEqual(self.pixels("curves"), light)

    def test_a_choice_changes_what_is_drawn(self):
        self.open(self.study)
        for kind in ("curves", "breakdown", "changes"):
            before = self.pixels(kind)
            select = self.browser.find(f"figure[data-kind={kind}] select")[0]
            self.browser.press(select, "\ue015")
            self.assertNotEqual(self.pixels(kind), before, kind)

    def test_every_table_sorts_both_ways(self):
        self.open(self.study)
        table = {chromium.ELEMENT: self.browser.find("section table")[0]}
        header = self.browser.find("section thead button")[2]
        by_file = self.browser.run(ROWS, table)
        self.browser.click(header)
        rising = self.browser.run(ROWS, table)
        self.browser.click(header)
        falling = self.browser.run(ROWS, table)
        self.assertEqual(sorted(rising), sorted(by_file))
        self.assertEqual(rising, falling[::-1])
        values = self.browser.run(
            "return [...arguments[0].tBodies[0].rows].map((r) => Number(r.cells[2].dataset.v))",
            table,
        )
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertEqual(self.browser.find("th[aria-sort=descending]").__len__(), 1)

    def test_dark_is_drawn_anew(self):
        self.open(self.study)
        light = self.pixels("curves")
        self.browser.set_colour_scheme("dark")
        self.assertNotEqual(self.pixels("curves"), light)

    def test_figures_have_words_for_those_who_do_not_see_them(self):
        self.open(self.study)
        silent = self.browser.run(
            "return [...document.querySelectorAll('canvas')]"
            ".filter((c) => !c.getAttribute('aria-label')).length"
        )
        self.assertEqual(silent, 0)

    def test_hostile_names_are_shown_and_do_nothing(self):
        self.open(self.hostile)
        found = self.browser.run(
            "return {attacked: window.attacked === undefined, "
            "images: document.images.length, scripts: document.scripts.length, "
            "text: document.body.textContent.includes('onerror=window.attacked=1')}"
        )
        self.assertEqual(
            found, {"attacked": True, "images": 0, "scripts": 3, "text": True}
        )

    def test_what_a_page_would_inject_is_refused(self):
        self.open(self.study)
        self.browser.run(
            "const s = document.createElement('script'); s.textContent = 'window.attacked = 1';"
            "document.body.append(s);"
        )
        self.assertIsNone(self.browser.run("return window.attacked"))
        self.assertTrue(self.browser.console(), "the policy did not complain")

    def test_prints_with_every_section_unfolded(self):
        self.open(self.study)
        pdf = self.browser.devtools("Page.printToPDF", printBackground=True)["data"]
        self.assertGreater(len(pdf), 20_000)
        folded = self.browser.run(
            "return document.querySelectorAll('details.section:not([open])').length"
        )
        self.assertEqual(folded, 0)
        self.assertEqual(self.browser.console(), [])

    def test_screenshots(self):
        if SCREENSHOTS is None:
            self.skipTest("no folder for them was named")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for size in (WIDE, NARROW):
            for scheme in ("light", "dark"):
                # Tall enough for everything to be near it.
                self.open(self.study, (size[0], 15_000, size[2]))
                self.browser.set_colour_scheme(scheme)
                self.browser.save_screenshot(SCREENSHOTS / f"{size[0]}-{scheme}.png", size[0])


if __name__ == "__main__":
    if not chromium.is_installed():
        print("chromium and chromedriver are not installed; nothing was tested")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
