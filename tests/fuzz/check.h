// What a fuzzed property must hold.
#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the program, as both libFuzzer and a test want it.
#define FUZZ_CHECK(condition)                                                      \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
