"""Personal data: what consumers ask about their own, and who looked for whom."""

from __future__ import annotations

from complaints import denied, person_search
from complaints.actions import rights, rights_answer
from complaints.models import Complaint, RightsRequest
from quickstart.demo.stage import Scene
from quickstart.demo.stories import rights as words

NOBODY = "12099990000"  # in a range that no operator has


def ask_about_data(s: Scene) -> None:
    """`{stage, received}`: the consumer asks."""
    asked = words()[s.values["stage"]]
    values = {**asked, "requester": "self", "received_on": s.values["received"]}
    rights.ask(s.number, values, by=s.by, now=s.now)


def check_who_asks(s: Scene) -> None:
    values = {"how": "document", "passed": s.values["passed"], "note": s.values["text"]}
    rights.check_identity(_request(s), values, by=s.by, now=s.now)


def decide_on_data(s: Scene) -> None:
    """`{stage}`: granted, refused, or withdrawn by whoever asked."""
    stage = s.values["stage"]
    values = {"outcome": stage, "reason": words().get(f"{stage}_reason", "")}
    if stage == "refused":
        values["ground"] = "needed"
    rights.decide(_request(s), values, by=s.by, now=s.now)


def answer_on_data(s: Scene) -> None:
    rights_answer.answer(_request(s), {}, by=s.by, now=s.now)


def look_for(s: Scene) -> None:
    """`{what}`: somebody looks for the consumer by the number on file, or for nobody's."""
    query = s.case.consumer.values.get("phone", NOBODY) if s.values["what"] == "phone" else NOBODY
    seen = Complaint.objects.visible_to(s.by)
    person_search.look_up([query], seen, by=s.by, door="queue", now=s.now)


def knock(s: Scene) -> None:
    """Somebody opens the address of a case that is not theirs."""
    denied.note(s.by, page="case", case=s.number, status=404, at=s.now)


def _request(s: Scene) -> int:
    found: int = RightsRequest.objects.filter(complaint__number=s.number).latest("pk").pk
    return found
