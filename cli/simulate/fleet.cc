#include "cli/simulate/fleet.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <future>

#include "base/log.h"

namespace edgeplane::simulate {
namespace {

constexpr auto kLookMax = std::chrono::seconds(2);
// Besides the goodbye itself.
constexpr auto kGoneMax = std::chrono::seconds(5);

void Report(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    LogError("agent failed", {{"what", e.what()}});
  }
}

}  // namespace

Fleet::Fleet(const Plan& plan, const Target& target, const Secret& key, const Clock& clock,
             Journal& journal)
    : plan_(plan),
      target_(target),
      key_(key),
      books_{.plan = plan, .clock = clock, .journal = journal, .tally = {}, .seen = {}},
      work_(loop_.get_executor()) {}

Fleet::~Fleet() {
  Leave();
  work_.reset();
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

void Fleet::Start() {
  const Moment begun = Steady::now();
  alive_ = plan_.agents;
  agents_.reserve(static_cast<size_t>(plan_.agents));
  for (int64_t number = 0; number < plan_.agents; ++number) {
    Agent& agent =
        *agents_.emplace_back(std::make_unique<Agent>(loop_, books_, target_, key_, number));
    const std::chrono::duration<double> after(static_cast<double>(number) / plan_.connect_rate);
    const Moment start = begun + std::chrono::duration_cast<Steady::duration>(after);
    asio::co_spawn(loop_, agent.Live(start), [this](const std::exception_ptr& failure) {
      Report(failure);
      const std::lock_guard lock(mutex_);
      --alive_;
      gone_.notify_all();
    });
  }
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), "agents");
}

const Tally& Fleet::Look() {
  if (!thread_.joinable()) return seen_;
  const auto promise = std::make_shared<std::promise<Tally>>();
  std::future<Tally> answer = promise->get_future();
  asio::post(loop_, [this, promise] { promise->set_value(books_.tally); });
  if (answer.wait_for(kLookMax) == std::future_status::ready) seen_ = answer.get();
  return seen_;
}

void Fleet::Visit(void (Agent::*what)()) {
  asio::post(loop_, [this, what] {
    books_.quiet = true;
    for (const std::unique_ptr<Agent>& agent : agents_) ((*agent).*what)();
  });
}

void Fleet::Settle() { Visit(&Agent::Settle); }

void Fleet::Leave() {
  if (left_ || !thread_.joinable()) return;
  left_ = true;
  Visit(&Agent::Leave);
  std::unique_lock lock(mutex_);
  gone_.wait_for(lock, plan_.close_timeout + kGoneMax, [this] { return alive_ == 0; });
}

}  // namespace edgeplane::simulate
