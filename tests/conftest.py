from __future__ import annotations

import functools
import os

import hypothesis
import pytest

from coterie.sources import retrying

# How long an example takes is the machine's affair. CI draws the same examples each time, others vary.
hypothesis.settings.register_profile(
    "coterie",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("coterie")


def pytest_configure(config: pytest.Config) -> None:
    if "COTERIE_TEST_ICEBERG" in os.environ:  # Spark 3.5 leaves it to Python to close its sockets
        config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")
    # Workers of pytest-xdist are told how wide the terminal is; what is printed in tests goes to no terminal.
    os.environ.pop("COLUMNS", None)
    if "PYTEST_XDIST_WORKER" in os.environ:
        # They share the cores; threads of one would wait for those of another.
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--runslow", action="store_true", help="run the tests that take more than a few seconds")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--runslow"):
        skip = pytest.mark.skip(reason="takes more than a few seconds; run with --runslow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that aren't there are tried again at once; how long the pauses are is tested by itself."""
    at_once = functools.partial(retrying.Backoff, sleep=lambda _: None)
    monkeypatch.setattr(retrying, "Backoff", at_once)
