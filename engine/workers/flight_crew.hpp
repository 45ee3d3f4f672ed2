#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <stop_token>

#include "engine/workers/arena.hpp"
#include "engine/workers/carriers.hpp"
#include "engine/workers/crew.hpp"
#include "engine/workers/delayed_calls.hpp"
#include "engine/workload/lifecycle/api_call.hpp"
#include "metrics/clock.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

class LifecyclePass;

/// The crew for stores that suspend: thousands of lifecycles in flight on a few threads. The head
/// of the .cpp tells which thread does what.
class FlightCrew final : public Crew, private AnswerWaits {
 public:
  /// OS threads in the arena, whatever the number of lifecycles in flight: one that starts
  /// lifecycles and goes on with those whose API call is over, and one for groups that the
  /// committer hands over.
  static constexpr std::size_t kArenaThreads = 2;

  /// `carriers` are of that arena, and what the store resumes with. Outlives nothing it is given.
  FlightCrew(Arena& arena, Carriers& carriers, storage::Store& store, const metrics::Clock& clock,
             std::stop_token stop, std::size_t in_flight);

  /// A pass that failed or was stopped leaves the crew unusable.
  CrewReport run(const PassOrder& order) override;

 private:
  struct Flight;
  Flight fly(LifecyclePass& pass, std::int64_t files);
  std::int64_t take_file(const LifecyclePass& pass);
  void land();
  void resume_due(std::span<const std::coroutine_handle<>> due);
  void cancel();

  void wait_for_answer(std::int64_t due_ns, std::coroutine_handle<> waiter) override;
  bool cancelled() const override { return calls_.cancelled(); }

  // Constant after construction.
  Arena& arena_;
  Carriers& carriers_;
  storage::Store& store_;
  const metrics::Clock& clock_;
  const std::stop_token stop_;
  const std::size_t most_in_flight_;

  // Safe from any thread.
  DelayedCalls calls_;
  std::atomic<std::int64_t> next_file_ = 0;
  std::atomic<std::size_t> flights_ = 0;  ///< that have not landed
};

}  // namespace walbench::engine
