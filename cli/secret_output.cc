#include "cli/secret_output.h"

#include <signal.h>

#include <boost/json/serialize.hpp>
#include <utility>

#include "cli/json_output.h"

namespace edgeplane::cli {
namespace {

constexpr char kStandardOutput[] = "-";

}  // namespace

Result<SecretOutput> SecretOutput::Open(const SecretWords& words, const std::string& path) {
  if (path == kStandardOutput) {
    // A reader that has gone must not end this program before it has said so.
    signal(SIGPIPE, SIG_IGN);
    return SecretOutput(words, std::nullopt);
  }
  Result<SecretFile> file = SecretFile::Create(path, words.option);
  if (!file.ok()) return file.error();
  return SecretOutput(words, std::move(*file));
}

Outcome SecretOutput::Give(const Invocation& invocation, const google::protobuf::Message& message,
                           std::string_view secret, const std::function<void()>& write,
                           const std::function<Outcome(const std::string& why)>& lost) {
  if (file_) {
    if (const Status kept = file_->Write(secret); !kept.ok()) return lost(kept.error().message);
  }
  Outcome shown;
  if (invocation.json) {
    shown = WriteJson(invocation.around, message, secret);
  } else {
    write();
    Write(invocation.around, secret);
  }
  if (file_) return shown;
  invocation.around.out.flush();
  if (!invocation.around.out) return lost("standard output could not be written");
  return shown;
}

Outcome SecretOutput::WriteJson(const Surroundings& around,
                                const google::protobuf::Message& message,
                                std::string_view secret) const {
  if (file_) {
    around.err << words_.name << " is in " << file_->path() << ".\n";
    return cli::WriteJson(around.out, message);
  }
  Result<std::string> json = ToJson(message);
  if (!json.ok()) return {ExitCode::kFailed, {json.error().message}};
  json->pop_back();  // the closing brace
  around.out << *json << ",\"" << words_.field << "\":"
             << boost::json::serialize(boost::json::string_view(secret.data(), secret.size()))
             << "}\n";
  return {};
}

void SecretOutput::Write(const Surroundings& around, std::string_view secret) const {
  if (file_) {
    around.out << '\n'
               << words_.name << " is in " << file_->path()
               << " (mode 0600). It cannot be shown again.\n";
  } else {
    around.out << '\n' << words_.field << ": " << secret << '\n';
  }
}

}  // namespace edgeplane::cli
