#include "metrics/analysis/bottleneck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "metrics/result/key.hpp"
#include "metrics/result/words.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

constexpr std::array kBottleneckCandidates = {Segment::db_total, Segment::lock_wait,
                                              Segment::fsm_dispatch};

constexpr std::int64_t kContentionDivisor = 20;  // one twentieth is the 5 % of the rule

struct Candidate {
  Segment segment;
  double p95_ms;
};

double percentile_ms(const Histogram& histogram, double percentile) {
  return static_cast<double>(histogram.value_at_percentile(percentile)) / kNsPerMs;
}

/// The candidate with the highest P95; the first of equals, as the original took it.
std::optional<Candidate> highest_p95(const ConfigurationResult& configuration) {
  std::optional<Candidate> highest;
  for (const Segment segment : kBottleneckCandidates) {
    const Histogram* const histogram = configuration.find(segment);
    if (histogram == nullptr) continue;
    const double p95_ms = percentile_ms(*histogram, 95);
    if (!highest || p95_ms > highest->p95_ms) highest = Candidate{segment, p95_ms};
  }
  return highest;
}

/// The part with the largest sum; the first of equals, nothing if all are 0. `sum_ns` takes a
/// SlowestPart.
template <typename Sum>
std::optional<NetShare> largest_part(double net_ns, const Sum& sum_ns) {
  double largest_ns = 0;
  std::optional<NetShare> largest;
  for (const SlowestPart& part : kSlowestParts) {
    const double ns = sum_ns(part);
    if (ns <= largest_ns || net_ns <= 0) continue;
    largest_ns = ns;
    largest = NetShare{std::string(segment_name(part.segment)), ns / net_ns};
  }
  return largest;
}

double sum_ns(const Histogram& histogram) {
  return histogram.mean() * static_cast<double>(histogram.total_count());
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
  const std::optional<Candidate> segment = highest_p95(judged);
  const Histogram* const net = judged.find(Segment::fsm_net);
  if (!segment || net == nullptr) return std::nullopt;
  const std::optional<NetShare> cause = largest_part(sum_ns(*net), [&](const SlowestPart& part) {
    const Histogram* const histogram = judged.find(part.segment);
    return histogram == nullptr ? 0 : sum_ns(*histogram);
  });
  if (!cause) return std::nullopt;
  const SlowestLifecycles& slowest = judged.slowest;
  const std::optional<NetShare> tail_cause = largest_part(
      static_cast<double>(slowest.net_ns),
      [&](const SlowestPart& part) { return static_cast<double>(slowest.*part.sum_ns); });
  const Words& words = words_of(judged);
  std::string evidence = fmt::format(
      "{} has the highest P95 at {}: {:.3f} ms, where {} has {:.3f} ms; {} takes {:.1f} % of all "
      "{}",
      words.segment(segment->segment), configuration_label(judged.planned), segment->p95_ms,
      words.segment(Segment::fsm_net), percentile_ms(*net, 95), cause->part, 100 * cause->share,
      words.segment(Segment::fsm_net));
  if (tail_cause) {
    evidence += fmt::format(", and {} {:.1f} % of that of the slowest 1 %", tail_cause->part,
                            100 * tail_cause->share);
  }
  return Bottleneck{std::string(segment_name(segment->segment)), *cause, tail_cause, evidence};
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
