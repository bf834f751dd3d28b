#include "cli/confirm.h"

namespace edgeplane::cli {
namespace {

constexpr size_t kAnswerMax = 16;

// One line, as much of it as matters: getline would take any length.
std::string ReadAnswer(std::istream& in) {
  std::string answer;
  for (int c = in.get(); c != '\n' && c != std::istream::traits_type::eof(); c = in.get()) {
    if (answer.size() < kAnswerMax) answer += static_cast<char>(c);
  }
  return answer;
}

}  // namespace

std::optional<Outcome> Confirm(const Surroundings& around, const std::string& question) {
  if (!around.in_is_terminal) {
    return UsageError(
        "this cannot be undone, and nobody can be asked here: give --yes if it is "
        "meant");
  }
  around.err << question << " [y/N] " << std::flush;
  const std::string answer = ReadAnswer(around.in);
  if (answer == "y" || answer == "Y" || answer == "yes") return std::nullopt;
  return Outcome{ExitCode::kFailed, {"left as it is"}};
}

}  // namespace edgeplane::cli
