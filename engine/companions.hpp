#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/beside.hpp"
#include "engine/measurement.hpp"
#include "engine/readers.hpp"

namespace walbench::engine {

/// The readers and the process of somebody else that work beside the writers of one measurement. It
/// may have neither.
class Companions {
 public:
  /// Opens the readers' connections. Everything must outlive the companions. Throws StorageError.
  Companions(const ConfigurationPlan& plan, const Workload& workload, storage::Database& database,
             const RunContext& context);

  std::size_t readers() const { return readers_ ? readers_->count() : 0; }
  /// The streams of the readers' records; empty without readers.
  std::vector<metrics::StreamId> streams() const;

  /// Gets them ready; the readers' records go to the queue's producers and streams from there on.
  void prepare(metrics::TimingQueue& queue, std::size_t first_producer, std::size_t first_stream);
  /// The clock is about to start. From any thread.
  void begin();
  /// The last writer has ended, and so must they. Throws what went wrong with the readers, and
  /// std::runtime_error or a StorageError if one failed.
  void end(metrics::ConfigurationResult& result);
  /// Whatever is still at work ends now; to be called before what prepare() got is gone.
  void stop() noexcept;

 private:
  const ConfigurationPlan& plan_;
  const RunContext& context_;
  std::optional<Readers> readers_;
  std::optional<Beside> beside_;
};

/// Stops them at the end of a scope, for they use what measures.
class EndOfCompanions {
 public:
  explicit EndOfCompanions(std::optional<Companions>& companions) : companions_(companions) {}
  EndOfCompanions(const EndOfCompanions&) = delete;
  EndOfCompanions& operator=(const EndOfCompanions&) = delete;
  ~EndOfCompanions() { companions_->stop(); }

 private:
  std::optional<Companions>& companions_;
};

}  // namespace walbench::engine
