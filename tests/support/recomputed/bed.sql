-- The longest stretch of lying that ends on a date; it is found over the whole recording, and cut by no midnight.

CREATE TABLE lying AS
SELECT recording, NULL::DATE AS date, epoch, block, 0 AS pause_s FROM epochs WHERE does = 'lying';
CREATE TABLE stretches AS
WITH long AS (
    SELECT b.*, lag(last_epoch) OVER (PARTITION BY recording ORDER BY first_epoch) AS last_before
    FROM bouts('lying') b JOIN given USING (recording) WHERE length_s >= lying_least_s
), numbered AS (
    SELECT l.*, count(*) FILTER (last_before IS NULL OR 5 * (first_epoch - last_before - 1) > bed_pause_s)
                OVER (PARTITION BY recording ORDER BY first_epoch) AS stretch
    FROM long l JOIN given USING (recording)
), every AS (
    SELECT recording, stretch, min(first_epoch) AS first_epoch, max(last_epoch) AS last_epoch,
           max(last_epoch) - min(first_epoch) + 1 AS epochs
    FROM numbered GROUP BY recording, stretch
), counted AS (
    SELECT s.recording, s.first_epoch, s.last_epoch, s.epochs, count(*) AS lay
    FROM every s JOIN lying l ON l.recording = s.recording AND l.epoch BETWEEN s.first_epoch AND s.last_epoch
    GROUP BY ALL
)
SELECT c.* FROM counted c JOIN given USING (recording)
WHERE 5 * epochs >= 3600 * bed_least_h AND lay >= bed_lying_share * epochs;

CREATE TABLE bed AS
WITH longest AS (
    SELECT d.recording, d.date, d.zone, d.day_start, s.first_epoch, s.last_epoch, s.epochs, s.lay,
           coalesce((s.first_epoch + s.last_epoch + 1) // 2, day_start) AS middle
    FROM days d LEFT JOIN stretches s
        ON s.recording = d.recording AND s.last_epoch >= d.day_start AND s.last_epoch < d.day_end
    QUALIFY row_number() OVER (PARTITION BY d.recording, d.date ORDER BY s.epochs DESC NULLS LAST, s.first_epoch) = 1
)
SELECT l.recording, l.date, count(e.epoch) / 17280 AS bed_share,
       CASE WHEN bed_share > 0 THEN iso_time(l.zone, 5 * l.first_epoch) END AS bed_start,
       CASE WHEN bed_share > 0 THEN iso_time(l.zone, 5 * (l.last_epoch + 1)) END AS bed_end,
       CASE WHEN bed_share > 0 THEN l.epochs / 12 END AS bed_min,
       CASE WHEN bed_share > 0 THEN l.lay / 12 END AS bed_lying_min
FROM longest l LEFT JOIN epochs e
    ON e.recording = l.recording AND e.back_worn AND e.epoch >= l.middle - 8640 AND e.epoch < l.middle + 8640
GROUP BY l.recording, l.date, l.zone, l.first_epoch, l.last_epoch, l.epochs, l.lay;
