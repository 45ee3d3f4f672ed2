#include "metrics/result/mitigation_result.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>

#include "metrics/result/figures.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

RepeatFigures figures_of(const ConfigurationResult& configuration) {
  RepeatFigures figures{configuration.elapsed_ns, {}, configuration.iterations};
  for (const Stream* const stream : configuration.streams()) {
    for (const auto& [segment, histogram] : stream->segments) {
      figures.segments.push_back(
          {segment, histogram.value_at_percentile(95), histogram.value_at_percentile(99),
           histogram.value_at_percentile(99.9), histogram.max(), configuration.name_of(*stream)});
    }
  }
  return figures;
}

void pool_segments(Stream& pooled, Stream& repeat) {
  for (SegmentHistogram& added : repeat.segments) {
    const auto found =
        std::ranges::find(pooled.segments, added.segment, &SegmentHistogram::segment);
    if (found == pooled.segments.end()) {
      pooled.segments.push_back(std::move(added));
    } else {
      // All have the same geometry, so every sample fits.
      static_cast<void>(found->histogram.add(added.histogram));
    }
  }
  std::ranges::sort(pooled.segments, {}, &SegmentHistogram::segment);
}

void pool_streams(ConfigurationResult& pooled, ConfigurationResult& repeat) {
  pool_segments(pooled.main, repeat.main);
  for (Stream& added : repeat.others) {
    const auto found = std::ranges::find(pooled.others, added.id, &Stream::id);
    if (found == pooled.others.end()) {
      pooled.others.push_back(std::move(added));
    } else {
      pool_figures(*found, added);
      pool_segments(*found, added);
    }
  }
}

}  // namespace

void pool_failures(std::vector<StatementFailures>& into,
                   const std::vector<StatementFailures>& from) {
  for (const StatementFailures& added : from) {
    const auto found = std::ranges::find_if(into, [&](const StatementFailures& each) {
      return each.statement == added.statement && each.outcome == added.outcome;
    });
    if (found == into.end()) {
      into.push_back(added);
      continue;
    }
    found->count += added.count;
    found->at_once += added.at_once;
    found->waited_ns += added.waited_ns;
    found->waited_longest_ns = std::max(found->waited_longest_ns, added.waited_longest_ns);
  }
}

void pool_keepers(std::optional<WalReuse>& into, const std::optional<WalReuse>& from) {
  if (!from) return;
  if (!into) into.emplace();
  for (const WalKeeper& added : from->keepers) {
    const auto found = std::ranges::find(into->keepers, added.who, &WalKeeper::who);
    if (found == into->keepers.end()) {
      into->keepers.push_back(added);
      continue;
    }
    found->times += added.times;
    found->longest_ns = std::max(found->longest_ns, added.longest_ns);
    found->frames_most = std::max(found->frames_most, added.frames_most);
  }
  std::ranges::stable_sort(into->keepers, std::greater(), &WalKeeper::times);
}

void RepeatedResult::add(ConfigurationResult&& repeat) {
  repeats.push_back(figures_of(repeat));
  if (repeats.size() == 1) {
    pooled = std::move(repeat);
    return;
  }
  pool_figures(pooled, repeat);
  pool_failures(pooled.failures, repeat.failures);
  pool_keepers(pooled.reuse, repeat.reuse);
  pool_streams(pooled, repeat);
}

const SegmentFigures* RepeatFigures::find(Segment segment, std::string_view stream) const {
  const auto found = std::ranges::find_if(segments, [&](const SegmentFigures& each) {
    return each.segment == segment && each.stream == stream;
  });
  return found == segments.end() ? nullptr : &*found;
}

double RepeatedResult::transitions_per_second(const RepeatFigures& repeat) const {
  return static_cast<double>(repeat.iterations.value_or(pooled.planned.files)) *
         static_cast<double>(pooled.planned.transitions_per_file) * kNsPerSecond /
         static_cast<double>(repeat.elapsed_ns);
}

}  // namespace walbench::metrics
