#include "engine/ceiling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "metrics/sentence_of.hpp"
#include "metrics/statistics/statistics.hpp"
#include "metrics/units.hpp"
#include "storage/storage_error.hpp"
#include "storage/store.hpp"

namespace walbench::engine {
namespace {

constexpr std::int64_t kReferenceGroup = 256;
constexpr int kRounds = 3;
constexpr std::int64_t kLifecyclesPerRound = 20'000;
// In a smaller database there would be more resetting than writing, and every write a first one.
constexpr std::int64_t kFewestFiles = 5'000;

/// One point to be measured, on its own database.
struct Point {
  std::int64_t group_size = 1;
  ConfigurationPlan plan;
  std::vector<double> writes_per_second;  ///< by round

  bool measures(std::int64_t size, const ConfigurationPlan& of) const {
    return group_size == size && plan.settings.checkpoint == of.settings.checkpoint;
  }
};

using storage::kMostInGroup;

std::vector<Point> points_of(const RunPlan& plan) {
  std::vector<Point> points;
  for (const ConfigurationPlan* const each : plan.measurements()) {
    for (const std::int64_t wanted : {std::int64_t{1}, std::min(each->threads, kMostInGroup),
                                      group_size(*each), kReferenceGroup}) {
      const std::int64_t size = std::min(wanted, each->files);
      const auto same = [&](const Point& point) { return point.measures(size, *each); };
      if (std::ranges::any_of(points, same)) continue;
      points.push_back({size, *each, {}});
      points.back().plan.files = std::max(each->files, kFewestFiles);
      points.back().plan.axes.guard = storage::GuardAxis::where;
    }
  }
  return points;
}

/// Writes at least kLifecyclesPerRound lifecycles, in several passes if there are fewer files.
double writes_per_second(storage::Database& database, const Workload& workload, const Point& point,
                         const RunContext& context) {
  const std::int64_t files = std::min(point.plan.files, kLifecyclesPerRound);
  const storage::RawOrder order = {
      files, point.group_size, workload.statements(),
      [&](std::int64_t number) { return workload.plain_iteration(number); }};
  storage::RawWrites sum;
  for (std::int64_t done = 0; done < kLifecyclesPerRound; done += files) {
    database.reset(workload.reset_sql(), context.stop);
    const storage::RawWrites pass = database.write_raw(order, *context.clock, context.stop);
    sum.writes += pass.writes;
    sum.elapsed_ns += pass.elapsed_ns;
  }
  return static_cast<double>(sum.writes) * metrics::kNsPerSecond /
         static_cast<double>(std::max<std::int64_t>(sum.elapsed_ns, 1));
}

void measure_rounds(std::vector<Point>& points, const RunContext& context) {
  for (int round = 0; round < kRounds; ++round) {
    for (Point& point : points) {
      if (context.stop.stop_requested()) throw RunInterrupted();
      const std::unique_ptr<storage::Database> database = context.open_database(point.plan);
      const std::unique_ptr<Workload> workload = open_workload(point.plan, context);
      database->seed(workload->content(), context.stop);
      point.writes_per_second.push_back(writes_per_second(*database, *workload, point, context));
    }
  }
}

}  // namespace

std::int64_t group_size(const ConfigurationPlan& plan) {
  const std::int64_t most = plan.axes.commit.is_group() ? std::min(plan.threads, kMostInGroup)
                                                        : plan.axes.commit.batch_size();
  return std::min(most, plan.files);
}

std::vector<metrics::CeilingPoint> measure_ceiling(const RunPlan& plan, const RunContext& context) {
  std::vector<Point> points = points_of(plan);
  try {
    measure_rounds(points, context);
  } catch (const std::exception& error) {
    if (context.stop.stop_requested()) throw RunInterrupted();
    throw RunFailed(fmt::format("ceiling: {}", metrics::sentence_of(error)), Phase::measure,
                    storage::remedy_of(error));
  }
  std::vector<metrics::CeilingPoint> measured;
  measured.reserve(points.size());
  for (const Point& point : points) {
    measured.push_back({point.group_size, storage::checkpoint_name(point.plan.settings.checkpoint),
                        metrics::median(point.writes_per_second)});
  }
  return measured;
}

const metrics::CeilingPoint* ceiling_of(const ConfigurationPlan& plan,
                                        const std::vector<metrics::CeilingPoint>& points) {
  const std::string checkpoint = storage::checkpoint_name(plan.settings.checkpoint);
  const auto found = std::ranges::find_if(points, [&](const metrics::CeilingPoint& point) {
    return point.group_size == group_size(plan) && point.checkpoint == checkpoint;
  });
  return found == points.end() ? nullptr : &*found;
}

}  // namespace walbench::engine
