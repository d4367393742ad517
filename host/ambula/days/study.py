"""The HUNT4 study's categories of daily walking and what it found in each: about groups, never about one person."""

from dataclasses import dataclass
from math import isnan

CITATION = "Haddadj et al., JAMA Network Open 2025, doi 10.1001/jamanetworkopen.2025.15592 (HUNT4, 11,194 people)"
WHOM = (
    "The study followed 11,194 adults for 4.2 years. None of them had long-lasting low back pain at the start, so it "
    "says nothing about people who already have it."
)
CAVEAT = (
    "The ratios are adjusted for what else the groups differed in. They show which groups got long-lasting low back "
    "pain more or less often. They do not show that walking was the reason, and they predict nothing for one person."
)
INTENSITY_CAVEAT = (
    "When minutes and intensity were looked at together, the link with intensity became weaker. The MET of a walk "
    "depends on a table of costs and on the height, so no group is marked here."
)
NO_BENEFIT_BEYOND_MIN = 125


@dataclass(frozen=True)
class Category:
    """One band of the study: its words, its lower edge (included), and its adjusted risk ratio against the lowest band.

    interval: of 95 %, as the paper's abstract gives it; None for the band that the others are compared with.
    """

    label: str
    from_value: float
    risk_ratio: float
    interval: tuple[float, float] | None = None


VOLUME_MIN = (
    Category("<78", 0.0, 1.00),
    Category("78-100", 78.0, 0.87, (0.77, 0.98)),
    Category("101-124", 101.0, 0.77, (0.68, 0.87)),
    Category(">=125", 125.0, 0.76, (0.67, 0.87)),
)
INTENSITY_MET = (
    Category("<3.00", 0.0, 1.00),
    Category("3.00-3.11", 3.00, 0.85, (0.75, 0.96)),
    Category("3.12-3.26", 3.12, 0.82, (0.72, 0.93)),
    Category(">=3.27", 3.27, 0.82, (0.72, 0.93)),
)

WHO_CITATION = "WHO guidelines on physical activity and sedentary behaviour, 2020 (adults: 150-300 min moderate a week)"
WHO_LEAST_MIN, WHO_MOST_MIN = 150, 300


def volume_category(walking_min: float) -> Category | None:
    """Return the band of minutes walked a day (mean over valid days); None for NaN.

    The study prints whole minutes: a value between two bands (100.4) belongs to the lower.
    """
    return _band(VOLUME_MIN, walking_min)


def intensity_category(mean_met: float) -> Category | None:
    """Return the band of mean MET per walking minute; None for NaN; between two bands (3.114) the lower."""
    return _band(INTENSITY_MET, mean_met)


def who_category(minutes_a_week: float) -> str:
    """Return where moderate-equivalent minutes a week lie against WHO's 150 to 300 (both included); "" for NaN."""
    if isnan(minutes_a_week):
        return ""
    value = round(minutes_a_week, 6)
    if value < WHO_LEAST_MIN:
        return f"<{WHO_LEAST_MIN}"
    return f">{WHO_MOST_MIN}" if value > WHO_MOST_MIN else f"{WHO_LEAST_MIN}-{WHO_MOST_MIN}"


def _band(bands: tuple[Category, ...], value: float) -> Category | None:
    if isnan(value):
        return None
    value = round(value, 6)  # a mean of twelfths may fall a hair short of the edge that it is on
    return next(band for band in reversed(bands) if value >= band.from_value or band is bands[0])
