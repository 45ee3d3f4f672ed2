#include "engine/workers/worker_crew.hpp"

#include <cstdint>
#include <utility>

#include "engine/workers/lifecycle_pass.hpp"

namespace walbench::engine {

WorkerCrew::WorkerCrew(Arena& arena, storage::Store& store, const metrics::Clock& clock,
                       std::stop_token stop)
    : arena_(arena), store_(store), clock_(clock), stop_(std::move(stop)) {}

CrewReport WorkerCrew::run(const PassOrder& order) {
  LifecyclePass pass(order, *order.api, store_, clock_, stop_);
  std::int64_t started_ns = 0;
  Attendance attendance = arena_.run(
      order.files, Arena::kRendezvousLimit, [&] { started_ns = clock_.now_ns(); },
      [&](std::int64_t file, std::size_t worker) {
        if (!pass.over()) pass.carry(file, worker).run();
      });
  return pass.finish(std::move(attendance), started_ns);
}

}  // namespace walbench::engine
