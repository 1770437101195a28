"""A server of a test's own, which keeps its tables and may be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START = Path(__file__).parents[1] / "services" / "start"
_HIVE = "--conf spark.sql.catalogImplementation=hive --conf spark.hadoop.javax.jdo.option.ConnectionURL="
#: What makes a server keep its tables from one start to the next; {home} is its folder.
KEEPS = {
    "spark": ("COTERIE_SPARK_OPTIONS", _HIVE + "jdbc:derby:;databaseName={home}/catalogue;create=true"),
    "bigquery": ("COTERIE_BIGQUERY_OPTIONS", "--persistent --data-dir {home}/kept"),
}
URLS = {
    "spark": "spark://127.0.0.1:{port}",
    "bigquery": "bigquery://coterie-test?endpoint=http://127.0.0.1:{port}",
}


class OwnServer:
    """Spark Connect, or an emulator of BigQuery, on a port of its own.

    Args:
        system: One of `KEEPS`.
        home: Its folder.
    """

    def __init__(self, system: str, home: Path) -> None:
        self.system = system
        self._home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        installed = Path(os.environ.get("COTERIE_SERVICES", "/tmp/coterie-services")) / system  # noqa: S108
        if installed.is_dir():  # a virtual environment, which takes a minute to make
            (home / system).symlink_to(installed)

    @property
    def url(self) -> str:
        return URLS[self.system].format(port=self._port)

    def start(self) -> None:
        option, value = KEEPS[self.system]
        own = {
            "COTERIE_SERVICES": str(self._home),
            f"COTERIE_{self.system.upper()}_PORT": str(self._port),
            option: value.format(home=self._home),
            "PYTHON": sys.executable,
        }
        subprocess.run(["bash", START, self.system], env=os.environ | own, check=True, capture_output=True)

    def kill(self) -> None:
        """Let it end without a word, as when its machine goes away."""
        pid = int((self._home / f"{self.system}.pid").read_text(encoding="utf-8"))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
            except OSError:
                return
            time.sleep(0.05)
