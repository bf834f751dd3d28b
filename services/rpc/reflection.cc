#include "services/rpc/reflection.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <mutex>
#include <set>
#include <utility>

#include "edgeplane/v1/error_reason.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "services/rpc/reflection_answer.h"
#include "services/rpc/reflection_catalog.h"

namespace edgeplane::rpc {
namespace {

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

std::vector<std::string> WithStandardServices(std::vector<std::string> hosted) {
  // By a message's descriptor, which links the file in; the service's name is a
  // constant and would not.
  hosted.push_back(
      grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0)->full_name());
  hosted.emplace_back(V1Alpha::Service::service_full_name());
  hosted.emplace_back(V1::Service::service_full_name());
  return hosted;
}

// What failed calls carry without any service mentioning it.
std::vector<std::string> ErrorTypes() {
  return {google::rpc::Status::descriptor()->full_name(),
          google::rpc::BadRequest::descriptor()->full_name(),
          edgeplane::v1::ErrorReason::descriptor()->full_name()};
}

grpc::Status StoppingStatus() {
  return {grpc::StatusCode::UNAVAILABLE, "The server is shutting down."};
}

}  // namespace

// What the streams share: the catalog, and the list of those that are open.
class Reflection::State {
 public:
  class Member {
   public:
    virtual ~Member() = default;
    virtual void Stop() = 0;
  };

  explicit State(std::vector<std::string> hosted)
      : catalog(WithStandardServices(std::move(hosted)), ErrorTypes()) {}

  // Not OK: the stream has to end with that.
  grpc::Status Join(Member* member) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return StoppingStatus();
    if (members_.size() >= kReflectionStreamsMax) {
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, "Too many reflection streams are open."};
    }
    members_.insert(member);
    return grpc::Status::OK;
  }

  void Leave(Member* member) {
    const std::lock_guard lock(mutex_);
    members_.erase(member);
  }

  void Stop() {
    const std::lock_guard lock(mutex_);  // keeps every member alive: Leave waits
    stopping_ = true;
    for (Member* member : members_) member->Stop();
  }

  const ReflectionCatalog catalog;

 private:
  std::mutex mutex_;
  std::set<Member*> members_;
  bool stopping_ = false;
};

// Reads one question, writes its answer, reads the next. One operation is
// pending at any time, so a cancelled call shows as that one failing.
template <class Api>
class Reflection::Stream final
    : public grpc::ServerBidiReactor<typename Api::Request, typename Api::Response>,
      private State::Member {
 public:
  explicit Stream(std::shared_ptr<State> state) : state_(std::move(state)) {
    if (grpc::Status joined = state_->Join(this); !joined.ok()) {
      End(std::move(joined));
    } else {
      Read();
    }
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);  // no more questions, or the call is over
    if (++questions_ > kReflectionQuestionsMax) {
      return End({grpc::StatusCode::RESOURCE_EXHAUSTED, "Too many questions on one stream."});
    }
    response_.Clear();
    AnswerReflection(state_->catalog, request_, &response_);
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    writing_ = true;
    this->StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    bool stop = false;
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      stop = stop_;
    }
    if (stop || !ok) return End(stop ? StoppingStatus() : grpc::Status::OK);
    Read();
  }

  void OnDone() override {
    state_->Leave(this);
    delete this;
  }

  void Stop() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      if (writing_) return;  // OnWriteDone ends it
    }
    End(StoppingStatus());
  }

  void Read() {
    const std::lock_guard lock(mutex_);
    if (!ended_) this->StartRead(&request_);
  }

  // Not under the lock: OnDone may come, and free this, before Finish returns.
  void End(grpc::Status status) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(ended_, true)) return;
    }
    this->Finish(std::move(status));
  }

  const std::shared_ptr<State> state_;
  typename Api::Request request_;
  typename Api::Response response_;
  int questions_ = 0;

  std::mutex mutex_;
  bool writing_ = false;
  bool stop_ = false;
  bool ended_ = false;
};

template <class Api>
class Reflection::Face final : public Api::Service::CallbackService {
 public:
  explicit Face(std::shared_ptr<State> state) : state_(std::move(state)) {}

  grpc::ServerBidiReactor<typename Api::Request, typename Api::Response>* ServerReflectionInfo(
      grpc::CallbackServerContext*) override {
    return new Stream<Api>(state_);
  }

 private:
  const std::shared_ptr<State> state_;
};

struct Reflection::Faces {
  explicit Faces(const std::shared_ptr<State>& state) : v1alpha(state), v1(state) {}
  Face<V1Alpha> v1alpha;
  Face<V1> v1;
};

Reflection::Reflection(std::vector<std::string> hosted)
    : state_(std::make_shared<State>(std::move(hosted))), faces_(std::make_unique<Faces>(state_)) {}

Reflection::~Reflection() = default;

std::vector<grpc::Service*> Reflection::services() { return {&faces_->v1alpha, &faces_->v1}; }

void Reflection::Stop() { state_->Stop(); }

}  // namespace edgeplane::rpc
