"""The cause tree that comes with the product: two levels, to be changed by the enterprise.

The branches are the usual ones of root cause analysis (people, process, product, system, third
party), filled with what complaints are caused by. It is no list of what a complaint is about.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TREE: tuple[tuple[str, str | Promise, tuple[tuple[str, str | Promise], ...]], ...] = (
    (
        "people",
        _("人员"),
        (
            ("people.training", _("培训不足，不了解规定或商品")),
            ("people.conduct", _("服务态度或沟通不当")),
            ("people.promise", _("超出权限作出承诺")),
            ("people.mistake", _("操作差错")),
            ("people.capacity", _("人手不足")),
            ("people.incentive", _("考核或激励导向不当")),
        ),
    ),
    (
        "process",
        pgettext_lazy("root cause", "流程"),
        (
            ("process.missing", _("没有规定或规定不清")),
            ("process.not_followed", _("有规定未执行")),
            ("process.slow", _("环节过多，办理过慢")),
            ("process.handover", _("交接遗漏")),
            ("process.check", _("检查把关不严")),
            ("process.script", _("话术或告知内容有误")),
        ),
    ),
    (
        "product",
        _("商品或服务本身"),
        (
            ("product.design", _("设计缺陷")),
            ("product.material", _("材料或零部件问题")),
            ("product.manufacture", _("生产或批次质量问题")),
            ("product.packaging", _("包装不当")),
            ("product.description", _("商品描述或标注与实际不符")),
            ("product.instructions", _("说明书或使用指引不清")),
        ),
    ),
    (
        "system",
        _("系统"),
        (
            ("system.fault", _("系统故障或中断")),
            ("system.data", _("数据错误或不同步")),
            ("system.rule", _("计费、促销等规则配置错误")),
            ("system.usability", _("页面或操作难以理解")),
            ("system.change", _("上线变更引起")),
        ),
    ),
    (
        "third_party",
        _("第三方"),
        (
            ("third_party.supplier", _("供应商")),
            ("third_party.logistics", _("物流快递")),
            ("third_party.merchant", _("平台内经营者")),
            ("third_party.payment", _("支付机构")),
            ("third_party.repair", _("维修或安装服务商")),
        ),
    ),
    (
        "outside",
        _("外部与其他"),
        (
            ("outside.expectation", _("消费者的期望与约定不同")),
            ("outside.law", _("法律法规或监管要求变化")),
            ("outside.force", _("天气、灾害等不可抗力")),
            ("outside.unknown", pgettext_lazy("cause", "暂未查明")),
        ),
    ),
)
TITLES: dict[str, str | Promise] = {
    code: title for top, name, below in TREE for code, title in ((top, name), *below)
}
