-- Pace, steps, cadence and walks.

CREATE TABLE paces AS
SELECT recording, date, any_value(met_slow) AS met_slow, any_value(met_moderate) AS met_moderate,
       any_value(met_brisk) AS met_brisk,
       count(*) FILTER (does = 'walking' AND speed_kmh <= slow_max_kmh) / 12 AS walking_slow_min,
       count(*) FILTER (does = 'walking' AND slow_max_kmh < speed_kmh AND speed_kmh < brisk_min_kmh) / 12
           AS walking_moderate_min,
       count(*) FILTER (does = 'walking' AND speed_kmh >= brisk_min_kmh) / 12 AS walking_brisk_min,
       count(*) FILTER (does = 'walking' AND speed_kmh IS NULL) / 12 AS walking_unknown_pace_min
FROM days JOIN given USING (recording) LEFT JOIN epochs USING (recording, date) GROUP BY recording, date;

CREATE TABLE cadences AS
SELECT recording, date,
       coalesce(round_even(sum(steps) FILTER (worn), 0), 0)::BIGINT AS steps,
       count(*) FILTER (does = 'walking' AND cadence_spm IS NOT NULL) / 12 AS cadence_known_min,
       avg(cadence_spm) FILTER (does = 'walking') AS cadence_mean_spm,
       quantile_cont(cadence_spm, 0.5) FILTER (does = 'walking') AS cadence_median_spm,
       quantile_cont(cadence_spm, 0.95) FILTER (does = 'walking') AS cadence_p95_spm,
       count(*) FILTER (worn AND cadence_spm >= 100) / 12 AS cadence_100_min,
       count(*) FILTER (worn AND cadence_spm >= 130) / 12 AS cadence_130_min
FROM days LEFT JOIN epochs USING (recording, date) GROUP BY ALL;

-- A clock minute is twelve epochs: every zone of today is whole minutes from UTC.
CREATE TABLE clock_minutes AS
SELECT *, row_number() OVER (PARTITION BY recording, date ORDER BY taken DESC) AS place
FROM (SELECT recording, date, epoch // 12 AS minute, coalesce(sum(steps) FILTER (worn), 0) AS taken
      FROM epochs GROUP BY ALL);
CREATE TABLE peaks AS
SELECT recording, date, max(taken) AS cadence_peak1_spm,
       CASE WHEN count(*) >= 30 THEN avg(taken) FILTER (place <= 30) END AS cadence_peak30_spm,
       count(*) FILTER (taken >= 100) AS cadence_100_clock_min,
       count(*) FILTER (taken >= 130) AS cadence_130_clock_min
FROM clock_minutes GROUP BY ALL;

CREATE TABLE stepping AS
SELECT recording, date, epoch, block, walking_pause_s AS pause_s
FROM epochs JOIN given USING (recording) WHERE does = 'walking';
CREATE TABLE strolling AS SELECT s.* REPLACE (long_walk_pause_s AS pause_s) FROM stepping s JOIN given USING (recording);
CREATE TABLE walking_bouts AS
SELECT recording, date,
       count(*) FILTER (length_s > 10) AS walking_bouts_10s,
       count(*) FILTER (length_s > 30) AS walking_bouts_30s,
       count(*) FILTER (length_s > 60) AS walking_bouts_60s,
       max(length_s) / 60 AS walking_bouts_longest_min
FROM bouts('stepping') GROUP BY ALL;
CREATE TABLE walks AS
SELECT recording, date, max(length_s) / 60 AS walks_longest_min,
       count(*) FILTER (length_s >= 600) AS walks_10min,
       coalesce(sum(length_s) FILTER (length_s >= 600), 0) / 60 AS walks_10min_min
FROM bouts('strolling') GROUP BY ALL;
