#pragma once

#include <stop_token>

#include "engine/workers/arena.hpp"
#include "engine/workers/crew.hpp"
#include "metrics/clock.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// The crew for stores that block: each of an arena's threads carries one lifecycle at a time, so
/// there are as many in flight as there are threads.
class WorkerCrew final : public Crew {
 public:
  /// Outlives nothing it is given.
  WorkerCrew(Arena& arena, storage::Store& store, const metrics::Clock& clock,
             std::stop_token stop);

  /// The queue's producers are the arena's workers.
  CrewReport run(const PassOrder& order) override;

 private:
  Arena& arena_;
  storage::Store& store_;
  const metrics::Clock& clock_;
  std::stop_token stop_;
};

}  // namespace walbench::engine
