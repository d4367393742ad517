-- The daily table: every group of figures beside the others, and nothing where "the share that a figure rests on is 0".

CREATE MACRO if_seen(share, figure) AS CASE WHEN share > 0 THEN figure END;

CREATE TABLE shares AS
SELECT recording, date, zone, day_epochs, span_epochs, recorded_epochs,
       recorded_epochs / 12 AS recorded_min,
       (day_epochs - recorded_epochs) / 12 AS unrecorded_min,
       (span_epochs - recorded_epochs) / 12 AS lost_min,
       recorded_epochs / day_epochs AS recorded_share,
       worn_min, 12 * worn_min / day_epochs AS worn_share,
       thigh_min, back_min, both_min, thigh_worn_min, back_worn_min, both_worn_min,
       12 * thigh_worn_min / day_epochs AS thigh_worn_share,
       12 * back_worn_min / day_epochs AS back_worn_share,
       12 * both_worn_min / day_epochs AS both_worn_share
FROM days JOIN wear USING (recording, date);

CREATE TABLE validity AS
WITH fails AS (
    SELECT recording, date, thigh_worn_min, back_worn_min, both_worn_min, valid_worn_h,
           concat_ws(' ',
               CASE WHEN worn_min / 60 < valid_worn_h THEN 'valid_worn_h' END,
               CASE WHEN span_epochs / day_epochs < valid_span_share THEN 'valid_span_share' END,
               CASE WHEN 60 * (sitting_min + sedentary_min) < valid_sitting_s THEN 'valid_sitting_s' END,
               CASE WHEN 60 * walking_min < valid_walking_s THEN 'valid_walking_s' END,
               CASE WHEN nodes_swapped THEN 'swapped_shake' END) AS valid_fails
    FROM shares JOIN given USING (recording) JOIN postures USING (recording, date)
    LEFT JOIN swapped USING (recording, date)
)
SELECT recording, date, valid_fails, valid_fails = '' AS valid,
       valid AND thigh_worn_min > 0 AND thigh_worn_min / 60 >= valid_worn_h AS valid_thigh,
       valid AND back_worn_min > 0 AND back_worn_min / 60 >= valid_worn_h AS valid_back,
       valid AND both_worn_min > 0 AND both_worn_min / 60 >= valid_worn_h AS valid_both
FROM fails;

CREATE TABLE daily AS
SELECT s.*, v.valid, v.valid_thigh, v.valid_back, v.valid_both, v.valid_fails,
       coalesce(f.thigh_firmware, '') AS thigh_firmware, coalesce(f.back_firmware, '') AS back_firmware,
       nodes_swapped, shake_ratio, c.clock_doubt_s, c.clock_doubt_min, c.clock_doubtful,
       m.* EXCLUDE (recording, date),
       if_seen(back_worn_share, lying_min) AS lying_min,
       if_seen(both_worn_share, sitting_min) AS sitting_min,
       if_seen(thigh_worn_share, sedentary_min) AS sedentary_min,
       if_seen(thigh_worn_share, standing_min) AS standing_min,
       if_seen(worn_share, walking_min) AS walking_min,
       if_seen(thigh_worn_share, stairs_min) AS stairs_min,
       if_seen(worn_share, running_min) AS running_min,
       if_seen(thigh_worn_share, cycling_min) AS cycling_min,
       if_seen(worn_share, other_min) AS other_min,
       if_seen(recorded_share, not_worn_min) AS not_worn_min,
       if_seen(thigh_worn_share, sitting_or_lying_min) AS sitting_or_lying_min,
       if_seen(worn_share, walking_slow_min) AS walking_slow_min,
       if_seen(worn_share, walking_moderate_min) AS walking_moderate_min,
       if_seen(worn_share, walking_brisk_min) AS walking_brisk_min,
       if_seen(worn_share, walking_unknown_pace_min) AS walking_unknown_pace_min,
       if_seen(worn_share, met_min / nullif(paced_min, 0)) AS walking_met,
       if_seen(worn_share, met_min) AS walking_met_min,
       if_seen(back_worn_share, movement_low_min) AS movement_low_min,
       if_seen(back_worn_share, movement_moderate_min) AS movement_moderate_min,
       if_seen(back_worn_share, movement_vigorous_min) AS movement_vigorous_min,
       if_seen(back_worn_share, movement_mean_mg) AS movement_mean_mg,
       if_seen(worn_share, coalesce(moderate_min, 0)) AS moderate_min,
       if_seen(worn_share, coalesce(vigorous_min, 0)) AS vigorous_min,
       if_seen(worn_share, coalesce(active_bouts_10min, 0)) AS active_bouts_10min,
       if_seen(worn_share, coalesce(active_10min_min, 0)) AS active_10min_min,
       if_seen(worn_share, steps) AS steps,
       if_seen(worn_share, cadence_known_min) AS cadence_known_min,
       if_seen(worn_share, cadence_mean_spm) AS cadence_mean_spm,
       if_seen(worn_share, cadence_median_spm) AS cadence_median_spm,
       if_seen(worn_share, cadence_p95_spm) AS cadence_p95_spm,
       if_seen(worn_share, cadence_peak1_spm) AS cadence_peak1_spm,
       if_seen(worn_share, cadence_peak30_spm) AS cadence_peak30_spm,
       if_seen(worn_share, cadence_100_min) AS cadence_100_min,
       if_seen(worn_share, cadence_130_min) AS cadence_130_min,
       if_seen(worn_share, cadence_100_clock_min) AS cadence_100_clock_min,
       if_seen(worn_share, cadence_130_clock_min) AS cadence_130_clock_min,
       if_seen(worn_share, coalesce(walking_bouts_10s, 0)) AS walking_bouts_10s,
       if_seen(worn_share, coalesce(walking_bouts_30s, 0)) AS walking_bouts_30s,
       if_seen(worn_share, coalesce(walking_bouts_60s, 0)) AS walking_bouts_60s,
       if_seen(worn_share, coalesce(walking_bouts_longest_min, 0)) AS walking_bouts_longest_min,
       if_seen(worn_share, coalesce(walks_longest_min, 0)) AS walks_longest_min,
       if_seen(worn_share, coalesce(walks_10min, 0)) AS walks_10min,
       if_seen(worn_share, coalesce(walks_10min_min, 0)) AS walks_10min_min,
       if_seen(both_worn_share, coalesce(sitting_bouts, 0)) AS sitting_bouts,
       if_seen(both_worn_share, coalesce(sitting_longest_min, 0)) AS sitting_longest_min,
       if_seen(both_worn_share, coalesce(sitting_bouts_30min, 0)) AS sitting_bouts_30min,
       if_seen(both_worn_share, coalesce(sitting_30min_min, 0)) AS sitting_30min_min,
       if_seen(both_worn_share, coalesce(sitting_breaks, 0)) AS sitting_breaks,
       if_seen(both_worn_share, coalesce(bends, 0)) AS bends,
       if_seen(both_worn_share, coalesce(bent_min, 0)) AS bent_min,
       bed_start, bed_end, bed_min, bed_lying_min, bed_share,
       g.name AS rules, g.met_name AS met_table
FROM shares s JOIN given g USING (recording)
JOIN validity v USING (recording, date)
JOIN mounting m USING (recording, date)
JOIN postures USING (recording, date)
JOIN cadences USING (recording, date)
JOIN bed USING (recording, date)
JOIN clock c USING (recording, date)
JOIN (SELECT *, walking_slow_min + walking_moderate_min + walking_brisk_min AS paced_min,
             met_slow * walking_slow_min + met_moderate * walking_moderate_min + met_brisk * walking_brisk_min AS met_min
      FROM paces) USING (recording, date)
LEFT JOIN firmware f USING (recording, date)
LEFT JOIN swapped USING (recording, date)
LEFT JOIN movement USING (recording, date)
LEFT JOIN efforts USING (recording, date)
LEFT JOIN active_bouts USING (recording, date)
LEFT JOIN peaks USING (recording, date)
LEFT JOIN walking_bouts USING (recording, date)
LEFT JOIN walks USING (recording, date)
LEFT JOIN sitting_bouts USING (recording, date)
LEFT JOIN bends USING (recording, date);
