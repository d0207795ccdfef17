"""Stopping, being killed, and starting again."""

import re
import signal
from collections.abc import Iterator

import pytest

from tests.quickstart.installation import (
    OFFLINE,
    STOP_LIMIT,
    Installation,
    Run,
    Visitor,
    installation,
    left_of,
    tree,
    wait_for,
)

SECOND_START = 15.0  # seconds; what is promised


ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def begun() -> Iterator[Installation]:
    """Started once, so that the database and the static files are there, and stopped by SIGTERM."""
    with installation() as copy:
        with copy.running("--empty", HOST=ELSEWHERE, ALLOWED_HOSTS=ELSEWHERE) as run:
            answer = Visitor(run.url).get("/setup/")[0]
            stops_whole(run, signal.SIGTERM)
        assert answer == 200
        yield copy


def test_host_and_port_come_from_the_environment_and_sigterm_stops_everything(
    begun: Installation,
) -> None:
    assert begun.runs[0].url.startswith(f"http://{ELSEWHERE}:")


def stops_whole(run: Run, number: signal.Signals) -> None:
    """A signal stops everything and leaves no process."""
    processes = tree(run.popen.pid)
    assert len(processes) > 8  # supervisor, two servers, web, worker, beat, and theirs
    assert run.stop(number) < STOP_LIMIT
    assert run.popen.returncode == 0
    assert left_of(processes) == []
    assert "stopped" in run.text


def test_a_stop_in_the_middle_of_the_start_is_as_clean(begun: Installation) -> None:
    run = begun.start("--empty")
    wait_for(lambda: "postgres ·" in run.text, 60, "PostgreSQL did not start")
    processes = tree(run.popen.pid)
    assert run.stop() < STOP_LIMIT
    assert left_of(processes) == []
    assert run.url == ""


def test_a_second_start_asks_no_other_machine_and_ends_by_ctrl_c(
    begun: Installation,
) -> None:
    notes = begun.folder / "offline.notes"
    with begun.running("--empty", PYTHONPATH=str(OFFLINE), OFFLINE_NOTES=str(notes)) as run:
        stops_whole(run, signal.SIGINT)
    lines = notes.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 4  # run, supervisor, bootstrap, web, worker, beat were watched
    assert set(lines) == {"watched"}


def test_after_kill_9_nothing_is_left_and_the_next_start_is_quick_and_finds_everything(
    begun: Installation,
) -> None:
    with begun.running("--empty") as first:
        code = re.search(r"code: (\S+)", first.text)
        assert code
        processes = tree(first.popen.pid)
        first.popen.kill()
        first.popen.wait(timeout=10)
        with begun.running("--empty") as second:
            assert left_of(processes) == []
            assert code[1] in second.text  # the same database, the same keys
            assert Visitor(second.url).get("/")[:2] == (200, "/setup/")
            stops_whole(second, signal.SIGHUP)
    later = [run.took for run in begun.runs[1:] if run.took]
    assert min(later) < SECOND_START  # the best of them: other tests share the machine


def test_an_address_that_cannot_be_had_is_an_error_in_one_line(begun: Installation) -> None:
    run = begun.start("--empty", HOST="192.0.2.1")
    assert run.popen.wait(timeout=60) == 1
    assert "HOST=192.0.2.1" in run.text
    assert "Traceback" not in run.text


def test_it_does_not_start_on_half_a_restore(begun: Installation) -> None:
    mark = begun.folder / "var/restoring.json"
    mark.write_text("{}", encoding="ascii")
    run = begun.start("--empty")
    assert run.popen.wait(timeout=60) == 1
    assert "a restore was not finished" in run.text
    mark.unlink()
