set(libraries edgeplane_gateway edgeplane_proto_grpc OpenSSL::SSL)
