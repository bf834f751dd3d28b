#include "cli/request_text.h"

#include <gtest/gtest.h>

#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::cli {
namespace {

constexpr char kLatin1[] = "Caf\xe9";

TEST(RequestText, EveryTextIsLookedAt) {
  v1::CreateAgentRequest create;
  create.set_display_name("Café \xf0\x9f\x90\x9d");
  (*create.mutable_labels())["site"] = "Köln";
  create.add_allowed_addresses("::1");
  EXPECT_EQ(FindTextThatIsNotUtf8(create), std::nullopt);
  create.add_allowed_addresses(kLatin1);
  EXPECT_EQ(FindTextThatIsNotUtf8(create), "allowed_addresses");
  create.set_display_name(kLatin1);
  EXPECT_EQ(FindTextThatIsNotUtf8(create), "display_name");
}

TEST(RequestText, MapsAndMessagesInsideAreLookedInto) {
  v1::ListAgentsRequest list;
  (*list.mutable_filter()->mutable_labels())[kLatin1] = "x";
  EXPECT_EQ(FindTextThatIsNotUtf8(list), "labels");
  v1::SendCommandRequest send;
  EXPECT_EQ(FindTextThatIsNotUtf8(send), std::nullopt);
  google::protobuf::Value& value = (*send.mutable_payload()->mutable_fields())["a"];
  value.mutable_list_value()->add_values()->set_string_value(kLatin1);
  EXPECT_EQ(FindTextThatIsNotUtf8(send), "fields");
}

}  // namespace
}  // namespace edgeplane::cli
