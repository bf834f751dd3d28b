SELECT sequence FROM event_counter FOR UPDATE
