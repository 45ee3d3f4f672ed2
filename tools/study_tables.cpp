#include "tools/study_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <variant>

#include "metrics/analysis.hpp"
#include "metrics/gate_report.hpp"
#include "metrics/mitigation_analysis.hpp"
#include "metrics/scaling.hpp"
#include "tools/result_tables.hpp"
#include "tools/text.hpp"

namespace walbench::tools {
namespace {

using metrics::Change;
using metrics::ChangeRow;
using metrics::MitigationResult;

constexpr std::string_view kThroughput = "transitions/s";
constexpr std::string_view kNoDifference = "no difference shown";

std::string figure_text(std::string_view figure, double value) {
  return figure == kThroughput ? with_thousands(value) : format_milliseconds(value);
}

/// `+12.3 %`, or `x 4.56` where percent would be hard to read.
std::string ratio_text(double ratio) {
  constexpr double kHardToRead = 10;
  if (ratio >= kHardToRead) {
    return "x" + (ratio < 1000 ? fmt::format("{:.1f}", ratio) : with_thousands(ratio));
  }
  constexpr double kAlmostNothing = 0.01;
  if (ratio < kAlmostNothing) return "1/" + with_thousands(1 / ratio);
  const double percent = std::round(1000 * (ratio - 1)) / 10;
  if (percent != 0) return fmt::format("{:+.1f} %", percent);
  // What is shown as a difference must not look like none.
  return ratio == 1 ? "0.0 %" : fmt::format("{:+.2g} %", 100 * (ratio - 1));
}

std::string interval_text(const Change& change) {
  if (!change.interval) return "-";
  return ratio_text(change.interval->low) + " .. " + ratio_text(change.interval->high);
}

std::string conclusion(const ChangeRow& row) {
  if (!row.change.interval) return "one repeat";
  if (!row.change.shown()) return std::string(kNoDifference);
  const bool better_larger = row.figure == kThroughput;
  return row.change.shown_larger() == better_larger ? "better" : "worse";
}

// ---- scaling

std::string growth_lines(const metrics::Scaling& scaling) {
  TextTable table({"figure", "threads", "before", "after", "exponent", "growth"});
  for (const metrics::Growth& growth : scaling.growths) {
    table.add_row({std::string(growth.figure),
                   fmt::format("{} -> {}", growth.threads_before, growth.threads_after),
                   figure_text(growth.figure, growth.before),
                   figure_text(growth.figure, growth.after),
                   fmt::format("{:+.2f}", growth.exponent()), std::string(growth.kind())});
  }
  return table.str(2);
}

std::string bottleneck_line(const metrics::Scaling& scaling) {
  const bool known = std::ranges::all_of(
      scaling.levels, [](const metrics::ScalingLevel& level) { return !level.bottleneck.empty(); });
  if (!known) return "  bottleneck not known: the files that it is judged by were not given";
  std::string line =
      scaling.bottleneck_changes ? "  the bottleneck changes:" : "  same bottleneck:";
  for (const metrics::ScalingLevel& level : scaling.levels) {
    line += fmt::format("{} c={} {} ({})", &level == &scaling.levels.front() ? "" : ",",
                        level.threads, level.bottleneck, level.root_cause);
  }
  return line;
}

std::string parameter_text(const metrics::FittedParameter& parameter) {
  return fmt::format("{:.3g} ({:.3g} .. {:.3g})", parameter.value, parameter.low, parameter.high);
}

std::string peak_text(const metrics::Scaling& scaling, const metrics::ScalabilityFit& fit) {
  if (!fit.peak) {
    return "no peak: throughput levels off towards " + with_thousands(fit.gamma / fit.sigma.value) +
           " transitions/s";
  }
  const metrics::FittedParameter& peak = *fit.peak;
  std::string text = fmt::format("throughput peaks at c={:.0f} ({:.0f} .. {:.0f})", peak.value,
                                 peak.low, peak.high);
  if (!fit.peak_determined) text += ", which these data do not determine";
  if (peak.value > static_cast<double>(scaling.levels.back().threads)) {
    text += ", beyond what was measured";
  }
  return text;
}

std::string law_lines(const metrics::Scaling& scaling) {
  if (const auto* const why = std::get_if<std::string>(&scaling.law)) {
    return fmt::format("  Universal Scalability Law: not fitted; {}\n", *why);
  }
  const auto& fit = std::get<metrics::ScalabilityFit>(scaling.law);
  return fmt::format(
      "  Universal Scalability Law: contention sigma {}, coherency kappa {}\n"
      "    {}; {}\n"
      "    in brackets: where it stays while one of the throughputs is 10 % off\n",
      parameter_text(fit.sigma), parameter_text(fit.kappa), peak_text(scaling, fit),
      fit.exact ? "three levels, three parameters: no residual to judge the fit by"
                : fmt::format("worst residual {:.1f} % at c={:.0f}", 100 * fit.worst_residual,
                              fit.worst_residual_at));
}

// ---- mitigations

std::string comparison_table(const std::vector<ChangeRow>& rows) {
  TextTable table({"median, ms", "before", "after", "change", "95 % interval", ""});
  for (const ChangeRow& row : rows) {
    table.add_row({row.figure, figure_text(row.figure, row.before),
                   figure_text(row.figure, row.after), ratio_text(row.change.ratio),
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

std::string render_mitigation(const MitigationResult& result) {
  const metrics::MitigationInfo& info = result.info;
  const std::vector<ChangeRow> rows = metrics::compare_repeats(result);
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

std::string change_cell(const std::vector<ChangeRow>& rows, std::string_view figure) {
  const ChangeRow* const row = metrics::find_row(rows, figure);
  if (row == nullptr) return "-";
  const bool doubtful = row->change.interval && !row->change.shown();
  return ratio_text(row->change.ratio) + (doubtful ? " ?" : "");
}

std::string share_cell(const metrics::ConfigurationResult& configuration) {
  const std::optional<double> share = configuration.ceiling_share();
  return share ? fmt::format("{:.2f}", *share) : "-";
}

std::string render_ranking(const std::vector<MitigationResult>& mitigations) {
  const std::vector<metrics::RankedMitigation> ranked = metrics::rank_mitigations(mitigations);
  TextTable table({"ranking", "transitions/s", "of ceiling", "lock P95", "net P95", "net P99",
                   "net max", "gates"});
  std::string words;
  for (const metrics::RankedMitigation& each : ranked) {
    const metrics::MitigationInfo& info = each.result->info;
    table.add_row({printable(info.name), change_cell(each.rows, kThroughput),
                   share_cell(each.result->mitigation.pooled),
                   change_cell(each.rows, "lock_wait P95"), change_cell(each.rows, "fsm_net P95"),
                   change_cell(each.rows, "fsm_net P99"), change_cell(each.rows, "fsm_net max"),
                   each.result->mitigation.pooled.verdicts.empty() ? "-"
                   : each.meets_gates                              ? "PASS"
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

std::string render_recommendation(const std::vector<MitigationResult>& mitigations) {
  const auto recommendation = metrics::recommend(mitigations);
  if (!recommendation) return {};
  std::string out = "recommendation: ";
  for (const std::string& sentence : recommendation->sentences) {
    out +=
        (&sentence == &recommendation->sentences.front() ? "" : "  ") + printable(sentence) + "\n";
  }
  return out;
}

}  // namespace

std::string render_scaling(const std::vector<metrics::ConfigurationResult>& configurations) {
  std::string out;
  for (const metrics::Scaling& scaling : metrics::analyse_scaling(configurations)) {
    out += printable(fmt::format("scaling, {} {}", scaling.profile, scaling.strategy)) + "\n" +
           growth_lines(scaling) + printable(bottleneck_line(scaling)) + "\n" + law_lines(scaling) +
           "\n";
  }
  return out;
}

std::string render_mitigations(const std::vector<MitigationResult>& mitigations) {
  std::string out;
  for (const MitigationResult& each : mitigations) {
    out += render_mitigation(each);
  }
  std::vector<MitigationResult> compared;
  std::ranges::copy_if(mitigations, std::back_inserter(compared), [](const MitigationResult& each) {
    return !metrics::compare_repeats(each).empty();
  });
  if (compared.empty()) return out;
  out +=
      "Change: geometric mean of the ratios after/before of neighbouring repeats; it may differ "
      "from the ratio of the medians.\n";
  const bool has_intervals = std::ranges::any_of(compared, [](const MitigationResult& each) {
    return metrics::compare_repeats(each).front().change.interval.has_value();
  });
  if (has_intervals) {
    out += fmt::format("Intervals: {}. One in twenty misses 0 by chance alone.\n",
                       metrics::kIntervalMethod);
  }
  return out + "\n" + render_ranking(compared) + "\n" + render_recommendation(compared);
}

std::string render_gate_report(const std::vector<metrics::ConfigurationResult>& configurations,
                               const std::vector<MitigationResult>& mitigations) {
  const auto criteria = metrics::gate_report(configurations, mitigations);
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
