#include "metrics/analysis/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>

namespace walbench::metrics {
namespace {

constexpr std::array kBottleneckCandidates = {Segment::db_total, Segment::lock_wait,
                                              Segment::fsm_dispatch};
constexpr std::array kExclusiveParts = {Segment::lock_wait,    Segment::statement,
                                        Segment::commit,       Segment::fsm_hydrate,
                                        Segment::fsm_dispatch, Segment::other};
constexpr std::int64_t kContentionDivisor = 20;  // one twentieth is the 5 % of the rule
constexpr double kNsPerMs = 1e6;

struct Candidate {
  Segment segment;
  double p95_ms;
};

double percentile_ms(const Histogram& histogram, double percentile) {
  return static_cast<double>(histogram.value_at_percentile(percentile)) / kNsPerMs;
}

/// The segment with the highest P95; the first of equals, as the original took it.
std::optional<Candidate> highest_p95(const ConfigurationResult& configuration,
                                     std::span<const Segment> segments) {
  std::optional<Candidate> highest;
  for (const Segment segment : segments) {
    const Histogram* const histogram = configuration.find(segment);
    if (histogram == nullptr) continue;
    const double p95_ms = percentile_ms(*histogram, 95);
    if (!highest || p95_ms > highest->p95_ms) highest = Candidate{segment, p95_ms};
  }
  return highest;
}

}  // namespace

std::string configuration_label(const ConfigurationPlanned& planned) {
  return fmt::format("c={} {} {}", planned.threads, planned.profile, planned.strategy);
}

std::optional<Bottleneck> find_bottleneck(const std::vector<ConfigurationResult>& configurations) {
  if (configurations.empty()) return std::nullopt;
  const auto standard = std::ranges::find_if(configurations, [](const ConfigurationResult& each) {
    return each.planned.threads == 10 && each.planned.profile == "zero";
  });
  return bottleneck_of(standard == configurations.end() ? configurations.front() : *standard);
}

std::optional<Bottleneck> bottleneck_of(const ConfigurationResult& judged) {
  const std::optional<Candidate> segment = highest_p95(judged, kBottleneckCandidates);
  const std::optional<Candidate> cause = highest_p95(judged, kExclusiveParts);
  const Histogram* const net = judged.find(Segment::fsm_net);
  if (!segment || !cause || net == nullptr) return std::nullopt;

  const double net_p95_ms = percentile_ms(*net, 95);
  const std::string evidence = fmt::format(
      "{} has the highest P95 at {}: {:.3f} ms, where fsm_net has {:.3f} ms; the largest of its "
      "exclusive parts is {} with {:.3f} ms",
      segment_name(segment->segment), configuration_label(judged.planned), segment->p95_ms,
      net_p95_ms, segment_name(cause->segment), cause->p95_ms);
  return Bottleneck{std::string(segment_name(segment->segment)),
                    std::string(segment_name(cause->segment)), evidence};
}

std::optional<WalContention> judge_wal_contention(const ConfigurationResult& configuration) {
  const Histogram* const lock_wait = configuration.find(Segment::lock_wait);
  const Histogram* const db_total = configuration.find(Segment::db_total);
  if (lock_wait == nullptr || db_total == nullptr) return std::nullopt;
  const std::int64_t lock_p95_ns = lock_wait->value_at_percentile(95);
  const std::int64_t db_p95_ns = db_total->value_at_percentile(95);
  const bool contributes = kContentionDivisor * lock_p95_ns > db_p95_ns;
  const double share =
      db_p95_ns > 0 ? static_cast<double>(lock_p95_ns) / static_cast<double>(db_p95_ns) : 0;
  return WalContention{contributes,
                       fmt::format("{}: lock_wait P95 is {:.1f} % of db_total P95 (threshold 5 %)",
                                   contributes ? "CONTRIBUTOR" : "NOT A CONTRIBUTOR", share * 100)};
}

double ComparisonRow::delta_percent() const {
  if (before_ms == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100 * delta_ms() / before_ms;
}

std::optional<std::string> plan_difference(const ConfigurationResult& one,
                                           const ConfigurationResult& other) {
  const auto differ = [](std::string_view what, const auto& a, const auto& b) {
    return a == b ? std::optional<std::string>()
                  : std::optional(fmt::format("{} ({} and {})", what, a, b));
  };
  const ConfigurationPlanned& a = one.planned;
  const ConfigurationPlanned& b = other.planned;
  for (const std::optional<std::string>& difference :
       {differ("threads", a.threads, b.threads), differ("profile", a.profile, b.profile),
        differ("files", a.files, b.files), differ("warm-up files", a.warmup_files, b.warmup_files),
        differ("schema", a.schema, b.schema),
        differ("mean API delay in ns", a.api_delay_ns, b.api_delay_ns),
        // Files of version 1 do not name the delay's distribution, since there was but one.
        a.api_delay.empty() || b.api_delay.empty() ? std::optional<std::string>()
                                                   : differ("API delay", a.api_delay, b.api_delay),
        differ("API fail rate", a.api_fail_rate, b.api_fail_rate),
        differ("synchronous", one.settings.synchronous, other.settings.synchronous),
        differ("busy_timeout in ms", one.settings.busy_timeout_ms, other.settings.busy_timeout_ms),
        // Who checkpoints is part of the strategy, and when that one does so with it.
        a.checkpoint != b.checkpoint
            ? std::optional<std::string>()
            : differ("checkpoint every so many frames", a.checkpoint_every_frames,
                     b.checkpoint_every_frames)}) {
    if (difference) return difference;
  }
  return std::nullopt;
}

Comparison compare(const ConfigurationResult& baseline, const ConfigurationResult& mitigation) {
  Comparison comparison{&baseline, &mitigation, {}};
  for (const Segment segment : kComparedSegments) {
    const Histogram* const before = baseline.find(segment);
    const Histogram* const after = mitigation.find(segment);
    if (before == nullptr || after == nullptr) continue;
    comparison.rows.push_back(
        {segment, "P95", percentile_ms(*before, 95), percentile_ms(*after, 95)});
    comparison.rows.push_back(
        {segment, "P99", percentile_ms(*before, 99), percentile_ms(*after, 99)});
    comparison.rows.push_back({segment, "max", static_cast<double>(before->max()) / kNsPerMs,
                               static_cast<double>(after->max()) / kNsPerMs});
  }
  return comparison;
}

}  // namespace walbench::metrics
