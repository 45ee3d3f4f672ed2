#include "tools/document/study_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

#include "metrics/analysis/findings.hpp"
#include "tools/document/change_text.hpp"
#include "tools/document/result_tables.hpp"
#include "tools/document/scaling_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::FigureChange;
using metrics::MitigationResult;

std::string comparison_table(const std::vector<FigureChange>& rows) {
  TextTable table({"median, ms", "before", "after", "change", "95 % interval", ""});
  for (const FigureChange& row : rows) {
    table.add_row({row.name(), figure_text(row.name(), row.before),
                   figure_text(row.name(), row.after), ratio_text(row.change.ratio),
                   interval_text(row.change), conclusion(row)});
  }
  return table.str(2);
}

std::string risk_lines(const MitigationResult& result) {
  const metrics::ConfigurationResult& after = result.mitigation.pooled;
  std::string lines;
  if (after.unsaved_peak > 0) {
    lines += fmt::format(
        "  RISK: up to {} transitions were acknowledged and not yet durable; a crash would have "
        "lost them\n",
        with_thousands(after.unsaved_peak));
  }
  if (after.snapshot_retries > 0) {
    lines +=
        fmt::format("  {} transactions begun anew: stale snapshot, or lock held (baseline: {})\n",
                    with_thousands(after.snapshot_retries),
                    with_thousands(result.baseline.pooled.snapshot_retries));
  }
  return lines;
}

std::string render_mitigation(const MitigationResult& result,
                              const std::vector<FigureChange>& rows) {
  const metrics::MitigationInfo& info = result.info;
  if (rows.empty()) {
    return printable(fmt::format("mitigation {}: the files of its {} were not given", info.name,
                                 result.baseline.repeats.empty() ? "baseline" : "mitigated side")) +
           "\n\n";
  }
  const metrics::ConfigurationResult& before = result.baseline.pooled;
  return printable(fmt::format("mitigation {}: {} -> {}, {} repeat{} each, in turn", info.name,
                               metrics::configuration_label(before.planned),
                               result.mitigation.pooled.planned.strategy,
                               result.baseline.repeats.size(),
                               result.baseline.repeats.size() == 1 ? "" : "s")) +
         "\n  " + printable(info.description) + "\n" + comparison_table(rows) + risk_lines(result) +
         "\n";
}

std::string change_cell(const std::vector<FigureChange>& rows, std::string_view figure) {
  const FigureChange* const row = metrics::find_change(rows, figure);
  if (row == nullptr) return "-";
  const bool doubtful = row->change.interval && !row->change.shown();
  return ratio_text(row->change.ratio) + (doubtful ? " ?" : "");
}

std::string share_cell(const metrics::ConfigurationResult& configuration) {
  const std::optional<double> share = configuration.ceiling_share();
  return share ? fmt::format("{:.2f}", *share) : "-";
}

std::string render_ranking(const std::vector<MitigationResult>& mitigations,
                           const metrics::Findings& findings) {
  TextTable table({"ranking", "transitions/s", "of ceiling", "lock P95", "net P95", "net P99",
                   "net max", "gates"});
  std::string words;
  for (const std::size_t index : findings.ranking) {
    const metrics::MitigationInfo& info = mitigations[index].info;
    const metrics::MitigationFindings& found = findings.mitigations[index];
    table.add_row(
        {printable(info.name), change_cell(found.changes, kThroughput),
         share_cell(mitigations[index].mitigation.pooled),
         change_cell(found.changes, "lock_wait P95"), change_cell(found.changes, "fsm_net P95"),
         change_cell(found.changes, "fsm_net P99"), change_cell(found.changes, "fsm_net max"),
         found.mitigation.verdicts.empty()    ? "-"
         : found.mitigation.every_limit_met() ? "PASS"
                                              : "FAIL"});
    words += printable(info.name) + "\n  cost: " + printable(info.cost) +
             "\n  risk: " + printable(info.risk) + "\n";
  }
  std::string ranking = table.str(0);
  if (ranking.find(" ?") != std::string::npos) {
    ranking += "  ?: " + std::string(kNoDifference) + "\n";
  }
  return ranking + words;
}

std::string render_recommendation(const std::optional<metrics::Recommendation>& recommendation) {
  if (!recommendation) return {};
  std::string out = "recommendation: ";
  for (const std::string& sentence : recommendation->sentences) {
    out +=
        (&sentence == &recommendation->sentences.front() ? "" : "  ") + printable(sentence) + "\n";
  }
  return out;
}

}  // namespace

std::string render_mitigations(const std::vector<MitigationResult>& mitigations) {
  const metrics::Findings findings = metrics::analyse({}, mitigations);
  std::string out;
  for (std::size_t index = 0; index < mitigations.size(); ++index) {
    out += render_mitigation(mitigations[index], findings.mitigations[index].changes);
  }
  if (findings.ranking.empty()) return out;
  out +=
      "Change: geometric mean of the ratios after/before of neighbouring repeats; it may differ "
      "from the ratio of the medians.\n";
  const bool has_intervals =
      std::ranges::any_of(findings.mitigations, [](const metrics::MitigationFindings& each) {
        return !each.changes.empty() && each.changes.front().change.interval;
      });
  if (has_intervals) {
    out += fmt::format("Intervals: {}. One in twenty misses 0 by chance alone.\n",
                       metrics::kIntervalMethod);
  }
  return out + "\n" + render_ranking(mitigations, findings) + "\n" +
         render_recommendation(findings.recommendation);
}

std::string render_gate_report(const std::vector<metrics::ConfigurationResult>& configurations,
                               const std::vector<MitigationResult>& mitigations) {
  const auto criteria = metrics::analyse(configurations, mitigations).gate_report;
  if (!criteria) return {};
  std::string out = "gate report\n";
  for (const metrics::Criterion& criterion : *criteria) {
    out += printable(fmt::format("  {}  {}", criterion.passed ? "PASS" : "FAIL", criterion.name)) +
           "\n        " + printable(criterion.evidence) + "\n";
  }
  return out;
}

std::string render_ceiling(const std::vector<metrics::CeilingPoint>& points) {
  if (points.empty()) return {};
  TextTable table({"ceiling: one thread, raw", "checkpoint", "writes/s"});
  for (const metrics::CeilingPoint& point : points) {
    table.add_row({fmt::format("{} in a transaction", with_thousands(point.group_size)),
                   point.checkpoint, with_thousands(point.writes_per_second)});
  }
  return table.str(0) + "\n";
}

std::string render_run(const std::vector<metrics::ConfigurationResult>& configurations,
                       const std::vector<MitigationResult>& mitigations, bool details) {
  std::string out;
  for (const metrics::ConfigurationResult& configuration : configurations) {
    if (details || configurations.size() == 1) out += render_configuration(configuration) + "\n";
  }
  if (configurations.size() > 1) {
    out += render_overview(configurations) + "\n" + render_contention(configurations) + "\n";
  }
  const std::string bottleneck = render_bottleneck(configurations);
  if (!bottleneck.empty()) out += bottleneck + "\n";
  out += render_scaling(configurations) + render_mitigations(mitigations);
  if (const auto needed = metrics::busy_timeout_needed(configurations, mitigations)) {
    out += printable(metrics::busy_timeout_sentence(*needed)) + "\n";
  }
  const std::string report = render_gate_report(configurations, mitigations);
  return report.empty() ? out : out + "\n" + report;
}

}  // namespace walbench::tools
