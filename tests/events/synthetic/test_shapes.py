from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from coterie.events.synthetic.draw import Drawn, Period, draw
from coterie.events.synthetic.groups import NEWSROOM
from coterie.events.synthetic.shapes import SHAPES, Shape, user_ids

PERIOD = Period(dt.date(2026, 3, 1), 30)


def _drawn() -> Drawn:
    return draw(NEWSROOM, np.arange(300), PERIOD, np.random.default_rng(3))


def _shape(source: str) -> Shape:
    return next(shape for shape in SHAPES if shape.source == source)


def _rows(source: str) -> pa.Table:
    return _shape(source).rows(_drawn(), np.random.default_rng(3))


def test_ids_sort_like_their_numbers() -> None:
    assert user_ids(np.array([7, 123])).to_pylist() == ["u0000007", "u0000123"]


def test_every_act_is_in_one_file() -> None:
    acts = [shape for shape in SHAPES if shape.source != "people"]
    assert sum(_rows(shape.source).num_rows for shape in acts) == len(_drawn().acts)


def test_clocks_of_searches_and_orders_are_local() -> None:
    acts = _drawn().acts
    first = acts.of("search").at[0]
    told = dt.datetime.fromisoformat(_rows("searches").column("time")[0].as_py())
    assert told.utcoffset() == dt.timedelta(hours=1)
    assert abs(told.timestamp() - first) < 1
    ordered = _rows("orders").column("ordered")[0].as_py()
    naive = dt.datetime.strptime(ordered, "%d/%m/%Y %H:%M:%S").replace(tzinfo=dt.UTC)
    assert abs(naive.timestamp() - 3600 - acts.of("order", "refund").at[0]) < 1


def test_articles_know_their_time_zone_and_videos_do_not() -> None:
    assert _rows("articles").schema.field("at").type == pa.timestamp("us", "UTC")
    assert _rows("videos").schema.field("started").type == pa.timestamp("ms")


def test_people_are_those_who_registered() -> None:
    rows = _rows("people")
    assert rows.num_rows == _drawn().people.registered.sum() < 300
    assert rows.column("age").null_count > 0
    assert max(rows.column("signed_up").to_pylist()) < PERIOD.end


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.source)
def test_every_wrong_row_has_a_reason(shape: Shape) -> None:
    assert all(wrong.reason and wrong.lines for wrong in shape.wrong)
    assert bool(shape.repeated) == bool(shape.repeated_reason)
