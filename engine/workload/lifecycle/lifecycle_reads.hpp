#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/workload/workload.hpp"

namespace walbench::engine {

/// The work of readers beside file lifecycles. An iteration counts the files by state and reads one
/// file's row, drawn at random, in one snapshot.
class LifecycleReads final : public Iterations {
 public:
  LifecycleReads(std::int64_t files, std::uint64_t seed) : files_(files), seed_(seed) {}

  std::vector<metrics::StreamId> streams() const override;
  storage::StatementTexts statements() const override;
  /// Throws std::runtime_error if the file's row is not there.
  Task iterate(std::int64_t number, IterationContext context,
               IterationOutcome& outcome) const override;
  void never_began(std::int64_t number, bool counts, IterationOutcome& outcome) const override;
  std::string name_of(std::int64_t number) const override;

 private:
  std::string path_of(std::int64_t number) const;

  const std::int64_t files_;
  const std::uint64_t seed_;
};

}  // namespace walbench::engine
