"""One local day in figures."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DaySummary:
    """One local day; every field is defined, with unit, formula and source, in dictionary.toml under its own name.

    Floats are NaN, and counts None, where there is nothing to take them from. The ten activity minutes add up to
    `recorded_min`; each node's minutes by state to its `*_ledger_min`.
    """

    participant: str
    date: date
    zone: str
    thigh_device: str
    back_device: str
    thigh_firmware: str
    back_firmware: str
    day_epochs: int
    span_epochs: int
    recorded_epochs: int
    recorded_min: float
    unrecorded_min: float
    lost_min: float
    recorded_share: float
    worn_min: float
    worn_share: float
    thigh_min: float
    back_min: float
    both_min: float
    thigh_worn_min: float
    back_worn_min: float
    both_worn_min: float
    thigh_worn_share: float
    back_worn_share: float
    both_worn_share: float
    valid: bool
    valid_fails: str
    thigh_ledger_min: float
    thigh_written_min: float
    thigh_rebooting_min: float
    thigh_sensor_fault_min: float
    thigh_storage_full_min: float
    thigh_clock_unknown_min: float
    thigh_lost_min: float
    thigh_accounted_share: float
    back_ledger_min: float
    back_written_min: float
    back_rebooting_min: float
    back_sensor_fault_min: float
    back_storage_full_min: float
    back_clock_unknown_min: float
    back_lost_min: float
    back_accounted_share: float
    thigh_mounting_known_share: float
    thigh_upside_down_epochs: int
    thigh_inside_out_epochs: int
    thigh_oddly_mounted_epochs: int
    thigh_partial_epochs: int
    back_mounting_known_share: float
    back_upside_down_epochs: int
    back_oddly_mounted_epochs: int
    back_partial_epochs: int
    lying_min: float
    sitting_min: float
    sedentary_min: float
    standing_min: float
    walking_min: float
    stairs_min: float
    running_min: float
    cycling_min: float
    other_min: float
    not_worn_min: float
    walking_slow_min: float
    walking_moderate_min: float
    walking_brisk_min: float
    walking_unknown_pace_min: float
    walking_met: float
    walking_met_min: float
    movement_low_min: float
    movement_moderate_min: float
    movement_vigorous_min: float
    movement_mean_mg: float
    moderate_min: float
    vigorous_min: float
    active_bouts_10min: int
    active_10min_min: float
    steps: int
    cadence_known_min: float
    cadence_mean_spm: float
    cadence_median_spm: float
    cadence_p95_spm: float
    cadence_peak1_spm: float
    cadence_peak30_spm: float
    cadence_100_min: float
    cadence_130_min: float
    walking_bouts_10s: int
    walking_bouts_30s: int
    walking_bouts_60s: int
    walking_longest_min: float
    walks_10min: int
    walks_10min_min: float
    sitting_bouts: int
    sitting_longest_min: float
    sitting_bouts_30min: int
    sitting_30min_min: float
    sitting_breaks: int
    bends: int | None
    bent_min: float
    bed_start: str
    bed_end: str
    bed_min: float
    bed_lying_min: float
    bed_share: float
    rules: str
    met_table: str
