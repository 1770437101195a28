from __future__ import annotations

import numpy as np
import pyarrow as pa

from coterie.features.feature import Feature
from coterie.predictions.columns import MOST_WORDS, Column, matrix, prepare

RNG = np.random.default_rng(0)
SPEND = Feature("spend", "orders", "money", "Money.")
SILENT = Feature("silent", "recency", "days", "Days since.", null="never", fill="largest")
AGE = Feature("age", "attributes", "number", "Years.", fill="median")
CITY = Feature("city", "attributes", "category", "Where.", fill="category")


def _columns(values: object, feature: Feature, *, scaled: bool = False) -> tuple[Column, ...]:
    return prepare(pa.table({feature.name: values}), (feature,), scaled=scaled)


def test_trees_take_numbers_as_they_are() -> None:
    (column,) = _columns([1.0, 200.0, None, 3.0], SPEND)
    assert (column.fill, column.log, column.centre, column.scale) == (0.0, False, 0.0, 1.0)
    assert column.why == "null is 0"


def test_nulls_are_filled_as_each_feature_says() -> None:
    assert _columns([1.0, 9.0, None], SILENT)[0].fill == 9.0
    assert _columns([1.0, 9.0, 2.0, None], AGE)[0].fill == 2.0


def test_skewed_numbers_are_weighed_by_their_logarithm() -> None:
    (column,) = _columns(np.exp(RNG.normal(3, 1, 500)), SPEND, scaled=True)
    assert column.log
    assert column.why.startswith("logarithm: skewness")
    values = matrix((column,), pa.table({"spend": np.exp(RNG.normal(3, 1, 500))}))
    assert abs(values.mean()) < 0.2
    assert abs(values.std() - 1) < 0.2


def test_frequent_words_get_an_indicator_and_rare_ones_share_one() -> None:
    words = ["Wien"] * 120 + ["Rio"] * 80 + ["Graz", "Linz", None]
    made = _columns(words, CITY)
    assert [(column.words, column.others) for column in made] == [
        (("Rio",), False), (("Wien",), False), (("Rio", "Wien"), True)
    ]  # fmt: skip
    rows = matrix(made, pa.table({"city": ["Wien", "Linz", "new", None]}))
    assert rows.tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]


def test_as_many_words_as_users_say_nothing() -> None:
    assert _columns([f"name {at}" for at in range(80)], CITY) == ()
    several = _columns([f"town {at % 40}" for at in range(400)], CITY)
    assert len(several) == MOST_WORDS + 1


def test_what_is_the_same_for_everyone_is_left_out() -> None:
    assert _columns([2.0, 2.0], SPEND) == ()
    assert _columns(pa.array([None, None], pa.float64()), AGE) == ()
    assert _columns(["a", "a"], CITY) == ()
    assert prepare(pa.table({"spend": pa.array([], pa.float64())}), (SPEND,), scaled=True) == ()
