#include "tools/document/study_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "metrics/result/key.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/pictures.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::MitigationResult;

// ---- mitigations

Table ranking(const RunView& run) {
  Table table{"Ranking by throughput; ? if no difference is shown",
              columns({"ranking", words_of(run).rate, "of ceiling", "lock P95", "net P95",
                       "net P99", "net P99.9", "net max", "limits", "admissible"})};
  for (const std::size_t index : run.findings.ranking) {
    const metrics::MitigationFindings& found = run.findings.mitigations[index];
    table.rows.push_back({{run.mitigations[index].info.name, {}},
                          change_cell(found.changes, kThroughput),
                          ceiling_cell(found.mitigation.ceiling_share),
                          change_cell(found.changes, "lock_wait P95"),
                          change_cell(found.changes, "fsm_net P95"),
                          change_cell(found.changes, "fsm_net P99"),
                          change_cell(found.changes, "fsm_net P99.9"),
                          change_cell(found.changes, "fsm_net max"),
                          found.mitigation.verdicts.empty()
                              ? Cell{"-", {}}
                              : verdict_cell(found.mitigation.every_limit_met()),
                          {found.objections.empty() ? "yes" : "no", {}}});
  }
  return table;
}

Table costs(const RunView& run) {
  Table table{
      "Costs and risks",
      {{"mitigation"}, {"kind", true}, {"what it is", true}, {"cost", true}, {"risk", true}},
      {},
      true};
  for (const std::size_t index : run.findings.ranking) {
    const metrics::MitigationInfo& info = run.mitigations[index].info;
    table.rows.push_back({{info.name, {}},
                          {info.kind, {}},
                          {info.description, {}},
                          {info.cost, {}},
                          {run.findings.mitigations[index].risk, {}}});
  }
  return table;
}

Table before_and_after(const MitigationResult& result,
                       const std::vector<metrics::FigureChange>& changes) {
  const metrics::Words& words = metrics::words_of(result.baseline.pooled);
  Table table{fmt::format("{}: {} -> {}, {} each, in turn", result.info.name,
                          metrics::configuration_label(result.baseline.pooled.planned),
                          result.mitigation.pooled.planned.strategy,
                          counted(result.baseline.repeats.size(), "repeat")),
              change_columns(),
              {},
              true};
  for (const metrics::FigureChange& figure : changes) {
    table.rows.push_back(change_row(figure, words));
  }
  return table;
}

void add_risks(const MitigationResult& result, const metrics::MitigationFindings& findings,
               Section& section) {
  if (!findings.objections.empty()) {
    section.add(Sentence{fmt::format("{}: not admissible: {}.", result.info.name,
                                     fmt::join(findings.objections, "; ")),
                         Tone::warning});
  }
  const metrics::ConfigurationResult& after = result.mitigation.pooled;
  if (after.unsaved_peak > 0) {
    section.add(
        Sentence{fmt::format("{}: RISK: up to {} {} were acknowledged and not yet durable; a "
                             "crash would have lost them.",
                             result.info.name, with_thousands(after.unsaved_peak),
                             metrics::words_of(after).writes),
                 Tone::warning});
  }
  if (after.snapshot_retries > 0) {
    section.say("{}: {} transactions begun anew: stale snapshot, or lock held (baseline: {}).",
                result.info.name, with_thousands(after.snapshot_retries),
                with_thousands(result.baseline.pooled.snapshot_retries));
  }
}

void add_method(const RunView& run, Section& section) {
  section.say(
      "Change: geometric mean of the ratios after/before of neighbouring repeats; it may "
      "differ from the ratio of the medians.");
  const bool has_intervals = std::ranges::any_of(run.findings.ranking, [&](std::size_t index) {
    return run.findings.mitigations[index].changes.front().change.interval.has_value();
  });
  if (!has_intervals) return;
  section.say("Intervals: {}. All of a family hold together in 19 of 20 studies.",
              metrics::kIntervalMethod);
}

// ---- scaling

std::string parameter_text(const metrics::FittedParameter& parameter) {
  return fmt::format("{:.3g} ({:.3g} .. {:.3g})", parameter.value, parameter.low, parameter.high);
}

std::string peak_text(const metrics::Scaling& scaling, const metrics::ScalabilityFit& fit,
                      const metrics::Words& words) {
  if (!fit.peak) {
    return fmt::format("no peak: throughput levels off towards {} {}",
                       with_thousands(fit.gamma / fit.sigma.value), words.rate);
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

std::string bottleneck_sentence(const metrics::Scaling& scaling, const metrics::Words& words) {
  const bool known = std::ranges::all_of(
      scaling.levels, [](const metrics::ScalingLevel& level) { return !level.bottleneck.empty(); });
  if (!known) return "The bottleneck is not known: what it is judged by was not given.";
  std::vector<std::string> levels;
  levels.reserve(scaling.levels.size());
  for (const metrics::ScalingLevel& level : scaling.levels) {
    levels.push_back(fmt::format("c={} {} ({})", level.threads, words.figure(level.bottleneck),
                                 level.root_cause));
  }
  return fmt::format("{}: {}.",
                     scaling.bottleneck_changes ? "The bottleneck changes" : "Same bottleneck",
                     fmt::join(levels, ", "));
}

std::string law_sentence(const metrics::Scaling& scaling, const metrics::Words& words) {
  if (const auto* const why = std::get_if<std::string>(&scaling.law)) {
    return "Universal Scalability Law: not fitted; " + *why + ".";
  }
  const auto& fit = std::get<metrics::ScalabilityFit>(scaling.law);
  return fmt::format(
      "Universal Scalability Law: contention sigma {}, coherency kappa {}; {}; {}. In brackets: "
      "the range in which it stays while one of the throughputs is 10 % off.",
      parameter_text(fit.sigma), parameter_text(fit.kappa), peak_text(scaling, fit, words),
      fit.exact ? "three levels, three parameters: no residual to judge the fit by"
                : fmt::format("worst residual {:.1f} % at c={:.0f}", 100 * fit.worst_residual,
                              fit.worst_residual_at));
}

Table growth_table(const metrics::Scaling& scaling, const metrics::Words& words) {
  Table table{scaling.profile + " " + scaling.strategy,
              columns({"figure", "threads", "before", "after", "exponent", "growth"}),
              {},
              true};
  for (const metrics::Growth& growth : scaling.growths) {
    table.rows.push_back({{words.figure(growth.figure), {}},
                          {fmt::format("{} -> {}", growth.threads_before, growth.threads_after),
                           static_cast<double>(growth.threads_before)},
                          figure_cell(growth.figure, growth.before),
                          figure_cell(growth.figure, growth.after),
                          {fmt::format("{:+.2f}", growth.exponent()), growth.exponent()},
                          {std::string(growth.kind()), {}}});
  }
  return table;
}

}  // namespace

Section mitigations_section(const RunView& run) {
  Section section{"Mitigations" + run.suffix};
  for (const MitigationResult& each : run.mitigations) {
    if (!each.baseline.repeats.empty() && !each.mitigation.repeats.empty()) continue;
    section.add(Sentence{fmt::format("mitigation {}: nothing of its {} was given", each.info.name,
                                     each.baseline.repeats.empty() ? "baseline" : "mitigated side"),
                         Tone::warning});
  }
  if (run.findings.ranking.empty()) return section;
  section.add(changes_picture(run));
  section.add(ranking(run));
  section.add(costs(run));
  for (const std::size_t index : run.findings.ranking) {
    add_risks(run.mitigations[index], run.findings.mitigations[index], section);
    section.add(before_and_after(run.mitigations[index], run.findings.mitigations[index].changes));
  }
  add_method(run, section);
  return section;
}

Section scaling_section(const RunView& run) {
  Section section{"Scaling" + run.suffix};
  if (run.findings.scaling.empty()) return section;
  section.add(scaling_picture(run));
  const metrics::Words& words = words_of(run);
  for (const metrics::Scaling& each : run.findings.scaling) {
    section.say("Scaling of {} {}. {}", each.profile, each.strategy,
                bottleneck_sentence(each, words));
    if (each.left_out) section.add(Sentence{*each.left_out + ".", Tone::warning});
    section.add(Sentence{law_sentence(each, words)});
    section.add(growth_table(each, words));
  }
  return section;
}

Section ceiling_section(const RunView& run) {
  Section section{"Ceiling" + run.suffix};
  if (run.ceiling == nullptr || run.ceiling->empty()) return section;
  Table table{"One thread, raw statements: the most that this machine can write",
              columns({"transitions", "checkpoint", "writes/s", "least", "most"})};
  for (const metrics::CeilingPoint& point : *run.ceiling) {
    table.rows.push_back({{fmt::format("{} in a transaction", with_thousands(point.group_size)),
                           static_cast<double>(point.group_size)},
                          {point.checkpoint, {}},
                          rate_cell(point.writes_per_second),
                          rate_cell(point.least_per_second),
                          rate_cell(point.most_per_second)});
  }
  section.add(std::move(table));
  return section;
}

}  // namespace walbench::tools
