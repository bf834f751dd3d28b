// A secret that the server makes, on its way to the operator: into a file of its
// own, or onto standard output where that is asked for.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/secret_file.h"

namespace edgeplane::cli {

// How people and programs call it.
struct SecretWords {
  const char* name;    // "The agent's secret"
  const char* field;   // of the object that --json prints: "secret"
  const char* option;  // that names the file: "--secret-out"
};

class SecretOutput {
 public:
  // Before the server is asked: `path` is '-' for standard output, or a file that
  // is made here and must not be there. INVALID_FIELD as SecretFile::Create.
  static Result<SecretOutput> Open(const SecretWords& words, const std::string& path);

  // Once the server has answered, with `message` and the secret of it: gives both
  // away. `write` is how people see the message; `lost` what is said where the
  // secret did not get where it should, and why.
  Outcome Give(const Invocation& invocation, const google::protobuf::Message& message,
               std::string_view secret, const std::function<void()>& write,
               const std::function<Outcome(const std::string& why)>& lost);

 private:
  // One object, with the secret in it where it goes to standard output.
  [[nodiscard]] Outcome WriteJson(const Surroundings& around,
                                  const google::protobuf::Message& message,
                                  std::string_view secret) const;
  // For people: the secret, or where it is.
  void Write(const Surroundings& around, std::string_view secret) const;

  SecretOutput(const SecretWords& words, std::optional<SecretFile> file)
      : words_(words), file_(std::move(file)) {}

  SecretWords words_;
  std::optional<SecretFile> file_;  // nothing: standard output
};

}  // namespace edgeplane::cli
