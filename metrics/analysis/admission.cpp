#include "metrics/analysis/admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

#include "metrics/analysis/busy_timeout_answer.hpp"
#include "metrics/analysis/wal_reset.hpp"
#include "metrics/ratio_text.hpp"
#include "metrics/result/words.hpp"
#include "metrics/statistics/distributions.hpp"
#include "metrics/units.hpp"

namespace walbench::metrics {
namespace {

constexpr std::array<std::string_view, 2> kTail = {"fsm_net P99.9", "fsm_net max"};

/// Waits that asked to sleep for most of busy_timeout.
std::int64_t near_busy(const ConfigurationResult& configuration) {
  const double near_ns =
      kNearBusy * kNsPerMs * static_cast<double>(configuration.settings.busy_timeout_ms);
  const Histogram* const asked = configuration.find(Segment::busy_asked);
  if (asked == nullptr) {
    const double longest_ns = 1e3 * static_cast<double>(configuration.busy_longest_us);
    return longest_ns > 0 && longest_ns >= near_ns ? 1 : 0;
  }
  std::int64_t count = 0;
  for (std::size_t index = asked->counts_length(); index-- > 0;) {
    if (static_cast<double>(asked->highest_equivalent(asked->value_at_index(index))) < near_ns) {
      break;
    }
    count += asked->count_at_index(index);
  }
  return count;
}

std::optional<std::string> busy_objection(const ConfigurationResult& baseline,
                                          const ConfigurationResult& mitigation) {
  constexpr double kNegligible = 1e-4;
  constexpr double kAlike = 1.1;  // as many writes but for those that were made again
  const double before = busy_chance(baseline);
  const double after = busy_chance(mitigation);
  if (after <= std::max(kAlike * before, kNegligible)) return std::nullopt;
  return fmt::format(
      "{} of its waits came close to busy_timeout: the chance of SQLITE_BUSY is up to {:.1e} a "
      "write, up to {:.1e} with the baseline",
      near_busy(mitigation), after, before);
}

std::optional<std::string> unfairness(const ConfigurationFindings& baseline,
                                      const ConfigurationFindings& mitigation) {
  constexpr double kFair = 0.8;
  if (!mitigation.fairness) return std::nullopt;
  const double after = mitigation.fairness->jain_index;
  const double before = baseline.fairness ? baseline.fairness->jain_index : 1;
  if (after >= kFair || after >= before) return std::nullopt;
  return fmt::format("threads starve: Jain's index is {:.2f}, with the baseline {:.2f}", after,
                     before);
}

}  // namespace

double busy_chance(const ConfigurationResult& configuration) {
  constexpr double kDoubt = 0.05;
  const auto writes_each = static_cast<double>(configuration.writes) /
                           static_cast<double>(std::max<std::int64_t>(configuration.commits, 1));
  const std::int64_t lost =
      std::llround(static_cast<double>(near_busy(configuration)) * std::max(writes_each, 1.0));
  return binomial_upper_limit(lost, configuration.writes, kDoubt);
}

std::vector<std::string> objections_to(const MitigationResult& result,
                                       const ConfigurationFindings& baseline,
                                       const ConfigurationFindings& mitigation,
                                       const std::vector<FigureChange>& changes) {
  constexpr double kMostLonger = 1.25;
  std::vector<std::string> objections;
  const ConfigurationResult& after = result.mitigation.pooled;
  if (!result.info.recommendable || after.unsaved_peak > 0) {
    objections.push_back("its risk: " + risk_of(result));
  }
  for (const LimitVerdict& verdict : mitigation.verdicts) {
    if (verdict.passed) continue;
    objections.push_back(fmt::format("it fails {}: {}", verdict.limit, verdict.evidence));
  }
  if (auto objection = busy_objection(result.baseline.pooled, after)) {
    objections.push_back(std::move(*objection));
  }
  for (const std::string_view name : kTail) {
    const FigureChange* const figure = find_change(changes, name);
    if (figure == nullptr || !figure->change.interval) continue;
    if (figure->change.interval->low <= kMostLonger) continue;
    objections.push_back(fmt::format("its slowest take longer: {} {} ({} .. {})",
                                     words_of(after).figure(name), ratio_text(figure->change.ratio),
                                     ratio_text(figure->change.interval->low),
                                     ratio_text(figure->change.interval->high)));
  }
  if (auto objection = unfairness(baseline, mitigation)) {
    objections.push_back(std::move(*objection));
  }
  return objections;
}

std::string slowest_users(const ConfigurationFindings& baseline,
                          const ConfigurationFindings& mitigation,
                          const std::vector<FigureChange>& changes, const Words& words) {
  std::string text;
  for (const std::string_view name : kTail) {
    const FigureChange* const figure = find_change(changes, name);
    if (figure == nullptr) continue;
    text += fmt::format("{}{} {:.4g} -> {:.4g} ms", text.empty() ? "" : ", ", words.figure(name),
                        figure->before, figure->after);
  }
  if (!baseline.fairness || !mitigation.fairness) return text;
  return text + fmt::format("{}Jain's index {:.2f} -> {:.2f}", text.empty() ? "" : ", ",
                            baseline.fairness->jain_index, mitigation.fairness->jain_index);
}

}  // namespace walbench::metrics
