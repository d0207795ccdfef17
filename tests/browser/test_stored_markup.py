"""Show 4, stored markup: what somebody planted is only ever words, in a real browser.

`tests/crawl/test_c4_crawl.py` reads every answer; here Chromium does what a browser does with it:
parses, loads, runs the product's scripts. Nothing may run, be asked for, be stopped by the policy
alone, or stand in the document as more than text; and the text has to be seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache as store
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts import absences, keys, training
from accounts.models import User
from complaints.actions import importing, satisfaction
from complaints.models import Complaint
from correspondence.tasks import send_waiting
from tests.browser import planting
from tests.browser.conftest import DESKTOP, PHONE, context_of
from tests.cast import Cast, assemble
from tests.complaints import test_nothing_left as scenes
from tests.complaints.test_satisfaction import apart
from tests.crawl import world as journeys
from tests.importing.files import as_csv
from tests.live import Site, session_of
from tests.markup import BREAKER, EVALUATED, MORE
from tests.walks.routes import all_routes
from tests.walks.world import example, own_cases

LOOK = (Path(__file__).parent / "planted.js").read_text(encoding="utf-8")
HOOKS = """
window.planted = () => { window.__planted = (window.__planted ?? 0) + 1; };
addEventListener('securitypolicyviolation', (event) => {
  const { violatedDirective, blockedURI, sample } = event;
  (window.__stopped ??= []).push(`stopped ${violatedDirective} ${blockedURI} ${sample}`);
});
"""
# Pages by whom; of the case on which most was written, or of the one in the state behind the @.
PAGES = {
    "agent": "home queue case peek timeline told clocks edit_case resolution intake commitments"
    " add_evidence print_evidence import_complaints letter_batches letter_batch mass_cases"
    " mass_case rights rights_request rights_new danger notices settings absence own_keys factors"
    " sign_ins wishes calendar calendar_change promises access promise@executing"
    " case@executing rights_request@in_review analyses",
    "auditor": "case@archived archive_case@archived audit_log audit_people"
    " audit_person audit_readings readings reveals disposal disposal_batch training_list"
    " timeline@archived",
    "supervisor": "home queue case@closed alarms reconciliation payment_files payment_file"
    " satisfaction_list satisfaction@archived promise_edit calendar_notice calendar_days"
    " approve_offer@in_review access_request hold@investigating mass_edit",
    "counsel": "review review_case legal_holds legal_hold rules_try trial case@external"
    " letter_preview",
    "administrator": "users user teams team setup_people mails health calendar_notices permissions",
    "security": "home users account user_factors user_sign_ins training_list all_keys alarms",
}
NOBODY = "nobody"
PUBLIC = "login second_step begin_anew setup feedback@closed mail_wishes"  # of nobody
MUST_BE_READ = """
    Complaint.title Complaint.narrative Complaint.source Commitment.text
    Consumer.name_masked Consumer.address_masked Event.text Item.title Item.file_name Item.proves
    Measure.description Point.title Point.consumer_says Resolution.explanation Resolution.letter
    Comment.text Consult.question ImportRun.file_name PaymentFile.file_name MassCase.title
    PublicPromise.text_zh CalendarDay.name LegalHold.matter ApiKey.label User.name Team.name
    Feedback.comment
"""
FILE = f"<img src=x onerror=planted()>{BREAKER}.txt"
_SHOWN = re.compile(rf"〔([\w.]+)·[^〕]*〕{re.escape(BREAKER)}(.*)", re.DOTALL)


class Window:
    """One person's window; what is wrong, and which planted column and kind of markup was read on
    how many pages.
    """

    def __init__(self, page: Page, who: str, site: str) -> None:
        self.page, self.who, self.site = page, who, site
        self.wrong: list[str] = []
        self.columns: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self._say(f"script error {error}"))
        page.on("console", lambda line: self._console(line.text))

    def open(self, address: str) -> None:
        """Go there and look. Whoever is signed in reads something planted on every page."""
        answer = self.page.goto(address, wait_until="domcontentloaded")
        status, read = answer.status if answer else 0, self.look().count(BREAKER)
        if self.who != NOBODY and (status != 200 or not read):
            self._say(f"answers {status} with {read} planted words")

    def reads(self, words: str) -> None:
        """Wrong, unless the page as it stands now says this."""
        if words not in self.look():
            self._say(f"does not say {words}")

    def look(self) -> str:
        """At all documents of the page as they stand now; the planted words that can be read."""
        columns, kinds, words = set[str](), set[str](), list[str]()
        for frame in self.page.frames:
            seen = frame.evaluate(LOOK)
            for line in seen["wrong"]:
                self._say(line)
            words += seen["words"]
        for text in words:
            if EVALUATED in text:
                self._say(f"was evaluated: {text}")
            for each in text.split("〔")[1:]:
                if found := _SHOWN.match("〔" + each):
                    columns.add(found[1])
                    kinds |= {more for more in MORE if found[2].startswith(more[:14])}
        self.columns.update(columns)
        self.kinds.update(kinds)
        return "\n".join(words)

    def _say(self, line: str) -> None:
        self.wrong.append(f"{self.who} {urlsplit(self.page.url).path}: {line}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":  # the product's own: a file is chosen and not handed in
            dialog.accept()
        else:
            self._say(f"dialog {dialog.message}")
            dialog.dismiss()

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        abroad = parts.scheme.startswith(("http", "ws")) and not url.startswith(self.site)
        if abroad or "planted" in parts.path:
            self._say(f"asks for {url}")

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text:
            self._say(f"console {text}")


@contextmanager
def window(browser: Browser, site: Site, user: User | None, who: str) -> Iterator[Window]:
    """Of somebody, on a desk; of nobody, on a telephone."""
    session, size = (session_of(user), DESKTOP) if user else ("", PHONE)
    context = context_of(browser, site, session, size=size)
    context.add_init_script(HOOKS)
    try:
        yield Window(context.new_page(), who, site.url)
    finally:
        context.close()


@dataclass
class World:
    """The people, a case in every state, the one on which most was written, what holds markup."""

    cast: Cast
    cases: dict[str, Complaint]
    own: Complaint
    columns: set[str]
    run: int  # of a list whose headings and rows are markup
    mails: Path


@pytest.fixture
def world(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> World:
    """What people write is planted as they would; then all rows are, past every check."""
    settings.EMAIL_BACKEND = "correspondence.mail_folder.FolderBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    store.clear()
    cast = assemble()
    cases = own_cases(cast)
    journey = journeys.World(cast)
    monkeypatch.setattr(scenes, "PERSON", journey.person())
    monkeypatch.setattr(scenes, "said", cache(journey.said))
    own = journeys._own(journey)
    send_waiting()
    heading, row = journey.line("表头"), journey.line("格子")
    run = importing.upload([as_csv([[row, "乙测试"]], [heading, "姓名"])], FILE, by=cast.agent)
    _of_people(cast)
    said = planting.planted("Feedback.comment", 1, 0, None)  # sealed, so not by SQL
    judged = {"score": 2, "solved": True, "comment": said}
    satisfaction.call_back(cases["archived"].number, judged, by=apart(cast))
    return World(cast, cases, own, planting.plant(), run.pk, tmp_path / "mail")


def _of_people(cast: Cast) -> None:
    """What hangs on the people who use the product."""
    day = timezone.localdate() + timedelta(days=3)
    off: dict[str, Any] = {"first_day": day, "last_day": day, "note": "休假"}
    absences.set_absence(cast.colleague, **off, deputy=cast.agent, by=cast.colleague)
    keys.issue(cast.agent, ["complaints:read"], label="密钥", by=cast.agent)
    until: dict[str, Any] = {"passed_on": timezone.localdate(), "valid_until": day}
    training.enter(cast.agent, **until, certificate_no="证书", by=cast.security)
    passkey = {"name": BREAKER + MORE[0], "credential": {}}
    Authenticator.objects.create(user=cast.agent, type="webauthn", data=passkey)
    for user in cast.everybody().values():
        session_of(user)  # another window, whose name is planted


def addresses(world: World, pages: str) -> Iterator[str]:
    """Of pages by their names."""
    routes = {route.name: route for route in all_routes() if not route.is_api}
    for page in pages.split():
        name, _at, state = page.partition("@")
        case, more = (world.cases[state], {}) if state else (world.own, {})
        if name in ("user", "account", "user_factors", "user_sign_ins"):
            more = {"pk": world.cast.agent.pk}
        yield routes[name].address(example(world.cast, case).of(routes[name], **more))


def test_c4_planted_markup_is_only_words_in_the_browser_on_the_pages_of_every_role(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    windows = []
    with Site(tmp_path, MAIL_FOLDER=str(world.mails)) as site:
        for name in (*PAGES, NOBODY):
            with window(browser, site, getattr(world.cast, name, None), name) as one:
                windows.append(one)
                for address in addresses(world, PAGES.get(name, PUBLIC)):
                    one.open(address)
                for act in ACTS.get(name, ()):
                    act(one, world)
    columns, kinds = Counter[str](), Counter[str]()
    for one in windows:
        columns += one.columns
        kinds += one.kinds
    wrong = [line for one in windows for line in one.wrong]
    assert not wrong, "\n".join(wrong)
    assert {more: kinds[more] for more in MORE if kinds[more] < 3} == {}
    assert set(MUST_BE_READ.split()) - set(columns) == set(), sorted(columns)
    assert len(columns) >= 60, sorted(world.columns - set(columns))


def files_are_words(agent: Window, world: World) -> None:
    """What is inside of files, after the look that is recorded; the name of one that is chosen."""
    page, folder = agent.page, f"/complaints/{world.own.number}/evidence/"
    for number, inside in ((1, "文件一"), (3, "信件正文"), (4, "表中文字")):
        agent.open(f"{folder}{number}/")
        with page.expect_navigation(wait_until="domcontentloaded"):
            page.get_by_role("button", name="查看内容").click()
        agent.reads(inside + BREAKER)
    agent.open(f"/complaints/{world.cases['investigating'].number}/evidence/")
    chosen: Any = {"name": FILE, "mimeType": "text/plain", "buffer": "文字".encode()}
    page.get_by_label("文件").first.set_input_files(chosen)
    expect(page.locator(".upload__name").first).to_contain_text(FILE)
    agent.look()
    agent.open(f"/import/{world.run}/")
    agent.reads("表头" + BREAKER)
    agent.reads("格子" + BREAKER)


def folder_is_words(supervisor: Window, world: World) -> None:
    """The mails of an installation without a mail server, and one of them."""
    supervisor.open("/settings/mail/")
    supervisor.page.locator("main td a").first.click()
    supervisor.page.wait_for_url("**/settings/mail/*/", wait_until="domcontentloaded")
    supervisor.reads(BREAKER)


def mails_are_words(visitor: Window, world: World) -> None:
    """Each mail as a program shows it that knows no policy."""
    bodies = [part for file in world.mails.glob("*.eml") for part in html_of(file)]
    for body in bodies:
        visitor.page.set_content(body)
        visitor.look()
    assert sum("planted" in body for body in bodies) > 2, len(bodies)


def html_of(file: Path) -> list[str]:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = message.get_body(("html",))
    return [body.get_content()] if body else []


ACTS: dict[str, tuple[Callable[[Window, World], None], ...]] = {
    "agent": (files_are_words,),
    "supervisor": (folder_is_words,),
    NOBODY: (mails_are_words,),
}
