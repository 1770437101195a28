"""Settings that are checked when they are made and never change."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, WrapValidator

from coterie import urls

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]


def _kept(value: Any, checked: ValidatorFunctionWrapHandler) -> Any:
    return value if isinstance(value, urls.Url) else checked(value)


#: Text that may be a `coterie.urls.Url`: what prints it shows stars.
UrlText = Annotated[str, WrapValidator(_kept)]


class Settings(BaseModel):
    """Immutable settings that refuse names they don't know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)
