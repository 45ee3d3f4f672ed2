#include "tools/document/distributions_document.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "tools/document/cells.hpp"

namespace walbench::tools {
namespace {

using metrics::DistributionChange;
using metrics::PercentileChange;
using metrics::Verdict;

Cell ratio_of(const std::optional<double>& ratio) {
  return ratio ? Cell{fmt::format("{:.3f}", *ratio), ratio} : Cell{"-", {}};
}

Cell verdict_of(const std::optional<Verdict>& verdict) {
  if (!verdict) return {"-", {}};
  const Tone tone = *verdict == Verdict::better  ? Tone::good
                    : *verdict == Verdict::worse ? Tone::bad
                                                 : Tone::plain;
  return {std::string(metrics::verdict_name(*verdict)), {}, tone};
}

Row row_of(const PercentileChange& each, const std::string& unit) {
  return {{percentile_name(each.percentile), {}},
          told_cell(each.before, unit),
          told_cell(each.after, unit),
          ratio_of(each.ratio),
          {each.interval ? fmt::format("{:.3f} .. {:.3f}", each.interval->low, each.interval->high)
                         : "-",
           {}},
          verdict_of(each.verdict)};
}

Row rate_row(const DistributionChange& change) {
  const double before = change.rate_before.value_or(0);
  const double after = change.rate_after.value_or(0);
  return {{"samples/s", {}}, rate_cell(before),
          rate_cell(after),  ratio_of(before > 0 ? std::optional(after / before) : std::nullopt),
          {"-", {}},         {"-", {}}};
}

}  // namespace

Document distributions_document(const metrics::DistributionComparison& comparison) {
  Document document{"Comparison of distributions"};
  for (const DistributionChange& change : comparison.changes) {
    const std::string unit = change.unit.empty() ? "unit of the file" : change.unit;
    Section section{fmt::format("{} -> {}", change.before_name, change.after_name)};
    Table table{"Values in " + unit,
                columns({"figure", "before", "after", "ratio", "interval", "verdict"})};
    table.rows.push_back({{"samples", {}},
                          count_cell(change.samples_before),
                          count_cell(change.samples_after),
                          {"-", {}},
                          {"-", {}},
                          {"-", {}}});
    if (change.rate_before && change.rate_after) table.rows.push_back(rate_row(change));
    for (const PercentileChange& each : change.percentiles) {
      table.rows.push_back(row_of(each, change.unit));
    }
    section.add(std::move(table));
    section.add(
        Sentence{"Intervals (95 % together) know how samples vary within each side, not how runs "
                 "do; rows of other programs allow none."});
    document.sections.push_back(std::move(section));
  }
  if (comparison.left_out.empty()) return document;
  Section section{"Left out"};
  for (const std::string& sentence : comparison.left_out) {
    section.add(Sentence{sentence, Tone::warning});
  }
  document.sections.push_back(std::move(section));
  return document;
}

Table distribution_changes(const metrics::DistributionComparison& comparison) {
  Table table{"Changes",
              columns({"before_file", "after_file", "unit", "percentile", "before", "before_above",
                       "after", "after_above", "ratio", "ratio_low", "ratio_high", "verdict"})};
  const auto number = [](const std::optional<double>& value) { return Cell{"", value}; };
  for (const DistributionChange& change : comparison.changes) {
    for (const PercentileChange& each : change.percentiles) {
      const auto value = [](const std::optional<metrics::ToldValue>& told) {
        return Cell{"", told ? std::optional(told->value) : std::nullopt};
      };
      const auto& interval = each.interval;
      table.rows.push_back({{change.before_name, {}},
                            {change.after_name, {}},
                            {change.unit, {}},
                            number(each.percentile),
                            value(each.before),
                            number(each.before ? each.before->above : std::nullopt),
                            value(each.after),
                            number(each.after ? each.after->above : std::nullopt),
                            number(each.ratio),
                            number(interval ? std::optional(interval->low) : std::nullopt),
                            number(interval ? std::optional(interval->high) : std::nullopt),
                            each.verdict ? verdict_of(each.verdict) : Cell{}});
    }
  }
  return table;
}

}  // namespace walbench::tools
