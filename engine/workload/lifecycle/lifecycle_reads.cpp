#include "engine/workload/lifecycle/lifecycle_reads.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "engine/workload/lifecycle/schema.hpp"
#include "metrics/splitmix.hpp"
#include "storage/stepped_session.hpp"

namespace walbench::engine {
namespace {

using metrics::Segment;

enum Statement : std::uint8_t { count_states, read_file };
enum Stream : std::uint8_t { committed, busy };

void read_once(storage::SteppedSession& steps, const std::string& path) {
  steps.begin({.writes = false});
  steps.execute({count_states, {}, {}}, false);
  const std::array<storage::Value, 1> parameters = {std::string_view(path)};
  const storage::StatementRows found = steps.execute({read_file, parameters, {}}, false);
  if (found.rows != 1) {
    throw std::runtime_error(fmt::format("a reader found {} rows of '{}'", found.rows, path));
  }
  steps.commit();
}

}  // namespace

std::vector<metrics::StreamId> LifecycleReads::streams() const {
  return {{"readers", "lifecycle", "committed"}, {"readers", "lifecycle", "busy"}};
}

storage::StatementTexts LifecycleReads::statements() const {
  return {{.sql = "SELECT gemini_state, COUNT(*) FROM files GROUP BY gemini_state"},
          {.sql = "SELECT gemini_state, version, gemini_file_id, gemini_store_doc_id FROM files "
                  "WHERE file_path=?1"}};
}

std::string LifecycleReads::path_of(std::int64_t number) const {
  std::uint64_t state = seed_ + static_cast<std::uint64_t>(number);
  const std::uint64_t drawn = metrics::splitmix64(state);
  return bench_file_path(static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(files_)));
}

void LifecycleReads::never_began(std::int64_t /*number*/, bool /*counts*/,
                                 IterationOutcome& outcome) const {
  outcome.set_stream(busy);
}

std::string LifecycleReads::name_of(std::int64_t number) const {
  return fmt::format("read {}", number + 1);
}

Task LifecycleReads::iterate(std::int64_t number, IterationContext context,
                             IterationOutcome& outcome) const {
  storage::SteppedSession& steps = *context.session.steps();
  const std::int64_t started_ns = context.clock.now_ns();
  try {
    read_once(steps, path_of(number));
  } catch (const storage::StorageError& error) {
    if (error.kind() != storage::ErrorKind::busy) throw;
    steps.roll_back();
    outcome.ended = storage::Outcome::busy;
    outcome.record.set_stream(busy);
  }
  const storage::StepTimings timings = steps.take_timings();
  outcome.record.set(Segment::total_wall, context.clock.now_ns() - started_ns);
  outcome.record.set(Segment::read, timings.read_ns);
  if (timings.snapshot_ns > 0) outcome.record.set(Segment::snapshot_age, timings.snapshot_ns);
  co_return;
}

}  // namespace walbench::engine
