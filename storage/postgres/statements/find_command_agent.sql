SELECT agent_id FROM commands WHERE command_id = $1
