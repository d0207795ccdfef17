"""Which column is which: the fields that a list can fill, the headings they usually stand under,
and a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Field:
    """A field of a registration: its code (as in the API, a dot for parts), its name, and usual
    headings (normalised).
    """

    code: str
    label: str | Promise
    headings: tuple[str, ...]


def _field(code: str, label: str | Promise, headings: str) -> Field:
    return Field(code, label, tuple(headings.split()))


FIELDS: dict[str, Field] = {
    f.code: f
    for f in (
        _field(
            "external_reference",
            _("外部编号"),
            "外部编号 编号 投诉编号 工单号 工单编号 投诉单号 单号 案件编号 案号 流水号 "
            "受理编号 登记编号 来源编号 id no number reference ref ticket ticketid ticketno "
            "complaintid complaintno caseid casenumber externalid externalreference",
        ),
        _field(
            "received_at",
            _("收到时间"),
            "日期 时间 投诉日期 投诉时间 收到时间 收到日期 接收时间 受理日期 受理时间 "
            "登记时间 登记日期 来电时间 来电日期 反映时间 留言时间 提交时间 发布时间 创建时间 "
            "date time datetime received receivedat receiveddate createdat created "
            "complaintdate submittedat",
        ),
        _field(
            "title",
            _("事由"),
            "标题 事由 主题 投诉主题 投诉标题 留言主题 摘要 概要 问题概要 title subject "
            "summary topic",
        ),
        _field(
            "narrative",
            _("经过"),
            "内容 经过 投诉内容 投诉经过 事情经过 问题描述 描述 详情 留言详情 投诉详情 "
            "反映内容 诉求内容 正文 来电内容 narrative content description details complaint "
            "text body message",
        ),
        _field(
            "source",
            _("来源"),
            "来源 渠道 投诉来源 投诉渠道 来源渠道 受理渠道 平台 source channel platform origin",
        ),
        _field(
            "consumer.name",
            _("消费者姓名"),
            "姓名 称呼 消费者 消费者姓名 投诉人 投诉人姓名 客户 客户姓名 联系人 用户 用户姓名 "
            "留言用户 name consumer consumername customer customername complainant contact",
        ),
        _field(
            "consumer.phone",
            _("电话"),
            "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 回电 回电号码 来电号码 "
            "投诉人电话 客户电话 phone mobile telephone tel phonenumber cellphone",
        ),
        _field(
            "consumer.email",
            _("电子邮件"),
            "邮箱 电子邮箱 电子邮件 邮件 email mail emailaddress",
        ),
        _field("consumer.address", _("地址"), "地址 联系地址 住址 收货地址 address"),
        _field(
            "consumer.id_number",
            _("证件号码"),
            "证件号 证件号码 身份证 身份证号 身份证号码 idnumber idcard identitynumber",
        ),
        _field(
            "consumer.bank_account",
            _("收款账户"),
            "收款账户 收款账号 银行卡 银行卡号 银行账号 退款账户 bankaccount account cardnumber",
        ),
        _field(
            "order_number",
            _("订单号"),
            "订单号 订单编号 订单 交易号 合同号 合同编号 order orderno ordernumber orderid",
        ),
        _field(
            "product.name",
            _("商品或服务"),
            "商品 商品名称 产品 产品名称 商品或服务 商品服务 服务 服务名称 涉及商品 product "
            "productname item goods service",
        ),
        _field(
            "product.category",
            _("商品类别"),
            "商品类别 商品分类 产品类别 产品分类 品类 productcategory producttype",
        ),
        _field(
            "region",
            _("地区"),
            "地区 所在地区 所在地 省份 省 省市 所在省 所在省份 客户地区 客户省份 用户省份 "
            "消费者地区 消费者省份 收货省份 收货地区 region province area",
        ),
        _field("brand", _("品牌"), "品牌 品牌名称 商品品牌 产品品牌 商标 brand brandname"),
        _field(
            "batch",
            _("批次"),
            "批次 批号 批次号 生产批次 生产批号 产品批次 产品批号 商品批次 商品批号 batch batchno "
            "batchnumber lot lotno lotnumber",
        ),
        _field(
            "supplier",
            _("供应商"),
            "供应商 供应商名称 供货商 供货商名称 供货方 供货单位 supplier suppliername vendor",
        ),
        _field(
            "script_version",
            _("话术版本"),
            "话术 话术版本 话术版本号 销售话术 话术编号 脚本版本 script scriptversion",
        ),
        _field(
            "transaction_date",
            _("交易日期"),
            "交易日期 购买日期 购买时间 下单日期 下单时间 付款日期 付款时间 合同日期 消费日期 "
            "purchasedate orderdate transactiondate paidat",
        ),
        _field(
            "price_paid",
            _("价款"),
            "金额 价款 涉及金额 订单金额 消费金额 付款金额 实付 实付金额 价格 支付金额 "
            "交易金额 amount price paid pricepaid amountpaid",
        ),
        _field(
            "loss_claimed",
            _("主张的损失"),
            "损失 损失金额 主张损失 主张的损失 索赔金额 赔偿金额 loss losses lossclaimed",
        ),
        _field(
            "category",
            _("类别"),
            "类别 投诉类别 投诉类型 问题类别 问题类型 类型 分类 category type",
        ),
        _field("claims", _("诉求"), "诉求 投诉诉求 消费者诉求 要求 claim claims demand request"),
        _field("priority", _("优先级"), "优先级 紧急程度 priority urgency"),
        _field("risk_flags", _("风险标记"), "风险 风险标记 风险标签 risk riskflags"),
        _field("confidential", _("保密"), "保密 是否保密 confidential"),
        _field("team", _("团队"), "团队 所属团队 登记团队 处理团队 team"),
    )
}

ROW_NUMBER, REASON = "行号", "原因"  # what our own file of rejected rows adds to the columns
OWN_COLUMNS = (ROW_NUMBER, REASON)
_BY_HEADING = {heading: f.code for f in FIELDS.values() for heading in f.headings}


def normalised(heading: str) -> str:
    """A heading without what people add to it: （必填）, units, colons, spaces, stars; full-width
    letters made plain.
    """
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    return re.sub(r"[\s:*_\-/、.,?]+", "", text)


def field_of(heading: str) -> str:
    """The field that usually stands under the heading, by name or by code; "" when it says
    nothing.
    """
    if heading.strip() in FIELDS:
        return heading.strip()
    return _BY_HEADING.get(normalised(heading), "")


def row_of(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows holds the headings: the one with most known ones, if two are known,
    else the first of all.
    """
    if not rows:
        return None
    known = [len({f for cell in row if (f := field_of(cell))}) for row in rows]
    best = max(range(len(rows)), key=lambda i: (known[i], -i))
    return best if known[best] >= 2 else 0


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Column → field, "" for a column that is not imported. No field twice: the first column that
    fits has it.
    """
    taken: set[str] = set()
    found: dict[str, str] = {}
    for column in columns:
        field = field_of(column)
        found[column] = "" if field in taken else field
        taken.add(found[column])
        taken.discard("")
    return found


def fingerprint(columns: Iterable[str]) -> str:
    """SHA-256 (hex) of the set of columns in any order; our own two do not count."""
    names = sorted({normalised(c) for c in columns if c not in OWN_COLUMNS})
    return sha256("\x1f".join(names).encode()).hexdigest()


def complete(columns: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """A remembered mapping laid on these columns; what it does not know is guessed unless its
    field is taken.
    """
    by_name = {normalised(c): f for c, f in remembered.items() if f in FIELDS or f == ""}
    kept = {c: by_name[normalised(c)] for c in columns if normalised(c) in by_name}
    taken = set(kept.values())
    guessed = guess(columns)
    return {c: kept.get(c, "" if guessed[c] in taken else guessed[c]) for c in columns}
