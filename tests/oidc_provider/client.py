"""The browser's side of it: who sits at the provider, and the way there and back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from django.test import Client
from django.urls import reverse

from config.state import PROJECT

HERE = "http://testserver"


class At:
    """The running provider. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> At:
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.oidc_provider", str(self.folder)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def issuer(self) -> str:
        """As it calls itself."""
        return f"{self.url}/o"

    def answer(self, address: str, user: str, **how: Any) -> str:
        """Where it sends the browser back to after `user` has entered: a path of this site."""
        browser = requests.Session()
        said = {"user": user, "how": json.dumps(how)}
        assert browser.get(f"{self.url}/enter/", params=said, timeout=20).status_code == 200
        for _step in range(5):  # asked to enter again (prompt=login), it leads back by itself
            answer = browser.get(address, allow_redirects=False, timeout=20)
            address = urljoin(address, answer.headers["Location"])
            if address.startswith(HERE):
                return address.removeprefix(HERE)
            if "/enter/" in address:
                browser.get(f"{self.url}/enter/", params=said, timeout=20)
                address = urljoin(self.url, dict(parse_qsl(urlsplit(address).query))["next"])
        raise AssertionError(f"the provider leads nowhere: {address}")

    def come(self, client: Client, user: str, target: str = "", **how: Any) -> Any:
        """The whole way of a browser; what it gets at its end."""
        begun = client.get(reverse("oidc_login"), {"next": target} if target else {})
        assert begun.status_code == 302, begun.content.decode()
        return client.get(self.answer(begun.url, user, **how))
