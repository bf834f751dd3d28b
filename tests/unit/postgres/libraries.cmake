set(libraries edgeplane_storage_postgres edgeplane_test_postgres)
# All of them use the server of the program.
set(together "*")
