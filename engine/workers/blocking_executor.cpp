#include "engine/workers/blocking_executor.hpp"

namespace walbench::engine {

ExecutorReport BlockingExecutor::run(std::int64_t count, Body& body, const std::stop_token& stop) {
  ExecutorReport report;
  report.workers = pool_.run(
      count, WorkerPool::kBarrierLimit,
      [&] {
        body.begins();
        report.started_ns = clock_.now_ns();
      },
      [&](std::int64_t number, std::size_t worker) {
        become_worker(worker);
        body.iterate(number).run();
      },
      [&] { return !stop.stop_requested() && body.wants_more(); });
  return report;
}

}  // namespace walbench::engine
