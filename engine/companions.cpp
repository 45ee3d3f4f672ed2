#include "engine/companions.hpp"

#include <fmt/format.h>

namespace walbench::engine {

Companions::Companions(const ConfigurationPlan& plan, const Workload& workload,
                       storage::Database& database, const RunContext& context)
    : plan_(plan), context_(context) {
  if (plan.readers > 0 || !plan.beside.empty()) database.follow_snapshots();
  if (plan.readers == 0) return;
  const auto readers = static_cast<std::size_t>(plan.readers);
  readers_.emplace(readers, plan.hold_snapshot, workload.readers(readers), database, *context.clock,
                   context.on_worker_thread);
}

std::vector<metrics::StreamId> Companions::streams() const {
  return readers_ ? readers_->streams() : std::vector<metrics::StreamId>();
}

void Companions::prepare(metrics::TimingQueue& queue, std::size_t first_producer,
                         std::size_t first_stream) {
  if (readers_) readers_->prepare(queue, first_producer, first_stream, context_.stop);
  if (plan_.beside.empty()) return;
  const auto path = context_.database_path ? context_.database_path() : std::filesystem::path();
  beside_.emplace(command_beside(plan_.beside, path));
}

void Companions::begin() {
  if (beside_) beside_->start();
  if (readers_) readers_->begin();
}

void Companions::end(metrics::ConfigurationResult& result) {
  if (beside_) result.beside = beside_->end();
  beside_.reset();
  if (!readers_) return;
  const PassReport report = readers_->end();
  readers_.reset();
  if (report.failure.what.empty() || context_.stop.stop_requested()) return;
  throw storage::StorageError(fmt::format("a reader failed: {}", report.failure.what),
                              report.failure.kind, report.failure.remedy);
}

void Companions::stop() noexcept {
  beside_.reset();
  readers_.reset();
}

}  // namespace walbench::engine
