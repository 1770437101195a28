from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie import urls
from coterie.project import variables


def test_the_environment_comes_before_the_file_and_the_file_before_the_default() -> None:
    text = "${A:-x}-${B:-y}-${C:-z}"
    found = variables.expanded(text, {"A": "1"}, {"A": "2", "B": "3"})
    assert urls.revealed(found.text) == "1-3-z"
    assert found.text == "1-***-z"
    assert found.mistakes == ()


def test_what_holds_no_secret_is_plain_text() -> None:
    found = variables.expanded("duckdb:///${PLACE}/x.duckdb", {"PLACE": "/data"}, {})
    assert type(found.text) is str
    assert found.text == "duckdb:////data/x.duckdb"


def test_a_whole_url_may_be_a_variable() -> None:
    whole = "mysql://ada:sw%40rd@127.0.0.1/shop"
    for environment, secrets in (({"URL": whole}, {}), ({}, {"URL": whole})):
        found = variables.expanded("${URL}", environment, secrets)
        assert found.text == "mysql://ada:***@127.0.0.1/shop"
        assert urls.revealed(found.text) == whole


@pytest.mark.parametrize(
    "text",
    [
        "mysql://ada:swordfish@127.0.0.1/shop",
        "mysql://ada:${A:-swordfish}@127.0.0.1/shop",
        "mysql://ada:${A}swordfish@127.0.0.1/shop",
        "sc://127.0.0.1/;token=swordfish",
        "postgresql://127.0.0.1/shop?user=ada&password=swordfish",
    ],
)
def test_a_secret_in_the_text_itself_is_a_mistake_that_says_how_to_move_it(text: str) -> None:
    (told,) = variables.expanded(text, {"A": "a"}, {}).mistakes
    assert "swordfish" not in told
    assert "${PASSWORD}" in told
    assert "set PASSWORD in the environment, or in a file that `credentials:` names" in told
    better = told.split("Write ")[1].split(" and set")[0]
    assert variables.expanded(better, {"PASSWORD": "x"}, {}).mistakes == ()


def test_a_missing_variable_says_where_it_was_looked_for() -> None:
    (told,) = variables.expanded("${A}", {}, {"B": "b"}).mistakes
    assert told.startswith("the environment variable A is not set nor in the file of `credentials`; set it")


@given(st.text(min_size=1, max_size=12), st.booleans())
def test_a_variable_in_the_place_of_a_password_is_the_password_whatever_it_holds(
    password: str, filed: bool
) -> None:
    held = {"PASSWORD": password}
    environment, secrets = ({}, held) if filed else (held, {})
    found = variables.expanded("postgresql://ada:${PASSWORD}@127.0.0.1:5432/shop", environment, secrets)
    assert found.text == "postgresql://ada:***@127.0.0.1:5432/shop"
    address = urls.address(found.text)
    assert address is not None
    assert (address.user, address.password, address.host, address.path) == (
        "ada",
        password,
        "127.0.0.1",
        "shop",
    )
