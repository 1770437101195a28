"""``${NAME}`` in coterie.yaml: values of the environment or of the file of secrets."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from coterie import urls

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{(?P<name>[^}:]*)(?::-(?P<default>[^}]*))?\}")


class Unknown(dict[str, str]):
    """Secrets of a file that can't be read: any name might be among them."""

    def __missing__(self, name: str) -> str:
        """Stand for a secret, since the one mistake to tell is that of the file."""
        return name


@dataclasses.dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its variables put in.

    Attributes:
        text: A `coterie.urls.Url` where there is a secret in it.
        mistakes: What is wrong with the variables, or that a secret stands in the text itself.
    """

    text: str
    mistakes: tuple[str, ...]


def expanded(text: str, environment: Mapping[str, str], secrets: Mapping[str, str] | None) -> Expanded:
    """Put values in the place of variables.

    A variable in the place of a password stands for the password itself, whatever characters it has.

    Args:
        text: As it stands in coterie.yaml.
        environment: Looked into first.
        secrets: Looked into next; all of its values are shown as stars. None where they have no place.

    Examples:
        >>> found = expanded("mysql://ada:${PW}@${HOST:-127.0.0.1}/shop", {}, {"PW": "sword@fish"})
        >>> found.text
        'mysql://ada:***@127.0.0.1/shop'
        >>> urls.revealed(found.text)
        'mysql://ada:sword%40fish@127.0.0.1/shop'
    """
    spans = urls.places(_VARIABLE.sub(lambda match: "x" * len(match[0]), text))
    mistakes = [told for span in spans if (told := _literal(text, *span))]
    whole = shown_as = ""
    end = 0
    for match in _VARIABLE.finditer(text):
        value, wrong, secret = _value(match, environment, secrets)
        mistakes += wrong
        if any(start <= match.start() < stop for start, stop in spans):
            value = quote(value, safe="")
        between = text[end : match.start()]
        whole += between + value
        hidden = (urls.shown(value) if "://" in value else urls.STARS) if secret else value
        shown_as += between + hidden
        end = match.end()
    whole, shown_as = whole + text[end:], urls.shown(shown_as + text[end:])
    return Expanded(whole if whole == shown_as else urls.Url(whole, shown_as), tuple(mistakes))


def _value(
    match: re.Match[str], environment: Mapping[str, str], secrets: Mapping[str, str] | None
) -> tuple[str, list[str], bool]:
    """The value of a variable, what is wrong with it, and whether it comes from the file of secrets."""
    name, default = match["name"], match["default"]
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return "", [f"{match[0]!r} names no variable; write ${{NAME}}"], False
    if name in environment:
        return environment[name], [], False
    if secrets is not None and (name in secrets or isinstance(secrets, Unknown)):
        return secrets[name], [], True
    if default is not None:
        return default, [], False
    file = " nor in the file of `credentials`" if secrets else ""
    told = f"the environment variable {name} is not set{file}; set it, or give a default: ${{{name}:-value}}"
    return "", [told], False


def _literal(text: str, start: int, end: int) -> str | None:
    """Say that a secret stands in the text itself, if one does."""
    left = _VARIABLE.sub(lambda match: match["default"] or "", text[start:end])
    if not left:
        return None
    variable = "${PASSWORD}"
    better = urls.shown(text[:start] + variable + text[end:]).replace(urls.STARS, variable)
    return (
        "a password stands in this file, where everybody who gets the file reads it. "
        f"Write {better} and set PASSWORD in the environment, or in a file that `credentials:` names"
    )
