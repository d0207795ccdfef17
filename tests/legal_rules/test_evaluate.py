"""`manage.py evaluate`, the reading of files of facts, and the engine by itself."""

import json
import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from legal_rules import fact_file, report, rulebook
from legal_rules.api.serializers import EvaluateSerializer

pytestmark = pytest.mark.django_db  # which rules are signed

ROOT = Path(__file__).resolve().parents[2]
TELESALES = """\
conduct_date: 2026-11-09
tx_price_paid: "3980.00"
tx_living_consumption: yes
tx_channel: 电话营销
tx_category: 保健食品
fr_false_statement: yes
fr_induced: yes
fraud: yes
rt_demand_date: 2026-11-13
tx_delivery_date: 2026-11-11
rt_intact: yes
tm_consent: no
"""


def written(tmp_path, content):
    path = tmp_path / "facts.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def printed(path, *options):
    out = StringIO()
    call_command("evaluate", path, *options, stdout=out)
    return out.getvalue()


def refused(path, *options):
    with pytest.raises(CommandError) as bad:
        call_command("evaluate", path, *options)
    assert bad.value.returncode == 2
    return str(bad.value)


def test_the_reference_case_reads_like_an_opinion(tmp_path):
    text = printed(written(tmp_path, TELESALES), "--category", "telesales_fraud")
    for expected in (
        "适用 20",
        "法务是否认定构成民事欺诈？ 是",
        "✓ 欺诈的增加赔偿（“退一赔三”）  [草稿，未经法务签署]",
        "金额：11940.00 元 = 3 × 3980.00",
        "理由：购买商品或接受服务是否为了个人或家庭生活消费？ 是；法务是否认定构成民事欺诈？ 是",
        "只能择其一，请法务选择（1）\n  七日无理由退货 / ",
        "(期限：自收到退回商品之日起七日内)",
        "接下来问",
        "不是承认",
    ):
        assert expected in text


def test_it_reads_in_english_too(tmp_path):
    text = printed(
        written(tmp_path, TELESALES), "--lang", "en", "--category", "telesales_fraud"
    )  # fmt: skip
    assert "One of these only; counsel chooses (1)" in text
    assert "Sum: 11940.00 yuan = 3 × 3980.00" in text
    assert "never an admission" in text


def test_an_open_rule_says_what_is_missing_and_what_it_would_come_to(tmp_path):
    content = "tx_price_paid: '3980'\nfr_false_statement: yes\n"
    text = printed(written(tmp_path, content), "--category", "telesales_fraud")
    assert "? 欺诈的增加赔偿" in text
    assert "尚需查明：" in text
    assert "如成立，金额：11940.00 元 = 3 × 3980.00" in text


def test_facts_that_contradict_what_is_computed_are_pointed_out():
    facts = {
        "dv_within_7d_receipt": True,
        "rt_demand_date": "2026-12-01",
        "tx_delivery_date": "2026-11-11",
    }
    found = rulebook.analyse(facts, date(2026, 12, 1))
    assert any("按未知处理" in line for line in report.lines(found, facts, "zh-hans"))


def test_the_json_is_the_whole_analysis(tmp_path):
    found = json.loads(printed(written(tmp_path, TELESALES), "--json"))
    assert found["rulebook_sha256"] == rulebook.current().sha256


@pytest.mark.parametrize(
    ("content", "chinese", "english"),
    [
        (
            "fr_false_statment: yes",
            "facts.yaml:1: fr_false_statment: 没有名为“fr_false_statment”的事实；"
            "编号见事实词汇表。是否指 fr_false_statement？",
            "Did you mean fr_false_statement?",
        ),
        ("mn_age: 12\n\ntx_price_paid: 3.50", "facts.yaml:3: tx_price_paid: 3.50", '"3.50"'),
        ("conduct_date: 2026-02-30", "facts.yaml:1: conduct_date: 2026-02-30 不是", "calendar"),
        ("conduct_date: yesterday", "写成 2026-03-01", "write it like 2026-03-01"),
        (
            "pi_sensitive: [无, 身份证件号码]",
            "“无”不能与其他答案同时选择；请删去其中一方",
            "remove one side",
        ),
        ("fr_intent: maybe", "可选：有证据、可以推定、无证据", "有证据 (there is evidence)"),
        ("fr_false_statement: 有", "请答“是”或“否”", "Answer yes or no"),
        ("mn_age: -3", "不能为负数", "must not be negative"),
        (
            "mn_age: 3\nmn_age: 4",
            "facts.yaml:2: mn_age: 写了两次（另见第 1 行）",
            "see also line 1",
        ),
        ("mn_age: {years: 3}", "不要再嵌套", "do not nest"),
        ("[a]: yes", "键应为事实的编号", "id of a fact"),
        ("- fr_false_statement", "应为“事实: 值”", "fact: value"),
        ("a: [", "不是有效的 YAML", "not valid YAML"),
        ("a: " + "[" * 5000, "不是有效的 YAML", "nesting"),
        ("a: \x00", "不是有效的 YAML", "control characters"),
        ("", "文件里没有事实", "no facts"),
        ("# nothing yet\n", "文件里没有事实", "no facts"),
        ("mn_age: 3\n原因: 是".encode("gb18030"), "facts.yaml:2: 不是 UTF-8", "not UTF-8"),
        (b"x" * 1_000_001, "大于 1 MB", "1 MB"),
        (
            "\n".join(f"fact_{n}: yes" for n in range(10_000)),
            "共 10000 项事实，最多 500 项",
            "10000 facts; 500 at most",
        ),
    ],
)
def test_each_bad_file_names_the_place_and_the_remedy(tmp_path, content, chinese, english):
    path = written(tmp_path, content)
    assert chinese in refused(path)
    assert english in refused(path, "--lang", "en")


def test_every_mistake_of_a_file_is_named_at_once_up_to_twenty(tmp_path):
    text = refused(written(tmp_path, "\n".join(f"fact_{n}: yes" for n in range(30))))
    assert len(text.splitlines()) == 21
    assert text.endswith("另有 10 处错误。")


def test_a_missing_file_and_a_directory_are_named(tmp_path):
    assert "none.yaml: 没有这个文件" in refused(tmp_path / "none.yaml")
    assert "无法读取" in refused(tmp_path)


def test_an_impossible_day_and_an_unknown_category_are_named(tmp_path):
    path = written(tmp_path, TELESALES)
    assert "2026-02-30" in refused(path, "--on", "2026-02-30")
    assert "是否指 telesales_fraud？" in refused(path, "--category", "telesale_fraud")


def test_a_null_is_an_unknown_fact(tmp_path):
    path = written(tmp_path, "fr_intent: ~\nmn_age:\nfr_induced: yes")
    assert fact_file.read(path) == {"fr_induced": True}


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"facts": {"fr_false_statment": True}}, "fr_false_statment", "是否指 fr_false_statement"),
        ({"facts": {"tx_price_paid": 3.5}}, "tx_price_paid", "不接受浮点数"),
        ({"facts": {"conduct_date": "2026-02-30"}}, "conduct_date", "2026-03-01"),
        ({"facts": {"fr_intent": "maybe"}}, "fr_intent", "可选：有证据"),
        ({"facts": {f"fact_{n}": True for n in range(10_000)}}, "facts", "最多 500 项"),
        ({"facts": {}, "as_of": "2026-02-30"}, "as_of", "2026-03-01"),
        ({"facts": {}, "as_off": "2026-03-01"}, "as_off", "是否指 as_of"),
        ({}, "facts", "请给出事实"),
    ],
)
def test_the_api_names_the_same_mistakes_with_their_remedy(body, field, words):
    form = EvaluateSerializer(data=body)
    assert not form.is_valid()
    assert words in str(form.errors[field][0])


ALONE = """
import os, sys
assert "DJANGO_SETTINGS_MODULE" not in os.environ
from datetime import date
from legal_rules import comparison, fact_file, report, rulebook
from legal_rules.reasoning import ask, logic, prose
facts = {"fr_false_statement": True, "tx_price_paid": "3980.00"}
found = rulebook.analyse(facts, date(2026, 3, 1), "telesales_fraud", "en")
assert found["missing_facts"] and list(report.lines(found, facts, "en"))
assert comparison.differences(found, found, "en") == []
foreign = {"django", "rest_framework", "celery"} & {name.split(".")[0] for name in sys.modules}
print(sorted(foreign), len(found["rules"]) > 3)
"""


def test_the_engine_works_from_python_without_settings_or_django(tmp_path):
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[] True", done.stderr
