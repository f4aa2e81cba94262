"""A real browser for the tests: Chromium without a window, driven over a pipe by its DevTools protocol.

No driver program and no further package: commands and answers are JSON with a zero byte behind each.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60.0
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests may run as root, and the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)

LAUNCH = (
    "import fcntl, os, sys\n"
    "given = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]\n"
    "os.dup2(given[0], 3), os.dup2(given[1], 4)\n"
    "os.execv(sys.argv[3], sys.argv[3:])\n"
)
"""The browser reads its commands from 3 and answers on 4."""


class Chromium:
    """One browser with one page."""

    def __init__(self, width: int = 1200, height: int = 900, *, dark: bool = False, scripts: bool = True) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise AssertionError("Chromium is not installed; the tests need it: apt-get install chromium")
        self._folder = tempfile.mkdtemp(prefix="mailroom-chromium-")
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()

        own = (f"--user-data-dir={self._folder}", f"--window-size={width},{height}")
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), program, *FLAGS, *own],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._number = 0
        self._rest = b""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        self.ask("DOM.enable")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to the page and return its answer."""
        return self._ask(method, session=self._session, **parameters)

    def go(self, address: str) -> None:
        """Open an address and wait until it is there."""
        self.ask("Page.navigate", url=address)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def js(self, expression: str) -> Any:
        """Return the value of an expression on the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true; a page that is just being left is asked again."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                if self.js(expression):
                    return
            except (AssertionError, RuntimeError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{expression} did not come true on {self.js('location.href')}:\n{self.text()[:2000]}")

    def leave(self, act: str) -> None:
        """Do what leads to another page, and wait until that is there."""
        self.js("window.before = true")
        self.js(act)
        self.wait("!window.before && document.readyState === 'complete'")

    def text(self) -> str:
        """Return the words that can be seen."""
        return str(self.js("document.body.innerText"))

    def press(self, key: str) -> None:
        """Press a key."""
        named = {"Enter": ("\r", 13), "Tab": ("", 9), "Escape": ("", 27)}
        letter, code = named.get(key, (key, ord(key[0].upper())))
        told = {"key": key, "windowsVirtualKeyCode": code} | ({"text": letter} if letter else {})
        self.ask("Input.dispatchKeyEvent", type="keyDown", **told)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, words: str) -> None:
        """Type words where the focus is."""
        self.ask("Input.insertText", text=words)

    def choose_files(self, selector: str, *files: Path) -> None:
        """Choose files in a form."""
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", files=[str(file) for file in files], nodeId=node)

    def picture(self, *, whole: bool = True) -> bytes:
        """Return the page as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=whole)["data"])

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(timeout=30)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, method: str, *, session: str = "", **parameters: Any) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        command |= {"sessionId": session} if session else {}
        os.write(self._out, json.dumps(command).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            some = os.read(self._in, 65_536)
            if not some:
                raise AssertionError("the browser ended")
            self._rest += some
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))
