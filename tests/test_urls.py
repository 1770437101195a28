from __future__ import annotations

import copy
import json
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie import urls

#: Passwords that no other part of the URLs below has, of any characters.
PASSWORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map("Zq{}".format)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("duckdb://", "duckdb://"),
        ("duckdb:///a@b:c.duckdb?threads=2", "duckdb:///a@b:c.duckdb?threads=2"),
        ("postgresql://ada@example.org:5432/shop", "postgresql://ada@example.org:5432/shop"),
        ("postgresql://ada:@example.org/shop", "postgresql://ada:***@example.org/shop"),
        ("postgresql://ada:sw@example.org/shop", "postgresql://ada:***@example.org/shop"),
        ("mysql://ada:s:w@rd@[::1]:3306/shop", "mysql://ada:***@[::1]:3306/shop"),
        ("mysql://ada:s/w?r#d@h/shop?ssl=1", "mysql://ada:***@h/shop?ssl=1"),
        ("mysql://ada:12/34@h/shop", "mysql://ada:***@h/shop"),
        ("https://example.org:8080/a@b.csv", "https://example.org:8080/a@b.csv"),
        ("https://ada:sw@example.org/a.csv", "https://ada:***@example.org/a.csv"),
        ("sc://h:443/;token=abc;user_id=ada", "sc://h:443/;token=***;user_id=ada"),
        ("postgresql://h/d?user=ada&PassWord=abc&x=1", "postgresql://h/d?user=ada&PassWord=***&x=1"),
        ("s3://bucket/a.parquet?X-Amz-Security-Token=abc", "s3://bucket/a.parquet?X-Amz-Security-Token=***"),
        ("data/ada:pw@x.csv", "data/ada:pw@x.csv"),
        ("", ""),
    ],
)
def test_stars_stand_where_a_secret_is(url: str, shown: str) -> None:
    assert urls.shown(url) == shown
    assert urls.shown(shown) == shown


def test_what_stands_in_for_a_url_shows_nothing_in_any_form() -> None:
    url = urls.Url("mysql://ada:swordfish@127.0.0.1/shop")
    for text in (str(url), repr(url), f"{url}", f"{url!r}", json.dumps(url), "".join(url), url.upper()):
        assert "swordfish" not in text.lower()
    assert url == urls.shown("mysql://ada:swordfish@127.0.0.1/shop")
    assert urls.revealed(copy.deepcopy(url)) == "mysql://ada:swordfish@127.0.0.1/shop"
    assert urls.revealed(pickle.loads(pickle.dumps(url))) == urls.revealed(url)  # noqa: S301
    assert urls.secrets(url) == ("swordfish",)
    assert urls.address(url) == urls.address("mysql://ada:swordfish@127.0.0.1/shop")


@given(PASSWORDS, st.sampled_from(["postgresql", "mysql", "mariadb", "https"]))
def test_a_quoted_password_is_taken_apart_and_never_shown(password: str, system: str) -> None:
    url = f"{system}://ada:{quote(password, safe='')}@db.example.org:5432/shop?connect_timeout=3"
    found = urls.address(url)
    assert found is not None
    assert (found.user, found.password, found.host, found.port, found.path) == (
        "ada",
        password,
        "db.example.org",
        5432,
        "shop",
    )
    for text in (urls.shown(url), repr(found), urls.hidden(f"no {password} and no {url}", url)):
        assert password not in text
        assert quote(password, safe="") not in text


@given(PASSWORDS)
def test_no_error_that_passes_says_a_secret(password: str) -> None:
    url = f"mysql://ada:{quote(password, safe='')}@127.0.0.1/shop"

    def fail() -> None:
        with urls.kept_from_errors(url):
            raise ValueError(f"can't reach {url}", 5) from OSError(f"driver: {password}")

    with pytest.raises(ValueError, match="can't reach mysql://ada:") as caught:
        fail()
    assert password not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.args[1] == 5


def test_what_is_no_url_of_a_server_has_no_address() -> None:
    assert urls.address("coterie.duckdb") is None
    assert urls.address("postgresql://") == urls.Address("postgresql", "", None, None, None, "", {})
