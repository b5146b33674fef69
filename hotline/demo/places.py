"""Where things happen in 澄湖区: made-up estates, roads and spots of each community and village."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    area: str  # code of the community or village
    estates: tuple[str, ...]
    roads: tuple[str, ...]
    spots: tuple[str, ...]
    is_village: bool = False


PLACES = (
    Place("CHJD-01", ("湖滨花园", "澄湖一号院", "水岸新苑"), ("湖滨北路", "澄波路"), ("湖滨公园西门", "湖滨菜市场", "澄湖广场")),
    Place("CHJD-02", ("书院里小区", "文华苑", "学府佳园"), ("书院街", "文昌路"), ("书院小学门口", "文昌阁公交站", "书院夜市")),
    Place("WJJD-01", ("江畔小区", "望江名邸", "临江苑"), ("望江大道", "滨江二路"), ("江畔码头", "望江桥头", "滨江步道")),
    Place("WJJD-02", ("渡口新村", "平安公寓", "江枫雅居"), ("渡口路", "江枫街"), ("渡口农贸市场", "江枫中学路口", "老渡口公交站")),
    Place("XAJD-01", ("和园一期", "和园二期", "尚和家园"), ("和兴路", "新安大道"), ("和园广场", "新安医院旁", "和兴路早市")),
    Place("XAJD-02", ("锦绣华庭", "锦绣里", "春晓苑"), ("锦绣路", "春晓街"), ("锦绣商业街", "春晓幼儿园门口", "锦绣路立交")),
    Place("QDJD-01", ("桥头家园", "纺织厂宿舍", "东岸公馆"), ("桥东路", "纺织路"), ("桥头客运站", "纺织路菜场", "桥东立交")),
    Place("QDJD-02", ("东风小区", "机械厂家属院", "东风新城"), ("东风路", "建设支路"), ("东风电影院", "东风路小学", "建设支路口")),
    Place("LLZ-01", ("柳溪村3组", "柳溪村7组", "柳溪安置点"), ("柳溪村道", "柳林大街"), ("柳溪村委会", "柳溪水库", "柳林集贸市场"), True),
    Place("LLZ-02", ("大塘村1组", "大塘村5组", "大塘村11组"), ("大塘村道", "塘湾路"), ("大塘村小学", "大塘机耕路口", "塘湾泵站"), True),
    Place("STZ-01", ("石桥村2组", "石桥村6组", "石桥新居"), ("石桥村道", "石塘街"), ("石桥村卫生室", "石塘老街", "石桥路口"), True),
    Place("STZ-02", ("前进村4组", "前进村8组", "前进村移民新村"), ("前进村道", "石前路"), ("前进村文化广场", "前进村加工园", "石前路桥"), True),
)


def words(place, rng):
    """What the templates of matters fill in: estate, home, road, spot, and some numbers."""
    estate = rng.choice(place.estates)
    house = f"{rng.randint(1, 88)}号" if place.is_village else f"{rng.randint(1, 18)}栋{rng.randint(1, 3)}单元"
    floor = "" if place.is_village else f"{rng.randint(2, 16)}0{rng.randint(1, 4)}室"
    return {
        "estate": estate, "home": f"{estate}{house}{floor}", "block": f"{estate}{house}", "road": rng.choice(place.roads),
        "spot": rng.choice(place.spots), "days": rng.randint(3, 12), "weeks": rng.choice("两三四"), "months": rng.randint(2, 5),
        "count": rng.randint(6, 30), "few": rng.choice("两三四"), "sum": rng.randint(6, 48) * 100, "age": rng.randint(67, 88), "hours": rng.randint(2, 9),
        "temp": f"3{rng.randint(7, 8)}.{rng.randint(3, 9)}", "plate": f"第{rng.randint(1, 6)}个", "line": rng.choice((6, 9, 12, 21, 105)),
    }
