// docs/refusals.md says of every reason what its traits say.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "base/reasons.h"

namespace edgeplane {
namespace {

std::string Page() {
  std::ifstream file(EDGEPLANE_SOURCE_DIR "/docs/refusals.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Statuses(const v1::ReasonTraits& traits) {
  std::string list;
  for (const int status : traits.http_status()) {
    list += (list.empty() ? "" : ", ") + std::to_string(status);
  }
  return list.empty() ? "closed" : list;
}

std::string TurnWord(v1::Turn turn) {
  std::string word = v1::Turn_Name(turn).substr(sizeof("TURN_") - 1);
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

TEST(RefusalsPage, SaysOfEveryReasonWhatItsTraitsSay) {
  const std::string page = Page();
  ASSERT_FALSE(page.empty());
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    const v1::ReasonTraits& traits = TraitsOf(reason);
    const std::string row = "| `" + NameOf(reason) + "` | " + Statuses(traits) + " | " +
                            TurnWord(traits.turn()) + " | " +
                            (traits.retry() == v1::RETRY_LATER ? "later" : "useless") + " | " +
                            traits.sentence() + " |\n";
    EXPECT_NE(page.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace edgeplane
