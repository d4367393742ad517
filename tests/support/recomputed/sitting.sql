-- Sitting bouts and bends.

CREATE TABLE sitting AS
SELECT recording, date, epoch, block, sitting_pause_s AS pause_s
FROM epochs JOIN given USING (recording) WHERE does = 'sitting';
CREATE TABLE sitting_bouts AS
SELECT b.recording, b.date, count(*) AS sitting_bouts, max(length_s) / 60 AS sitting_longest_min,
       count(*) FILTER (length_s >= 1800) AS sitting_bouts_30min,
       coalesce(sum(length_s) FILTER (length_s >= 1800), 0) / 60 AS sitting_30min_min,
       count(*) FILTER (after.does IN ('standing', 'walking', 'stairs', 'running', 'cycling')) AS sitting_breaks
FROM bouts('sitting') b JOIN given USING (recording)
LEFT JOIN epochs after ON after.recording = b.recording AND after.date = b.date AND after.epoch = b.last_epoch + 1
WHERE length_s >= sitting_least_s GROUP BY b.recording, b.date;

-- A bend is the part of a run that begins where the trunk is first bent by more than bend_from_deg.
CREATE TABLE bent AS
SELECT recording, date, epoch, block, 0 AS pause_s
FROM epochs JOIN given USING (recording)
WHERE back_inclination_deg > bend_until_deg AND thigh_inclination_deg < bend_thigh_below_deg AND both_worn;
CREATE TABLE bends AS
WITH begun AS (
    SELECT b.recording, b.date, last_epoch - min(epoch) + 1 AS epochs
    FROM bouts('bent') b JOIN given g USING (recording)
    JOIN epochs e ON e.recording = b.recording AND e.epoch BETWEEN b.first_epoch AND b.last_epoch
    WHERE back_inclination_deg > bend_from_deg
    GROUP BY b.recording, b.date, b.first_epoch, b.last_epoch
)
SELECT recording, date, count(*) AS bends, sum(epochs) / 12 AS bent_min
FROM begun JOIN given USING (recording) WHERE 5 * epochs >= bend_least_s GROUP BY recording, date;
