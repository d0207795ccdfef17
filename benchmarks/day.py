"""The pages of a working day at one number of cases: our page and the floor's in turn, with the
processor time that each server used meanwhile.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urlencode

from benchmarks import processes, world
from benchmarks.measure import Client, in_turn, seconds
from complaints.models import Complaint
from tests.cast import Cast
from tests.live import eventually, fetch, session_of

TIMES = 40  # requests of each page
TOGETHER, AT_ONCE = 160, 8  # requests, clients
DEEP = 20  # pages of a list that are leafed through
OURS, FLOOR = "config.wsgi", "benchmarks.floor.wsgi"
TOKEN = "b" * 32
_NEXT = re.compile(r'href="([^"]*cursor=[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"')
Ask = Callable[[], float]


@dataclass(frozen=True)
class Taken:
    """Medians in milliseconds, and processor time of the web servers in milliseconds a request."""

    ours: float
    floor: float
    ours_cpu: float
    floor_cpu: float

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return self.ours / self.floor

    @property
    def cpu_ratio(self) -> float:
        """Of the processor times; 0 where they are not known."""
        return self.ours_cpu / self.floor_cpu if self.floor_cpu else 0.0


class Day:
    """Who asks: an agent, a lead, and the agent at the floor."""

    def __init__(self, cast: Cast, ours: str, floor: str) -> None:
        self.cast, self.ours, self.floor = cast, ours, floor
        eventually(lambda: fetch(f"{ours}/healthz")[0] == 200)
        self.agent, self.lead, self.bare = self.clients()

    def clients(self) -> tuple[Client, Client, Client]:
        """Fresh connections, each signed in."""
        return (
            Client(self.ours, session_of(self.cast.agent)),
            Client(self.ours, session_of(self.cast.supervisor)),
            Client(self.floor, session_of(self.cast.agent)),
        )

    def pages(self) -> dict[str, Taken]:
        """Name → what was taken."""
        case = Complaint.objects.filter(owner=self.cast.agent, state="executing").latest("pk")
        deep = self.deep()
        queue = self.page(self.bare, "/queue/")
        asked: dict[str, tuple[Ask, Ask]] = {
            "queue of an agent": (self.page(self.agent, "/complaints/"), queue),
            "queue of a lead": (self.page(self.lead, "/complaints/?state=open"), queue),
            "deep page": (self.page(self.lead, deep), queue),
            "case": (
                self.page(self.agent, f"/complaints/{case.number}/"),
                self.page(self.bare, f"/case/{case.pk}/"),
            ),
            **{f"search, {name}": self.search(word) for name, word in world.WORDS.items()},
            "create": (lambda: register(self.agent), lambda: create(self.bare)),
        }
        found = {name: taken(*pair) for name, pair in asked.items()}
        return {**found, "step": taken(self.accept(), lambda: create(self.bare))}

    @staticmethod
    def page(client: Client, path: str) -> Ask:
        """Asks for it once, so that it is there."""
        client.get(path)
        return lambda: client.get(path)[0]

    def deep(self) -> str:
        """The lead's list, leafed through to a page far behind."""
        path = "/complaints/?state=open"
        for _ in range(DEEP):
            link = _NEXT.search(self.lead.get(path)[2])
            if link is None:
                break
            path = unescape(link[1] or link[2])
            path = path if path.startswith("/") else f"/complaints/{path}"
        return path

    def search(self, word: str) -> tuple[Ask, Ask]:
        """Both searches for a word, after a look that both find something."""
        ours, floor = f"/search/?q={quote(word)}", f"/search/?q={quote(word)}"
        for client, path in ((self.agent, ours), (self.bare, floor)):
            if "TS" not in client.get(path)[2]:
                raise RuntimeError(f"{word} is not found")
        return lambda: self.agent.get(ours)[0], lambda: self.bare.get(floor)[0]

    def accept(self) -> Ask:
        """受理 of cases that were registered a moment ago, each once."""
        for _ in range(TIMES + 10):
            register(self.agent)
        rows = Complaint.objects.filter(registered_by=self.cast.agent, state="registered")
        waiting: Iterator[tuple[str, int]] = iter(
            rows.order_by("-pk").values_list("number", "version")[: TIMES + 10]
        )

        def step() -> float:
            number, version = next(waiting)
            form = {"csrfmiddlewaretoken": TOKEN, "version": version}
            path = f"/complaints/{number}/steps/accept/"
            return self.agent.post(path, urlencode(form), f"csrftoken={TOKEN}")[0]

        return step

    def weight(self) -> int:
        """Bytes of the agent's list."""
        return self.agent.get("/complaints/")[1]

    def together(self) -> dict[str, tuple[float, float]]:
        """Page → requests a second of eight clients at once: ours, the floor's."""
        queue = at_once([self.page(self.clients()[0], "/complaints/") for _ in range(AT_ONCE)])
        bare = at_once([self.page(self.clients()[2], "/queue/") for _ in range(AT_ONCE)])
        agents = [self.clients()[0] for _ in range(AT_ONCE)]
        bares = [self.clients()[2] for _ in range(AT_ONCE)]
        made = at_once([lambda c=c: register(c) for c in agents])  # type: ignore[misc]
        floor = at_once([lambda c=c: create(c) for c in bares])  # type: ignore[misc]
        return {"queue": (queue, bare), "create": (made, floor)}


def taken(ours: Ask, floor: Ask) -> Taken:
    """Both in turn."""
    before = processes.processor(OURS), processes.processor(FLOOR)
    times, pair = 0, None

    def counting() -> float:
        nonlocal times
        times += 1
        return ours()

    pair = in_turn(counting, floor, TIMES)
    each = 1000 / max(times, 1)
    used = processes.processor(OURS) - before[0], processes.processor(FLOOR) - before[1]
    return Taken(pair.ours, pair.floor, used[0] * each, used[1] * each)


def at_once(asks: list[Ask]) -> float:
    """Requests a second, each of the clients asking again as soon as it is answered."""

    def ask(one: Ask) -> None:
        for _ in range(TOGETHER // len(asks)):
            one()

    threads = [threading.Thread(target=ask, args=(one,)) for one in asks]

    def all_of_them() -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return TOGETHER / seconds(all_of_them)


def register(agent: Client) -> float:
    """The intake form, each time another one."""
    form = {
        "csrfmiddlewaretoken": TOKEN,
        "form_token": uuid.uuid4().hex,
        "consumer_name": "王测试",
        "consumer_phone": f"120{uuid.uuid4().int % 10**8:08}",
        "title": "胶囊无效，要求退款",
        "narrative": "十一月接到来电，称胶囊根治高血压，付款后服用无效。" * 4,
        "category": "telesales_fraud",
        "claims": "refund",
        "channel": "phone",
    }
    return agent.post("/complaints/new/", urlencode(form), f"csrftoken={TOKEN}")[0]


def create(bare: Client) -> float:
    """The floor's form."""
    return bare.post("/create/", urlencode({"narrative": "服用无效。" * 40}))[0]
