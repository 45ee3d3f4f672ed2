#include "metrics/analysis/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "metrics/analysis/bottleneck.hpp"
#include "metrics/result/words.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

using Levels = std::vector<const ConfigurationResult*>;

struct Figure {
  std::string_view name;
  double (*of)(const ConfigurationResult&);
};

double p95_ms(const ConfigurationResult& configuration, Segment segment) {
  const Histogram* const histogram = configuration.find(segment);
  if (histogram == nullptr) return 0;
  return static_cast<double>(histogram->value_at_percentile(95)) / kNsPerMs;
}

constexpr std::array<Figure, 3> kFigures = {{
    {"fsm_net P95", [](const auto& each) { return p95_ms(each, Segment::fsm_net); }},
    {"lock_wait P95", [](const auto& each) { return p95_ms(each, Segment::lock_wait); }},
    {"transitions/s", [](const auto& each) { return each.transitions_per_second(); }},
}};

void add_growth(Scaling& scaling, const Figure& figure, const ConfigurationResult& before,
                const ConfigurationResult& after) {
  const Growth growth{figure.name, before.planned.threads, after.planned.threads, figure.of(before),
                      figure.of(after)};
  if (growth.before > 0 && growth.after > 0) scaling.growths.push_back(growth);
}

/// With a connection for each lifecycle and one thread, no other connection is open when one is
/// closed. SQLite then checkpoints and deletes the WAL, which it does not with more threads.
std::optional<std::string> why_first_differs(const Levels& levels) {
  constexpr double kOften = 0.5;  // of the lifecycles
  const auto checkpoints_each = [](const ConfigurationResult& level) {
    return static_cast<double>(level.wal.checkpoints) / std::max(level.iterations_done(), 1.0);
  };
  const ConfigurationResult& first = *levels.front();
  const double each = checkpoints_each(first);
  if (first.planned.threads != 1 || each < kOften) return std::nullopt;
  if (checkpoints_each(*levels[1]) >= kOften * each) return std::nullopt;
  return fmt::format(
      "c=1 is another workload than the other levels: each of its connections is the only one, so "
      "closing it checkpoints and deletes the WAL ({} checkpoints, {:.0f} {}). Growth and the "
      "law are taken from the other levels",
      first.wal.checkpoints, first.iterations_done(), words_of(first).iterations);
}

ScalingLevel level_of(const ConfigurationResult& configuration) {
  const std::optional<Bottleneck> found = bottleneck_of(configuration);
  if (!found) return {configuration.planned.threads, {}, {}};
  return {configuration.planned.threads, found->segment, found->root_cause.part};
}

Scaling analyse(Levels levels) {
  const ConfigurationPlanned& first = levels.front()->planned;
  Scaling scaling{.profile = first.profile,
                  .strategy = first.strategy,
                  .levels = {},
                  .growths = {},
                  .bottleneck_changes = false,
                  .left_out = why_first_differs(levels),
                  .law = {}};
  for (const ConfigurationResult* const level : levels) {
    scaling.levels.push_back(level_of(*level));
  }
  if (scaling.left_out) levels.erase(levels.begin());
  std::vector<ThroughputPoint> points;
  for (const ConfigurationResult* const level : levels) {
    points.push_back(
        {static_cast<double>(level->planned.threads), level->transitions_per_second()});
  }
  for (const Figure& figure : kFigures) {
    for (std::size_t next = 1; next < levels.size(); ++next) {
      add_growth(scaling, figure, *levels[next - 1], *levels[next]);
    }
    if (levels.size() > 2) add_growth(scaling, figure, *levels.front(), *levels.back());
  }
  const auto compared = std::span(scaling.levels).last(levels.size());
  scaling.bottleneck_changes = std::ranges::any_of(compared, [&](const ScalingLevel& level) {
    return level.bottleneck != compared.front().bottleneck ||
           level.root_cause != compared.front().root_cause;
  });
  scaling.law = fit_scalability_law(points);
  return scaling;
}

}  // namespace

double Growth::exponent() const {
  return std::log(after / before) /
         std::log(static_cast<double>(threads_after) / static_cast<double>(threads_before));
}

std::string_view Growth::kind() const {
  constexpr double kTolerance = 0.1;
  const double e = exponent();
  if (e < -kTolerance) return "falls";
  if (e <= kTolerance) return "flat";
  if (e < 1 - kTolerance) return "sub-linear";
  return e <= 1 + kTolerance ? "linear" : "super-linear";
}

std::vector<Scaling> analyse_scaling(const std::vector<ConfigurationResult>& configurations) {
  std::vector<std::pair<std::string, Levels>> groups;
  for (const ConfigurationResult& each : configurations) {
    const std::string key = each.planned.profile + " " + each.planned.strategy;
    const auto found = std::ranges::find(groups, key, &std::pair<std::string, Levels>::first);
    Levels& levels =
        found == groups.end() ? groups.emplace_back(key, Levels()).second : found->second;
    const bool known = std::ranges::any_of(levels, [&](const ConfigurationResult* level) {
      return level->planned.threads == each.planned.threads;
    });
    if (!known) levels.push_back(&each);
  }
  std::vector<Scaling> all;
  for (auto& [key, levels] : groups) {
    if (levels.size() < 2) continue;
    std::ranges::sort(levels, {},
                      [](const ConfigurationResult* each) { return each->planned.threads; });
    all.push_back(analyse(std::move(levels)));
  }
  return all;
}

}  // namespace walbench::metrics
