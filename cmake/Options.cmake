# Warnings, sanitizers and the compiler cache, for every target of this project.

set(EDGEPLANE_SANITIZE "" CACHE STRING "Sanitizers to build with: empty, 'address,undefined' or 'thread'")
option(EDGEPLANE_FUZZ "Build the libFuzzer targets (needs clang)" OFF)

find_program(EDGEPLANE_CCACHE ccache)
if(EDGEPLANE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${EDGEPLANE_CCACHE})
endif()

add_library(edgeplane_options INTERFACE)
target_include_directories(edgeplane_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(edgeplane_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_compile_options(edgeplane_options INTERFACE
  -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  -Wno-missing-field-initializers
  -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fno-omit-frame-pointer)
target_link_libraries(edgeplane_options INTERFACE Threads::Threads)
target_link_options(edgeplane_options INTERFACE -Wl,-z,relro,-z,now)

if(EDGEPLANE_SANITIZE)
  # _FORTIFY_SOURCE hides reads that the address sanitizer would see.
  target_compile_options(edgeplane_options INTERFACE
    -fsanitize=${EDGEPLANE_SANITIZE} -fno-sanitize-recover=all -U_FORTIFY_SOURCE -g1
    -Wno-maybe-uninitialized -Wno-tsan)
  target_link_options(edgeplane_options INTERFACE -fsanitize=${EDGEPLANE_SANITIZE})
  if(EDGEPLANE_SANITIZE MATCHES thread)
    # protobuf's maps have another layout where this is defined, and the library
    # of the distribution is built without it.
    target_compile_options(edgeplane_options INTERFACE -U__SANITIZE_THREAD__)
  endif()
  if(EDGEPLANE_SANITIZE MATCHES undefined)
    # The vptr check asks a pipe whether memory can be read, and so reports good
    # objects once a test has used up the file descriptors.
    target_compile_options(edgeplane_options INTERFACE -fno-sanitize=vptr)
  endif()
endif()
if(EDGEPLANE_FUZZ)
  target_compile_options(edgeplane_options INTERFACE -fsanitize=fuzzer-no-link,address -U_FORTIFY_SOURCE -g1)
  target_link_options(edgeplane_options INTERFACE -fsanitize=address)
endif()
