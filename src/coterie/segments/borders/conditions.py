"""Conditions on features that a person wrote as SQL, written anew from allowed pieces only.

A condition is never pasted into a statement. It is parsed, and a new tree is built from the pieces that are
allowed; whatever else there is, is refused. What engines do differently is written out: division by zero
and logarithms of what has none are null, and every number beside the sides of a comparison is a double.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from coterie.errors import UsageError, did_you_mean
from coterie.sources import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What a feature holds.
Kind: TypeAlias = Literal["number", "word"]

#: What may stand in a condition.
ALLOWED = (
    "features, numbers, 'words', = <> < <= > >=, + - * /, AND, OR, NOT, BETWEEN, IN (...), IS NULL, "
    "LIKE 'x%', COALESCE, NULLIF, CASE WHEN, ABS, LEAST, GREATEST, LN, SQRT, FLOOR, CEIL"
)

#: Characters that a condition has at most.
LONGEST = 10_000

_SHOWN = 60
#: What sqlglot notes about how a dialect computes; it changes nothing here.
_NOTES = frozenset({"typed", "safe", "ignore_nulls"})


@dataclasses.dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read.

    Attributes:
        tree: It, built from allowed pieces, over quoted columns.
        features: The features it is about, in the order in which they stand.
    """

    tree: exp.Expression
    features: tuple[str, ...]


def read(text: str, features: Mapping[str, Kind], where: str) -> Condition:
    """Read a condition.

    Args:
        text: Such as ``orders_spend > 500 and recency_days_since_last < 30``.
        features: What may be named, and what it holds.
        where: What the condition belongs to, for errors: ``rule 'Heavy buyers'``.

    Raises:
        UsageError: It is no SQL, names no feature, or holds anything that isn't allowed.

    Examples:
        >>> known: dict[str, Kind] = {"spend": "number", "visits": "number"}
        >>> read("Spend > 500 and spend / visits >= 20", known, "rule 'Big'").tree.sql()
        '"spend" > 500 AND "spend" / NULLIF("visits", 0e0) >= 20'
    """
    reader = _Reader(features, where)
    try:
        tree = reader.truth(_parsed(text, where))
        tree.sql()
    except RecursionError:
        raise UsageError(
            f"{_start(where)}: its condition is nested too deeply; make several rules of it."
        ) from None
    return Condition(tree, tuple(dict.fromkeys(found.name for found in tree.find_all(exp.Column))))


def _parsed(text: str, where: str) -> exp.Expression:
    if len(text) > LONGEST:
        raise UsageError(
            f"{_start(where)}: its condition has {len(text):,} characters; allowed are {LONGEST:,}. "
            "Make several rules of it."
        )
    try:
        found = sqlglot.parse(text, dialect=sql.WRITTEN_IN)
    except SqlglotError as error:
        at = error.errors[0]["col"] if isinstance(error, ParseError) and error.errors else None
        place = f" from its character {at} on" if at else ""
        raise UsageError(
            f"{_start(where)}: {_short(text)!r} is no condition in SQL{place}. "
            "Write one such as: orders_spend > 500 and recency_days_since_last < 30"
        ) from None
    if len(found) != 1 or not isinstance(found[0], exp.Expression):
        told = f"holds {len(found)} statements" if len(found) > 1 else "is empty"
        raise UsageError(f"{_start(where)}: {_short(text)!r} must be one condition, and {told}.")
    return found[0]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 3]}..."


def _start(where: str) -> str:
    return where[:1].upper() + where[1:]


@dataclasses.dataclass(frozen=True, slots=True)
class _Reader:
    """Builds a tree anew, piece by piece."""

    features: Mapping[str, Kind]
    where: str

    def truth(self, node: exp.Expression) -> exp.Expression:
        """Build what holds or doesn't."""
        if type(node) in _TRUTHS:
            return _TRUTHS[type(node)](self, node)
        kind, _ = self.value(node)
        raise UsageError(
            f"{_start(self.where)}: {_short(node.sql())!r} is a {kind}, not a condition; "
            "compare it with something."
        )

    def value(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        """Build a number or a word."""
        if type(node) in _VALUES:
            return _VALUES[type(node)](self, node)
        if type(node) in _COMPUTED:
            return "number", _COMPUTED[type(node)](self, node)
        raise self._refused(node)

    def bracketed_truth(self, node: exp.Expression) -> exp.Expression:
        return exp.Paren(this=self.truth(self._only(node)))

    def joined(self, node: exp.Expression) -> exp.Expression:
        operands = [self.truth(cast("exp.Expression", part)) for part in node.flatten(unnest=False)]
        together = exp.and_(*operands) if isinstance(node, exp.And) else exp.or_(*operands)
        return cast("exp.Expression", together)

    def not_(self, node: exp.Expression) -> exp.Expression:
        return cast("exp.Expression", exp.not_(self.truth(self._only(node)), copy=False))

    def between(self, node: exp.Expression) -> exp.Expression:
        bounds = self._parts(node, "this", "low", "high")
        for name, part in bounds.items():
            kind, bounds[name] = self._bare(part)
            self._same(node, kind, "number")
        return exp.Between(**bounds)

    def bracketed_value(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        kind, inside = self.value(self._only(node))
        return kind, inside if isinstance(inside, exp.Literal) else exp.Paren(this=inside)

    def literal(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        if node.args["is_string"]:
            return "word", exp.Literal.string(node.this)
        if not math.isfinite(float(node.this)):
            raise UsageError(f"{_start(self.where)}: the number {_short(node.this)} is too large.")
        return "number", exp.Literal.number(node.this)

    def first_known(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        (kind, first), *others = self._values(node)
        return kind, exp.Coalesce(this=first, expressions=[other for _, other in others])

    def null_if(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        (kind, one), (_, other) = self._values(node)
        return kind, exp.Nullif(this=one, expression=other)

    def arithmetic(self, node: exp.Expression) -> exp.Expression:
        sides = self._parts(node, "this", "expression")
        return type(node)(**{name: self._number(side) for name, side in sides.items()})

    def ratio(self, node: exp.Expression) -> exp.Expression:
        sides = self._parts(node, "this", "expression")
        above, below = self._number(sides["this"]), self._number(sides["expression"])
        return exp.Div(this=above, expression=exp.Nullif(this=below, expression=sql.double(0.0)))

    def of_one(self, node: exp.Expression) -> exp.Expression:
        return type(node)(this=self._number(self._only(node)))

    def logarithm(self, node: exp.Expression) -> exp.Expression:
        return sql.sql("ln(case when :x > 0e0 then :x end)", x=self._number(self._only(node)))

    def root(self, node: exp.Expression) -> exp.Expression:
        return sql.sql("sqrt(case when :x >= 0e0 then :x end)", x=self._number(self._only(node)))

    def comparison(self, node: exp.Expression) -> exp.Expression:
        sides = self._parts(node, "this", "expression")
        for side in sides.values():
            if isinstance(side, exp.Null):
                raise UsageError(
                    f"{_start(self.where)}: {_short(node.sql())!r} never holds; write IS NULL or IS NOT NULL."
                )
        (kind, left), (other, right) = self._bare(sides["this"]), self._bare(sides["expression"])
        self._same(node, kind, other)
        if kind == "word" and not isinstance(node, exp.EQ | exp.NEQ):
            raise UsageError(
                f"{_start(self.where)}: {_short(node.sql())!r} puts words in order, which engines do in "
                "different ways; compare words by =, <>, IN or LIKE."
            )
        return type(node)(this=left, expression=right)

    def in_(self, node: exp.Expression) -> exp.Expression:
        if not node.args.get("expressions"):
            raise self._refused(node)
        this = self._parts(node, "this", "expressions")["this"]
        kind, value = self._bare(this)
        listed = []
        for item in node.expressions:
            other, written = self._bare(item)
            self._same(node, kind, other)
            listed.append(written)
        return exp.In(this=value, expressions=listed)

    def is_null(self, node: exp.Expression) -> exp.Expression:
        sides = self._parts(node, "this", "expression")
        if not isinstance(sides["expression"], exp.Null):
            raise self._refused(node)
        return exp.Is(this=self.value(sides["this"])[1], expression=exp.Null())

    def like(self, node: exp.Expression) -> exp.Expression:
        sides = self._parts(node, "this", "expression")
        kind, value = self.value(sides["this"])
        self._same(node, kind, "word")
        pattern = sides["expression"]
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise self._refused(node)
        return exp.Like(this=value, expression=exp.Literal.string(pattern.this))

    def case(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        if node.this is not None:
            raise UsageError(
                f"{_start(self.where)}: write CASE WHEN condition THEN ..., not CASE value WHEN."
            )
        built, kinds = exp.Case(), []
        for branch in node.args["ifs"]:
            kind, value = self.value(branch.args["true"])
            kinds.append(kind)
            built = built.when(self.truth(branch.this), _doubled(value), copy=False)
        if node.args.get("default") is not None:
            kind, value = self.value(node.args["default"])
            kinds.append(kind)
            built = built.else_(_doubled(value), copy=False)
        for kind in kinds:
            self._same(node, kinds[0], kind)
        return kinds[0], built

    def extreme(self, node: exp.Expression) -> exp.Expression:
        """Build LEAST or GREATEST: null if one of the numbers is, which engines see differently."""
        numbers = [self._number(item) for item in (node.this, *node.expressions)]
        unsure = [x for x in numbers if not isinstance(x, exp.Literal)]
        found = type(node)(this=numbers[0], expressions=numbers[1:], ignore_nulls=True)
        if not unsure:
            return found
        known = exp.and_(*(exp.Not(this=exp.Is(this=x.copy(), expression=exp.Null())) for x in unsure))
        return exp.Case().when(known, found, copy=False)

    def feature(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        if not isinstance(node.this, exp.Identifier) or any(
            node.args.get(part) for part in ("table", "db", "catalog", "join_mark")
        ):
            raise self._refused(node)
        name = node.name if node.name in self.features else node.name.lower()
        if name not in self.features:
            hint = did_you_mean(node.name, self.features)
            raise UsageError(f"{_start(self.where)}: there is no feature {node.name!r}. {hint}")
        return self.features[name], sql.column(name)

    def _bare(self, node: exp.Expression) -> tuple[Kind, exp.Expression]:
        """Build a side of a comparison; a number there stays as it is written."""
        if isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal):
            kind, value = self.literal(node.this)
            self._same(node, kind, "number")
            return kind, exp.Neg(this=value)
        return self.value(node)

    def _number(self, node: exp.Expression) -> exp.Expression:
        kind, value = self.value(node)
        self._same(node, kind, "number")
        return _doubled(value)

    def _values(self, node: exp.Expression) -> Iterator[tuple[Kind, exp.Expression]]:
        """Build the arguments of a function, which must all be of one kind."""
        items = [node.this, *([node.expression] if isinstance(node, exp.Nullif) else node.expressions)]
        first: Kind | None = None
        for item in items:
            kind, value = self.value(item)
            first = first or kind
            self._same(node, first, kind)
            yield kind, _doubled(value)

    def _only(self, node: exp.Expression) -> exp.Expression:
        return self._parts(node, "this")["this"]

    def _parts(self, node: exp.Expression, *names: str) -> dict[str, exp.Expression]:
        """Take a piece apart; one that says more than its parts is refused."""
        said = {name for name, part in node.args.items() if part and name not in _NOTES}
        if said != set(names):
            raise self._refused(node)
        return {name: node.args[name] for name in names}

    def _same(self, node: exp.Expression, one: Kind, other: Kind) -> None:
        if one != other:
            raise UsageError(
                f"{_start(self.where)}: {_short(node.sql())!r} mixes a word with a number; words stand "
                "between single quotes, numbers don't."
            )

    def _refused(self, node: exp.Expression) -> UsageError:
        return UsageError(
            f"{_start(self.where)}: {_short(node.sql())!r} isn't allowed in a condition. Allowed: {ALLOWED}."
        )


_TRUTHS: dict[type, Callable[[_Reader, exp.Expression], exp.Expression]] = {
    exp.Paren: _Reader.bracketed_truth,
    **dict.fromkeys((exp.And, exp.Or), _Reader.joined),
    exp.Not: _Reader.not_,
    exp.Boolean: lambda _, node: exp.Boolean(this=node.this),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _Reader.comparison),
    exp.Between: _Reader.between,
    exp.In: _Reader.in_,
    exp.Is: _Reader.is_null,
    exp.Like: _Reader.like,
}
_VALUES: dict[type, Callable[[_Reader, exp.Expression], tuple[Kind, exp.Expression]]] = {
    exp.Paren: _Reader.bracketed_value,
    exp.Column: _Reader.feature,
    exp.Literal: _Reader.literal,
    exp.Coalesce: _Reader.first_known,
    exp.Nullif: _Reader.null_if,
    exp.Case: _Reader.case,
}
_COMPUTED: dict[type, Callable[[_Reader, exp.Expression], exp.Expression]] = {
    **dict.fromkeys((exp.Neg, exp.Abs, exp.Floor, exp.Ceil), _Reader.of_one),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), _Reader.arithmetic),
    exp.Div: _Reader.ratio,
    exp.Ln: _Reader.logarithm,
    exp.Sqrt: _Reader.root,
    **dict.fromkeys((exp.Least, exp.Greatest), _Reader.extreme),
}


def _doubled(value: exp.Expression) -> exp.Expression:
    """Write a whole number so that dividing it leaves a fraction on every engine."""
    if isinstance(value, exp.Literal) and not value.is_string:
        return sql.double(float(value.this))
    return value
