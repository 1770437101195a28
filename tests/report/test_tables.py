from __future__ import annotations

import dataclasses

from tests.report import made

from coterie.events.loading import Loading, UnitCount
from coterie.report import tables
from coterie.report.language import language

WORDING = made.wording(made.material(users=300, groups=3))


def test_every_table_is_as_wide_as_its_head() -> None:
    for table in (
        tables.segments(WORDING),
        tables.audit(made.FINDINGS, WORDING),
        tables.rows(made.LOADING, language()),
    ):
        assert {len(row) for row in table.rows} == {len(table.head)}
        assert set(table.right) | set(table.whole) <= set(table.head)


def test_segments_have_a_size_and_traits() -> None:
    for segment, row in zip(WORDING.segmentation.segments, tables.segments(WORDING).rows, strict=True):
        assert row[:3] == (str(segment.id), WORDING.name(segment.id), f"{segment.users:,}")
        assert row[4] == "; ".join(WORDING.traits(segment, 2))


def test_a_segment_without_traits_says_so() -> None:
    segments = tuple(dataclasses.replace(s, traits=()) for s in WORDING.segmentation.segments)
    plain = dataclasses.replace(WORDING.segmentation, segments=segments)
    assert tables.segments(dataclasses.replace(WORDING, segmentation=plain)).rows[0][4] == "\N{EN DASH}"


def test_the_audit_tells_levels_by_sign_and_word_the_worst_first() -> None:
    rows = tables.audit(made.FINDINGS, WORDING).rows
    assert [level for level, _ in rows] == ["▲ warning", "● note", "✓ good"]
    assert rows[0][1] == f"One user carries 41 % of the mean of “Spend” in “{WORDING.name(2)}”."


def test_of_findings_of_a_kind_the_first_are_told() -> None:
    rows = tables.audit(made.FINDINGS[2:] * 5, WORDING).rows
    assert len(rows) == 3
    assert rows[-1] == ("", "3 more like these are in the report.")


def test_rows_add_up() -> None:
    rows = tables.rows(made.LOADING, language()).rows
    assert rows[0] == ("clicks", "61,204", "61,000", "204", "no user: 200; unreadable time: 4")
    assert rows[-1] == ("all", "65,214", "65,010", "204", "")


def test_units_of_a_source_are_summed() -> None:
    units = tuple(UnitCount("clicks", str(n), 10, 9, (("no user", 1),), was_new=True) for n in range(3))
    loading = Loading(units, changed=True, users=1, events=27)
    assert tables.rows(loading, language()).rows == (("clicks", "30", "27", "3", "no user: 3"),)
