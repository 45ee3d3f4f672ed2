#include "metrics/analysis/configuration_findings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace walbench::metrics {
namespace {

std::optional<CeilingShare> share_of_ceiling(const ConfigurationResult& configuration) {
  const std::optional<CeilingPoint>& ceiling = configuration.ceiling;
  if (!ceiling || ceiling->writes_per_second <= 0) return std::nullopt;
  const double reached = configuration.writes_per_second();
  const auto share = [&](double per_second) {
    return reached / (per_second > 0 ? per_second : ceiling->writes_per_second);
  };
  return CeilingShare{share(ceiling->writes_per_second), share(ceiling->most_per_second),
                      share(ceiling->least_per_second)};
}

/// A sentence if others kept more than a fifth of a CPU busy, or waited for more than a tenth of
/// the time. Shorter measurements cannot tell: the kernel counts in hundredths of a second.
std::optional<std::string> load_of(const ConfigurationResult& configuration) {
  constexpr double kMostCores = 0.2;
  constexpr double kMostPressure = 0.1;
  constexpr std::int64_t kShortestNs = 200'000'000;
  if (configuration.elapsed_ns < kShortestNs) return std::nullopt;
  const double cores = configuration.load.others_cores.value_or(0);
  const double pressure = configuration.load.pressure.value_or(0);
  if (cores <= kMostCores && pressure <= kMostPressure) return std::nullopt;
  return fmt::format(
      "others kept {:.2f} CPUs busy on average while it was measured, and waited for a CPU or for "
      "memory {:.0f} % of the time; its figures are those of a loaded machine",
      cores, 100 * pressure);
}

/// Writers that queue in their own process do not wait in SQLite for each other.
std::vector<TimeoutAdvice> timeouts_of(const ConfigurationResult& configuration) {
  const bool in_sqlite =
      configuration.planned.queue == "sqlite" && !configuration.planned.commits_in_groups();
  if (!in_sqlite || configuration.commits == 0) return {};
  const Histogram* const asked = configuration.find(Segment::busy_asked);
  if (asked == nullptr && configuration.write_lock.waits > 0) return {};
  return advise_timeouts(asked == nullptr ? Histogram() : *asked, configuration.commits);
}

}  // namespace

bool ConfigurationFindings::every_limit_met() const {
  return std::ranges::all_of(verdicts, &LimitVerdict::passed);
}

ConfigurationFindings analyse_configuration(const ConfigurationResult& configuration,
                                            const std::vector<Limit>& asked) {
  const bool whole = configuration.missing().empty();
  return {.breakdown = whole ? break_down(configuration) : std::nullopt,
          .wal_contention = whole ? judge_wal_contention(configuration) : std::nullopt,
          .fairness = judge_fairness(configuration),
          .missing_concurrency = missing_concurrency(configuration),
          .loaded = load_of(configuration),
          .write_amplification = write_amplification(configuration),
          .ceiling_share = share_of_ceiling(configuration),
          .verdicts = judge(configuration, asked),
          .timeouts = timeouts_of(configuration)};
}

}  // namespace walbench::metrics
