"""Twenty cases of which three cannot be handed over: seen why, done, done once, and undone."""

from __future__ import annotations

from playwright.sync_api import expect

from complaints.models import Complaint
from tests import factories as f
from tests.browser.conftest import Open
from tests.browser.watch import shut_out, too_wide
from tests.cast import assemble
from tests.complaints.test_legal_hold import MATTER, held, shared


def test_twenty_cases_of_which_three_cannot_are_handed_over_and_given_back(
    signed_in: Open,
) -> None:
    cast = assemble()
    free = [f.registered(cast, order_number=f"SO-{n}") for n in range(17)]
    theirs = f.registered(cast, by=cast.colleague, order_number="SO-18")
    kept = shared(cast, order_number="SO-19")
    held(cast, kept)
    changed = f.registered(cast, order_number="SO-20")
    page = signed_in(cast.supervisor)
    page.goto("/complaints/?state=open")
    Complaint.objects.filter(pk=changed.pk).update(version=2)  # meanwhile, by somebody
    page.get_by_label("全选本页").check()
    bar = page.locator("#bulk")
    expect(bar.get_by_text("已选 20 件")).to_be_visible()
    bar.get_by_label("转派给").select_option(label="何静（客服一组）")
    bar.get_by_label("交接说明").fill("请今天接手")
    bar.get_by_role("button", name="预览转派").click()
    expect(page.get_by_text("17 件可以转派")).to_be_visible()
    expect(page.get_by_text("3 件不能", exact=True)).to_be_visible()
    for words in ("本来就由 何静 办理", MATTER, "您选择以后有人更新过"):
        expect(page.get_by_text(words)).to_be_visible()
    assert (shut_out(page), too_wide(page)) == ([], [])
    assert not Complaint.objects.filter(pk__in=[c.pk for c in free], owner=cast.colleague).exists()
    page.get_by_role("button", name="转派勾选的案件").click()
    page.wait_for_url("**/complaints/bulk/*/**")
    expect(page.get_by_text("已将 17 件转派给 何静")).to_be_visible()
    expect(page.get_by_text(theirs.number)).to_be_visible()
    assert Complaint.objects.filter(owner=cast.colleague).count() == 18
    page.go_back()  # and once more: the same form is done once
    page.get_by_role("button", name="转派勾选的案件").click()
    expect(page.get_by_text("已将 17 件转派给 何静")).to_be_visible()
    page.get_by_role("button", name="撤销转派").click()
    expect(page.get_by_text("撤销了 17 件")).to_be_visible()
    assert Complaint.objects.filter(owner=cast.agent).count() == 19
    page.get_by_role("link", name="返回列表").click()
    page.wait_for_url("**/complaints/?state=open")
