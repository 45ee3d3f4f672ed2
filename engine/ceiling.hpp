#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/plan.hpp"
#include "metrics/result/ceiling.hpp"
#include "metrics/result/configuration_result.hpp"

namespace walbench::engine {

/// How many writes a configuration commits together at most: what its ceiling is measured at.
std::int64_t group_size(const ConfigurationPlan& plan);

/// One round of a point of the ceiling: how many writes a second one thread can do with nothing
/// else at work, so many in a transaction, in the database that the context opens. Throws RunFailed
/// and RunInterrupted.
double write_raw(const ConfigurationPlan& plan, std::int64_t group_size, const RunContext& context);

/// The ceilings of a plan: for each way of checkpointing in it, groups of 1, of 256, of each
/// configuration's number of lifecycles in flight, and of its own group size. What is measured with
/// another library than the first measurement, or keeps other account of its memory, has none.
/// Everything throws RunFailed and RunInterrupted. One owner at a time; plan and context must
/// outlive it.
class Ceilings {
 public:
  Ceilings(const RunPlan& plan, const RunContext& context);

  /// Several rounds in which all points take turns, with nothing else at work.
  void measure_all();

  /// One more round of the points that these configurations are held against: called after they
  /// were measured, since the machine may have become slower or faster meanwhile.
  void measure_again(std::initializer_list<const ConfigurationPlan*> held_against);

  /// All points: the median of their rounds so far, and the range.
  std::vector<metrics::CeilingPoint> points() const;

  /// The point that a configuration is held against: from the last rounds before it and the one
  /// after it. Nothing if it was not measured.
  std::optional<metrics::CeilingPoint> of(const ConfigurationPlan& held_against) const;

 private:
  /// One point to be measured, on its own database.
  struct Point {
    std::int64_t group_size = 1;
    ConfigurationPlan plan;
    std::vector<double> writes_per_second;  ///< by round

    bool measures(std::int64_t size, const ConfigurationPlan& of) const;
  };

  void add_point(std::int64_t size, const ConfigurationPlan& plan);
  void measure_round(Point& point);
  const Point* find(const ConfigurationPlan& held_against) const;

  const RunContext& context_;
  std::vector<Point> points_;
};

}  // namespace walbench::engine
