-- The weekly table: "means over the valid days", or over those of them with the nodes that a figure rests on.

WITH firmware AS (
    SELECT recording, node, name, min(date) AS since, arg_min(place, date) AS place
    FROM (SELECT recording, date, node, unnest(names) AS name, generate_subscripts(names, 1) AS place
          FROM (SELECT recording, date, 'thigh' AS node, string_split(thigh_firmware, '+') AS names FROM daily
                UNION ALL SELECT recording, date, 'back', string_split(back_firmware, '+') FROM daily))
    WHERE name <> '' GROUP BY ALL
), names AS (
    SELECT recording, string_agg(name, '+' ORDER BY since, place) FILTER (node = 'thigh') AS thigh_firmware,
           string_agg(name, '+' ORDER BY since, place) FILTER (node = 'back') AS back_firmware
    FROM firmware GROUP BY recording
), means AS (
    SELECT recording, min(date) AS first_date, max(date) AS last_date, count(*) AS days,
           count(*) FILTER (valid) AS valid_days,
           count(*) FILTER (valid_thigh) AS valid_thigh_days,
           count(*) FILTER (valid_back) AS valid_back_days,
           count(*) FILTER (valid_both) AS valid_both_days,
           count(*) FILTER (valid AND isodow(date) <= 5) AS valid_weekdays,
           count(*) FILTER (valid AND isodow(date) > 5) AS valid_weekend_days,
           count(*) FILTER (nodes_swapped) AS swapped_days,
           avg(walking_min) FILTER (valid) AS walking_min,
           avg(walking_min) FILTER (valid AND isodow(date) <= 5) AS walking_weekday_min,
           avg(walking_min) FILTER (valid AND isodow(date) > 5) AS walking_weekend_min,
           avg(walking_slow_min) FILTER (valid) AS walking_slow_min,
           avg(walking_moderate_min) FILTER (valid) AS walking_moderate_min,
           avg(walking_brisk_min) FILTER (valid) AS walking_brisk_min,
           avg(walking_unknown_pace_min) FILTER (valid) AS walking_unknown_pace_min,
           sum(walking_met_min) FILTER (valid)
               / nullif(sum(walking_slow_min + walking_moderate_min + walking_brisk_min) FILTER (valid), 0)
               AS walking_met,
           avg(steps) FILTER (valid) AS steps,
           avg(cadence_peak1_spm) FILTER (valid) AS cadence_peak1_spm,
           avg(cadence_peak30_spm) FILTER (valid) AS cadence_peak30_spm,
           avg(cadence_100_min) FILTER (valid) AS cadence_100_min,
           avg(cadence_130_min) FILTER (valid) AS cadence_130_min,
           avg(cadence_100_clock_min) FILTER (valid) AS cadence_100_clock_min,
           avg(cadence_130_clock_min) FILTER (valid) AS cadence_130_clock_min,
           avg(walks_10min) FILTER (valid) AS walks_10min,
           avg(walks_10min_min) FILTER (valid) AS walks_10min_min,
           avg(sitting_min) FILTER (valid_both) AS sitting_min,
           avg(sitting_or_lying_min) FILTER (valid_thigh) AS sitting_or_lying_min,
           avg(standing_min) FILTER (valid_thigh) AS standing_min,
           avg(lying_min) FILTER (valid_back) AS lying_min,
           avg(stairs_min) FILTER (valid_thigh) AS stairs_min,
           avg(running_min) FILTER (valid) AS running_min,
           avg(cycling_min) FILTER (valid_thigh) AS cycling_min,
           avg(sitting_longest_min) FILTER (valid_both) AS sitting_longest_min,
           avg(sitting_bouts_30min) FILTER (valid_both) AS sitting_bouts_30min,
           avg(sitting_30min_min) FILTER (valid_both) AS sitting_30min_min,
           avg(sitting_breaks) FILTER (valid_both) AS sitting_breaks,
           avg(bends) FILTER (valid_both) AS bends,
           avg(bent_min) FILTER (valid_both) AS bent_min,
           avg(moderate_min) FILTER (valid) AS moderate_min,
           avg(vigorous_min) FILTER (valid) AS vigorous_min,
           avg(active_10min_min) FILTER (valid) AS active_10min_min,
           avg(movement_mean_mg) FILTER (valid_back) AS movement_mean_mg,
           avg(bed_min) FILTER (valid_back) AS bed_min,
           avg(worn_share) FILTER (valid) AS worn_share,
           avg(thigh_worn_share) FILTER (valid_thigh) AS thigh_worn_share,
           avg(back_worn_share) FILTER (valid_back) AS back_worn_share,
           avg(both_worn_share) FILTER (valid_both) AS both_worn_share,
           avg(bed_share) FILTER (valid_back) AS bed_share,
           avg(recorded_share) FILTER (valid) AS recorded_share,
           count(*) FILTER (valid AND clock_doubtful) AS clock_doubtful_days,
           7 * avg(moderate_min + 2 * vigorous_min) FILTER (valid) AS who_min,
           7 * avg(active_10min_min) FILTER (valid) AS who_bouts_min,
           count(*) FILTER (valid AND worn_min >= 60 * band_worn_h) >= any_value(band_days) AS has_bands
    FROM daily JOIN given USING (recording) GROUP BY recording
)
-- Rounded, because a mean of twelfths may lie 1e-14 beside the border that it is on.
SELECT m.* EXCLUDE (has_bands),
       coalesce(thigh_firmware, '') AS thigh_firmware, coalesce(back_firmware, '') AS back_firmware,
       CASE WHEN NOT has_bands OR walking_min IS NULL THEN ''
            WHEN round(walking_min, 6) < 78 THEN '<78' WHEN round(walking_min, 6) < 101 THEN '78-100'
            WHEN round(walking_min, 6) < 125 THEN '101-124' ELSE '>=125' END AS volume_category,
       CASE WHEN NOT has_bands OR walking_met IS NULL THEN ''
            WHEN round(walking_met, 6) < 3.00 THEN '<3.00' WHEN round(walking_met, 6) < 3.12 THEN '3.00-3.11'
            WHEN round(walking_met, 6) < 3.27 THEN '3.12-3.26' ELSE '>=3.27' END AS intensity_category,
       CASE WHEN NOT has_bands OR who_min IS NULL THEN ''
            WHEN round(who_min, 6) < 150 THEN '<150' WHEN round(who_min, 6) <= 300 THEN '150-300'
            ELSE '>300' END AS who_category,
       g.name AS rules, g.met_name AS met_table
FROM means m JOIN given g USING (recording) LEFT JOIN names USING (recording)
ORDER BY recording;
