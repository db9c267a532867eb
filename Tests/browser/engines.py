"""Phones with other engines than Chromium: Firefox by Marionette, WebKit by WebDriver, both as Debian has them."""

import base64
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

WIDTH, HEIGHT = 390, 844
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, section 12.1


class Refused(Exception):
    """What the browser says instead of doing it."""


class Firefox:
    """Marionette: `[0, id, command, parameters]` and `[1, id, error, result]`, each behind its length."""

    name = "Firefox"

    def __init__(self, folder):
        profile = folder / "profile"
        profile.mkdir()
        preferences = {
            "marionette.port": 0, "intl.accept_languages": "de-DE, de", "intl.locale.requested": "de", "app.update.enabled": False,
            "datareporting.policy.dataSubmissionEnabled": False, "browser.shell.checkDefaultBrowser": False,
            "browser.aboutwelcome.enabled": False, "network.captive-portal-service.enabled": False,
            "network.connectivity-service.enabled": False, "services.settings.server": "data:,#remote-settings-dummy/v1",
        }
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (profile / "user.js").write_text("\n".join(lines))
        environment = {**os.environ, "HOME": str(folder), "TZ": "Europe/Berlin", "MOZ_HEADLESS_WIDTH": str(WIDTH)}
        self.process = subprocess.Popen(
            [shutil.which("firefox-esr"), "--headless", "--no-remote", "--marionette", "--profile", profile, "about:blank"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port = waited_for(lambda: int((profile / "MarionetteActivePort").read_text()), OSError, ValueError)
        self.socket = waited_for(lambda: socket.create_connection(("127.0.0.1", port), timeout=60), OSError)
        self.number = 0
        self._receive()
        self.command("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        self.command("WebDriver:SetWindowRect", {"width": WIDTH, "height": HEIGHT})

    def command(self, name, parameters=None):
        self.number += 1
        message = json.dumps([0, self.number, name, parameters or {}]).encode()
        self.socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        if error:
            raise Refused(f"{error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _receive(self):
        length = b""
        while (byte := self.socket.recv(1)) != b":":
            length += byte
        text = b""
        while len(text) < int(length):
            text += self.socket.recv(int(length) - len(text))
        return json.loads(text)

    def go(self, url):
        self.command("WebDriver:Navigate", {"url": url})

    def run(self, script, *arguments):
        return self.command("WebDriver:ExecuteScript", {"script": script, "args": arguments, "newSandbox": False})

    def click(self, element):
        self.command("WebDriver:ElementClick", {"id": element[ELEMENT]})

    def type(self, element, text):
        self.command("WebDriver:ElementSendKeys", {"id": element[ELEMENT], "text": text})

    def picture(self):
        return base64.b64decode(self.command("WebDriver:TakeScreenshot", {"full": False}))

    def close(self):
        self.process.terminate()
        self.process.wait(20)


class WebKit:
    """WebKitGTK's own driver, which starts its MiniBrowser under a display of its own."""

    name = "WebKit"

    def __init__(self, folder):
        self.display = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        number = self.display.stdout.readline().decode().strip()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {
            **os.environ, "DISPLAY": f":{number}", "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "TZ": "Europe/Berlin",
            "XDG_DATA_HOME": str(folder / "data"), "LANG": "de_DE.UTF-8", "LANGUAGE": "de", "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_DMABUF_RENDERER": "1", "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1",
        }
        self.process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"], env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        waited_for(lambda: self.send("GET", "/status"), OSError)
        browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
        options = {"binary": str(browser), "args": ["--automation", f"--geometry={WIDTH}x{HEIGHT}"]}
        session = self.send("POST", "/session", {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}})
        self.session = f"/session/{session['sessionId']}"
        self.send("POST", self.session + "/window/rect", {"width": WIDTH, "height": HEIGHT})

    def send(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Refused(f"{value['error']}: {value['message']}") from None

    def go(self, url):
        self.send("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        return self.send("POST", self.session + "/execute/sync", {"script": script, "args": arguments})

    def click(self, element):
        self.send("POST", f"{self.session}/element/{element[ELEMENT]}/click")

    def type(self, element, text):
        self.send("POST", f"{self.session}/element/{element[ELEMENT]}/value", {"text": text})

    def picture(self):
        return base64.b64decode(self.send("GET", self.session + "/screenshot"))

    def close(self):
        try:
            self.send("DELETE", self.session)
        finally:
            for process in (self.process, self.display):
                process.terminate()
                process.wait(20)


ENGINES = [Firefox, WebKit]


def waited_for(ask, *failures, seconds=30):
    """What `ask` answers once it no longer fails."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except failures:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Phone:
    """A browser in a person's hand: things are found by what is written on them."""

    def __init__(self, browser, url):
        self.browser = browser
        self.url = url

    def go(self, path):
        self.browser.go(self.url + path)

    def run(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def find(self, kind, text=None, seconds=30):
        """The first thing of a kind (a selector) that is shown and has the text in it, or as its name for screen readers."""
        found = self.wait(
            """
            const [kind, text] = arguments;
            const name = (one) => [one.getAttribute("aria-label"), one.textContent].join(" ").replace(/\\u00A0/g, " ");
            const isShown = (one) => one.getClientRects().length > 0;
            return [...document.querySelectorAll(kind)].find((one) => isShown(one) && (!text || name(one).includes(text))) ?? null;
            """, kind, text, seconds=seconds, what=f"{kind} with '{text}'")
        return found

    def tap(self, kind, text=None, seconds=30):
        """Taps what can be tapped: whatever covers it gets a moment to go away."""
        waited_for(lambda: self.browser.click(self._shown(kind, text, seconds)), Refused, seconds=seconds)

    def _shown(self, kind, text, seconds):
        element = self.find(kind, text, seconds)
        self.run("arguments[0].scrollIntoView({ block: 'center' });", element)
        return element

    def fill(self, kind, text):
        self.browser.type(self.find(kind), text)

    def set(self, kind, value):
        """For fields of a date, which each engine lets one type in its own way."""
        self.run(
            """
            arguments[0].value = arguments[1];
            for (const kind of ["input", "change"]) arguments[0].dispatchEvent(new Event(kind, { bubbles: true }));
            """, self.find(kind), value)

    def wait(self, script, *arguments, seconds=30, what="it"):
        end = time.monotonic() + seconds
        while True:
            try:
                found = self.run(script, *arguments)
            except Refused:
                # Between two documents there is none to ask.
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"{self.browser.name} has no {what} at {self.where()}:\n{self.text()}")
            time.sleep(0.1)

    def gone(self, kind, text=None, seconds=30):
        self.wait(
            """
            const [kind, text] = arguments;
            return ![...document.querySelectorAll(kind)].some((one) => one.getClientRects().length > 0 && one.textContent.includes(text ?? ""));
            """, kind, text, seconds=seconds, what=f"end of {kind} with '{text}'")

    def where(self):
        return self.run("return location.href;")

    def text(self):
        return self.run("return document.body.innerText;")


class Signal:
    """What stands between a phone and the server, and can be lost: connections are closed, and new ones at once. Requests that have
    `refused` in them lose theirs as soon as they come; one with `last` in it is the last for all; those with `slow` in them take a while."""

    def __init__(self, port):
        self.port = port
        self.is_lost = False
        self.refused = self.last = self.slow = None
        self.pairs = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self):
        with self.lock:
            self.is_lost = True
            pairs, self.pairs = self.pairs, set()
        for pair in pairs:
            self._end(pair)

    def find(self):
        self.is_lost, self.refused, self.last, self.slow = False, None, None, None

    def close(self):
        self.lose()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                if self.is_lost:
                    raise OSError
                pair = (client, socket.create_connection(("127.0.0.1", self.port)))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.add(pair)
            for source, target in (pair, pair[::-1]):
                threading.Thread(target=self._carry, args=(source, target, pair), daemon=True).start()

    def _carry(self, source, target, pair):
        try:
            while data := source.recv(65536):
                if source is pair[0] and self.refused and self.refused in data:
                    break
                if source is pair[0] and self.last and self.last in data:
                    self.lose()
                    break
                if source is pair[0] and self.slow and self.slow in data:
                    time.sleep(3)
                target.sendall(data)
        except OSError:
            pass
        with self.lock:
            self.pairs.discard(pair)
        self._end(pair)

    @staticmethod
    def _end(pair):
        for one in pair:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
