SELECT 'edgeplane_' || md5(current_schema())
