#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/workload/workload.hpp"

namespace walbench::engine {

/// What readers do beside file lifecycles: in one snapshot they count the files by state and read
/// one file's row, drawn at random.
class LifecycleReads final : public Iterations {
 public:
  LifecycleReads(std::int64_t files, std::uint64_t seed) : files_(files), seed_(seed) {}

  std::vector<metrics::StreamId> streams() const override;
  storage::StatementTexts statements() const override;
  /// Throws std::runtime_error if the file's row is not there.
  Task iterate(std::int64_t number, IterationContext context,
               IterationOutcome& outcome) const override;
  std::string name_of(std::int64_t number) const override;

 private:
  std::string path_of(std::int64_t number) const;

  const std::int64_t files_;
  const std::uint64_t seed_;
};

}  // namespace walbench::engine
