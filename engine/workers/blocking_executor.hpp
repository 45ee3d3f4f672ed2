#pragma once

#include "engine/workers/executor.hpp"
#include "engine/workers/worker_pool.hpp"
#include "metrics/clock.hpp"

namespace walbench::engine {

/// The executor for stores that block: each of a pool's threads runs one iteration at a time, so
/// there are as many in flight as there are threads.
class BlockingExecutor final : public Executor {
 public:
  /// Both must outlive the executor.
  BlockingExecutor(WorkerPool& pool, const metrics::Clock& clock) : pool_(pool), clock_(clock) {}

  ExecutorReport run(std::int64_t count, Body& body, const std::stop_token& stop) override;
  std::size_t workers() const override { return pool_.threads(); }
  Timer* timer() override { return nullptr; }

 private:
  WorkerPool& pool_;
  const metrics::Clock& clock_;
};

}  // namespace walbench::engine
