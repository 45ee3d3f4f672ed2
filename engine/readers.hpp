#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "engine/workers/thread_executor.hpp"
#include "engine/workload/pass.hpp"
#include "engine/workload/workload.hpp"
#include "metrics/clock.hpp"
#include "metrics/recording/timing_queue.hpp"
#include "metrics/result/stream.hpp"
#include "storage/database.hpp"

namespace walbench::engine {

/// Those who read beside the writers of one measurement: threads of their own, each with a
/// connection of its own. They read from begin() until end().
class Readers {
 public:
  /// Opens the connections. Everything must outlive the readers. Throws StorageError.
  Readers(std::size_t readers, std::chrono::nanoseconds hold,
          std::unique_ptr<Iterations> iterations, storage::Database& database,
          const metrics::Clock& clock, std::function<void()> on_thread_enters);
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;
  ~Readers();

  std::size_t count() const { return executor_.workers(); }
  /// The iterations', and one of those that were cut short.
  std::vector<metrics::StreamId> streams() const;

  /// Lets the threads wait for begin(). Their records go to the queue's producers and streams from
  /// these numbers on.
  void prepare(metrics::TimingQueue& queue, std::size_t first_producer, std::size_t first_stream,
               const std::stop_token& stop);
  /// They read from now on. Returns when each of them has begun to, but within a second. From any
  /// thread, also if nothing is prepared.
  void begin();
  /// Cuts short what is being read, and waits for the threads. Rethrows what went wrong in them.
  PassReport end();

 private:
  void run(const std::stop_token& stop);
  void let_begin();
  void has_begun(std::size_t reader);

  const std::unique_ptr<Iterations> iterations_;
  const metrics::Clock& clock_;
  ThreadExecutor executor_;
  PassOrder order_;
  std::stop_source end_;
  std::vector<std::once_flag> begun_;  ///< by reader: it holds a snapshot, or needed none

  std::mutex mutex_;  // guards what follows, but for store and thread
  std::condition_variable changed_;
  bool may_begin_ = false;
  bool ended_ = false;
  std::size_t readers_begun_ = 0;
  PassReport report_;
  std::exception_ptr failure_;

  const std::unique_ptr<storage::Store> store_;
  std::thread thread_;
};

}  // namespace walbench::engine
