#include "services/rpc/tls_credentials.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/self_signed.h"
#include "services/rpc/bearer.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/rpc/server_fixture.h"

namespace edgeplane::rpc {
namespace {

std::string Content(const std::filesystem::path& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

class TlsWithBearerTest : public testing::Test {
 protected:
  TlsWithBearerTest() {
    const auto certificate = directory_.path() / "cert.pem";
    const auto key = directory_.path() / "key.pem";
    EXPECT_TRUE(EnsureSelfSignedCertificate(certificate, key, "DNS:the-server").ok());
    certificate_ = Content(certificate);
    GrpcServerSettings settings;
    settings.address = "127.0.0.1:0";
    settings.credentials = TlsWithBearer({certificate_, Content(key)}, [](std::string_view text) {
      return BearerOf(text) == "the-token";
    });
    server_.emplace(std::move(settings));
  }

  grpc::Status Call(const std::string& authorization, const std::string& name = "the-server") {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = certificate_;
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride(name);
    const auto stub = v1::AdminService::NewStub(
        grpc::CreateCustomChannel((*server_)->address(), grpc::SslCredentials(tls), arguments));
    grpc::ClientContext context;
    context.set_deadline(Patience());
    if (!authorization.empty()) context.AddMetadata("authorization", authorization);
    v1::Agent agent;
    return stub->GetAgent(&context, {}, &agent);
  }

  TemporaryDirectory directory_;
  std::string certificate_;
  std::optional<UnimplementedServer> server_;
};

TEST_F(TlsWithBearerTest, LetsOnlyTheTokenIn) {
  EXPECT_EQ(Call("Bearer the-token").error_code(), grpc::StatusCode::UNIMPLEMENTED);
  for (const char* authorization : {"", "Bearer another", "the-token", "Basic the-token"}) {
    const grpc::Status status = Call(authorization);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << authorization;
    EXPECT_THAT(status.error_message(), testing::HasSubstr("not known here"));
  }
}

TEST_F(TlsWithBearerTest, ProvesItsNameFirst) {
  EXPECT_EQ(Call("Bearer the-token", "another-server").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsWithBearerTest, SpeaksNothingButTls) {
  const auto stub = v1::AdminService::NewStub(server_->Channel());
  grpc::ClientContext context;
  context.set_deadline(Patience());
  v1::Agent agent;
  EXPECT_EQ(stub->GetAgent(&context, {}, &agent).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(Bearer, IsWhatStandsBehindTheScheme) {
  EXPECT_EQ(BearerOf("Bearer x"), "x");
  EXPECT_EQ(BearerOf("bEARER x"), "x");
  for (const char* text : {"", "Bearer", "Bearer ", "Bearerx", "Basic x"}) {
    EXPECT_EQ(BearerOf(text), "") << text;
  }
  EXPECT_EQ(BearerOf("Bearer " + std::string(256, 'x')).size(), 256u);
  EXPECT_EQ(BearerOf("Bearer " + std::string(257, 'x')), "");
}

}  // namespace
}  // namespace edgeplane::rpc
