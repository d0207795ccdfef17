"""What the demo's enterprise promises everybody on its site, and how two of them are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from complaints.actions import promise_register
from complaints.models import PublicPromise

EARLIER = timedelta(days=3)
PUBLISHED = "官网“服务承诺”页"
PROMISES = (
    {
        "text_zh": "收到投诉后 24 小时内告知是否受理",
        "text_en": "Within 24 hours we say whether we take your complaint up",
        "length": 24,
        "unit": "hour",
        "starts": "registered",
        "stops": "accept",
    },
    {
        "text_zh": "网站、App、微信投诉 5 个工作日内首次答复",
        "text_en": "A first answer within 5 working days to what comes by web, app or WeChat",
        "length": 5,
        "unit": "working_day",
        "starts": "registered",
        "stops": "first_reply",
        "channels": ["web", "app", "wechat"],
    },
)


def publish(by: User, first_act: datetime) -> None:
    """Publish them before the first case; nothing when they are there."""
    now = first_act - EARLIER
    since = timezone.localdate(now).isoformat()
    known = set(PublicPromise.objects.values_list("text_zh", flat=True))
    for words in PROMISES:
        if words["text_zh"] not in known:
            values = {**words, "published": PUBLISHED, "valid_from": since}
            promise_register.publish(values, by=by, now=now)
