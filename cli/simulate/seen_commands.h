// Which commands have arrived before: agents do not remember, but the simulator
// counts what came twice. Of long runs it remembers the last million.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace edgeplane::simulate {

class SeenCommands {
 public:
  // Whether it is new.
  bool Add(std::string_view command_id);

 private:
  static constexpr size_t kGeneration = 500'000;
  // Hashes of 64 bits: two of a million are alike once in thirty million runs.
  std::unordered_set<uint64_t> young_;
  std::unordered_set<uint64_t> old_;
};

}  // namespace edgeplane::simulate
