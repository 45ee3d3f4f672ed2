"""Drives headless Chromium through ChromeDriver's WebDriver protocol, with nothing but the standard
library. Chromium has no network: every name fails to resolve and the proxy does not exist."""

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_installed():
    return DRIVER is not None and BROWSER is not None


class Chromium:
    """One browser window. Use in a `with` statement; it and its driver end with it."""

    def __init__(self, profile_folder):
        self._profile = profile_folder
        self._driver = None
        self._url = None

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._driver = subprocess.Popen(
            [DRIVER, f"--port={port}", "--log-level=OFF"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._url = f"http://127.0.0.1:{port}"
        self._wait_for_driver()
        options = {
            "binary": BROWSER,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--proxy-server=127.0.0.1:9",
                f"--user-data-dir={self._profile}",
            ],
        }
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        try:
            session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        except BaseException:
            self._driver.kill()
            self._driver.wait()
            raise
        self._url += f"/session/{session['sessionId']}"
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "", None)
        finally:
            self._driver.terminate()
            self._driver.wait(timeout=20)

    def _wait_for_driver(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                if self._call("GET", "/status", None)["ready"]:
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            if time.monotonic() > deadline:
                raise TimeoutError("chromedriver did not answer within 60 s")
            time.sleep(0.05)

    def _call(self, method, path, body):
        request = urllib.request.Request(
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def devtools(self, command, **parameters):
        return self._call(
            "POST", "/goog/cdp/execute", {"cmd": command, "params": parameters}
        )

    def set_size(self, width, height, mobile):
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def set_colour_scheme(self, name):
        self.devtools(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": name}],
        )
        # The page hears of it when the next frame is due.
        self.run("return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def open(self, path):
        self._call("POST", "/url", {"url": path.resolve().as_uri()})

    def run(self, script, *arguments):
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self._call(
            "POST", "/elements", {"using": "css selector", "value": selector}
        )
        return [each[ELEMENT] for each in found]

    def click(self, element):
        self.run(
            "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})",
            {ELEMENT: element},
        )
        self._call("POST", f"/element/{element}/click", {})

    def press(self, element, keys):
        self._call("POST", f"/element/{element}/value", {"text": keys})

    def console(self):
        """What was written to the console, or refused by the page's policy, since the last call."""
        return self._call("POST", "/se/log", {"type": "browser"})

    def save_screenshot(self, path, width):
        most = 16_000  # Chromium paints no taller surface.
        height = min(most, self.run("return document.documentElement.scrollHeight"))
        shot = self.devtools(
            "Page.captureScreenshot",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
        )
        path.write_bytes(base64.b64decode(shot["data"]))
