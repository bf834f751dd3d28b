UPDATE commands
SET state = :state, deliveries = :deliveries, steps = :steps, update_time = :update_time,
    deliver_time = :deliver_time, deliver_channel = :deliver_channel,
    deliver_session = :deliver_session, error = :error, result_json = :result_json
WHERE sequence = :sequence
