#include "tools/document/mitigation_document.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/analysis/mitigation_analysis.hpp"
#include "tools/document/change_text.hpp"

namespace walbench::tools {
namespace {

using metrics::MitigationResult;

DocumentCell change_cell(const std::vector<metrics::FigureChange>& rows, std::string_view figure) {
  const metrics::FigureChange* const row = metrics::find_change(rows, figure);
  if (row == nullptr) return {"-", {}};
  const bool doubtful = row->change.interval && !row->change.shown();
  return {ratio_text(row->change.ratio) + (doubtful ? " ?" : ""), row->change.ratio};
}

DocumentTable ranking(const std::vector<MitigationResult>& mitigations,
                      const metrics::Findings& findings) {
  DocumentTable table{
      "Ranking by throughput; ? where no difference is shown",
      {"mitigation", "transitions/s", "lock P95", "net P95", "net P99", "net max", "cost", "risk"},
      {}};
  for (const std::size_t index : findings.ranking) {
    const metrics::MitigationInfo& info = mitigations[index].info;
    const std::vector<metrics::FigureChange>& changes = findings.mitigations[index].changes;
    table.rows.push_back({{info.name, {}},
                          change_cell(changes, kThroughput),
                          change_cell(changes, "lock_wait P95"),
                          change_cell(changes, "fsm_net P95"),
                          change_cell(changes, "fsm_net P99"),
                          change_cell(changes, "fsm_net max"),
                          {info.cost, {}},
                          {info.risk, {}}});
  }
  return table;
}

DocumentTable before_and_after(const MitigationResult& result,
                               const std::vector<metrics::FigureChange>& rows) {
  DocumentTable table{
      fmt::format("{}: {} -> {}; medians of {} repeats, ms", result.info.name,
                  metrics::configuration_label(result.baseline.pooled.planned),
                  result.mitigation.pooled.planned.strategy, result.baseline.repeats.size()),
      {"figure", "before", "after", "change", "95 % interval", "verdict"},
      {},
      true};
  for (const metrics::FigureChange& row : rows) {
    table.rows.push_back({{row.name(), {}},
                          {figure_text(row.name(), row.before), row.before},
                          {figure_text(row.name(), row.after), row.after},
                          {ratio_text(row.change.ratio), row.change.ratio},
                          {interval_text(row.change), {}},
                          {conclusion(row), {}}});
  }
  return table;
}

}  // namespace

DocumentSection mitigation_section(const metrics::LoadedRun& run, const metrics::Findings& findings,
                                   std::size_t index, const std::string& suffix) {
  DocumentSection section{"Mitigations" + suffix, false, {}};
  std::vector<DocumentBlock> tables;
  for (std::size_t place = 0; place < run.mitigations.size(); ++place) {
    const MitigationResult& each = run.mitigations[place];
    const std::vector<metrics::FigureChange>& rows = findings.mitigations[place].changes;
    if (rows.empty()) {
      const bool no_baseline = each.baseline.repeats.empty();
      tables.emplace_back(fmt::format("{}: the files of its {} were not given.", each.info.name,
                                      no_baseline ? "baseline" : "mitigated side"));
      continue;
    }
    tables.emplace_back(before_and_after(each, rows));
  }
  if (!findings.ranking.empty()) {
    section.blocks.emplace_back(DocumentFigure{
        DocumentFigure::Kind::changes, index,
        "Before and after each mitigation; the whisker is the interval of the change.",
        "Bars before and after, as in the tables that follow."});
    section.blocks.emplace_back(ranking(run.mitigations, findings));
    section.blocks.emplace_back(fmt::format("Intervals: {}.", metrics::kIntervalMethod));
  }
  section.blocks.insert(section.blocks.end(), std::make_move_iterator(tables.begin()),
                        std::make_move_iterator(tables.end()));
  return section;
}

}  // namespace walbench::tools
