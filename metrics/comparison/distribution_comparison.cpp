#include "metrics/comparison/distribution_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "metrics/comparison/run_changes.hpp"
#include "metrics/statistics/histogram_bootstrap.hpp"

namespace walbench::metrics {
namespace {

/// A distribution of a side.
struct Named {
  std::string key;   // by which it finds its counterpart
  std::string name;  // as a reader knows it
  HgrmFile file;     // of a tag of a log: with its histogram, in nanoseconds
  std::optional<double> rate;
};

std::vector<Named> named_in(const ResultSet& set) {
  std::vector<Named> all;
  for (const LoneDistribution& lone : set.lone) {
    std::string key = lone.path.filename().string();
    if (!lone.file.heading.empty()) key += ": " + lone.file.heading;
    all.push_back({std::move(key), lone.name, lone.file, {}});
  }
  for (const LoadedLog& log : set.logs) {
    for (const LoadedLog::Stream& stream : log.streams) {
      HgrmFile file;
      file.total_count = stream.total.total_count();
      file.histogram = scaled(stream.total.histogram(), log.ns_per_unit);
      file.unit = value_unit_name(ValueUnit::ms);
      const std::string path = log.path.string();
      all.push_back({stream.tag.empty() ? log.path.filename().string() : stream.tag,
                     stream.tag.empty() ? path : path + ", " + stream.tag, std::move(file),
                     stream.samples_per_second()});
    }
  }
  return all;
}

PercentileChange change_of(const HgrmFile& before, const HgrmFile& after, double percentile,
                           double chance_of_miss) {
  PercentileChange change{.percentile = percentile,
                          .before = before.value_at_percentile(percentile),
                          .after = after.value_at_percentile(percentile),
                          .ratio = {},
                          .interval = {},
                          .verdict = {}};
  if (!change.before || !change.after || change.before->above || change.after->above ||
      change.before->value <= 0 || change.after->value <= 0) {
    return change;
  }
  change.ratio = change.after->value / change.before->value;
  if (!before.histogram || !after.histogram) return change;
  if (percentile > 0 && percentile < 100) {
    change.interval = ratio_interval(
        percentile_spread(OccupiedElements(*before.histogram), percentile),
        percentile_spread(OccupiedElements(*after.histogram), percentile), chance_of_miss);
  }
  if (!change.interval) {
    change.verdict = Verdict::too_few_samples;
  } else if (change.interval->high < 1) {
    change.verdict = Verdict::better;
  } else {
    change.verdict = change.interval->low > 1 ? Verdict::worse : Verdict::not_told_apart;
  }
  return change;
}

DistributionChange change_of(const Named& before, const Named& after,
                             const std::vector<double>& percentiles) {
  DistributionChange change{.before_name = before.name,
                            .after_name = after.name,
                            .unit = before.file.unit,
                            .samples_before = before.file.total_count,
                            .samples_after = after.file.total_count,
                            .rate_before = before.rate,
                            .rate_after = after.rate,
                            .percentiles = {}};
  const double chance =
      kChanceOfAnyMiss / static_cast<double>(std::max<std::size_t>(percentiles.size(), 1));
  for (const double percentile : percentiles) {
    change.percentiles.push_back(change_of(before.file, after.file, percentile, chance));
  }
  return change;
}

}  // namespace

DistributionComparison compare_distributions(const ResultSet& before, const ResultSet& after,
                                             const std::vector<double>& percentiles) {
  const std::vector<Named> earlier = named_in(before);
  const std::vector<Named> later = named_in(after);
  DistributionComparison comparison;
  const bool single = earlier.size() == 1 && later.size() == 1;
  const auto leave_out = [&](const std::string& name, const char* why) {
    comparison.left_out.push_back(fmt::format("{}: {}", name, why));
  };
  const auto count = [](const std::vector<Named>& side, const std::string& key) {
    return std::ranges::count(side, key, &Named::key);
  };
  for (const Named& one : earlier) {
    const auto other = single ? later.begin() : std::ranges::find(later, one.key, &Named::key);
    if (other == later.end()) {
      leave_out(one.name, "has no counterpart after");
    } else if (!single && (count(earlier, one.key) > 1 || count(later, one.key) > 1)) {
      leave_out(one.name, "several have its name");
    } else if (one.file.unit != other->file.unit) {
      leave_out(one.name, "its counterpart has another unit, or names none");
    } else {
      comparison.changes.push_back(change_of(one, *other, percentiles));
    }
  }
  for (const Named& other : later) {
    if (!single && count(earlier, other.key) == 0) {
      leave_out(other.name, "has no counterpart before");
    }
  }
  return comparison;
}

}  // namespace walbench::metrics
