#include "metrics/result/configuration_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace walbench::metrics {

std::string configuration_label(const ConfigurationPlanned& planned) {
  return fmt::format("c={} {} {}", planned.threads, planned.profile, planned.strategy);
}

const Histogram* ConfigurationResult::find(Segment segment) const {
  const auto found = std::ranges::find(segments, segment, &SegmentHistogram::segment);
  return found == segments.end() ? nullptr : &found->histogram;
}

bool ConfigurationResult::same_but_segments(const ConfigurationResult& other) const {
  const auto figures = [](const ConfigurationResult& of) {
    return std::tie(of.planned, of.settings, of.repeats, of.elapsed_ns, of.indexed_count, of.writes,
                    of.commits, of.api_calls, of.api_failures, of.samples_produced,
                    of.samples_recorded, of.samples_out_of_range, of.occ_conflicts, of.busy_retries,
                    of.busy_longest_us, of.snapshot_retries, of.unsaved_peak, of.concurrency,
                    of.lock_wait_longest_ns, of.row_bytes_changed, of.groups, of.write_lock,
                    of.timeout_advice, of.wal, of.ceiling, of.verified, of.verdicts);
  };
  return figures(*this) == figures(other);
}

}  // namespace walbench::metrics
