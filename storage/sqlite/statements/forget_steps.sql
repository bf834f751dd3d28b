DELETE FROM command_steps WHERE sequence = :sequence AND number BETWEEN 2 AND :last
