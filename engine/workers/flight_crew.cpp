// Thousands of lifecycles on a few threads.
//
// A flight is a coroutine that carries one lifecycle after another, so there are as many flights as
// lifecycles are to be in flight. It runs until its lifecycle waits, for the store or the API, and
// is then nobody's: no thread knows it until what it waits for has come.
//
//   thread             what it does to flights
//   the caller's       starts them; then serves the API's delays: resumes who is due
//   the committer's    resumes a group it has committed, where it has nothing else to do
//   the arena's other  resumes the groups that the committer hands over
//
// (The committer is the store's thread; see group_committer.cpp for which group goes where.)
//
//   1. A flight is on at most one thread: it is resumed once for each time it was suspended, and
//      what it does before it suspends happened before that resumption, through the store's queue
//      or the lock of DelayedCalls.
//   2. The store is told how many lifecycles may write soon (Store::expect_writers): the flights
//      that have not landed, less those that wait for an answer. It is told before a flight can be
//      resumed from such a wait.
//   3. The pass is over when the last flight has landed and no thread is carrying (see Carriers):
//      the thread that left a lifecycle's last write in the queue may still be on its way out of
//      there when the lifecycle, resumed elsewhere, has long ended.
//   4. A failure and a stop cancel: who waits for an answer is resumed at once, queued writes fail,
//      and every flight lands.

#include "engine/workers/flight_crew.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include "engine/workers/lifecycle_pass.hpp"

namespace walbench::engine {

/// The coroutine of a flight. Nobody owns it: its frame goes when it ends.
struct FlightCrew::Flight {
  struct promise_type {
    Flight get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }  // carry() lets nothing out
  };
  std::coroutine_handle<promise_type> frame;
};

FlightCrew::FlightCrew(Arena& arena, Carriers& carriers, storage::Store& store,
                       const metrics::Clock& clock, std::stop_token stop, std::size_t in_flight)
    : arena_(arena),
      carriers_(carriers),
      store_(store),
      clock_(clock),
      stop_(std::move(stop)),
      most_in_flight_(in_flight),
      calls_(clock) {}

CrewReport FlightCrew::run(const PassOrder& order) {
  const MockApi api = order.api->suspending_in(*this);
  LifecyclePass pass(order, api, store_, clock_, stop_, [this] { cancel(); });
  const std::stop_callback on_stop(stop_, [this] { cancel(); });
  carriers_.restart_counting();
  next_file_ = 0;
  flights_ = std::min(most_in_flight_, static_cast<std::size_t>(order.files));

  std::int64_t started_ns = 0;
  Attendance attendance = arena_.run(
      0, Arena::kRendezvousLimit, [&] { started_ns = clock_.now_ns(); },
      [](std::int64_t, std::size_t) {});
  if (const std::size_t flights = flights_; flights > 0) {
    store_.expect_writers(static_cast<std::int64_t>(flights));
    carriers_.carry(0, [&] {
      for (std::size_t flight = 0; flight < flights; ++flight) {
        fly(pass, order.files).frame.resume();
      }
    });
    calls_.serve([this](std::span<const std::coroutine_handle<>> due) { resume_due(due); });
    carriers_.wait_until_idle();
  }
  attendance.items_by_worker = carriers_.lifecycles();
  attendance.threads_met += static_cast<std::size_t>(store_.own_threads());
  return pass.finish(std::move(attendance), started_ns);
}

FlightCrew::Flight FlightCrew::fly(LifecyclePass& pass, std::int64_t files) {
  for (std::int64_t file = take_file(pass); file < files; file = take_file(pass)) {
    co_await pass.carry(file, std::nullopt);
    carriers_.count_lifecycle();
  }
  land();
}

/// The next file; one past all of them where no more is to be begun.
std::int64_t FlightCrew::take_file(const LifecyclePass& pass) {
  if (pass.over()) return std::numeric_limits<std::int64_t>::max();
  return next_file_.fetch_add(1, std::memory_order_relaxed);
}

void FlightCrew::land() {
  store_.expect_writers(-1);
  if (flights_.fetch_sub(1, std::memory_order_acq_rel) == 1) calls_.close();
}

void FlightCrew::resume_due(std::span<const std::coroutine_handle<>> due) {
  store_.expect_writers(static_cast<std::int64_t>(due.size()));
  carriers_.carry(0, [due] {
    for (const std::coroutine_handle<> waiter : due) {
      waiter.resume();
    }
  });
}

void FlightCrew::cancel() {
  store_.cancel();
  calls_.cancel();
}

void FlightCrew::wait_for_answer(std::int64_t due_ns, std::coroutine_handle<> waiter) {
  store_.expect_writers(-1);
  calls_.add(due_ns, waiter);
}

}  // namespace walbench::engine
