#include "cli/simulate/journal.h"

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>

namespace edgeplane::simulate {
namespace {

void AppendMember(std::string& line, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  line += line.empty() ? "{\"" : ",\"";
  line += name;
  line += "\":";
  line += boost::json::serialize(boost::json::string_view(value.data(), value.size()));
}

}  // namespace

Status Journal::Open(const std::string& path) {
  errno = 0;
  file_.open(path, std::ios::out | std::ios::trunc | std::ios::binary);
  if (file_.is_open()) return {};
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "cannot write " + path + ": " + std::strerror(errno));
}

void Journal::Write(const JournalLine& line) {
  if (!file_.is_open()) return;
  std::string text;
  AppendMember(text, "time", FormatTime(clock_.Now()));
  AppendMember(text, "what", line.what);
  AppendMember(text, "agent", line.agent);
  AppendMember(text, "channel", line.channel);
  AppendMember(text, "id", line.id);
  AppendMember(text, "word", line.word);
  text += "}\n";
  const std::lock_guard lock(mutex_);
  file_ << text;
}

bool Journal::Flush() {
  const std::lock_guard lock(mutex_);
  if (!file_.is_open()) return true;
  file_.flush();
  return file_.good();
}

}  // namespace edgeplane::simulate
