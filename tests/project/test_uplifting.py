from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from coterie.project.settings import Project
from coterie.project.uplifting import UpliftSettings

MAIL = {"treatment": "arm", "treated": "mail", "control": "none", "outcome": "visit"}
SENT = {"treatment": {"kind": "sent", "item": "spring"}, "outcome": {"kind": "order", "within_days": 7}}


def _project(predictions: dict[str, Any] | None = None, **uplift: Any) -> Project:
    source = {"name": "people", "table": "t.csv", "users": {"attributes": ["arm", "visit", "age"]}}
    asked = {"predictions": predictions or {}, "uplift": uplift}
    return Project.model_validate({"name": "shop", "sources": [source], **asked})


def test_what_says_the_arm_and_the_outcome_is_named() -> None:
    mail = UpliftSettings.model_validate(MAIL)
    assert mail.attributes == {"arm", "visit"}
    assert mail.arms == ("mail",)
    sent = UpliftSettings.model_validate(SENT)
    assert (sent.attributes, sent.arms) == (frozenset(), ())
    several = UpliftSettings.model_validate(MAIL | {"treated": ["mail", "letter"]})
    assert several.arms == ("mail", "letter")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (MAIL | {"control": None}, "name the value of 'arm' that is the control arm"),
        (MAIL | {"control": "mail"}, "can't be both"),
        (MAIL | {"outcome": {"kind": "order"}}, "say when the treatment was given"),
        (SENT | {"treated": "mail"}, "here events say who was treated"),
        (SENT | {"control": "none"}, "`control` must say events too"),
        (SENT | {"treatment": {"kind": "sent", "property": "campaign"}}, "go together"),
        (MAIL | {"split": {"mail": 0, "none": 1}}, "must be above 0"),
        (MAIL | {"benefit": 0}, "greater than 0"),
        (MAIL | {"learner": "z"}, "'auto', 't', 's', 'x' or 'dr'"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        UpliftSettings.model_validate(given)


@pytest.mark.parametrize(
    ("prediction", "treated"),
    [("Mail_uplift", "mail"), ("mail_uplift", None), ("mail_letter_uplift", ["mail", "letter"])],
)
def test_a_prediction_may_not_have_the_column_of_a_treatment(prediction: str, treated: Any) -> None:
    mail = MAIL | {"treated": treated}
    predictions = {prediction: {"target": "none"}}
    with pytest.raises(ValidationError) as refused:
        _project(predictions=predictions, mail=mail)
    assert (
        f"what mail changes stands in `profiles` as {prediction.lower()}, and a prediction is called "
        f"{prediction}, too; give one of the two another name"
    ) in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "treated", "others", "column"),
    [
        ("mail", "mail_x", ["X", "letter"], "mail", "mail_x_uplift"),
        ("mail_x", "mail", "mail", ["letter", "x "], "mail_x_uplift"),
        ("mail", "mail_x", None, "mail", "mail_x_uplift"),
        ("mail", "mail_x", None, None, "mail_x_uplift"),
        ("mail", "mail_x", ["x y", "z"], ["y", "a"], "mail_x_y_uplift"),
        ("mail", "Mail", "mail", "letter", "mail_uplift"),
    ],
)
def test_two_treatments_may_not_have_the_same_column(
    one: str, other: str, treated: Any, others: Any, column: str
) -> None:
    asked = {one: MAIL | {"treated": treated}, other: MAIL | {"treated": others}}
    with pytest.raises(ValidationError) as refused:
        _project(**asked)
    assert f"may both stand in `profiles` as {column}; give one of the two another name" in str(refused.value)


@pytest.mark.parametrize("treated", ["x", ["letter", "mail"]])
def test_treatments_whose_columns_differ_may_begin_alike(treated: Any) -> None:
    asked = {"mail": MAIL | {"treated": treated}, "mail_x": MAIL}
    assert list(_project(**asked).uplift) == ["mail", "mail_x"]


@pytest.mark.parametrize("prediction", ["mailing_uplift", "mail_letter_uplift", "uplift", "mail_lift"])
def test_a_prediction_may_have_another_name_than_that_column(prediction: str) -> None:
    assert list(_project(predictions={prediction: {"target": "none"}}, mail=MAIL).predictions) == [prediction]


def test_attributes_must_be_there_and_must_not_leak() -> None:
    assert _project(mail=MAIL).uplift["mail"].control == "none"
    with pytest.raises(ValidationError, match=r"`outcome` of mail is 'visits', .* Did you mean 'visit'"):
        _project(mail=MAIL | {"outcome": "visits"})
    with pytest.raises(ValidationError, match="names 'attributes_visit', which says who was treated"):
        _project(mail=MAIL | {"features": ["attributes_age", "attributes_visit"]})
