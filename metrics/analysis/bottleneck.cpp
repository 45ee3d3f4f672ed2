#include "metrics/analysis/bottleneck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "metrics/result/key.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

constexpr std::array kBottleneckCandidates = {Segment::db_total, Segment::lock_wait,
                                              Segment::fsm_dispatch};
constexpr std::array kExclusiveParts = {Segment::lock_wait,    Segment::statement,
                                        Segment::commit,       Segment::fsm_hydrate,
                                        Segment::fsm_dispatch, Segment::other};
constexpr std::int64_t kContentionDivisor = 20;  // one twentieth is the 5 % of the rule

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

}  // namespace walbench::metrics
