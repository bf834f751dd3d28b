set(libraries edgeplane_base)
