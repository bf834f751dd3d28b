#include "services/rpc/reflection.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "edgeplane/v1/agent_registry.pb.h"
#include "edgeplane/v1/reason.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/unit/rpc/server_fixture.h"

namespace edgeplane::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct V1Alpha {
  using Service = grpc::reflection::v1alpha::ServerReflection;
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;
};

struct V1 {
  using Service = grpc::reflection::v1::ServerReflection;
  using Request = grpc::reflection::v1::ServerReflectionRequest;
  using Response = grpc::reflection::v1::ServerReflectionResponse;
};

GrpcServerSettings WithReflection() {
  GrpcServerSettings settings;
  settings.address = "127.0.0.1:0";
  settings.reflection = true;
  return settings;
}

template <class Api>
class ReflectionTest : public testing::Test {
 protected:
  using Request = typename Api::Request;
  using Response = typename Api::Response;
  using Stream = std::unique_ptr<grpc::ClientReaderWriter<Request, Response>>;

  Stream Open(grpc::ClientContext& context) {
    context.set_deadline(Patience());
    return stub_->ServerReflectionInfo(&context);
  }

  std::vector<Response> Ask(const std::vector<Request>& requests) {
    grpc::ClientContext context;
    Stream stream = Open(context);
    std::vector<Response> responses;
    for (const Request& request : requests) {
      EXPECT_TRUE(stream->Write(request));
      EXPECT_TRUE(stream->Read(&responses.emplace_back()));
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return responses;
  }
  Response Ask(const Request& request) { return Ask(std::vector<Request>{request}).front(); }

  Response AskSymbol(const std::string& symbol) {
    Request request;
    request.set_file_containing_symbol(symbol);
    return Ask(request);
  }

  UnimplementedServer server_{WithReflection()};
  std::unique_ptr<typename Api::Service::Stub> stub_ = Api::Service::NewStub(server_.Channel());
};

// The names of the files, in the order they came in.
template <class Response>
std::vector<std::string> FilesOf(const Response& response) {
  std::vector<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

using Apis = testing::Types<V1Alpha, V1>;
TYPED_TEST_SUITE(ReflectionTest, Apis);

TYPED_TEST(ReflectionTest, ListsWhatTheServerHostsAndNothingElse) {
  typename TypeParam::Request request;
  request.set_host("edge.example");
  request.set_list_services("*");
  const auto response = this->Ask(request);
  EXPECT_EQ(response.valid_host(), "edge.example");
  EXPECT_EQ(response.original_request().list_services(), "*");
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ElementsAre(kAdminService, "grpc.health.v1.Health",
                                 "grpc.reflection.v1.ServerReflection",
                                 "grpc.reflection.v1alpha.ServerReflection"));
}

// What a client does: build the files, dependencies first, and find its methods.
TYPED_TEST(ReflectionTest, DescribesEveryServiceItListsCompletely) {
  for (const std::string name :
       {kAdminService, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection"}) {
    const auto response = this->AskSymbol(name);
    const auto& files = response.file_descriptor_response().file_descriptor_proto();
    ASSERT_GT(files.size(), 0) << name;
    google::protobuf::SimpleDescriptorDatabase database;
    for (const std::string& bytes : files) {
      google::protobuf::FileDescriptorProto file;
      ASSERT_TRUE(file.ParseFromString(bytes));
      EXPECT_TRUE(database.Add(file)) << file.name() << " came twice";
    }
    const google::protobuf::DescriptorPool pool(&database);
    const auto* service = pool.FindServiceByName(name);
    ASSERT_NE(service, nullptr) << name;
    EXPECT_GT(service->method_count(), 0) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_NE(pool.FindMessageTypeByName(service->method(i)->input_type()->full_name()), nullptr);
    }
  }
}

TYPED_TEST(ReflectionTest, PutsTheFileAskedForFirst) {
  EXPECT_EQ(FilesOf(this->AskSymbol("edgeplane.v1.AdminService")).front(),
            "edgeplane/v1/admin_service.proto");
  // A method, a nested message, a field, an enum value.
  EXPECT_EQ(FilesOf(this->AskSymbol("edgeplane.v1.AdminService.GetAgent")).front(),
            "edgeplane/v1/admin_service.proto");
  EXPECT_EQ(FilesOf(this->AskSymbol("edgeplane.v1.FleetStatus.Gateway")).front(),
            "edgeplane/v1/admin_service.proto");
  EXPECT_EQ(FilesOf(this->AskSymbol("edgeplane.v1.Agent.agent_id")).front(),
            "edgeplane/v1/agent.proto");
  EXPECT_EQ(FilesOf(this->AskSymbol("edgeplane.v1.SECRET_MISMATCH")).front(),
            "edgeplane/v1/reason.proto");
  typename TypeParam::Request request;
  request.set_file_by_filename("edgeplane/v1/agent.proto");
  EXPECT_THAT(FilesOf(this->Ask(request)),
              ElementsAre("edgeplane/v1/agent.proto", "google/protobuf/struct.proto",
                          "google/protobuf/timestamp.proto"));
}

TYPED_TEST(ReflectionTest, DescribesWhatErrorsCarry) {
  EXPECT_THAT(FilesOf(this->AskSymbol("google.rpc.ErrorInfo")), Not(IsEmpty()));
  EXPECT_THAT(FilesOf(this->AskSymbol("edgeplane.v1.ErrorReason")), Not(IsEmpty()));
}

TYPED_TEST(ReflectionTest, KnowsExtensions) {
  typename TypeParam::Request numbers;
  numbers.set_all_extension_numbers_of_type("google.protobuf.EnumValueOptions");
  const auto response = this->Ask(numbers);
  const auto& answer = response.all_extension_numbers_response();
  EXPECT_EQ(answer.base_type_name(), "google.protobuf.EnumValueOptions");
  EXPECT_THAT(answer.extension_number(), ElementsAre(50501, 50502, 50511));

  typename TypeParam::Request containing;
  containing.mutable_file_containing_extension()->set_containing_type(
      "google.protobuf.EnumValueOptions");
  containing.mutable_file_containing_extension()->set_extension_number(v1::kTraitsFieldNumber);
  EXPECT_EQ(FilesOf(this->Ask(containing)).front(), "edgeplane/v1/reason.proto");

  typename TypeParam::Request none;
  none.set_all_extension_numbers_of_type("edgeplane.v1.Agent");
  EXPECT_TRUE(this->Ask(none).has_all_extension_numbers_response());
}

// AgentRegistry is compiled into this very program, but this server does not
// host it.
TYPED_TEST(ReflectionTest, AnswersNotFoundAndGoesOn) {
  ASSERT_NE(v1::AdmitRequest::descriptor(), nullptr);
  std::vector<typename TypeParam::Request> requests(6);
  requests[0].set_file_containing_symbol("edgeplane.v1.AgentRegistry");
  requests[1].set_file_by_filename("edgeplane/v1/agent_registry.proto");
  requests[2].set_file_by_filename("../etc/passwd");
  requests[3].set_all_extension_numbers_of_type("no.such.Type");
  requests[4].mutable_file_containing_extension()->set_containing_type("edgeplane.v1.Agent");
  requests[5].mutable_file_containing_extension()->set_containing_type("no.such.Type");
  for (const auto& response : this->Ask(requests)) {
    EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::NOT_FOUND)
        << response.ShortDebugString();
    EXPECT_FALSE(response.error_response().error_message().empty());
  }
  EXPECT_EQ(this->Ask(typename TypeParam::Request()).error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TYPED_TEST(ReflectionTest, BoundsTheQuestionsOfAStream) {
  grpc::ClientContext context;
  auto stream = this->Open(context);
  typename TypeParam::Request request;
  request.set_list_services("");
  typename TypeParam::Response response;
  int answers = 0;
  while (answers <= kReflectionQuestionsMax && stream->Write(request) && stream->Read(&response)) {
    ++answers;
  }
  EXPECT_EQ(answers, kReflectionQuestionsMax);
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TYPED_TEST(ReflectionTest, BoundsTheStreamsAndEndsThemAtShutdown) {
  typename TypeParam::Request request;
  request.set_list_services("");
  typename TypeParam::Response response;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<typename TestFixture::Stream> streams;
  for (int i = 0; i < kReflectionStreamsMax; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    streams.push_back(this->Open(*contexts.back()));
    ASSERT_TRUE(streams.back()->Write(request));
    ASSERT_TRUE(streams.back()->Read(&response));
  }
  grpc::ClientContext context;
  EXPECT_EQ(this->Open(context)->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);

  // With more grace than the test has: they must end without being cancelled.
  auto shutdown =
      std::async(std::launch::async, [this] { this->server_->Shutdown(std::chrono::hours(1)); });
  for (auto& stream : streams) {
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  shutdown.get();
}

TEST(ReflectionSetting, OffMeansThereIsNone) {
  UnimplementedServer server(GrpcServerSettings{});
  const auto stub = V1::Service::NewStub(server->InProcessChannel());
  grpc::ClientContext context;
  context.set_deadline(Patience());
  EXPECT_EQ(stub->ServerReflectionInfo(&context)->Finish().error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace edgeplane::rpc
