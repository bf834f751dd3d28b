set(libraries edgeplane_cli)
