"""Make the three tables of this example: python make.py mysql://user@host/database ROWS [SEED]."""

from __future__ import annotations

import contextlib
import sys

from coterie.events.synthetic.clickstream import make_clickstream
from coterie.sources import connect, server


def main(url: str, rows: str = "1000", seed: str = "7") -> None:
    """Write the tables into the database that the URL names."""
    place = server.place(url, ("schema",))
    made = make_clickstream(int(rows), int(seed))
    schema = "public" if connect.system(url).startswith("postgres") else place.address.path
    with contextlib.closing(connect.connect(f"{place.plain}?schema={schema}")) as database:
        for name, table in made.tables.items():
            database.create(name, table)
            sys.stdout.write(f"{name}: {table.num_rows:,} rows\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
