from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from coterie.errors import UsageError
from coterie.segments.between.columns import column, frequent, grouped, labelled, of_words


def test_numbers_are_labelled_in_their_order_and_null_has_no_label() -> None:
    found = labelled(column([10.0, 2.5, None, -1.0, 10.0, float("nan")], "x"), "x")
    assert found.labels == ("-1", "2.5", "10")
    assert found.codes.tolist() == [2, 1, -1, 0, 2, -1]


def test_words_are_labelled_and_a_word_for_unknown_is_a_word() -> None:
    found = labelled(column(["b", None, "unknown", "a"], "x"), "x")
    assert found.labels == ("a", "b", "unknown")
    assert found.codes.tolist() == [1, -1, 2, 0]


def test_nothing_but_null_has_no_labels() -> None:
    assert labelled(pa.chunked_array([pa.nulls(3, pa.string())]), "x").labels == ()
    assert labelled(column([None, None], "x"), "x").codes.tolist() == [-1, -1]


def test_dates_are_labels() -> None:
    assert labelled(column([dt.date(2026, 1, 2)], "day"), "day").labels == ("2026-01-02",)


def test_words_and_yes_or_no_are_told_from_numbers() -> None:
    assert of_words(column(["a"], "x"))
    assert of_words(column([True, False], "x"))
    assert of_words(pa.chunked_array([pa.array(["a"]).dictionary_encode()]))
    assert not of_words(column(np.arange(3), "x"))


def test_rare_values_are_taken_together() -> None:
    found = frequent(labelled(column(["d", "a", "a", None, "b", "c", "c"], "x"), "x"), 2)
    assert found.labels == ("a", "c", None)
    assert found.codes.tolist() == [2, 0, 0, -1, 2, 1, 1]


def test_too_many_groups_are_refused() -> None:
    with pytest.raises(UsageError, match="spend has 51 different values, and at most 50 groups"):
        grouped(column(range(51), "spend"), "spend")


def test_a_column_of_several_kinds_is_refused() -> None:
    with pytest.raises(UsageError, match="x must hold numbers, or words, not both"):
        column([1, "a"], "x")
