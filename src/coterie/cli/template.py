"""Templates for `coterie init`: what an industry asks, and the segmentations that answer it."""

from __future__ import annotations

import dataclasses
import functools
import re
import textwrap
from importlib import resources
from typing import TYPE_CHECKING

import yaml
from pydantic import TypeAdapter

from coterie.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from coterie.features.feature import Feature

#: The templates, each in ``templates/<name>.yaml``.
NAMES = ("newsroom", "shop", "learning", "finance")

#: A feature that is there if a field of events is.
_SHOWN_BY = {"category": "breadth_categories"}

_WIDTH = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Suggested:
    """A segmentation or a prediction that a template suggests.

    Attributes:
        name: Its name in coterie.yaml.
        question: What it answers.
        text: Its settings, as YAML.
        families: The families of features that it needs.
        uses: The features that it needs.
        words: Fields of events that it needs, to no use without them.
    """

    name: str
    question: str
    text: str
    families: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def lacks(self, features: Collection[Feature]) -> list[str]:
        """List the families, features and fields that it needs and that aren't there."""
        families = {feature.family for feature in features}
        names = {feature.name for feature in features}
        lacking = [family for family in self.families if family not in families]
        lacking += [name for name in self.uses if name not in names]
        return lacking + [word for word in self.words if _SHOWN_BY[word] not in names]

    def written(self, lacking: Collection[str] = ()) -> str:
        """Write it for coterie.yaml; as a comment if something for it is lacking."""
        body = self.text.rstrip("\n")
        block = f"{self.name}:\n{textwrap.indent(body, '  ')}" if "\n" in body else f"{self.name}: {body}"
        head = f"# {self.question}"
        if not lacking:
            return textwrap.indent(f"{head}\n{block}\n", "  ")
        why = f"# These sources don't give {', '.join(lacking)}; once they do, take away the marks before it."
        return textwrap.indent(f"{head}\n{why}\n{textwrap.indent(block, '# ')}\n", "  ")


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """A template.

    Attributes:
        name: Such as ``shop``.
        sentence: Whom it is for.
        needs: What the data should hold.
        questions: What people in this trade ask.
        sources: Sources to fill in, as YAML.
        segments: The segmentations, side by side.
        predictions: What may be foretold.
        maker: The raw files of the synthetic newsroom that it can be tried on; empty if on none.
    """

    name: str
    sentence: str
    needs: str
    questions: tuple[str, ...]
    sources: str
    segments: tuple[Suggested, ...]
    predictions: tuple[Suggested, ...] = ()
    maker: tuple[str, ...] = ()

    def about(self) -> str:
        """Write what it is for, as comments for the top of coterie.yaml."""
        lines = [f"From the template {self.name}: {self.sentence} {self.needs}", "Questions:"]
        wrapped = [part for line in lines for part in textwrap.wrap(line, _WIDTH)]
        return "".join(f"# {line}\n" for line in [*wrapped, *(f"- {one}" for one in self.questions)])

    def grouping(self, features: Collection[Feature]) -> str:
        """Write the segmentations for coterie.yaml; those that the features can't feed are comments.

        Args:
            features: What the sources give.
        """
        lacking = [one.lacks(features) for one in self.segments]
        text = "".join(one.written(less) for one, less in zip(self.segments, lacking, strict=True))
        return text if not all(lacking) else f"  everyone: {{}}\n{text}"


def foretelling(chosen: Template, fine: Collection[str]) -> str:
    """Write the predictions of a template for coterie.yaml; those that aren't fine are comments.

    Args:
        chosen: The template.
        fine: The names of those that the sources can feed.
    """
    text = "".join(
        one.written(() if one.name in fine else ("enough events for it",)) for one in chosen.predictions
    )
    if not chosen.predictions:
        return ""
    return f"predictions:\n{text}" if fine else f"# predictions:\n{text}"


@functools.cache
def template(name: str) -> Template:
    """Read a template.

    Raises:
        UsageError: There is none of that name.

    Examples:
        >>> [one.name for one in template("shop").segments]
        ['value', 'engagement', 'taste', 'lifecycle', 'favourites']
    """
    if name not in NAMES:
        raise UsageError(f"There is no template {name!r}. {did_you_mean(name, NAMES)}")
    file = resources.files("coterie.cli").joinpath("templates", f"{name}.yaml")
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return TypeAdapter(Template).validate_python({"name": name, **found})


def synthetic_sources(wanted: Collection[str]) -> str:
    """Return some of the sources that read the files of the synthetic newsroom, as YAML."""
    made = resources.files("coterie.events.synthetic").joinpath("newsroom.yaml").read_text(encoding="utf-8")
    listed = made.partition("sources:\n")[2].partition("\nsegments:")[0]
    blocks = re.split(r"(?m)^(?=  - name: )", f"{listed}\n")
    return "".join(one for one in blocks if one.partition("name: ")[2].partition("\n")[0] in wanted)
