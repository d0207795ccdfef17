"""Whether a query may name a consumer. Such a one is neither remembered nor kept under a name: a
list of whom somebody looked for is personal data, which the keyed hash of `PersonSearch` avoids.

Nearly every Chinese word could be somebody's name to `person_search`, which only compares. Here a
word is taken for a name when it begins as names do, unless it is a word of the law, or when it is
the name of a consumer of a case that the person sees. When in doubt it is taken for one.
"""

from __future__ import annotations

from accounts.masking import checks
from accounts.models import User
from complaints import person_search
from complaints.finding.masking import is_personal
from complaints.finding.terms import Asked
from complaints.models import Complaint
from complaints.models.person_search import Kind
from legal_rules.vocabulary import CATEGORIES
from reading_room import search as laws

# The first characters of the surnames that are borne today.
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭"
    "郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟"
    "黄穆萧尹姚邵湛汪祁毛禹狄贝明臧计伏成戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭"
    "梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪解应宗丁宣邓单杭洪包诸左石崔吉龚程邢裴陆"
    "荣翁荀羊惠曲封靳焦牧山谷车侯全班仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸司黎薄白蒲卓蔺蒙池"
    "乔阴苍闻党翟谭贡姬申冉雍桑桂牛寿边燕冀尚农温别庄晏柴瞿阎慕茹习鱼容向古易慎戈廖终衡耿满弘匡寇"
    "广东欧利师巩聂关荆游权盖益桓公尉肖邸闫付代岳帅涂佟仝冷阚官展苑初晋敖肇隋覃粟邝宇令呼端淳百拓"
    "南门亓丘候楚亢佘佴占宰尧庾扈练苟迟郗郜阳鹿麦迪阿买努吐艾古帕塔扎旦巴依玉乌斯央洛顿嘎"
)
# So begin names of other peoples when they are written in Chinese.
_BEGINNINGS = (
    *(
        "热依",
        "热合",
        "热娜",
        "热孜",
        "米尔",
        "米热",
        "库尔",
        "库完",
        "海日",
        "海尼",
        "哈斯",
        "哈丽",
    ),
    *("才让", "才仁", "次仁", "次旺", "多吉", "格桑", "索南", "普布", "尼玛", "其其", "哈丽"),
)


def may_name(asked: Asked, user: User) -> bool:
    """Whether any word of the query may be a consumer's number or name. At most two statements for
    each word that begins as a name does.
    """
    pieces = {piece for term in asked.terms for piece in term.typed.split()}
    pieces.add("".join(asked.whole.split()).strip('"“”「」『』'))  # 王 测试
    return is_personal(asked.whole) or any(_may_name(piece, user) for piece in sorted(pieces))


def _may_name(word: str, user: User) -> bool:
    one = person_search.sought(word)
    if one is None:
        return is_personal(word) or checks.is_card(word)
    if one.kind != Kind.NAME:
        return True
    begins = word[0] in _SURNAMES or word.startswith(_BEGINNINGS)
    if "·" in word or (begins and not _is_a_word_of_law(word)):
        return True
    cases = Complaint.objects.visible_to(user)
    return cases.filter(pk__in=person_search.having(one)).exists()


def _is_a_word_of_law(word: str) -> bool:
    """Names stand in no law, and in no name of a kind of complaint."""
    named = any(word in category.name_for("zh-hans") for category in CATEGORIES.values())
    return named or bool(laws.matching([word]).exists())
