// What a failed call says beside its code and message.
#pragma once

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace edgeplane::rpc {

struct ErrorDetails {
  std::string reason;
  std::string domain;
  std::vector<std::string> fields;  // of the violations
  std::vector<std::string> descriptions;
};

inline ErrorDetails DetailsOf(const grpc::Status& status) {
  ErrorDetails details;
  google::rpc::Status packed;
  EXPECT_TRUE(packed.ParseFromString(status.error_details()));
  EXPECT_EQ(packed.code(), status.error_code());
  EXPECT_EQ(packed.message(), status.error_message());
  for (const google::protobuf::Any& any : packed.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
      details.domain = info.domain();
    } else if (any.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        details.fields.push_back(violation.field());
        details.descriptions.push_back(violation.description());
      }
    } else {
      ADD_FAILURE() << "unexpected detail " << any.type_url();
    }
  }
  return details;
}

inline std::string ReasonOf(const grpc::Status& status) { return DetailsOf(status).reason; }

}  // namespace edgeplane::rpc
