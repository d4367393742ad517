-- Local dates and the epochs on them. "An epoch belongs to the date on which it starts."

CREATE MACRO local_time(zone, utc_s) AS timezone(zone, to_timestamp(utc_s));
CREATE MACRO local_date(zone, utc_s) AS local_time(zone, utc_s)::DATE;
CREATE MACRO offset_min(zone, utc_s) AS ((epoch(local_time(zone, utc_s)) - utc_s) / 60)::BIGINT;
CREATE MACRO iso_time(zone, utc_s) AS printf('%s%s%02d:%02d',  -- as 2026-03-29T01:00:00+01:00
    strftime(local_time(zone, utc_s), '%Y-%m-%dT%H:%M:%S'), CASE WHEN offset_min(zone, utc_s) < 0 THEN '-' ELSE '+' END,
    abs(offset_min(zone, utc_s)) // 60, abs(offset_min(zone, utc_s)) % 60);

CREATE TABLE span AS
SELECT recording, min(epoch) AS first_epoch, max(epoch) + 1 AS past_last
FROM rows GROUP BY recording;

-- A date begins at the first quarter of an hour anywhere on which clocks show it: midnight, or later where the clock
-- jumps over midnight. No zone is more than 15 h from UTC.
CREATE TABLE days AS
WITH dates AS (
    SELECT recording, zone, local_date(zone, 5 * (past_last - 1)) AS last_date,
           unnest(generate_series(local_date(zone, 5 * first_epoch), last_date + 1, INTERVAL 1 DAY))::DATE AS date
    FROM span JOIN given USING (recording)
), begun AS (
    SELECT recording, zone, date, last_date, min(utc_s) // 5 AS day_start
    FROM (SELECT *, epoch(date)::BIGINT + 900 * unnest(range(-60, 61)) AS utc_s FROM dates)
    WHERE local_date(zone, utc_s) >= date
    GROUP BY ALL
), ended AS (
    SELECT *, lead(day_start) OVER (PARTITION BY recording ORDER BY date) AS day_end FROM begun
)
SELECT recording, zone, date, day_start, day_end, day_end - day_start AS day_epochs,
       least(day_end, past_last) - greatest(day_start, first_epoch) AS span_epochs
FROM ended JOIN span USING (recording)
WHERE date <= last_date AND day_epochs > 0;

-- Epochs of one `block` follow each other without a gap.
CREATE TABLE epochs AS
SELECT r.*, d.date, d.day_start, d.day_end,
       r.epoch - row_number() OVER (PARTITION BY r.recording ORDER BY r.epoch) AS block,
       nodes IN (1, 3) AS thigh, nodes IN (2, 3) AS back, nodes = 3 AS both_nodes,
       worn_nodes IN (1, 3) AS thigh_worn, worn_nodes IN (2, 3) AS back_worn, worn_nodes = 3 AS both_worn,
       CASE WHEN worn THEN activity ELSE 'not_worn' END AS does
FROM rows r JOIN days d ON r.recording = d.recording AND local_date(d.zone, 5 * r.epoch) = d.date;
