#include "services/rpc/status.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"
#include "tests/unit/rpc/error_details.h"

namespace edgeplane::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Status, EveryReasonHasACodeAndItsName) {
  const auto* reasons = v1::ErrorReason::Code_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto* reason = reasons->value(i);
    const auto status =
        ToGrpcStatus(MakeError(static_cast<ErrorCode>(reason->number()), "It went wrong."));
    EXPECT_GT(status.error_code(), grpc::StatusCode::OK) << reason->name();
    EXPECT_LE(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << reason->name();
    EXPECT_EQ(status.error_message(), "It went wrong.");
    const ErrorDetails details = DetailsOf(status);
    EXPECT_EQ(details.reason, reason->name());
    EXPECT_EQ(details.domain, "edgeplane");
    EXPECT_THAT(details.fields, IsEmpty());
  }
}

TEST(Status, SomeCodesThatCallersActOn) {
  const auto code_of = [](ErrorCode code) {
    return ToGrpcStatus(MakeError(code, "")).error_code();
  };
  EXPECT_EQ(code_of(v1::ErrorReason::AGENT_NOT_FOUND), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(code_of(v1::ErrorReason::TOKEN_REQUIRED), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code_of(v1::ErrorReason::STORE_UNAVAILABLE), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(code_of(v1::ErrorReason::STORE_IN_DOUBT), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST(Status, ACodeThatIsNoneIsInternal) {
  const auto status = ToGrpcStatus(MakeError(static_cast<ErrorCode>(9999), "Odd."));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_EQ(ReasonOf(status), "INTERNAL");
}

TEST(Status, CarriesTheViolations) {
  const auto status = ToGrpcStatus(
      Error{v1::ErrorReason::INVALID_FIELD, "Two.", {{"a", "Is wrong."}, {"b.c", "Is worse."}}});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const ErrorDetails details = DetailsOf(status);
  EXPECT_THAT(details.fields, ElementsAre("a", "b.c"));
  EXPECT_THAT(details.descriptions, ElementsAre("Is wrong.", "Is worse."));
}

// 8 KiB of trailers are all a client takes; more, and it sees another error.
TEST(Status, StaysWithinWhatTrailersHold) {
  Error error = MakeError(v1::ErrorReason::INVALID_FIELD, std::string(100'000, 'm'));
  for (int i = 0; i < 1000; ++i) {
    error.violations.push_back({std::string(500, 'f'), std::string(5000, 'd')});
  }
  const auto status = ToGrpcStatus(error);
  const size_t bytes = status.error_message().size() + Base64Encode(status.error_details()).size();
  EXPECT_LT(bytes, 7 * 1024U);
  EXPECT_FALSE(DetailsOf(status).fields.empty());
}

TEST(Status, DoesNotCutACharacterInTwo) {
  std::string message;
  for (int i = 0; i < 1000; ++i) message += "\xe2\x82\xac";  // the euro sign
  const auto status = ToGrpcStatus(MakeError(v1::ErrorReason::INTERNAL, message));
  EXPECT_TRUE(IsValidUtf8(status.error_message()));
  EXPECT_EQ(DetailsOf(status).reason, "INTERNAL");
}

}  // namespace
}  // namespace edgeplane::rpc
