// Keeps the target buildable until its first source exists.
