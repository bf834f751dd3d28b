#include "storage/postgres/parameters.h"

namespace edgeplane::storage::postgres {
namespace {

void PutInt32(char* to, uint32_t value) {
  for (int i = 0; i < 4; ++i) to[i] = static_cast<char>(value >> (24 - 8 * i));
}

void AppendInt32(std::string& bytes, uint32_t value) {
  char buffer[4];
  PutInt32(buffer, value);
  bytes.append(buffer, sizeof buffer);
}

}  // namespace

void Parameters::Append(std::string& bytes, int64_t value) {
  const auto number = static_cast<uint64_t>(value);
  AppendInt32(bytes, static_cast<uint32_t>(number >> 32));
  AppendInt32(bytes, static_cast<uint32_t>(number));
}

std::string Parameters::ArrayHeader(int32_t type, size_t count) {
  std::string bytes;
  AppendInt32(bytes, count == 0 ? 0 : 1);
  AppendInt32(bytes, 1);  // there may be NULLs; the server looks for itself
  AppendInt32(bytes, static_cast<uint32_t>(type));
  if (count == 0) return bytes;
  AppendInt32(bytes, static_cast<uint32_t>(count));
  AppendInt32(bytes, 1);
  return bytes;
}

size_t Parameters::BeginElement(std::string& bytes) {
  AppendInt32(bytes, 0);
  return bytes.size();
}

void Parameters::EndElement(std::string& bytes, size_t at) {
  PutInt32(bytes.data() + at - 4, static_cast<uint32_t>(bytes.size() - at));
}

void Parameters::AppendNull(std::string& bytes) { AppendInt32(bytes, 0xffffffff); }

}  // namespace edgeplane::storage::postgres
