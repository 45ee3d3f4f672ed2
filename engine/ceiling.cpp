#include "engine/ceiling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
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

/// Writes at least kLifecyclesPerRound lifecycles, in several passes if there are fewer files.
double writes_per_second(storage::Database& database, const Workload& workload,
                         const ConfigurationPlan& plan, std::int64_t group_size,
                         const RunContext& context) {
  const std::int64_t files = std::min(plan.files, kLifecyclesPerRound);
  const storage::RawOrder order = {
      files, group_size, workload.statements(),
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

bool same_engine(const ConfigurationPlan& one, const ConfigurationPlan& other) {
  return one.library.file == other.library.file && one.memory_statistics == other.memory_statistics;
}

metrics::CeilingPoint point_from(std::int64_t group_size, const ConfigurationPlan& plan,
                                 std::span<const double> rounds) {
  const auto [least, most] = std::ranges::minmax(rounds);
  return {group_size, storage::checkpoint_name(plan.settings.checkpoint), metrics::median(rounds),
          least, most};
}

}  // namespace

std::int64_t group_size(const ConfigurationPlan& plan) {
  const std::int64_t most = plan.axes.commit.is_group()
                                ? std::min(plan.threads, plan.axes.commit.most_in_group())
                                : plan.axes.commit.batch_size();
  return std::min(most, plan.files);
}

double write_raw(const ConfigurationPlan& plan, std::int64_t group_size,
                 const RunContext& context) {
  try {
    const std::unique_ptr<storage::Database> database = context.open_database(plan);
    const std::unique_ptr<Workload> workload = open_workload(plan, context);
    database->seed(workload->content(), context.stop);
    return writes_per_second(*database, *workload, plan, group_size, context);
  } catch (const std::exception& error) {
    if (context.stop.stop_requested()) throw RunInterrupted();
    throw RunFailed(fmt::format("ceiling: {}", metrics::sentence_of(error)), Phase::measure,
                    storage::remedy_of(error));
  }
}

bool Ceilings::Point::measures(std::int64_t size, const ConfigurationPlan& of) const {
  return group_size == size && plan.settings.checkpoint == of.settings.checkpoint &&
         same_engine(plan, of);
}

Ceilings::Ceilings(const RunPlan& plan, const RunContext& context) : context_(context) {
  const std::vector<const ConfigurationPlan*> all = plan.measurements();
  for (const ConfigurationPlan* const each : all) {
    if (!same_engine(*each, *all.front())) continue;
    for (const std::int64_t wanted :
         {std::int64_t{1}, std::min(each->threads, storage::CommitAxis::kLargestGroup),
          engine::group_size(*each), kReferenceGroup}) {
      add_point(std::min(wanted, each->files), *each);
    }
  }
}

void Ceilings::add_point(std::int64_t size, const ConfigurationPlan& plan) {
  const auto same = [&](const Point& point) { return point.measures(size, plan); };
  if (std::ranges::any_of(points_, same)) return;
  points_.push_back({size, plan, {}});
  points_.back().plan.files = std::max(plan.files, kFewestFiles);
  points_.back().plan.axes.guard = storage::GuardAxis::where;
}

void Ceilings::measure_round(Point& point) {
  if (context_.stop.stop_requested()) throw RunInterrupted();
  const bool away = context_.children != nullptr && point.plan.needs_own_process();
  point.writes_per_second.push_back(
      away ? context_.children->write_raw(point.plan, point.group_size, context_)
           : write_raw(point.plan, point.group_size, context_));
}

void Ceilings::measure_all() {
  for (int round = 0; round < kRounds; ++round) {
    for (Point& point : points_) {
      measure_round(point);
    }
  }
}

void Ceilings::measure_again(std::initializer_list<const ConfigurationPlan*> held_against) {
  for (Point& point : points_) {
    const bool needed = std::ranges::any_of(
        held_against, [&](const ConfigurationPlan* plan) { return find(*plan) == &point; });
    if (needed) measure_round(point);
  }
}

std::vector<metrics::CeilingPoint> Ceilings::points() const {
  std::vector<metrics::CeilingPoint> all;
  for (const Point& point : points_) {
    if (point.writes_per_second.empty()) continue;
    all.push_back(point_from(point.group_size, point.plan, point.writes_per_second));
  }
  return all;
}

const Ceilings::Point* Ceilings::find(const ConfigurationPlan& held_against) const {
  const auto found = std::ranges::find_if(points_, [&](const Point& point) {
    return point.measures(engine::group_size(held_against), held_against);
  });
  return found == points_.end() ? nullptr : &*found;
}

std::optional<metrics::CeilingPoint> Ceilings::of(const ConfigurationPlan& held_against) const {
  const Point* const point = find(held_against);
  if (point == nullptr || point->writes_per_second.empty()) return std::nullopt;
  const std::size_t rounds = std::min<std::size_t>(point->writes_per_second.size(), kRounds + 1);
  return point_from(point->group_size, point->plan,
                    std::span(point->writes_per_second).last(rounds));
}

}  // namespace walbench::engine
