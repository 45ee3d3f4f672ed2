#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/plan.hpp"
#include "metrics/result/ceiling.hpp"
#include "metrics/result/configuration_result.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {

/// A measurement that failed.
struct MeasurementFailure {
  std::string key;  ///< what was measured, as label() names it; or `ceiling`
  Phase phase = Phase::seed;
  std::string sentence;  ///< begins with the key
  storage::Remedy remedy = storage::Remedy::none;
  std::optional<metrics::ConfigurationPlanned> planned = {};  ///< nothing of a ceiling
  std::string mitigation = {};  ///< the mitigation that it was measured for; or empty
};

/// Receives each result as soon as its database is verified, from the thread that runs the study.
/// A result that was handed over stays valid whatever happens later. May throw, which ends the
/// study.
class StudyListener {
 public:
  StudyListener() = default;
  StudyListener(const StudyListener&) = delete;
  StudyListener& operator=(const StudyListener&) = delete;
  virtual ~StudyListener() = default;

  /// All points so far; again after each further round.
  virtual void on_ceiling(const std::vector<metrics::CeilingPoint>& points) = 0;
  virtual void on_measured(metrics::ConfigurationResult result) = 0;
  /// A whole pair of that mitigation: the last ones of a study that is interrupted may be missing.
  virtual void on_pair(const MitigationPlan& plan, metrics::ConfigurationResult baseline,
                       metrics::ConfigurationResult mitigation) = 0;
  virtual void on_failed(const MeasurementFailure& failure) = 0;
};

/// Makes all measurements of a plan and hands each over; its ceiling before all and after each. If
/// one fails, the others are still measured; only the remaining pairs of the same mitigation are
/// left out. Throws RunInterrupted after a stop was requested.
void measure_all(const RunPlan& plan, const RunContext& context, StudyListener& listener);

}  // namespace walbench::engine
