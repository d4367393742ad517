-- Minutes of each kind, and of each amount of movement.

CREATE TABLE postures AS
SELECT recording, date,
       count(*) FILTER (does = 'lying') / 12 AS lying_min,
       count(*) FILTER (does = 'sitting') / 12 AS sitting_min,
       count(*) FILTER (does = 'sedentary') / 12 AS sedentary_min,
       count(*) FILTER (does = 'standing') / 12 AS standing_min,
       count(*) FILTER (does = 'walking') / 12 AS walking_min,
       count(*) FILTER (does = 'stairs') / 12 AS stairs_min,
       count(*) FILTER (does = 'running') / 12 AS running_min,
       count(*) FILTER (does = 'cycling') / 12 AS cycling_min,
       count(*) FILTER (does = 'other') / 12 AS other_min,
       count(*) FILTER (does = 'not_worn') / 12 AS not_worn_min,
       count(*) FILTER (thigh_worn AND does IN ('sitting', 'lying', 'sedentary')) / 12 AS sitting_or_lying_min
FROM days LEFT JOIN epochs USING (recording, date) GROUP BY ALL;

-- Empty where no record has a deviation: "no data for the figure".
CREATE TABLE movement AS
WITH known AS (SELECT recording, date, back_mad_mg FROM epochs WHERE back_worn AND back_mad_mg IS NOT NULL)
SELECT recording, date,
       count(*) FILTER (back_mad_mg < movement_moderate_mg) / 12 AS movement_low_min,
       count(*) FILTER (back_mad_mg >= movement_moderate_mg AND back_mad_mg < movement_vigorous_mg) / 12
           AS movement_moderate_min,
       count(*) FILTER (back_mad_mg >= movement_vigorous_mg) / 12 AS movement_vigorous_min,
       avg(back_mad_mg) AS movement_mean_mg
FROM known JOIN given USING (recording) GROUP BY recording, date;

-- Stairs, cycling and running count from active_least_s on, walking by its cadence.
CREATE TABLE climbing AS SELECT recording, date, epoch, block, 0 AS pause_s FROM epochs WHERE does = 'stairs';
CREATE TABLE pedalling AS SELECT recording, date, epoch, block, 0 AS pause_s FROM epochs WHERE does = 'cycling';
CREATE TABLE running AS SELECT recording, date, epoch, block, 0 AS pause_s FROM epochs WHERE does = 'running';
CREATE TABLE lasting AS
SELECT recording, date, kind, unnest(range(first_epoch, last_epoch + 1)) AS epoch
FROM (SELECT *, 'moderate' AS kind FROM bouts('climbing')
      UNION ALL SELECT *, 'moderate' FROM bouts('pedalling')
      UNION ALL SELECT *, 'vigorous' FROM bouts('running')) JOIN given USING (recording)
WHERE length_s >= active_least_s;

CREATE TABLE active AS
SELECT e.recording, e.date, e.epoch, e.block, active_pause_s AS pause_s,
       coalesce(kind, CASE WHEN cadence_spm >= vigorous_from_spm THEN 'vigorous' ELSE 'moderate' END) AS effort
FROM epochs e JOIN given USING (recording) LEFT JOIN lasting l USING (recording, date, epoch)
WHERE kind IS NOT NULL OR (does = 'walking' AND cadence_spm >= moderate_from_spm);

CREATE TABLE efforts AS
SELECT recording, date,
       count(*) FILTER (effort = 'moderate') / 12 AS moderate_min,
       count(*) FILTER (effort = 'vigorous') / 12 AS vigorous_min
FROM active GROUP BY ALL;

CREATE TABLE active_bouts AS
SELECT recording, date, count(*) AS active_bouts_10min, sum(length_s) / 60 AS active_10min_min
FROM bouts('active') WHERE length_s >= 600 GROUP BY ALL;
