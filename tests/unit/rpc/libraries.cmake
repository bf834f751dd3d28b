set(libraries edgeplane_rpc)
