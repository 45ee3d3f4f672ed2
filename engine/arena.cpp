// How c threads are made to work at once, with oneTBB.
//
// oneTBB never promises threads: an arena of 50 slots on two cores runs on two threads, unless a
// global_control allows more (the count includes the caller's thread), and even then workers arrive
// when they arrive. A benchmark of contention needs all of them from the first item on, so:
//
//   1. One seat per worker is spawned, and each seat waits at a rendezvous. A thread that waits
//      there takes no other seat, so when the last one arrives there are c threads, one a seat.
//   2. Behind the rendezvous each seat works through its own share, the items dealt to it, as a
//      parallel_for of grain size 1 under the simple partitioner: leaves of one item each.
//   3. A seat that is done waits for its parallel_for, and a waiting oneTBB thread steals: what it
//      finds are leaves of other shares. Seats are no longer there to be stolen (unless the
//      rendezvous ran into its limit), so nothing nests.
//
// The rendezvous has a limit because threads may fail to come, and a benchmark that hangs is worse
// than one that says it did not reach its concurrency.

#include "engine/arena.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <condition_variable>
#include <latch>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

namespace walbench::engine {
namespace {

using Range = tbb::blocked_range<std::int64_t>;

/// Lets everybody go when the last one has arrived, or the first one has waited for too long.
class Rendezvous {
 public:
  Rendezvous(std::size_t expected, std::chrono::nanoseconds limit,
             const std::function<void()>& on_start)
      : expected_(expected),
        deadline_(std::chrono::steady_clock::now() + limit),
        on_start_(on_start) {}

  void arrive_and_wait() {
    std::unique_lock lock(mutex_);
    if (started_) return;
    ++arrived_;
    if (arrived_ < expected_ && gone_on_.wait_until(lock, deadline_, [this] { return started_; })) {
      return;
    }
    if (started_) return;
    started_ = true;
    on_start_();
    gone_on_.notify_all();
  }

  std::size_t arrived() const {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }

 private:
  const std::size_t expected_;
  const std::chrono::steady_clock::time_point deadline_;
  const std::function<void()>& on_start_;

  mutable std::mutex mutex_;
  std::condition_variable gone_on_;
  std::size_t arrived_ = 0;
  bool started_ = false;
};

/// What one worker did; padded, since each is written by its own thread.
struct alignas(64) WorkerTally {
  std::int64_t items = 0;
  std::int64_t stolen = 0;
};

/// The items of one seat: contiguous, and of all seats together each item once.
Range share_of(std::size_t seat, std::size_t seats, std::int64_t items) {
  const auto begin = static_cast<std::int64_t>(seat);
  const auto of = static_cast<std::int64_t>(seats);
  return {items * begin / of, items * (begin + 1) / of, 1};
}

/// oneTBB ends the process when a worker cannot be started, so it is found out beforehand.
void require_startable(std::size_t threads) {
  std::latch release(1);
  std::vector<std::jthread> started;
  std::string refusal;
  try {
    started.reserve(threads);
    while (started.size() < threads) {
      started.emplace_back([&release] { release.wait(); });
    }
  } catch (const std::system_error& error) {
    refusal = error.what();
  }
  release.count_down();
  if (!refusal.empty()) {
    throw ArenaError("this machine started " + std::to_string(started.size()) + " threads of " +
                     std::to_string(threads) + " (" + refusal +
                     "); ask for fewer with --threads or raise the limit on threads (ulimit -u)");
  }
}

std::size_t startable(std::size_t threads) {
  require_startable(threads);
  return threads;
}

}  // namespace

struct Arena::Tbb {
  explicit Tbb(std::size_t threads)
      : allowed(tbb::global_control::max_allowed_parallelism, threads),
        arena(static_cast<int>(threads), 1) {}

  tbb::global_control allowed;
  tbb::task_arena arena;
};

Arena::Arena(std::size_t threads)
    : threads_(startable(threads)), tbb_(std::make_unique<Tbb>(threads)) {}

Arena::~Arena() = default;

Attendance Arena::run(std::int64_t items, std::chrono::nanoseconds rendezvous_limit,
                      const std::function<void()>& on_start,
                      const std::function<void(std::int64_t, std::size_t)>& body) {
  Rendezvous rendezvous(threads_, rendezvous_limit, on_start);
  std::vector<WorkerTally> tallies(threads_);

  const auto do_item = [&](std::int64_t item, std::size_t dealt_to) {
    const auto worker = static_cast<std::size_t>(tbb::this_task_arena::current_thread_index());
    body(item, worker);
    tallies[worker].items += 1;
    if (worker != dealt_to) tallies[worker].stolen += 1;
  };
  const auto take_seat = [&](const tbb::blocked_range<std::size_t>& seat) {
    rendezvous.arrive_and_wait();
    const auto dealt_to = static_cast<std::size_t>(tbb::this_task_arena::current_thread_index());
    tbb::parallel_for(
        share_of(seat.begin(), threads_, items),
        [&](const Range& leaf) {
          for (std::int64_t item = leaf.begin(); item != leaf.end(); ++item) {
            do_item(item, dealt_to);
          }
        },
        tbb::simple_partitioner());
  };
  tbb_->arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, threads_, 1), take_seat,
                      tbb::simple_partitioner());
  });

  Attendance attendance{rendezvous.arrived(), {}, 0};
  for (const WorkerTally& tally : tallies) {
    attendance.items_by_worker.push_back(tally.items);
    attendance.items_stolen += tally.stolen;
  }
  return attendance;
}

}  // namespace walbench::engine
