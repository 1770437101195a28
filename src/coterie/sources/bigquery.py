"""BigQuery as a warehouse: one dataset of a project."""

from __future__ import annotations

import contextlib
import functools
import io
import re
import textwrap
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from coterie.sources import arrow, dialects, server, sql
from coterie.sources.estimate import Estimate
from coterie.sources.lease import Lease
from coterie.sources.parts import Parted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from coterie import errors

#: What may follow the ``?`` of a URL.
OPTIONS = ("credentials", "endpoint", "location", "schema")

_SCHEMA = "coterie"
#: The table that is there while a run writes.
_WRITER = "writer"
_BATCH_ROWS = 50_000
#: How long a call is tried again by Google's client that found nobody.
_PATIENCE_S = 20.0


class BigQuery(Parted):
    """A dataset of BigQuery as a `coterie.sources.warehouse.Warehouse`.

    BigQuery has no transaction over the making of tables, so tables are views over parts (see
    `coterie.sources.parts`). Credentials are those of the environment, unless a file is named.

    Args:
        project: The project that pays, and that the dataset is in.
        options: ``schema``: the dataset; ``location`` of a dataset that is made; ``credentials``: the file of
            a service account; ``endpoint`` of an emulator, which needs none.
        shown_as: The URL to show for it.

    Raises:
        UsageError: The driver isn't installed.
        WarehouseError: The dataset can't be opened.
    """

    dialect = "bigquery"

    def __init__(self, project: str, options: Mapping[str, str], shown_as: str) -> None:
        super().__init__(shown_as, options.get("schema", _SCHEMA), options.get("schema", _SCHEMA))
        self._project = project
        self._is_emulated = "endpoint" in options
        self._parts: dict[str, Any] = {}
        with self._told("the connection"):
            from google.cloud import bigquery
            from google.cloud.bigquery.retry import DEFAULT_RETRY

            self._api = bigquery
            self._client = _client(project, options)
            dataset = bigquery.Dataset(f"{project}.{self.schema}")
            if "location" in options:
                dataset.location = options["location"]
            self._retry = DEFAULT_RETRY.with_timeout(_PATIENCE_S)
            self._client.create_dataset(dataset, exists_ok=True, retry=self._retry)
        named = f"{project}.{self.schema}.{_WRITER}"
        note = _Writer(self._client, named, self._retry, self._told)
        self._lease = Lease(note, self.url, f"the table {named!r}")

    def estimate(self, statement: exp.Expression) -> Estimate:
        """Ask how many bytes a statement would read; nothing is run, and nothing is charged."""
        text = self._printed(self._seen(statement))
        with self._told("the estimate of a query"):
            return Estimate(bytes=int(self._dry(text).total_bytes_processed or 0))

    def bound(self, statement: exp.Expression) -> Estimate:
        """Add up the bytes of the tables of the project that a statement reads: a look at each tells."""
        parts = self._read_by(statement)
        if parts is None:
            return Estimate()
        return Estimate(bytes=sum(int(self._made(part).num_bytes or 0) for part in parts))

    def close(self) -> None:
        """Drop what is temporary, and let go of the connection."""
        super().close()
        self._client.close()

    def _run(self, text: str, what: str) -> None:
        self._renew()
        with self._told(what):
            self._asked(text).result(retry=self._retry, job_retry=None)

    @contextlib.contextmanager
    def _read(self, text: str, what: str) -> Iterator[pa.RecordBatchReader]:
        self._renew()
        with self._told(what):
            found = self._asked(text).result(retry=self._retry, job_retry=None)
            rows = found.to_arrow(create_bqstorage_client=False)
        yield arrow.without_zones(rows).to_reader(_BATCH_ROWS)

    def _fill(self, part: str, rows: pa.RecordBatchReader) -> None:
        table = rows.read_all()
        file = io.BytesIO()
        pq.write_table(_plain(table), file)
        file.seek(0)
        kinds = dialects.TYPES[self.dialect]
        schema = [self._api.SchemaField(field.name, kinds.of(field.type).upper()) for field in table.schema]
        config = self._api.LoadJobConfig(source_format="PARQUET", schema=schema)
        with self._told(f"the insert of table {part!r}"):
            where = f"{self._project}.{self.schema}.{part}"
            loading = self._client.load_table_from_file(file, where, job_config=config)
            loading.result(retry=self._retry)

    def _definition(self, table: str) -> str | None:
        from google.api_core.exceptions import NotFound

        with self._told(f"the description of table {table!r}"):
            try:
                found = self._client.get_table(f"{self._project}.{self.schema}.{table}")
            except NotFound:
                return None
            if found.table_type != "VIEW":
                return None
            return str(found.view_query or self._told_of_view(table))

    def _told_of_view(self, table: str) -> str:
        """Ask in SQL for the text of a view, which not every emulator gives by its API."""
        schema = exp.Dot(this=exp.to_identifier("INFORMATION_SCHEMA"), expression=exp.to_identifier("VIEWS"))
        where = exp.table_(self.schema, db=self._project, quoted=True)
        views = exp.Table(this=schema, db=where.this, catalog=where.args["db"])  # its own words stay unquoted
        query = sql.sql(
            "select view_definition from :views where table_name = :name", views=views, name=table
        )
        found = self._asked(query.sql(dialect=self.dialect)).result(retry=self._retry, job_retry=None)
        return str(next(iter(found))[0])

    def _part_columns(self, part: str) -> list[str]:
        return [str(field.name) for field in self._made(part).schema]

    def _made(self, part: str) -> Any:
        """What BigQuery knows of a part, which never changes."""
        if part not in self._parts:
            with self._told(f"the description of table {part!r}"):
                where = f"{self._project}.{self.schema}.{part}"
                self._parts[part] = self._client.get_table(where, retry=self._retry)
        return self._parts[part]

    def _types(self, text: str) -> dict[str, str]:
        with self._told("the columns of a query"):
            fields = self._dry(text).schema
        return {
            field.name: dialects.called(_CALLED.get(field.field_type, field.field_type)) for field in fields
        }

    def _tables(self) -> list[str]:
        with self._told("the list of tables"):
            found = self._client.list_tables(f"{self._project}.{self.schema}")
            return [str(table.table_id) for table in found if table.table_type == "TABLE"]

    def _located(self, statement: exp.Expression) -> exp.Expression:
        """Name project and dataset, as views must."""
        tree = statement.copy()
        for table in sql.unqualified(tree):
            if not table.alias and isinstance(table.parent, exp.From | exp.Join):
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("db", exp.to_identifier(self.schema, quoted=True))
            table.set("catalog", exp.to_identifier(self._project, quoted=True))
        return tree

    def _kept(self, rows: exp.Query) -> exp.Query:
        """Write words of a view by their letters for the emulator, which loses quotation marks of a view."""
        if not self._is_emulated:
            return rows
        tree = rows.copy()
        for word in list(tree.find_all(exp.Literal)):
            if word.is_string:
                letters = exp.Array(expressions=[exp.Literal.number(ord(letter)) for letter in word.this])
                word.replace(exp.Anonymous(this="CODE_POINTS_TO_STRING", expressions=[letters]))
        return tree

    @contextlib.contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Let what Google's client raises be what coterie raises."""
        says = functools.partial(refused, url=self.url)
        with self._while_there(), server.told(what, "bigquery", "BigQuery", says):
            yield

    def _asked(self, text: str) -> Any:
        return self._client.query(text, retry=self._retry, job_retry=None)

    def _dry(self, text: str) -> Any:
        config = self._api.QueryJobConfig(dry_run=True, use_query_cache=False)
        return self._client.query(text, config, retry=self._retry, job_retry=None)


class _Writer:
    """Keeps the note of who writes as the description of a table, whose tag changes with it.

    A table is made by one of those who try at once. A change names the tag that it was read with, and
    BigQuery refuses one that is out of date.
    """

    def __init__(
        self, client: Any, table: str, retry: Any, told: Callable[[str], AbstractContextManager[None]]
    ) -> None:
        self._client = client
        self._table = table
        self._retry = retry
        self._told = told

    def make(self, text: str) -> bool:
        from google.api_core.exceptions import Conflict
        from google.cloud import bigquery

        table = bigquery.Table(self._table, schema=[bigquery.SchemaField("holder", "STRING")])
        table.description = text
        with self._told("the name of the run"), contextlib.suppress(Conflict):
            self._client.create_table(table, retry=self._retry)
            return True
        return False

    def read(self) -> tuple[str, Any] | None:
        from google.api_core.exceptions import NotFound

        with self._told("the name of the run"), contextlib.suppress(NotFound):
            found = self._client.get_table(self._table, retry=self._retry)
            return str(found.description), found
        return None

    def change(self, text: str, version: Any) -> bool:
        from google.api_core.exceptions import NotFound, PreconditionFailed

        version.description = text
        with self._told("the name of the run"), contextlib.suppress(NotFound, PreconditionFailed):
            self._client.update_table(version, ["description"], retry=self._retry)
            return True
        return False

    def remove(self) -> None:
        with self._told("the name of the run"):
            self._client.delete_table(self._table, not_found_ok=True, retry=self._retry)


#: What the API calls types that SQL calls otherwise.
_CALLED = {"INTEGER": "int64", "FLOAT": "float64"}


def _client(project: str, options: Mapping[str, str]) -> Any:
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    if "endpoint" in options:
        where = ClientOptions(api_endpoint=options["endpoint"])
        return bigquery.Client(project, credentials=AnonymousCredentials(), client_options=where)
    if "credentials" in options:
        return bigquery.Client.from_service_account_json(options["credentials"], project=project)
    return bigquery.Client(project)


def _plain(rows: pa.Table) -> pa.Table:
    """The same rows as Parquet types that become what the schema says: a time has a zone there."""
    columns = {}
    for name in rows.column_names:
        column = rows.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
        elif pa.types.is_null(column.type):
            column = column.cast(pa.string())
        columns[name] = column
    return pa.table(columns)


#: What BigQuery says, after the class of the error, what that means and what to do next.
_MEANINGS = (
    (r"^DefaultCredentialsError:",
     "found no credentials; set GOOGLE_APPLICATION_CREDENTIALS, or name a file as ?credentials="),
    (r"^Forbidden:",
     "isn't permitted to these credentials; give them BigQuery Job User, and Data Editor on the dataset"),
    (r"Not found: Table (\S+)", "needs the table {0}, which isn't there; check its name"),
    (r"Not found: Dataset (\S+)", "names the dataset {0}, which isn't there; check its name"),
    (r"^NotFound:", "names a project, dataset or table that isn't there; check the URL and the sources"),
    (r"Unrecognized name: (\S+)|Referenced column \"(\w+)\" not found",
     "needs a column that isn't there any more; has the table changed? Check the mapping"),
)  # fmt: skip
_GONE = re.compile(r"^(?:ServiceUnavailable|RetryError|ConnectionError|TransportError):")


def refused(error: Exception, what: str, url: str) -> errors.WarehouseError:
    """Say in one sentence what BigQuery refused, and what to do next."""
    first = str(error).partition("\n")[0].partition("; reason: ")[0]
    system = server.System("BigQuery", url, _MEANINGS, _GONE)
    text = textwrap.shorten(first, 300, placeholder=" ...") or type(error).__name__
    return server.refused(text, what, system, kind=type(error).__name__)
