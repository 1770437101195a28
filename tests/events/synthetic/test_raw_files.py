from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coterie.events.synthetic.raw_files import writer

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pa.table({"user": ["a", 'b "c"'], "n": pa.array([1, None], pa.int64())})
EXPECTED = {
    "x.csv": '"user","n"\n"a",1\n"b ""c""",\n',
    "x.tsv": '"user"\t"n"\n"a"\t1\n"b ""c"""\t\n',
    "x.jsonl": '{"user": "a", "n": 1}\n{"user": "b \\"c\\"", "n": null}\n',
}


def _write(path: Path, *lines: str) -> None:
    file = writer(path, TABLE.schema)
    file.write(TABLE)
    file.write_lines(lines)
    file.close()


@pytest.mark.parametrize("name", EXPECTED)
def test_text_is_written_as_its_name_says(tmp_path: Path, name: str) -> None:
    _write(tmp_path / name, "as, it\tis")
    head, _, tail = EXPECTED[name].partition("\n")
    header = f"{head}\n".replace('"', "") if ".jsonl" not in name else f"{head}\n"
    assert (tmp_path / name).read_text() == f"{header}{tail}as, it\tis\n"


def test_gz_packs_the_same_text(tmp_path: Path) -> None:
    _write(tmp_path / "x.csv")
    _write(tmp_path / "x.csv.gz")
    assert gzip.decompress((tmp_path / "x.csv.gz").read_bytes()) == (tmp_path / "x.csv").read_bytes()


def test_lines_of_parquet_are_json_and_leave_nulls(tmp_path: Path) -> None:
    _write(tmp_path / "x.parquet", json.dumps({"n": 7}))
    assert pq.read_table(tmp_path / "x.parquet").to_pylist()[-1] == {"user": None, "n": 7}
