#include "tools/document/mitigation_document.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/analysis/analysis.hpp"
#include "metrics/analysis/mitigation_analysis.hpp"
#include "tools/document/change_text.hpp"

namespace walbench::tools {
namespace {

using metrics::MitigationResult;

DocumentCell change_cell(const std::vector<metrics::ChangeRow>& rows, std::string_view figure) {
  const metrics::ChangeRow* const row = metrics::find_row(rows, figure);
  if (row == nullptr) return {"-", {}};
  const bool doubtful = row->change.interval && !row->change.shown();
  return {ratio_text(row->change.ratio) + (doubtful ? " ?" : ""), row->change.ratio};
}

DocumentTable ranking(const std::vector<metrics::RankedMitigation>& ranked) {
  DocumentTable table{
      "Ranking by throughput; ? where no difference is shown",
      {"mitigation", "transitions/s", "lock P95", "net P95", "net P99", "net max", "cost", "risk"},
      {}};
  for (const metrics::RankedMitigation& each : ranked) {
    table.rows.push_back({{each.result->info.name, {}},
                          change_cell(each.rows, kThroughput),
                          change_cell(each.rows, "lock_wait P95"),
                          change_cell(each.rows, "fsm_net P95"),
                          change_cell(each.rows, "fsm_net P99"),
                          change_cell(each.rows, "fsm_net max"),
                          {each.result->info.cost, {}},
                          {each.result->info.risk, {}}});
  }
  return table;
}

DocumentTable before_and_after(const MitigationResult& result,
                               const std::vector<metrics::ChangeRow>& rows) {
  DocumentTable table{
      fmt::format("{}: {} -> {}; medians of {} repeats, ms", result.info.name,
                  metrics::configuration_label(result.baseline.pooled.planned),
                  result.mitigation.pooled.planned.strategy, result.baseline.repeats.size()),
      {"figure", "before", "after", "change", "95 % interval", "verdict"},
      {},
      true};
  for (const metrics::ChangeRow& row : rows) {
    table.rows.push_back({{row.figure, {}},
                          {figure_text(row.figure, row.before), row.before},
                          {figure_text(row.figure, row.after), row.after},
                          {ratio_text(row.change.ratio), row.change.ratio},
                          {interval_text(row.change), {}},
                          {conclusion(row), {}}});
  }
  return table;
}

}  // namespace

DocumentSection mitigation_section(const metrics::LoadedRun& run, std::size_t index,
                                   const std::string& suffix) {
  DocumentSection section{"Mitigations" + suffix, false, {}};
  std::vector<MitigationResult> compared;
  std::vector<DocumentBlock> tables;
  for (const MitigationResult& each : run.mitigations) {
    const std::vector<metrics::ChangeRow> rows = metrics::compare_repeats(each);
    if (rows.empty()) {
      const bool no_baseline = each.baseline.repeats.empty();
      tables.emplace_back(fmt::format("{}: the files of its {} were not given.", each.info.name,
                                      no_baseline ? "baseline" : "mitigated side"));
      continue;
    }
    compared.push_back(each);
    tables.emplace_back(before_and_after(each, rows));
  }
  if (!compared.empty()) {
    section.blocks.emplace_back(DocumentFigure{
        DocumentFigure::Kind::changes, index,
        "Before and after each mitigation; the whisker is the interval of the change.",
        "Bars before and after, as in the tables that follow."});
    section.blocks.emplace_back(ranking(metrics::rank_mitigations(compared)));
    section.blocks.emplace_back(fmt::format("Intervals: {}.", metrics::kIntervalMethod));
  }
  section.blocks.insert(section.blocks.end(), std::make_move_iterator(tables.begin()),
                        std::make_move_iterator(tables.end()));
  return section;
}

}  // namespace walbench::tools
