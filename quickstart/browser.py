"""The Chromium of the browser tests. Standard library only."""

import os
import shutil
import subprocess

from quickstart.terminal import say

# The shell is the same browser without a window of its own: the frame that the others draw around
# every page, in processes of its own, takes twice as long as the page.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = (SHELL, "fonts-noto-cjk")
HOW = (
    "没有 Chromium，浏览器测试将跳过。No Chromium, so browser tests are skipped; to have them: "
    f"apt-get install {' '.join(PACKAGES)}, or name one in CHROMIUM"
)


def find(chosen: str) -> str:
    """Path of the browser: the chosen one, else the first on PATH; "" when there is none."""
    for name in (chosen,) if chosen else NAMES:
        found = shutil.which(name)
        if found:
            return found
    return ""


def install_if_possible(chosen: str) -> None:
    """As root on Debian or Ubuntu, install a missing Chromium; otherwise leave it to the person,
    whom the test plugin tells how.
    """
    if chosen or shutil.which(SHELL) or os.geteuid() or not shutil.which("apt-get"):
        return
    say("安装浏览器测试所需的 Chromium / installing Chromium for the browser tests …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # nothing that is there gives way to it
    how = ["-y", "-qq", "--no-install-recommends", "--no-remove"]
    install = ["apt-get", "install", *how, *PACKAGES]
    _quietly(["apt-get", "update", "-qq"], environment)  # old lists may do: the next line decides
    failure = _quietly(install, environment)
    if failure:
        say(f"  apt-get install: {failure}")


def _quietly(command: list[str], environment: dict[str, str]) -> str:
    """Run a command; its last line when it failed, else ""."""
    done = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stdout.strip().splitlines() or ["failed"])[-1]
