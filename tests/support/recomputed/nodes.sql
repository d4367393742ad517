-- What the nodes saw of each day: recorded, worn, mounted, swapped, and the clocks' doubt.

CREATE TABLE wear AS
SELECT recording, date, count(e.epoch) AS recorded_epochs,
       count(*) FILTER (does <> 'not_worn') / 12 AS worn_min,
       count(*) FILTER (thigh) / 12 AS thigh_min,
       count(*) FILTER (back) / 12 AS back_min,
       count(*) FILTER (both_nodes) / 12 AS both_min,
       count(*) FILTER (thigh_worn) / 12 AS thigh_worn_min,
       count(*) FILTER (back_worn) / 12 AS back_worn_min,
       count(*) FILTER (both_worn) / 12 AS both_worn_min
FROM days LEFT JOIN epochs e USING (recording, date) GROUP BY ALL;

-- SPEC.md, byte FLAGS: 0x01 partial, 0x02 mounting known, 0x04 upside down, 0x08 inside out, 0x20 oddly mounted.
CREATE TABLE mounting AS
SELECT recording, date,
       count(*) FILTER (thigh_worn AND thigh_flags & 2 > 0) / nullif(count(*) FILTER (thigh_worn), 0)
           AS thigh_mounting_known_share,
       CASE WHEN count(*) FILTER (thigh_worn) > 0 THEN count(*) FILTER (thigh_worn AND thigh_flags & 4 > 0) END AS thigh_upside_down_epochs,
       CASE WHEN count(*) FILTER (thigh_worn) > 0 THEN count(*) FILTER (thigh_worn AND thigh_flags & 8 > 0) END AS thigh_inside_out_epochs,
       CASE WHEN count(*) FILTER (thigh_worn) > 0 THEN count(*) FILTER (thigh_worn AND thigh_flags & 32 > 0) END AS thigh_oddly_mounted_epochs,
       CASE WHEN count(*) FILTER (thigh_worn) > 0 THEN count(*) FILTER (thigh_flags & 1 > 0) END AS thigh_partial_epochs,
       count(*) FILTER (back_worn AND back_flags & 2 > 0) / nullif(count(*) FILTER (back_worn), 0)
           AS back_mounting_known_share,
       CASE WHEN count(*) FILTER (back_worn) > 0 THEN count(*) FILTER (back_worn AND back_flags & 4 > 0) END AS back_upside_down_epochs,
       CASE WHEN count(*) FILTER (back_worn) > 0 THEN count(*) FILTER (back_worn AND back_flags & 32 > 0) END AS back_oddly_mounted_epochs,
       CASE WHEN count(*) FILTER (back_worn) > 0 THEN count(*) FILTER (back_flags & 1 > 0) END AS back_partial_epochs
FROM days LEFT JOIN epochs USING (recording, date) GROUP BY ALL;

-- Walking of both nodes, cut into as many parts as it has whole 5 minutes, one at least; the first are longer by one.
CREATE TABLE swapped AS
WITH walked AS (
    SELECT recording, date, shake_ratio,
           row_number() OVER (PARTITION BY recording, date ORDER BY epoch) - 1 AS place,
           count(*) OVER (PARTITION BY recording, date) AS n,
           greatest(n // 60, 1) AS parts, n // parts AS size, n % parts AS longer
    FROM epochs WHERE shake_ratio IS NOT NULL
), parts AS (
    SELECT *, CASE WHEN place < longer * (size + 1) THEN place // (size + 1) ELSE (place - longer) // size END AS part
    FROM walked
), medians AS (
    SELECT recording, date, part, median(shake_ratio) AS middle FROM parts GROUP BY ALL
), of_day AS (
    SELECT recording, date, median(shake_ratio) AS shake_ratio, count(*) AS n FROM walked GROUP BY ALL
)
SELECT recording, date, any_value(o.shake_ratio) AS shake_ratio,
       bool_or(middle < 1 / swapped_shake) AS nodes_swapped
FROM medians JOIN of_day o USING (recording, date) JOIN given USING (recording)
WHERE 5 * n >= swapped_least_s GROUP BY recording, date;

-- An epoch is in doubt if all of it lies nearer to an end of the day than its own doubt. No doubt: nothing is known.
CREATE TABLE clock AS
SELECT recording, date,
       CASE WHEN bool_and(isfinite(clock_doubt_s)) THEN max(clock_doubt_s) END AS clock_doubt_s,
       CASE WHEN count(clock_doubt_s) > 0 THEN
           count(*) FILTER (5 * (epoch + 1 - e.day_start) < clock_doubt_s OR 5 * (e.day_end - epoch) < clock_doubt_s
                            OR nodes_apart_s > 60) / 12 END AS clock_doubt_min,
       coalesce(clock_doubt_min > 0.01 * count(epoch) / 12, false) AS clock_doubtful
FROM days LEFT JOIN epochs e USING (recording, date) GROUP BY ALL;

CREATE TABLE firmware AS
WITH named AS (
    SELECT recording, date, 'thigh' AS node, thigh_firmware AS name, min(epoch) AS since FROM epochs GROUP BY ALL
    UNION ALL
    SELECT recording, date, 'back', back_firmware, min(epoch) FROM epochs GROUP BY ALL
)
SELECT recording, date,
       string_agg(name, '+' ORDER BY since) FILTER (node = 'thigh') AS thigh_firmware,
       string_agg(name, '+' ORDER BY since) FILTER (node = 'back') AS back_firmware
FROM named WHERE name <> '' GROUP BY recording, date;
