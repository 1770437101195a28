"""What the dialects of SQL lack, and what stands in for it: one table a dialect.

sqlglot prints a tree in each dialect. Here is what it leaves as no engine there understands it, or as one
that is slower or less exact: whole division, times from microseconds, tests of numbers and text.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa
from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.mysql import MySQL
from sqlglot.dialects.postgres import Postgres
from sqlglot.dialects.spark import Spark
from sqlglot.dialects.sqlite import SQLite

from coterie import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlglot import Dialect

_Prints: TypeAlias = "Callable[[Any, exp.Expression], str]"

#: A number as text, within what a double holds.
_NUMBER = r"^[ ]*[-+]?([0-9]{1,200}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?[ ]*$"


def _replaced(text: str) -> _Prints:
    """Print a node as `text` with its parts where it says ``{0}``, ``{1}``."""

    def prints(generator: Any, node: exp.Expression) -> str:
        return text.format(*(generator.sql(part) for part in (node.this, node.args.get("expression"))))

    return prints


def _functions(usual: Any, forms: Mapping[str, str]) -> _Prints:
    """Print functions that sqlglot doesn't know by `forms`, and others as it does."""

    def prints(generator: Any, node: exp.Expression) -> str:
        name = node.name.lower()
        form = forms.get(name)
        if form is None:
            return str(usual.anonymous_sql(generator, node))
        if not form:
            raise errors.UsageError(
                f"{generator.dialect.__class__.__name__.removeprefix('Coterie')} has no {name}()."
            )
        return form.format(*(generator.sql(part) for part in node.expressions))

    return prints


def _tried(usual: Any, matches: str) -> _Prints:
    """Print a cast that gives null for text that is no number, with the operator that `matches` a pattern."""

    def prints(generator: Any, node: exp.Expression) -> str:
        number = str(usual.cast_sql(generator, node))
        if not node.is_type("double", "bigint", "decimal"):
            return number
        text = generator.sql(exp.cast(node.this.copy(), "text"))
        return f"CASE WHEN {text} {matches} '{_NUMBER}' THEN {number} END"

    return prints


def _trimmed(usual: Any, form: str) -> _Prints:
    """Print a trim of several letters by `form`."""

    def prints(generator: Any, node: exp.Expression) -> str:
        letters = node.args.get("expression")
        if letters is None or len(letters.name) == 1:
            return str(usual.TRANSFORMS[exp.Trim](generator, node))
        return form.format(generator.sql(node.this), letters.name)

    return prints


def _collated(usual: Any) -> _Prints:
    """Print a cast to text in the order of its bytes, as everywhere."""

    def prints(generator: Any, node: exp.Expression) -> str:
        text = str(usual.cast_sql(generator, node))
        return f'({text} COLLATE "C")' if node.is_type("text", "varchar") else text

    return prints


def _moments(usual: Any) -> _Prints:
    """Print a cast to a time so that it keeps microseconds, and a null without a cast."""

    def prints(generator: Any, node: exp.Expression) -> str:
        if isinstance(node.this, exp.Null) and node.is_type("text", "varchar"):
            return "NULL"  # within a view a cast of it has a collation of its own
        if node.is_type("timestamp", "timestampntz", "datetime"):
            return f"CAST({generator.sql(node.this)} AS DATETIME(6))"
        return str(usual.cast_sql(generator, node))

    return prints


def _cast(usual: Any, generator: Any, node: exp.Expression) -> str:
    """Print a cast, or one that gives null where it fails, as sqlglot does."""
    plain = usual.trycast_sql if isinstance(node, exp.TryCast) else usual.cast_sql
    return str(usual.TRANSFORMS.get(type(node), plain)(generator, node))


def _zoned(usual: Any) -> _Prints:
    """Print a cast to a time with a zone, which Spark calls otherwise where times have none by default."""

    def prints(generator: Any, node: exp.Expression) -> str:
        if not node.is_type("timestamptz"):
            return _cast(usual, generator, node)
        tries = "TRY_CAST" if isinstance(node, exp.TryCast) else "CAST"
        return f"{tries}({generator.sql(node.this)} AS TIMESTAMP_LTZ)"

    return prints


def _in_utc(usual: Any) -> _Prints:
    """Print a cast to a time as one to an instant: on BigQuery it doesn't compare with the other kind."""

    def prints(generator: Any, node: exp.Expression) -> str:
        if not node.is_type("timestamp", "timestampntz", "timestamptz", "datetime"):
            return _cast(usual, generator, node)
        tries = "SAFE_CAST" if isinstance(node, exp.TryCast) else "CAST"
        return f"{tries}({generator.sql(node.this)} AS TIMESTAMP)"

    return prints


def _numbered(usual: Any) -> _Prints:
    """Print numbers in no order so that each part of a table counts by itself, and not all rows in one."""

    def prints(generator: Any, node: exp.Expression) -> str:
        if isinstance(node.this, exp.RowNumber) and not (node.args.get("order") or node.args["partition_by"]):
            return "(MONOTONICALLY_INCREASING_ID() + 1)"
        return str(usual.window_sql(generator, node))

    return prints


def _followed(usual: Any) -> _Prints:
    """Print the window of a lag, which coterie orders by times that are there, without keys for nulls."""

    def prints(generator: Any, node: exp.Expression) -> str:
        order = node.args.get("order")
        if isinstance(node.this, exp.Lag) and order is not None:
            for key in order.expressions:
                key.set("nulls_first", not key.args.get("desc"))  # as the engine sorts
        return str(usual.window_sql(generator, node))

    return prints


def _many_groups(usual: Any) -> _Prints:
    """Print a grouping by user and more so that it sorts: its groups are too many for a table with a key."""

    def prints(generator: Any, node: exp.Expression) -> str:
        group = node.args.get("group")
        if group is not None and "user_id" in {key.name for key in group.expressions[:-1]}:
            node.set("operation_modifiers", [exp.var("SQL_BIG_RESULT")])
        return str(usual.TRANSFORMS[exp.Select](generator, node))

    return prints


def _named_text(usual: Any) -> _Prints:
    """Print a column that is a word of ours as text in the order of its bytes."""

    def prints(generator: Any, node: exp.Expression) -> str:
        text = str(usual.alias_sql(generator, node))
        if not (isinstance(node.this, exp.Literal) and node.this.is_string):
            return text
        word = generator.sql(node.this)
        return f'CAST({word} AS TEXT) COLLATE "C"{text[len(word) :]}'

    return prints


def _made(base: Any, forms: Mapping[type[exp.Expression], _Prints]) -> type[Dialect]:
    """Make a dialect that prints some nodes otherwise than its base."""
    own = {
        "TRANSFORMS": {**base.Generator.TRANSFORMS, **forms},
        "EXPRESSIONS_WITHOUT_NESTED_CTES": set(),  # Hive's are moved together, though their names clash
    }
    generator = type("Generator", (base.Generator,), own)
    return cast("type[Dialect]", type(base)(f"Coterie{base.__name__}", (base,), {"Generator": generator}))


_FINITE = "({0} > CAST('-Infinity' AS DOUBLE PRECISION) AND {0} < CAST('Infinity' AS DOUBLE PRECISION))"
#: By doubles, which hold microseconds until 2106: EXTRACT would compute with decimals.
_US = "(CASE WHEN ISFINITE({0}) THEN CAST(DATE_PART('epoch', {0}) * 1000000 AS BIGINT) END)"

_PRINTED: Mapping[str, type[Dialect]] = {
    "duckdb": _made(
        DuckDB,
        {
            exp.Anonymous: _functions(
                DuckDB.Generator,
                {
                    "coterie_sum": "CAST(SUM(HASH({0}) % 4294967296) AS TEXT)",
                    "coterie_hex": "LOWER(HEX({0}))",
                },
            )
        },
    ),
    "postgres": _made(
        Postgres,
        {
            exp.IntDiv: _replaced("{0} / {1}"),
            exp.UnixToTime: _replaced("(TIMESTAMP '1970-01-01' + ({0}) * INTERVAL '1 microsecond')"),
            exp.EndsWith: _replaced("(RIGHT({0}, LENGTH({1})) = {1})"),
            exp.IsNan: _replaced("({0} = CAST('NaN' AS DOUBLE PRECISION))"),
            exp.TryCast: _tried(Postgres.Generator, "~"),
            exp.Cast: _collated(Postgres.Generator),
            exp.Alias: _named_text(Postgres.Generator),
            exp.Anonymous: _functions(
                Postgres.Generator,
                {
                    "epoch_us": _US,
                    "isfinite": _FINITE,
                    "coterie_sum": "CAST(SUM(HASHTEXTEXTENDED({0}, 0)) AS TEXT)",
                    "coterie_hex": "ENCODE({0}, 'hex')",
                    "try_strptime": "",
                },
            ),
        },
    ),
    "mysql": _made(
        MySQL,
        {
            exp.UnixToTime: _replaced(
                "DATE_ADD(CAST('1970-01-01' AS DATETIME(6)), INTERVAL ({0}) MICROSECOND)"
            ),
            exp.EndsWith: _replaced("(RIGHT({0}, CHAR_LENGTH({1})) = {1})"),
            exp.IsNan: _replaced("({0} IS NULL AND FALSE)"),  # there is no NaN
            exp.RegexpLike: _replaced("({0} REGEXP {1})"),
            exp.TryCast: _tried(MySQL.Generator, "REGEXP"),
            exp.Cast: _moments(MySQL.Generator),
            exp.Window: _followed(MySQL.Generator),
            exp.Select: _many_groups(MySQL.Generator),
            exp.Trim: _trimmed(MySQL.Generator, "REGEXP_REPLACE({0}, '^[{1}]+|[{1}]+$', '')"),
            exp.Anonymous: _functions(
                MySQL.Generator,
                {
                    "epoch_us": "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', {0})",
                    "isfinite": "({0} IS NOT NULL)",
                    "coterie_sum": "CAST(SUM(CRC32({0})) AS CHAR)",
                    "coterie_hex": "LOWER(HEX({0}))",
                    "timezone": "",
                    "try_strptime": "",
                },
            ),
        },
    ),
    "spark": _made(
        Spark,
        {
            exp.Cast: _zoned(Spark.Generator),
            exp.TryCast: _zoned(Spark.Generator),
            exp.Window: _numbered(Spark.Generator),
            exp.Anonymous: _functions(
                Spark.Generator,
                {
                    "epoch_us": "UNIX_MICROS(CAST({0} AS TIMESTAMP_LTZ))",
                    "isfinite": "(NOT ISNAN({0}) AND ABS({0}) < CAST('Infinity' AS DOUBLE))",
                    "timezone": "CONVERT_TIMEZONE({0}, 'UTC', {1})",
                    "coterie_sum": "CAST(SUM(CAST(XXHASH64({0}) AS DECIMAL(20, 0))) AS STRING)",
                    "coterie_hex": "LOWER(HEX({0}))",
                    "try_strptime": "",
                },
            ),
        },
    ),
    "bigquery": _made(
        BigQuery,
        {
            exp.Cast: _in_utc(BigQuery.Generator),
            exp.TryCast: _in_utc(BigQuery.Generator),
            exp.Anonymous: _functions(
                BigQuery.Generator,
                {
                    "epoch_us": "UNIX_MICROS(CAST({0} AS TIMESTAMP))",
                    "isfinite": "(NOT (IS_INF({0}) OR IS_NAN({0})))",
                    "timezone": "TIMESTAMP(CAST({1} AS DATETIME), {0})",
                    "to_json": "TO_JSON_STRING({0})",
                    "hash": "FARM_FINGERPRINT(CAST({0} AS STRING))",
                    "coterie_sum": "CAST(SUM(MOD(FARM_FINGERPRINT({0}), 4294967296)) AS STRING)",
                    "coterie_hex": "TO_HEX({0})",
                    "try_strptime": "",
                },
            ),
        },
    ),
    # With the functions that `coterie.sources.sqlite_warehouse` adds to SQLite.
    "sqlite": _made(
        SQLite,
        {
            exp.IntDiv: _replaced("{0} / {1}"),
            exp.UnixToTime: _replaced("MAKE_TIMESTAMP({0})"),
            exp.TryCast: _tried(SQLite.Generator, "REGEXP"),
        },
    ),
}


#: The most letters of a word, where an engine must know.
WORD = 255

#: Engines that take room for as many letters as a column may hold, and not for those that are in it.
DECLARING = frozenset({"mysql"})

#: Engines that sort for most groups and joins of many rows: reading the rows once in order is cheaper there
#: than grouping them several times and joining the groups.
SORTING = frozenset({"postgres", "mysql"})

#: Engines that group and join in the memory of this process: many users are worked on in portions there.
IN_MEMORY = frozenset({"duckdb"})


def record(columns: Iterable[str], dialect: str) -> exp.Expression:
    """A row as JSON text."""
    names = list(columns)
    if dialect == "postgres":
        row = exp.select(*(exp.column(name, quoted=True) for name in names)).subquery("r")
        return exp.select("cast(row_to_json(r) as text)").from_(row).subquery()
    if dialect == "mysql":
        pairs = [part for name in names for part in (exp.Literal.string(name), exp.column(name, quoted=True))]
        return exp.Anonymous(this="json_object", expressions=pairs)
    fields = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=exp.column(name, quoted=True))
        for name in names
    ]
    whole = exp.Anonymous(this="to_json", expressions=[exp.Struct(expressions=fields)])
    return cast("exp.Expression", exp.cast(whole, "text"))


def printer(dialect: str) -> str | type[Dialect]:
    """The dialect that prints what runs on an engine; sqlglot's own where that does.

    Examples:
        >>> from coterie.sources import sql
        >>> sql.sql("a // b").sql(dialect=printer("postgres"))
        'a / b'
    """
    return _PRINTED.get(dialect, dialect)


def printed(statement: exp.Expression, dialect: str) -> str:
    """Print a statement for an engine, every name quoted."""
    return statement.sql(dialect=printer(dialect), identify=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Types:
    """What the columns of tables are made of.

    Attributes:
        word: Text that is grouped by and joined on; equal only if every letter and blank is.
        text: Text of any length.
        double: A floating number of 64 bits.
        bigint: A whole number of 64 bits.
        boolean: True or false.
        date: A day.
        timestamp: A time in UTC, to the microsecond.
    """

    word: str
    text: str
    double: str
    bigint: str = "bigint"
    boolean: str = "boolean"
    date: str = "date"
    timestamp: str = "timestamp"

    def of(self, kind: pa.DataType) -> str:
        """The type of a column for Arrow values of a kind."""
        found = {
            self.text: pa.types.is_large_string(kind),
            self.double: pa.types.is_floating(kind) or pa.types.is_decimal(kind),
            self.bigint: pa.types.is_integer(kind),
            self.boolean: pa.types.is_boolean(kind),
            self.date: pa.types.is_date(kind),
            self.timestamp: pa.types.is_timestamp(kind),
        }
        return next((name for name, fits in found.items() if fits), self.word)


TYPES: Mapping[str, Types] = {
    "duckdb": Types(word="varchar", text="varchar", double="double"),
    "postgres": Types(word='text collate "C"', text='text collate "C"', double="double precision"),
    "mysql": Types(
        word=f"varchar({WORD})",
        text="longtext",
        double="double",
        boolean="tinyint(1)",
        timestamp="datetime(6)",
    ),
    "sqlite": Types(word="text", text="text", double="real"),
    "spark": Types(word="string", text="string", double="double", timestamp="timestamp_ntz"),
    "bigquery": Types(
        word="string", text="string", double="float64", bigint="int64", boolean="bool", timestamp="timestamp"
    ),
}


def defined(schema: pa.Schema, dialect: str) -> list[exp.Expression]:
    """Write the columns of a table for Arrow rows of a schema."""
    types = TYPES[dialect]
    return [
        exp.ColumnDef(
            this=exp.to_identifier(field.name, quoted=True), kind=exp.Var(this=types.of(field.type))
        )
        for field in schema
    ]


def widened(table: str, columns: pa.Schema, dialect: str) -> list[exp.Expression]:
    """Write the statements that give a table further columns."""
    this = exp.table_(table, quoted=True)
    return [
        exp.Alter(this=this.copy(), kind="TABLE", actions=[column]) for column in defined(columns, dialect)
    ]


#: How engines call the types that `coterie.sources.warehouse.Warehouse.columns` names.
_CALLED: Mapping[str, str] = {
    "double precision": "DOUBLE", "real": "DOUBLE", "float": "DOUBLE", "double": "DOUBLE",
    "bigint": "BIGINT", "integer": "INTEGER", "int": "INTEGER", "smallint": "INTEGER",
    "tinyint(1)": "BOOLEAN", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP", "timestamp without time zone": "TIMESTAMP", "datetime": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP", "int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN",
}  # fmt: skip


def called(kind: str) -> str:
    """Call a type as DuckDB does; what isn't a number, a date or a time is VARCHAR.

    Examples:
        >>> called("double precision"), called("varchar(255)")
        ('DOUBLE', 'VARCHAR')
    """
    return _CALLED.get(kind.lower(), "VARCHAR")
