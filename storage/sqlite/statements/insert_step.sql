INSERT INTO command_steps (sequence, number, time, state, channel, session_id, ordinal, detail)
VALUES (:sequence, :number, :time, :state, :channel, :session_id, :ordinal, :detail)
