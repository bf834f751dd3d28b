-- As many as are within the bytes, and one more: then there is one at least.
SELECT sequence, agent_id, event_id, event_type, thread_id, details_json, receive_time, channel
FROM (
  SELECT *, sum(octet_length(details_json)) OVER (ORDER BY sequence) - octet_length(details_json)
              AS bytes_before
  FROM (
    SELECT * FROM events
    WHERE agent_id = $4 AND sequence > $1 AND ($5::text IS NULL OR event_type || '' = $5)
    ORDER BY sequence
    LIMIT $2::bigint
  ) AS next
) AS measured
WHERE bytes_before <= $3::bigint
ORDER BY sequence
