"""Every result shows itself as text, HTML, Arrow and dict."""

from __future__ import annotations

import dataclasses

import pyarrow as pa
import pytest

from coterie.shown import Shown


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Fruit(Shown):
    """A result with one row a fruit."""

    names: tuple[str, ...]

    def caption(self) -> str:
        return f"{len(self.names)} fruits & <more>"

    def to_arrow(self) -> pa.Table:
        weights = [1234.5 if name == "melon" else None for name in self.names]
        return pa.table({"name": list(self.names), "weight": weights})


FRUIT = Fruit(("fig <b>", "melon"))


def test_text_is_aligned_under_the_caption() -> None:
    assert str(FRUIT).splitlines() == ["2 fruits & <more>", "name     weight", "fig <b>", "melon    1,234"]
    assert repr(FRUIT) == str(FRUIT)
    assert FRUIT.to_text(most=1).splitlines()[-1] == "fig <b>"


def test_html_is_escaped() -> None:
    html = FRUIT._repr_html_()
    assert "<caption>2 fruits &amp; &lt;more&gt;</caption>" in html
    assert "<td>fig &lt;b&gt;</td>" in html


def test_a_result_that_does_not_say_what_it_is_is_none() -> None:
    bare = type("Bare", (Shown,), {"caption": Fruit.caption})
    with pytest.raises(TypeError, match=r"abstract.*to_arrow"):
        bare()


def test_a_dict_holds_every_field() -> None:
    assert FRUIT.to_dict() == {"names": ("fig <b>", "melon")}
