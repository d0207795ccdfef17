"""One command on a machine with nothing but Python: the first start, and what runs after it."""

import os
import re
import signal
import subprocess

from tests.demo.loading import Running
from tests.quickstart.installation import Visitor, command_of, wait_for

PEOPLE = (
    *("agent", "agent2", "supervisor", "supervisor2", "counsel", "counsel2"),
    *("auditor", "administrator", "security"),
)


def test_the_first_start_shows_a_case_on_the_printed_address(running: Running) -> None:
    visitor = Visitor(running.run.url)
    status, where, page = visitor.sign_in("agent", running.installation.logins()["agent"])
    assert (status, where) == (200, "/complaints/")
    number = re.search(r"TS\d\d-\d{6}", page)
    assert number, "no case on the list"
    status, _where, page = visitor.get(f"/complaints/{number[0]}/")
    assert status == 200
    assert number[0] in page


def test_it_prints_one_login_per_person_and_each_opens_the_site(running: Running) -> None:
    for name in PEOPLE:
        printed = re.search(rf"^\s+{name}\s+(\S+)\s", running.run.text, re.MULTILINE)
        assert printed, f"no login of {name}"
        status, where, _page = Visitor(running.run.url).sign_in(name, printed[1])
        assert status == 200
        assert where != "/login/"


def test_a_taken_port_is_stepped_over_and_said(running: Running) -> None:
    assert f":{running.taken}/" not in running.run.url
    assert f"port {running.taken} is taken" in running.run.text


def test_manage_py_in_another_terminal_finds_the_running_servers(running: Running) -> None:
    assert set(PEOPLE) <= set(
        running.installation.query("list(User.objects.values_list('username', flat=True))")
    )


def test_a_second_start_says_where_it_runs_and_starts_nothing(running: Running) -> None:
    second = running.installation.start()
    assert second.popen.wait(timeout=60) == 0
    assert f"already running: {running.run.url}" in second.text


def test_readiness_names_what_it_has_asked(running: Running) -> None:
    status, _where, text = Visitor(running.run.url).get("/readyz")
    assert status == 200
    assert '"ready": true' in text


def test_a_program_that_dies_comes_back(running: Running) -> None:
    def web() -> int:
        return next((pid for pid in running.pids if "gunicorn" in command_of(pid)), 0)

    before = web()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: web() not in (0, before), 60, "the web server did not come back")
    answer = wait_for(lambda: answers(running.run.url), 60, "the site did not come back")
    assert answer == 200
    assert "web 意外退出" in running.run.text


def test_the_state_folder_is_invisible_to_git_and_closed_to_others(running: Running) -> None:
    folder = running.installation.folder
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    listed = ["git", "status", "--porcelain", "--untracked-files=all", "--", "var", "locale"]
    seen = subprocess.run(listed, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert [line for line in seen.splitlines() if "var/" in line or line.endswith(".mo")] == []
    assert {p.name: oct(p.stat().st_mode & 0o077) for p in (folder / "var").iterdir()} == {
        p.name: "0o11" if p.name == "servers" and not p.stat().st_uid else "0o0"
        for p in (folder / "var").iterdir()
    }


def answers(url: str) -> int:
    """The status of the liveness probe, 0 while nobody listens."""
    try:
        return Visitor(url).get("/healthz")[0]
    except OSError:
        return 0
