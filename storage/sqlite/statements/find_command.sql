SELECT sequence FROM commands WHERE command_id = :command_id
