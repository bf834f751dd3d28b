-- Each statement sees what was committed before it began: after the locks, all that
-- their last holders did.
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
