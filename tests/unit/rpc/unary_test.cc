#include "services/rpc/unary.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "tests/unit/rpc/error_details.h"
#include "tests/unit/rpc/server_fixture.h"

namespace edgeplane::rpc {
namespace {

// GetAgent repeats the id; "missing" is not found.
class EchoService final : public v1::AdminService::CallbackService {
 public:
  explicit EchoService(WorkerPool& pool) : pool_(pool) {}

  grpc::ServerUnaryReactor* GetAgent(grpc::CallbackServerContext* context,
                                     const v1::GetAgentRequest* request,
                                     v1::Agent* response) override {
    auto* reactor = RunOnPool(
        pool_, context, request, response,
        [this](const v1::GetAgentRequest& asked, v1::Agent& answer) -> Status {
          ++ran;
          if (asked.agent_id() == "missing") {
            return MakeError(v1::ErrorReason::AGENT_NOT_FOUND, "No such agent.");
          }
          answer.set_agent_id(asked.agent_id());
          return {};
        },
        [this](grpc::StatusCode code) {
          if (code == grpc::StatusCode::CANCELLED) cancelled.set_value();
        });
    last_context = context;
    ++taken;
    return reactor;
  }

  std::atomic<int> taken = 0;
  // Of a call whose reactor has not finished.
  std::atomic<grpc::CallbackServerContext*> last_context = nullptr;
  std::atomic<int> ran = 0;
  std::promise<void> cancelled;

 private:
  WorkerPool& pool_;
};

class UnaryTest : public testing::Test {
 protected:
  UnaryTest() {
    GrpcServerSettings settings;
    settings.name = "unary";
    settings.services = {{&service_, kAdminService}};
    auto started = GrpcServer::Start(settings);
    EXPECT_TRUE(started.ok());
    server_ = std::move(*started);
    stub_ = v1::AdminService::NewStub(server_->InProcessChannel());
  }
  ~UnaryTest() override { Release(); }

  grpc::Status Get(const std::string& id, v1::Agent* agent) {
    grpc::ClientContext context;
    context.set_deadline(Patience());
    v1::GetAgentRequest request;
    request.set_agent_id(id);
    return stub_->GetAgent(&context, request, agent);
  }

  // Keeps the one worker busy until Release.
  void Block() {
    std::promise<void> blocked;
    auto running = blocked.get_future();
    ASSERT_TRUE(pool_.TrySubmit([this, &blocked] {
      blocked.set_value();
      released_.get_future().wait();
    }));
    running.wait();
    blocking_ = true;
  }
  void Release() {
    if (std::exchange(blocking_, false)) released_.set_value();
  }

  std::promise<void> released_;
  bool blocking_ = false;
  WorkerPool pool_{"unary", 1, 1};
  EchoService service_{pool_};
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

TEST_F(UnaryTest, AnswersOrFailsWithDetails) {
  v1::Agent agent;
  EXPECT_TRUE(Get("a", &agent).ok());
  EXPECT_EQ(agent.agent_id(), "a");
  const auto status = Get("missing", &agent);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "AGENT_NOT_FOUND");
}

TEST_F(UnaryTest, AFullQueueIsOverloaded) {
  Block();
  auto waiting = std::async(std::launch::async, [this] {
    v1::Agent agent;
    return Get("a", &agent);
  });
  while (service_.taken == 0) std::this_thread::yield();
  v1::Agent agent;
  const auto status = Get("b", &agent);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SERVER_OVERLOADED");
  Release();
  EXPECT_TRUE(waiting.get().ok());
}

TEST_F(UnaryTest, DoesNotRunForACallerThatHasGone) {
  Block();
  grpc::ClientContext context;
  context.set_deadline(Patience());
  auto calling = std::async(std::launch::async, [&] {
    v1::Agent agent;
    return stub_->GetAgent(&context, v1::GetAgentRequest(), &agent);
  });
  while (service_.taken == 0) std::this_thread::yield();
  context.TryCancel();
  EXPECT_EQ(calling.get().error_code(), grpc::StatusCode::CANCELLED);
  while (!service_.last_context.load()->IsCancelled()) std::this_thread::yield();
  Release();
  ASSERT_EQ(service_.cancelled.get_future().wait_until(Patience()), std::future_status::ready);
  EXPECT_EQ(service_.ran, 0);
}

}  // namespace
}  // namespace edgeplane::rpc
