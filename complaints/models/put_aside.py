"""What brings a case that was put aside back by itself: the database notices, so that no action can
forget it. `because` says why it came back before its day.
"""

import pgtrigger

_BACK = (
    "UPDATE complaints_snooze SET until = LEAST(until, NEW.at), because = '{why}' "
    "WHERE ended_at IS NULL AND until > NEW.at AND complaint_id = {case}; RETURN NULL;"
)
TALK = pgtrigger.Trigger(
    name="case_comes_back_when_answered",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__inbound=True),
    func=_BACK.format(why="answered", case="NEW.complaint_id"),
)
CLOCK = pgtrigger.Trigger(
    name="case_comes_back_when_warned",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__kind="warned"),
    func=_BACK.format(
        why="warned",
        case="(SELECT d.complaint_id FROM complaints_deadline d WHERE d.id = NEW.deadline_id)",
    ),
)
# Another owner has not put it aside, and a case that moved on does not wait any more.
CASE = pgtrigger.Trigger(
    name="case_is_put_aside_by_its_owner",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("owner_id", "state"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Condition(
        "OLD.owner_id IS DISTINCT FROM NEW.owner_id OR OLD.state IS DISTINCT FROM NEW.state"
    ),
    func=(
        "UPDATE complaints_snooze SET ended_at = NEW.updated_at, because = 'moved' "
        "WHERE ended_at IS NULL AND complaint_id = NEW.id; RETURN NULL;"
    ),
)
