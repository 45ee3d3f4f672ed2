#include "tools/bench/limit_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "metrics/segment.hpp"
#include "tools/program/options.hpp"

namespace walbench::tools {
namespace {

bool has_segment(const engine::ConfigurationPlan& plan, metrics::Segment segment) {
  switch (segment) {
    case metrics::Segment::statement:
      return plan.axes.begin == storage::BeginAxis::immediate && !plan.axes.commit.is_group();
    case metrics::Segment::connect:
      return plan.axes.connection == storage::ConnectionAxis::per_file();
    case metrics::Segment::attempt:
    case metrics::Segment::failed_attempt: return plan.api_fail_rate > 0;
    default: return true;
  }
}

}  // namespace

void set_limits(const std::vector<metrics::Limit>& limits, engine::RunPlan& plan) {
  std::vector<engine::ConfigurationPlan*> all;
  all.reserve(plan.configurations.size() + 2 * plan.mitigations.size());
  for (engine::ConfigurationPlan& each : plan.configurations) {
    all.push_back(&each);
  }
  for (engine::MitigationPlan& each : plan.mitigations) {
    all.insert(all.end(), {&each.baseline, &each.mitigation});
  }
  for (const metrics::Limit& limit : limits) {
    if (limit.relative) {
      refuse("--fail-if", fmt::format("'{}' compares two measurements, as report --compare does; "
                                      "bench takes a fixed bound, as in 'lock_wait.p99>5ms'",
                                      limit.name));
    }
    bool concerns_any = false;
    for (engine::ConfigurationPlan* const each : all) {
      const auto& segment = limit.figure.segment;
      if (!metrics::selects(limit, each->unmeasured())) continue;
      if (segment && !has_segment(*each, *segment)) continue;
      each->limits.push_back(limit.name);
      concerns_any = true;
    }
    if (concerns_any) continue;
    refuse("--fail-if", fmt::format("'{}' concerns no configuration of this run", limit.name));
  }
}

void require_study(const engine::RunPlan& plan) {
  for (const metrics::Limit& limit : metrics::standard_limits()) {
    const bool covered = std::ranges::any_of(
        plan.configurations, [&](const engine::ConfigurationPlan& configuration) {
          return metrics::selects(limit, configuration.unmeasured());
        });
    if (covered) continue;
    std::vector<std::string> needed;
    needed.reserve(limit.selector.size());
    for (const auto& [dimension, value] : limit.selector) {
      needed.push_back(fmt::format("--{} {}", dimension, value));
    }
    refuse("--study",
           fmt::format("{} needs a configuration with {}", limit.name, fmt::join(needed, " and ")));
  }
}

}  // namespace walbench::tools
