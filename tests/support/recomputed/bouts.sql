-- "A bout is an unbroken run of recorded epochs": of those that are chosen, of one day, and of what lies between them
-- if that is recorded and no longer than pause_s.
-- chosen: name of a table of recording, date, epoch, block, pause_s.

CREATE MACRO bouts(chosen) AS TABLE
WITH before AS (
    SELECT *, lag(epoch) OVER one AS epoch_before, lag(block) OVER one AS block_before
    FROM query_table(chosen)
    WINDOW one AS (PARTITION BY recording, date ORDER BY epoch)
), numbered AS (
    SELECT *, count(*) FILTER (block IS DISTINCT FROM block_before OR 5 * (epoch - epoch_before - 1) > pause_s)
              OVER (PARTITION BY recording, date ORDER BY epoch) AS bout
    FROM before
)
SELECT recording, date, min(epoch) AS first_epoch, max(epoch) AS last_epoch,
       5 * (last_epoch - first_epoch + 1) AS length_s
FROM numbered GROUP BY recording, date, bout;
