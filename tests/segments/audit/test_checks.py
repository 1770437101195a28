from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.segments.audit.materials import curve, material
from tests.segments.tables import of_matrix, planted, real_data, table

from coterie.project.settings import Preparation, SegmentSettings
from coterie.segments.audit.checks import audit
from coterie.segments.fit import fit
from coterie.segments.methods.kmeans import kmeans
from coterie.segments.partition import inertia, middles
from coterie.segments.prepare import matrix, prepare

if TYPE_CHECKING:
    from coterie.features.feature import FeatureTable
    from coterie.segments.segmentation import Finding

CHANNELS = ("Google", "Facebook", "YouTube", "LinkedIn", "Twitter", "Instagram", "Friend", "Other")
REGIONS = ("Anglo-Saxon", "WE", "World")
RECIPE = SegmentSettings(
    k=8,
    starts=4,
    scale="zscore",
    log="never",
    category_weight="none",
    prepare={"minutes": Preparation(fill=0)},
)


def learning_platform() -> FeatureTable:
    """Customers of an online school, with the region as a number and as a word."""
    with real_data("learning_platform_customers.csv").open() as file:
        rows = list(csv.DictReader(file))
    return table(
        {
            "minutes": [float(row["minutes_watched"]) if row["minutes_watched"] else None for row in rows],
            "clv": [float(row["CLV"]) for row in rows],
            "region_number": [float(row["region"]) for row in rows],
            "region": [REGIONS[int(row["region"])] for row in rows],
            "channel": [CHANNELS[int(row["channel"]) - 1] for row in rows],
        },
        **{name: {"behaviour": False} for name in ("minutes", "clv", "region_number", "region", "channel")},
    )


def told(findings: tuple[Finding, ...], check: str) -> Finding:
    """The first finding of a check, which must be a warning."""
    found = next(finding for finding in findings if finding.check == check)
    assert found.level == "warning"
    return found


def test_the_three_illusions_are_flagged_unasked() -> None:
    findings = fit(learning_platform(), RECIPE).findings
    lookup = told(findings, "dummies").sentence
    # Which of the two is told first depends on the partition: it differs between optima that are 0.2 % apart.
    either = r"on \{feature:(region|channel)\} and \{feature:(?!\1)(region|channel)\}: in all 24 cells"
    assert re.search(either, lookup)
    carried = told(findings, "one_row").sentence
    assert "One user with 288,508 carries the mean of {feature:minutes}" in carried
    assert "2,767.64 with that user, 1,830.79 without, and then {segment:" in carried
    arbitrary = told(findings, "neighbours").sentence
    assert "k = 8 is arbitrary: the silhouette rises steadily from 0.24 (k = 2) to 0.60 (k = 14)" in arbitrary


def test_the_published_partition_has_the_published_numbers() -> None:
    made = learning_platform()
    expected = json.loads(real_data("learning_platform_expected.json").read_text())
    names = ["minutes", "clv", "region_number", *REGIONS, *CHANNELS]
    means = dict(zip(names, np.array(list(expected["segments"].values())).T[:14], strict=True))
    steps = prepare(made, made.features, RECIPE)
    initial = np.column_stack(
        [(means[step.category or step.feature] - step.centre) / step.scale for step in steps]
    )
    rows = matrix(steps, made.rows)
    partition = kmeans(rows, 8, initial=initial)
    assert np.bincount(partition.labels).tolist() == [289, 391, 424, 939, 1055, 372, 58, 306]
    centres = middles(rows, partition.labels, 8)
    assert inertia(rows, partition.labels, centres) == pytest.approx(22653.658346, abs=1e-5)
    findings = audit(material(made, partition.labels, RECIPE))
    lookup = told(findings, "dummies").sentence
    assert "in all 24 cells" in lookup
    assert "0.0796 of {feature:clv}, 0.0034 of {feature:minutes} (eta squared)" in lookup
    carried = told(findings, "one_row")
    assert (carried.segment, round(carried.number, 1)) == (8, 1830.8)
    assert "and then {segment:4} ranks highest" in carried.sentence


def test_warnings_come_first_and_every_check_speaks() -> None:
    rows, labels = planted(3)
    findings = audit(material(of_matrix(rows), labels, candidates=curve(0.2, 0.5, 0.3)))
    levels = [finding.level for finding in findings]
    assert levels == sorted(levels, key=("warning", "note", "good").index)
    checks = {finding.check for finding in findings}
    assert checks == {"dummies", "stability", "neighbours", "one_row", "tiny", "correlated", "variance"}
