#include "tools/document/pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <variant>

#include "metrics/analysis/findings.hpp"
#include "metrics/result/key.hpp"
#include "metrics/units.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/curves.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;

using metrics::kNsPerMs;
constexpr double kBytesPerMb = 1e6;
/// The segments that curves are drawn of; the first that was measured is the one shown at first.
constexpr std::array kDrawnSegments = {Segment::fsm_net, Segment::lock_wait, Segment::busy_wait,
                                       Segment::commit,  Segment::db_total,  Segment::transition,
                                       Segment::connect};

std::string label(const ConfigurationResult& configuration) {
  return metrics::configuration_label(configuration.planned);
}

Chart bar_chart(Chart::Form form, const std::string& value_title, const std::string& unit) {
  return {.form = form, .x = {value_title, Axis::Scale::linear, unit}};
}

/// What a line of the curves is of.
struct Line {
  std::string label;
  const metrics::Stream* of;
};

/// A line for each stream; `label` is the main one's.
void add_lines(const std::string& label, const ConfigurationResult& configuration,
               std::vector<Line>& lines) {
  for (const metrics::Stream* const stream : configuration.streams()) {
    const std::string name = configuration.name_of(*stream);
    lines.push_back({name.empty() ? label : fmt::format("{} {}", label, name), stream});
  }
}

void add_curve_views(const std::vector<Line>& lines, const char* of_what,
                     const metrics::Words& words, Picture& picture) {
  const auto has = [](Segment segment) {
    return [segment](const Line& line) { return line.of->find(segment) != nullptr; };
  };
  const auto add = [&](Segment segment) {
    if (std::ranges::none_of(lines, has(segment))) return;
    const std::string name(words.segment(segment));
    picture.views.push_back({name + of_what, [lines, segment, name] {
                               Chart chart = curves_chart(name, "ms");
                               for (const Line& line : lines) {
                                 const auto* const samples = line.of->find(segment);
                                 if (samples == nullptr) continue;
                                 chart.series.push_back(curve(line.label, *samples));
                               }
                               return chart;
                             }});
  };
  std::ranges::for_each(kDrawnSegments, add);
  // Files may hold none of these.
  for (const metrics::SegmentRow& row : metrics::kSegments) {
    if (picture.views.empty()) add(row.segment);
  }
}

/// All parts that any of the breakdowns has, those of one kind beside each other.
std::vector<metrics::BreakdownPart> parts_of(const std::vector<metrics::Breakdown>& breakdowns) {
  std::vector<metrics::BreakdownPart> parts;
  for (const metrics::Breakdown& breakdown : breakdowns) {
    for (const metrics::BreakdownPart& part : breakdown.parts) {
      const bool known = std::ranges::any_of(parts, [&](const metrics::BreakdownPart& each) {
        return each.name == part.name && each.spent == part.spent;
      });
      if (part.share > 0 && !known) parts.push_back(part);
    }
  }
  std::ranges::stable_sort(parts, {}, &metrics::BreakdownPart::spent);
  return parts;
}

double value_of(const metrics::Breakdown& breakdown, const metrics::BreakdownPart& part,
                bool share) {
  double value = 0;
  for (const metrics::BreakdownPart& each : breakdown.parts) {
    if (each.name != part.name || each.spent != part.spent) continue;
    value += share ? 100 * each.share : each.mean_ns / kNsPerMs;
  }
  return value;
}

Chart breakdown_chart(const RunView& run, bool share) {
  Chart chart = bar_chart(
      Chart::Form::stacked,
      share ? fmt::format("share of the mean {}", words_of(run).segment(Segment::fsm_net)) : "mean",
      share ? "%" : "ms");
  std::vector<metrics::Breakdown> breakdowns;
  const auto add = [&](const ConfigurationResult& configuration,
                       const metrics::ConfigurationFindings& findings) {
    if (!findings.breakdown || std::ranges::count(chart.names, label(configuration)) > 0) return;
    chart.names.push_back(label(configuration));
    breakdowns.push_back(*findings.breakdown);
  };
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    add(run.configurations[index], run.findings.configurations[index]);
  }
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    add(run.mitigations[index].mitigation.pooled, run.findings.mitigations[index].mitigation);
  }
  for (const metrics::BreakdownPart& part : parts_of(breakdowns)) {
    const std::string spent(metrics::spent_name(part.spent));
    Series series{.label = part.name + " (" + spent + ")", .points = {}, .shade = spent};
    for (std::size_t row = 0; row < breakdowns.size(); ++row) {
      series.points.push_back({static_cast<double>(row), value_of(breakdowns[row], part, share)});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

void add_law(const metrics::ScalabilityFit& fit, const std::string& name, double last,
             Chart& chart) {
  constexpr double kStep = 1.08;
  constexpr double kBeyond = 1.3;
  Series law{.label = name + ": law"};
  double threads = 1;
  while (threads <= last * kBeyond) {
    law.points.push_back({threads, fit.per_second(threads)});
    threads *= kStep;
  }
  chart.series.push_back(std::move(law));
}

Chart scaling_chart(const RunView& run) {
  Chart chart{.form = Chart::Form::lines,
              .x = {"threads", Axis::Scale::logarithmic, ""},
              .y = {std::string(words_of(run).rate), Axis::Scale::logarithmic, ""}};
  std::set<double> levels;
  for (const metrics::Scaling& each : run.findings.scaling) {
    Series measured{.label = each.profile + " " + each.strategy};
    for (const ConfigurationResult& configuration : run.configurations) {
      const metrics::ConfigurationPlanned& planned = configuration.planned;
      if (planned.profile != each.profile || planned.strategy != each.strategy) continue;
      const auto threads = static_cast<double>(planned.threads);
      levels.insert(threads);
      measured.points.push_back({threads, configuration.transitions_per_second()});
    }
    std::ranges::sort(measured.points, {}, &Series::Point::x);
    const auto* const fit = std::get_if<metrics::ScalabilityFit>(&each.law);
    measured.shade = measured.label;
    measured.dots = true;
    measured.joined = fit == nullptr;
    const std::string name = measured.label;
    const double last = measured.points.empty() ? 0 : measured.points.back().x;
    chart.series.push_back(std::move(measured));
    if (fit == nullptr) continue;
    add_law(*fit, name, last, chart);
    chart.series.back().shade = name;
  }
  chart.x.ticks.assign(levels.begin(), levels.end());
  return chart;
}

/// A mitigation's name, and one of its figures.
struct NamedChange {
  std::string mitigation;
  metrics::FigureChange row;
};

Chart changes_chart(const std::vector<NamedChange>& changes, const metrics::Words& words) {
  const std::string figure = changes.front().row.name();
  Chart chart =
      bar_chart(Chart::Form::bars, words.figure(figure), figure == kThroughput ? "" : "ms");
  Series before{.label = "before", .points = {}, .shade = "before"};
  Series after{.label = "after"};
  for (const auto& [mitigation, row] : changes) {
    const auto index = static_cast<double>(chart.names.size());
    chart.names.push_back(mitigation);
    before.points.push_back({index, row.before});
    after.points.push_back({index, row.after});
    after.intervals.emplace_back();
    if (const auto& interval = row.change.interval) {
      after.intervals.back() = {row.before * interval->low, row.before * interval->high};
    }
  }
  chart.series = {std::move(before), std::move(after)};
  return chart;
}

Chart wal_chart(const RunView& run) {
  Chart chart = bar_chart(Chart::Form::bars, "MB", "MB");
  chart.second = Axis{"checkpoints", Axis::Scale::linear, ""};
  Series growth{.label = "WAL growth, MB"};
  Series peak{.label = "WAL peak, MB"};
  Series checkpoints{.label = "checkpoints"};
  checkpoints.second_axis = true;
  for (const ConfigurationResult& each : run.configurations) {
    const auto index = static_cast<double>(chart.names.size());
    chart.names.push_back(label(each));
    growth.points.push_back({index, static_cast<double>(each.wal.growth_bytes) / kBytesPerMb});
    peak.points.push_back({index, static_cast<double>(each.wal.peak_bytes) / kBytesPerMb});
    checkpoints.points.push_back({index, static_cast<double>(each.wal.checkpoints)});
  }
  chart.series = {std::move(growth), std::move(peak), std::move(checkpoints)};
  return chart;
}

}  // namespace

Picture curves_picture(const RunView& run) {
  Picture picture{"curves",
                  "Latency by percentile. The slowest lie to the right: at 99 % stands the value "
                  "that one in a hundred exceeded. A curve ends at the slowest sample.",
                  "Percentile curves of the configurations in the table that follows."};
  std::vector<Line> lines;
  for (const ConfigurationResult& each : run.configurations) {
    add_lines(label(each), each, lines);
  }
  add_curve_views(lines, "", words_of(run), picture);
  lines.clear();
  for (const metrics::MitigationResult& each : run.mitigations) {
    if (lines.empty()) {
      add_lines("baseline: " + label(each.baseline.pooled), each.baseline.pooled, lines);
    }
    add_lines(each.info.name, each.mitigation.pooled, lines);
  }
  add_curve_views(lines, " of mitigations", words_of(run), picture);
  return picture;
}

Picture breakdown_picture(const RunView& run) {
  return {"breakdown",
          words_of(run).of_scripts
              ? "Where the time of the mean execution went, its sleeps left out."
              : "Where the mean lifecycle's time went, its API calls left out.",
          "Stacked bars; the table that follows has the shares.",
          {{"shares", [run] { return breakdown_chart(run, true); }},
           {"milliseconds", [run] { return breakdown_chart(run, false); }}}};
}

Picture scaling_picture(const RunView& run) {
  return {"scaling",
          "Throughput by concurrency: measured (points) and, if it could be fitted, by the "
          "Universal Scalability Law (line).",
          "Throughput by number of threads, as in the tables that follow.",
          {{"throughput", [run] { return scaling_chart(run); }}}};
}

Picture changes_picture(const RunView& run) {
  Picture picture{"changes",
                  "Before and after each mitigation; the whisker is the interval of the change.",
                  "Bars before and after, as in the tables that follow."};
  constexpr std::array<std::string_view, 5> kFigures = {kThroughput, "fsm_net P95", "fsm_net P99",
                                                        "fsm_net max", "lock_wait P95"};
  for (const std::string_view figure : kFigures) {
    std::vector<NamedChange> changes;
    for (const std::size_t index : run.findings.ranking) {
      const auto* const row = metrics::find_change(run.findings.mitigations[index].changes, figure);
      if (row != nullptr) changes.push_back({run.mitigations[index].info.name, *row});
    }
    if (changes.empty()) continue;
    const metrics::Words& words = words_of(run);
    picture.views.push_back(
        {words.figure(figure), [changes, &words] { return changes_chart(changes, words); }});
  }
  return picture;
}

Picture wal_picture(const RunView& run) {
  return {"wal",
          "How much the WAL grew, and how often it was checkpointed.",
          "WAL growth, peak and checkpoints, as in the table that follows.",
          {{"WAL", [run] { return wal_chart(run); }}}};
}

}  // namespace walbench::tools
