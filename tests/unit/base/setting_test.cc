#include "base/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <stdexcept>

namespace edgeplane {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using Values = SettingSet::Values;

class SettingTest : public testing::Test {
 protected:
  SettingTest() {
    set_.Text("fleet-secret", "A secret.", secret_, /*secret=*/true);
    set_.Choice("log-format", "How log lines look.", {"text", "json"}, format_);
    set_.Flag("welcome-message", "Greets.", welcome_);
    set_.Count("max-connections", "Connections at once.", "connections", 1, 1'000'000, count_);
    set_.Bytes("max-body-bytes", "Size of a body.", 512, 1024 * 1024, bytes_);
    set_.Span("idle-timeout", "Silence.", milliseconds(100), minutes(5), span_);
    set_.Address("listen", "Where agents connect.", address_);
    set_.Path("data-dir", "Where data is.", path_);
    set_.TextList("allowed-origins", "Origins.", list_);
  }

  const SettingInfo& Info(std::string_view name) const {
    for (const SettingInfo& info : set_.settings()) {
      if (info.name == name) return info;
    }
    throw std::logic_error("no such setting");
  }

  // Each violation as a person reads it.
  std::vector<std::string> Mistakes(const Values& flags, const Values& environment,
                                    const Values& file) {
    const Status status = set_.Resolve(flags, environment, file, {"EDGEPLANE_SERVER"});
    std::vector<std::string> sentences;
    if (status.ok()) return sentences;
    EXPECT_EQ(status.error().code, v1::ErrorReason::INVALID_FIELD);
    for (const FieldViolation& violation : status.error().violations) {
      sentences.push_back(violation.field + ": " + violation.description);
    }
    return sentences;
  }

  std::string secret_;
  std::string format_ = "text";
  bool welcome_ = false;
  int64_t count_ = 20'000;
  int64_t bytes_ = 262'144;
  Duration span_ = seconds(75);
  std::string address_ = "127.0.0.1:8080";
  std::string path_ = "/var/lib/edgeplane";
  std::vector<std::string> list_ = {"a", "b"};
  SettingSet set_;
};

TEST_F(SettingTest, DescribesEachInOrderOfDeclaration) {
  ASSERT_EQ(set_.settings().size(), 9U);
  EXPECT_EQ(set_.settings()[0].name, "fleet-secret");
  EXPECT_TRUE(set_.settings()[0].secret);
  const SettingInfo& count = Info("max-connections");
  EXPECT_EQ(count.kind, SettingKind::kCount);
  EXPECT_EQ(count.meaning, "Connections at once.");
  EXPECT_EQ(count.unit, "connections");
  EXPECT_EQ(count.default_value, "20000");
  EXPECT_EQ(count.bounds, "1..1000000");
  EXPECT_FALSE(count.secret);
  EXPECT_EQ(Info("log-format").bounds, "text, json");
  EXPECT_EQ(Info("max-body-bytes").default_value, "256KiB");
  EXPECT_EQ(Info("max-body-bytes").bounds, "512..1MiB");
  EXPECT_EQ(Info("idle-timeout").default_value, "75s");
  EXPECT_EQ(Info("idle-timeout").bounds, "100ms..5m");
  EXPECT_EQ(Info("allowed-origins").default_value, "a,b");
  EXPECT_EQ(Info("welcome-message").default_value, "false");
}

TEST_F(SettingTest, KeepsDefaultsWithoutInput) {
  EXPECT_THAT(Mistakes({}, {}, {}), ElementsAre());
  EXPECT_EQ(count_, 20'000);
  EXPECT_EQ(list_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(Info("max-connections").source, SettingSource::kDefault);
  EXPECT_EQ(Info("max-connections").value, "20000");
}

TEST_F(SettingTest, SetsEveryKind) {
  EXPECT_THAT(Mistakes({{"fleet-secret", "s3cret"},
                        {"log-format", "json"},
                        {"welcome-message", "yes"},
                        {"max-connections", "7"},
                        {"max-body-bytes", "64KiB"},
                        {"idle-timeout", "500ms"},
                        {"listen", "[::1]:0"},
                        {"data-dir", "/srv"},
                        {"allowed-origins", "https://x, https://y"}},
                       {}, {}),
              ElementsAre());
  EXPECT_EQ(secret_, "s3cret");
  EXPECT_EQ(format_, "json");
  EXPECT_TRUE(welcome_);
  EXPECT_EQ(count_, 7);
  EXPECT_EQ(bytes_, 65'536);
  EXPECT_EQ(span_, milliseconds(500));
  EXPECT_EQ(address_, "[::1]:0");
  EXPECT_EQ(path_, "/srv");
  EXPECT_EQ(list_, (std::vector<std::string>{"https://x", "https://y"}));
}

TEST_F(SettingTest, FlagBeatsEnvironmentBeatsFile) {
  const Values flag{{"max-connections", "3"}};
  const Values environment{{"EDGEPLANE_MAX_CONNECTIONS", "2"}};
  const Values file{{"max-connections", "1"}};
  EXPECT_THAT(Mistakes(flag, environment, file), ElementsAre());
  EXPECT_EQ(count_, 3);
  EXPECT_EQ(Info("max-connections").source, SettingSource::kFlag);
  EXPECT_THAT(Mistakes({}, environment, file), ElementsAre());
  EXPECT_EQ(count_, 2);
  EXPECT_EQ(Info("max-connections").source, SettingSource::kEnvironment);
  EXPECT_THAT(Mistakes({}, {}, file), ElementsAre());
  EXPECT_EQ(count_, 1);
  EXPECT_EQ(Info("max-connections").source, SettingSource::kFile);
  EXPECT_THAT(Mistakes({}, {}, {}), ElementsAre());
  EXPECT_EQ(count_, 20'000);
}

TEST_F(SettingTest, MistakesNameSettingSourceValueAndWhatIsAllowed) {
  EXPECT_THAT(
      Mistakes({}, {{"EDGEPLANE_MAX_CONNECTIONS", "abc"}}, {}),
      ElementsAre("max-connections (from EDGEPLANE_MAX_CONNECTIONS): \"abc\" is not a whole "
                  "number; allowed are 1..1000000"));
  EXPECT_THAT(
      Mistakes({{"max-connections", "0"}}, {}, {}),
      ElementsAre("max-connections (from --max-connections): \"0\" is out of bounds; allowed "
                  "are 1..1000000"));
  EXPECT_THAT(
      Mistakes({}, {}, {{"idle-timeout", "15"}}),
      ElementsAre("idle-timeout (from the configuration file): \"15\" is not a duration such "
                  "as 500ms, 15s, 5m, 24h or 30d; allowed are 100ms..5m"));
  EXPECT_THAT(Mistakes({{"max-body-bytes", "1GiB"}}, {}, {}),
              ElementsAre(HasSubstr("\"1GiB\" is out of bounds; allowed are 512..1MiB")));
  EXPECT_THAT(Mistakes({{"log-format", "xml"}}, {}, {}),
              ElementsAre(HasSubstr("\"xml\" is not one of the choices; allowed are text, json")));
  EXPECT_THAT(Mistakes({{"welcome-message", "maybe"}}, {}, {}),
              ElementsAre(HasSubstr("allowed are true, false")));
  EXPECT_THAT(Mistakes({{"listen", "localhost:80"}}, {}, {}),
              ElementsAre(HasSubstr("is not an IP address and port")));
}

TEST_F(SettingTest, OneMistakeIsTheMessageItself) {
  const Status status = set_.Resolve({{"max-connections", "x"}}, {}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("max-connections (from --max-connections): \"x\""));
}

TEST_F(SettingTest, ReportsAllMistakesTogetherAndSetsNothing) {
  EXPECT_THAT(Mistakes({{"max-connections", "x"}, {"nonsense", "1"}},
                       {{"EDGEPLANE_LOG_FORMAT", "y"}, {"EDGEPLANE_MAX_BODY_BYTES", "1KiB"}},
                       {{"idle-timeout", "z"}}),
              testing::SizeIs(4));
  EXPECT_EQ(bytes_, 262'144);
  EXPECT_EQ(Info("max-body-bytes").source, SettingSource::kDefault);
}

TEST_F(SettingTest, ChecksWhatIsOverriddenToo) {
  EXPECT_THAT(Mistakes({{"max-connections", "3"}}, {}, {{"max-connections", "0"}}),
              ElementsAre(HasSubstr("from the configuration file")));
}

TEST_F(SettingTest, UnknownNamesSuggestTheNearest) {
  EXPECT_THAT(
      Mistakes({{"max-conections", "1"}}, {}, {}),
      ElementsAre("--max-conections: there is no such setting; did you mean --max-connections?"));
  EXPECT_THAT(
      Mistakes({}, {{"EDGEPLANE_LISTN", "1"}}, {}),
      ElementsAre("EDGEPLANE_LISTN: there is no such setting; did you mean EDGEPLANE_LISTEN?"));
  EXPECT_THAT(
      Mistakes({}, {}, {{"data_dir", "1"}}),
      ElementsAre("data_dir (from the configuration file): there is no such setting; did you "
                  "mean data-dir?"));
  EXPECT_THAT(Mistakes({{"zzzzzzzzzz", "1"}}, {}, {}),
              ElementsAre("--zzzzzzzzzz: there is no such setting"));
}

TEST_F(SettingTest, LeavesOtherVariablesAlone) {
  EXPECT_THAT(Mistakes({},
                       {{"EDGEPLANE_SERVER", "x"},
                        {"PATH", "/bin"},
                        {"EDGEPLANE_SERVICE_HOST", "10.0.0.1"},
                        {"EDGEPLANE_GATEWAY_SERVICE_PORT", "80"},
                        {"EDGEPLANE_SERVICE_PORT_GRPC", "9090"},
                        {"EDGEPLANE_PORT", "tcp://10.0.0.1:80"},
                        {"EDGEPLANE_PORT_80_TCP", "tcp://10.0.0.1:80"},
                        {"EDGEPLANE_PORT_80_TCP_PROTO", "tcp"}},
                       {}),
              ElementsAre());
  EXPECT_THAT(Mistakes({}, {{"EDGEPLANE_PORT", "80"}, {"EDGEPLANE_PORT_X_TCP", ""}}, {}),
              testing::SizeIs(2));
}

TEST_F(SettingTest, NeverShowsSecretsOrRawControlCharacters) {
  const std::string too_long(40'000, 's');
  EXPECT_THAT(Mistakes({{"fleet-secret", too_long}}, {}, {}),
              ElementsAre("fleet-secret (from --fleet-secret): the value is too long"));
  const std::vector<std::string> mistakes =
      Mistakes({{"max-connections", "\x1b[31m" + std::string(1000, 'x')}}, {}, {});
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_THAT(mistakes[0], HasSubstr("\"\\u001b[31m"));
  EXPECT_LT(mistakes[0].size(), 250U);
}

TEST_F(SettingTest, EmptyAddressMeansNone) {
  EXPECT_THAT(Mistakes({{"listen", ""}}, {}, {}), ElementsAre());
  EXPECT_EQ(address_, "");
}

TEST_F(SettingTest, DefectsInDeclarationsThrow) {
  int64_t too_small = 0;
  EXPECT_THROW(set_.Count("other", "m", "u", 1, 2, too_small), std::logic_error);
  EXPECT_THROW(set_.Flag("welcome-message", "m", welcome_), std::logic_error);
}

TEST(SettingNameTest, VariablesAndSources) {
  EXPECT_EQ(SettingVariable("max-connections"), "EDGEPLANE_MAX_CONNECTIONS");
  EXPECT_EQ(SettingSourceName(SettingSource::kDefault), "default");
  EXPECT_EQ(SettingSourceName(SettingSource::kFile), "file");
  EXPECT_EQ(SettingSourceName(SettingSource::kEnvironment), "environment");
  EXPECT_EQ(SettingSourceName(SettingSource::kFlag), "flag");
}

TEST(SettingNameTest, EnvironmentSettingsAreOurs) {
  ASSERT_EQ(::setenv("EDGEPLANE_UNIT_TEST", "a=b", 1), 0);
  ASSERT_EQ(::setenv("NOT_EDGEPLANE_UNIT_TEST", "x", 1), 0);
  const Values values = EnvironmentSettings();
  EXPECT_EQ(values.at("EDGEPLANE_UNIT_TEST"), "a=b");
  EXPECT_FALSE(values.contains("NOT_EDGEPLANE_UNIT_TEST"));
  ::unsetenv("EDGEPLANE_UNIT_TEST");
  ::unsetenv("NOT_EDGEPLANE_UNIT_TEST");
}

}  // namespace
}  // namespace edgeplane
