"""Whether the words of a file can be found, for the page of an item."""

from __future__ import annotations

from django.utils.translation import gettext as _

from evidence.models import Item, ItemText


def state_of(item: Item) -> str:
    """What became of reading it, in a sentence. One statement."""
    row = ItemText.objects.filter(pk=item.pk).first()
    if row is None:
        return _("文字还在读取，片刻后可以检索")
    if row.state == ItemText.State.READ:
        return _("只有开头部分的文字可以检索") if row.cut else _("其中的文字可以检索")
    return str(row.get_state_display())
