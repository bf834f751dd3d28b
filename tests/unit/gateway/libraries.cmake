file(GLOB support CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/support/*.cc)
add_library(gateway_test_support STATIC ${support})
target_link_libraries(gateway_test_support
  PUBLIC edgeplane_gateway
  PRIVATE edgeplane_test_options edgeplane_proto_grpc OpenSSL::SSL)
# As for the gateway itself: g++ 12 takes asio's frame allocator for a mismatch.
target_compile_options(gateway_test_support PRIVATE -Wno-mismatched-new-delete)
set(libraries gateway_test_support edgeplane_gateway edgeplane_proto_grpc OpenSSL::SSL)
