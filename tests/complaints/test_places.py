"""Which province an address lies in: named where it is certain, and nowhere else."""

import pytest

from complaints import places
from complaints.place_names import AMBIGUOUS, CITIES, DISTRICTS, ENGLISH

NAMES = (
    "11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江 31上海 32江苏 33浙江 34安徽 "
    "35福建 36江西 37山东 41河南 42湖北 43湖南 44广东 45广西 46海南 50重庆 51四川 52贵州 53云南 "
    "54西藏 61陕西 62甘肃 63青海 64宁夏 65新疆 71台湾 81香港 82澳门"
)
SHORT = NAMES.split()
LONG = {
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
    **{name: f"{name}市" for name in ("北京", "天津", "上海", "重庆")},
}
CERTAIN = """
33 浙江省杭州市西湖区文三路 20 号|浙江杭州西湖区|杭州市西湖区|杭州西湖区文三路|杭州|义乌市稠城街道
33 中国浙江省|310000 浙江省|收货地址：浙江省|（浙江省）杭州市|许女士，浙江省杭州市|浙江-杭州
11 北京市朝阳区|北京朝阳望京|北京 亦庄|北京通州
12 天津河北区|天津市河北区|天津滨海新区|天津和平区南京路
31 上海市浦东新区|上海浦东张江|上海市四川北路 99 号
50 重庆万州|重庆渝北区龙溪街道|重庆忠县
44 深圳南山区科技园|广州天河区|中山市|广东省中山市
21 朝阳市双塔区|大连
22 吉林市昌邑区|吉林长春|延边朝鲜族自治州|吉林省吉林市
32 江苏 南京|苏州工业园区|张家港市|南京市鼓楼区上海路
63 海南藏族自治州共和县|海南州|河南蒙古族自治县|青海海西
46 海南海口|海南省海口市|三亚市
42 恩施土家族苗族自治州|神农架林区|湖北武汉
43 湘西州吉首市|长沙雨花区|湖南长沙
65 新疆乌鲁木齐天山区|伊犁哈萨克自治州|石河子市
54 阿里地区|西藏拉萨
23 大兴安岭地区|黑龙江哈尔滨
15 锡林郭勒盟|内蒙古呼和浩特|内蒙赤峰
13 雄安新区|河北石家庄长安区
37 山东青岛市南区香港中路
45 广西省桂林市|广西自治区南宁市
81 香港九龙尖沙咀|香港特区中环
82 澳门氹仔
71 臺灣臺北市|台北市信义区|台湾高雄
33 No. 20 Wensan Road, Hangzhou, Zhejiang|Hangzhou, Zhejiang Province 310000, P.R. China
31 5 Nanjing Road, Shanghai, China
61 Xi'an, Shaanxi Province, China
"""
UNCERTAIN = (
    "|朝阳区建国路|东城区|南京东路 300 号|南京路|上海路 3 号|山西路 20 号|四川北路 99 号|北京西路|"
    "西藏南路 100 弄|黑龙江路 9 号|苏州街 3 号|江苏路街道|湖南街道|香港中路 8 号|北京大学深圳医院|"
    "上海交通大学医学院|北京银行大厦|武汉大学|河北镇|海南区|中山公园北区|日照花园小区|北京市场街|"
    "云外省无名市玄冥路 9 号|某某市|人民路 1 号|"
    "12 Shanghai Road, Nanjing|幸福小区 3 幢|澳门路环球大厦"
)


def test_every_province_is_known_by_code_and_by_its_short_and_long_name() -> None:
    assert [f"{code}{name}" for code, name in places.NAMES.items()] == SHORT
    assert len(SHORT) == 34
    areas = [places.area_of(code) for code in places.NAMES]
    assert "" not in areas
    assert len(set(areas)) == 8
    assert [places.area_of(c) for c in ("31", "44", "11", "42", "50", "61", "23", "81", "")] == [
        *("east", "south", "north", "central", "southwest", "northwest", "northeast", "hmt"),
        "",
    ]
    for code, name in ((row[:2], row[2:]) for row in SHORT):
        whole = LONG.get(name, f"{name}省")
        english = ENGLISH[code].split("|")[0]
        for said in (code, f"{code}0000", name, whole, f" {whole} ", english, english.lower()):
            assert places.code_of(said) == code, said
        for address in (name, whole, f"{whole}某某路 1 号", f"{whole} 测试县"):
            assert places.of_address(address) == code, address
        assert places.of_address(f"{name}路 1 号") == ""
    for said in ("", "99", "1", "330100", "浙", "杭州", "杭州市", "华东", "Nowhere"):
        assert places.code_of(said) == "", said


def test_each_city_lies_in_one_province_and_says_it() -> None:
    of = {city: code for code, cities in CITIES.items() for city in cities.split()}
    assert len(of) == sum(len(cities.split()) for cities in CITIES.values())
    assert set(of) >= AMBIGUOUS
    wrong = [
        city
        for city, code in of.items()
        if city != "海南"
        and not (
            places.of_address(f"{places.NAMES[code]}{city}") == code
            and (code == "63" or places.of_address(f"{city}市") == code)
        )
    ]
    assert not wrong
    for code, districts in DISTRICTS.items():
        assert {places.of_address(f"{places.NAMES[code]}{d}") for d in districts.split()} == {code}


@pytest.mark.parametrize("line", CERTAIN.strip().splitlines())
def test_what_is_certain_is_named(line: str) -> None:
    code, _space, addresses = line.partition(" ")
    assert {a: places.of_address(a) for a in addresses.split("|")} == dict.fromkeys(
        addresses.split("|"), code
    )


def test_what_is_not_certain_is_left_open() -> None:
    found = {a: code for a in UNCERTAIN.split("|") if (code := places.of_address(a))}
    assert not found
