#include "metrics/analysis/gate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/key.hpp"

namespace walbench::metrics {
namespace {

bool has_verdict(const Findings& findings, std::string_view limit) {
  return std::ranges::any_of(findings.configurations, [&](const ConfigurationFindings& each) {
    return std::ranges::find(each.verdicts, limit, &LimitVerdict::limit) != each.verdicts.end();
  });
}

Criterion throughput_criterion(const std::vector<ConfigurationResult>& configurations) {
  const bool passed = std::ranges::all_of(configurations, [](const ConfigurationResult& each) {
    return each.verified && each.transitions_per_second() > 0;
  });
  std::string evidence =
      fmt::format("{} configurations, {}", configurations.size(),
                  passed ? "every database verified" : "but not every database was verified");
  for (const ConfigurationResult& each : configurations) {
    if (each.planned.threads != 10) continue;
    evidence += fmt::format("; {}: {:.0f} transitions/s", configuration_label(each.planned),
                            each.transitions_per_second());
  }
  return {"throughput measured", passed, evidence};
}

Criterion bottleneck_criterion(const std::vector<MitigationResult>& mitigations,
                               const Findings& findings) {
  const auto& bottleneck = findings.bottleneck;
  std::string evidence = bottleneck ? fmt::format("{}, root cause {}", bottleneck->segment,
                                                  bottleneck->root_cause.part)
                                    : std::string("no bottleneck was found");
  bool tested = false;
  for (std::size_t index = 0; index < mitigations.size(); ++index) {
    const FigureChange* const lock =
        find_change(findings.mitigations[index].changes, "lock_wait P95");
    if (lock == nullptr) continue;
    tested = true;
    evidence += fmt::format("; {}: lock_wait P95 {:.3f} -> {:.3f} ms{}",
                            mitigations[index].info.name, lock->before, lock->after,
                            lock->change.shown() ? "" : " (no difference shown)");
  }
  return {"bottleneck identified, and a mitigation tested before and after",
          bottleneck.has_value() && tested, evidence};
}

Criterion threshold_criterion(const Findings& findings) {
  Criterion criterion{"thresholds defined and met", true, ""};
  for (const ConfigurationFindings& each : findings.configurations) {
    for (const LimitVerdict& verdict : each.verdicts) {
      criterion.passed = criterion.passed && verdict.passed;
      criterion.evidence +=
          fmt::format("{}{} {}: {}", criterion.evidence.empty() ? "" : "; ", verdict.limit,
                      verdict.passed ? "PASS" : "FAIL", verdict.evidence);
    }
  }
  return criterion;
}

}  // namespace

std::optional<std::vector<Criterion>> judge_study(
    const std::vector<ConfigurationResult>& configurations,
    const std::vector<MitigationResult>& mitigations, const Findings& findings) {
  if (mitigations.empty() || !has_verdict(findings, "threshold_1") ||
      !has_verdict(findings, "threshold_2")) {
    return std::nullopt;
  }
  return std::vector{throughput_criterion(configurations),
                     bottleneck_criterion(mitigations, findings), threshold_criterion(findings)};
}

}  // namespace walbench::metrics
