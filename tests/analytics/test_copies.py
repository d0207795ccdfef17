"""Copied complaints stand together, honest ones that are alike do not."""

import pytest

from analytics.detection.copies import Copies, find_copies
from benchmarks.copies import judged, world

TEXT = "今年三月在网上买了一台洗衣机，用了三天就漏水，客服让我自己承担运费，要求退款并赔偿损失。"


@pytest.mark.parametrize(("edits", "at_least"), [(0.0, 0.99), (0.03, 0.97)])
def test_campaigns_among_alike_texts_are_found_and_nothing_else(
    edits: float, at_least: float
) -> None:
    precision, recall = judged(find_copies(world(5, 600, edits), at_least=2))
    assert precision == 1
    assert recall >= at_least


def test_a_text_joins_the_first_like_it_as_it_comes() -> None:
    copies = Copies()
    assert copies.add("a", TEXT) is None
    assert copies.add("b", TEXT.replace("三天", "5 天").replace("，", " ")) == "a"
    assert (
        copies.add("c", "完全不同的一件事情：健身房关门了，教练也联系不上，余额无法退还。") is None
    )
    assert copies.add("b", TEXT) is None  # told twice, counted once
    assert copies.clusters() == ()
    (cluster,) = copies.clusters(at_least=2)
    assert (cluster.seed, [copy.key for copy in cluster.members]) == ("a", ["a", "b"])
    assert cluster.members[0].likeness == 1.0
    assert 0.5 <= cluster.members[1].likeness < 1


def test_odd_texts_are_no_copies() -> None:
    odd = ["", "退款", "退款", "退款", "！！！……", "\ud800" * 3, *["不回复不回复"] * 3]
    assert find_copies(enumerate(odd)) == ()
    assert find_copies([]) == ()
    long = "".join(chr(0x4E00 + at % 9000) for at in range(200_000))
    assert len(find_copies([(1, long), (2, long), (3, long + "x")])[0].members) == 3
    same = find_copies((at, TEXT) for at in range(300))
    assert [len(cluster.members) for cluster in same] == [300]
    assert find_copies([(at, "\ud800" * 40) for at in range(3)]) == ()
