"""How each dialect of SQL describes tables and columns, and how views of several tables change at once."""

from __future__ import annotations

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True, slots=True)
class Ways:
    """What a dialect can do.

    Attributes:
        comments: on: by COMMENT ON; inline: in CREATE, by COMMENT; options: in CREATE, by OPTIONS; none.
        columns_of_views: Whether columns of views can be described, too.
        swap: transaction: views change together; rename: views are renamed together in one statement; each:
            each view changes at once, one after the other.
        schemas: Whether tables of one database lie in schemas; if not, names begin with that of the schema.
        listed: Whether information_schema.schemata lists the schemas.
    """

    comments: Literal["on", "inline", "options", "none"]
    columns_of_views: bool = True
    swap: Literal["transaction", "rename", "each"] = "each"
    schemas: bool = True
    listed: bool = False


#: What holds of a dialect that is not listed: the least.
_LEAST = Ways("none")

_WAYS = {
    "duckdb": Ways("on", swap="transaction", listed=True),
    "postgres": Ways("on", swap="transaction", listed=True),
    "redshift": Ways("on", swap="transaction", listed=True),
    "mysql": Ways("inline", columns_of_views=False, swap="rename", listed=True),
    "sqlite": Ways("none", swap="transaction", schemas=False),
    "bigquery": Ways("options"),
    "spark": Ways("inline"),
    "databricks": Ways("inline"),
    "snowflake": Ways("inline"),
    "trino": Ways("on"),
    "clickhouse": Ways("inline", columns_of_views=False),
}


def of(dialect: str) -> Ways:
    """What a dialect can do.

    Examples:
        >>> of("bigquery").comments
        'options'
    """
    return _WAYS.get(dialect, _LEAST)


#: For each dialect how somebody is let to read a schema; `{0}` is the schema.
_GRANTS = {
    "postgres": "grant usage on schema {0} to READER; grant select on all tables in schema {0} to READER; "
    "alter default privileges in schema {0} grant select on tables to READER;",
    "redshift": "grant usage on schema {0} to READER; grant select on all tables in schema {0} to READER; "
    "alter default privileges in schema {0} grant select on tables to READER;",
    "mysql": "grant select, show view on `{0}`.* to READER;",
    "bigquery": "grant `roles/bigquery.dataViewer` on schema `{0}` to 'user:READER';",
    "snowflake": "grant usage on schema {0} to role READER; grant select on all views in schema {0} to role "
    "READER; grant select on future views in schema {0} to role READER;",
    "databricks": "grant use schema, select on schema {0} to READER;",
    "trino": "grant select on schema {0} to READER;",
    "clickhouse": "grant select on {0}.* to READER;",
    "duckdb": "whoever may read the file may read everything in it",
    "sqlite": "whoever may read the file may read everything in it",
}


def grants(dialect: str, schema: str) -> str:
    """Say how somebody is let to read what is published, and nothing else.

    Examples:
        >>> grants("clickhouse", "dashboards")
        'grant select on dashboards.* to READER;'
    """
    return _GRANTS.get(dialect, "grant select on the views of {0} to READER").format(schema)
