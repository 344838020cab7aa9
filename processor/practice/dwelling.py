"""House, water, belongings, income and scores; they agree with the household's class and its members."""

from __future__ import annotations

from math import ceil
from random import Random
from typing import Any

from processor.practice.codes import Codes
from processor.practice.model import Home, Person

LACKS = ("house", "area", "water", "toilet", "contact", "news")
"""What a dwelling can lack, each worth 10 points of B2."""


def furnish(home: Home, codes: Codes, allowances: int) -> None:
    """Fill `home.dwelling` with the answers of sections B and D to G."""
    lacks = _lacks(home)
    home.dwelling = {
        **_classification(home, codes, 10 * (len(lacks) + _members_lack(home))),
        **_house(home, lacks),
        **_services(home, lacks),
        **_income(home, codes, allowances),
        **_support(home),
    }


def _members_lack(home: Home) -> int:
    """Deprivations that come from the members, counted as the form counts them."""
    people, age = home.people, home.age
    return sum(
        (
            any(p.illness == "2" for p in people),
            any(age(p) >= 6 and not p.hi for p in people),
            any(_unschooled(p, age(p)) for p in people),
            any(5 <= age(p) < 15 and p.school != "1" for p in people),
        )
    )


def _unschooled(person: Person, age: int) -> bool:
    return age >= 15 and person.birth.year >= 1986 and person.education <= "1" and person.school != "1"


def _lacks(home: Home) -> set[str]:
    """Near-poor households lack at most two of the ten basics, by definition."""
    if home.near_poor:
        most = max(0, 2 - _members_lack(home))
        number = home.rng.randint(0, most)
    else:
        number = home.rng.randint(1, 4) if home.poor else home.rng.choice((0, 0, 0, 1))
    return set(home.rng.sample(LACKS, number))


def _some(rng: Random, codes: str, most: int) -> str:
    options = codes.split()
    return " ".join(sorted(rng.sample(options, rng.randint(1, most)), key=options.index))


def _classification(home: Home, codes: Codes, b2: int) -> dict[str, Any]:
    sources = [
        code
        for code, listed in (("1", home.beneficiaries), ("2", home.poor), ("3", home.near_poor))
        if listed
    ]
    found: dict[str, Any] = {"hh_class": home.hh_class, "list_source": " ".join(sources)}
    found["merit_household"] = "1" if any(p.merit for p in home.people) else "0"
    if home.hh_class == "7":
        return found
    line = codes.line(home.commune.area_type, home.visit)
    poor, minimum = int(line["b1_poor_max"]), int(line["b1_minimum_max"])
    score = home.rng.randint(40, poor) if home.poor else home.rng.randint(poor + 1, minimum)
    found |= {"class_standard": "1", "b1_score": score, "b2_score": b2}
    found["poor_book_no"] = f"{'HN' if home.poor else 'CN'}-{home.commune.code}/{home.index + 1:05d}"
    found["poverty_cause"] = _some(home.rng, "1 2 3 4 5 6 7 8 11", 3)
    return found


def _house(home: Home, lacks: set[str]) -> dict[str, Any]:
    rng = home.rng
    if home.poor and {"house", "area"} <= lacks and rng.random() < 0.1:
        return {"house_ownership": "6"}
    solid = rng.randint(0, 1) if "house" in lacks else rng.choice((2, 3, 3))
    good = set(rng.sample(("pillar", "roof", "wall"), solid))
    each = rng.uniform(3.5, 7.5) if "area" in lacks else rng.uniform(9, 28)
    return {
        "house_ownership": rng.choices("1345", (90, 1, 4, 5 if home.poor else 1))[0],
        "house_pillar": rng.choice("123" if "pillar" in good else "45"),
        "house_roof": rng.choice("123" if "roof" in good else "45"),
        "house_wall": rng.choice("123" if "wall" in good else "456"),
        "house_area": round(each * len(home.people), 1),
    }


def _services(home: Home, lacks: set[str]) -> dict[str, Any]:
    rng = home.rng
    light = rng.choices("123", (100, 6, 2) if home.poor else (100, 1, 0))[0]
    found: dict[str, Any] = {
        "water_source": rng.choice("789")
        if "water" in lacks
        else rng.choices("123456", (20, 30, 25, 15, 8, 2))[0],
        "toilet_type": rng.choice("56") if "toilet" in lacks else rng.choices("1234", (40, 25, 15, 20))[0],
        "light_source": light,
    }
    if light == "1":
        found["electricity_kwh"] = rng.randint(10, 60) if home.poor else rng.randint(35, 180)
    assets = _assets(home, lacks, light)
    found["assets"] = " ".join(assets) or "0"
    found["uses_phone"] = "0" if "contact" in lacks else "1"
    found["uses_internet"] = "0" if "contact" in lacks or rng.random() < 0.7 else "1"
    heard = "news" not in lacks and (not {"1", "2", "3"} & set(assets) or rng.random() < 0.7)
    found["loudspeaker"] = "1" if heard else "0"
    return found


def _assets(home: Home, lacks: set[str], light: str) -> list[str]:
    chances = {"1": 0.75, "2": 0.2, "3": 0.05, "4": 0.9, "5": 0.05, "6": 0.5, "7": 0.3, "8": 0.1, "13": 0.4}
    if home.hh_class == "7":
        chances |= {"6": 0.85, "7": 0.6, "8": 0.3, "10": 0.1, "13": 0.3}
    barred = set()
    barred |= {"1", "2", "3"} if "news" in lacks else set()
    barred |= {"4", "5"} if "contact" in lacks else set()
    barred |= {"7", "8", "10"} if light != "1" else set()
    return [code for code, chance in chances.items() if code not in barred and home.rng.random() < chance]


def _income(home: Home, codes: Codes, allowances: int) -> dict[str, Any]:
    line = codes.line(home.commune.area_type, home.visit)
    poor, minimum = int(line["policy_poor_line_vnd"]) // 1000, int(line["minimum_line_vnd"]) // 1000
    if home.poor:
        each = home.rng.randint(250, poor - 20)
    elif home.near_poor:
        each = home.rng.randint(poor + 5, minimum - 5)
    else:
        each = home.rng.randint(minimum + 50, 3 * minimum)
    found: dict[str, Any] = {"income_month": max(each * len(home.people), ceil(allowances / 1000))}
    if home.commune.area_type == "2":
        found["farm_land_m2"] = home.rng.randrange(0, 6000, 50)
    return found


def _support(home: Home) -> dict[str, Any]:
    got = ["3"] if home.poor or home.near_poor else []
    got = ["2", *got] if home.poor else got
    got += [code for code in ("4", "5", "10") if home.poor and home.rng.random() < 0.2]
    got += ["12"] if home.beneficiaries else []
    return {"support_got": " ".join(got) or "0", "support_want": _some(home.rng, "1 5 7 8 9", 3)}
