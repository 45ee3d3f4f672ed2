#include "tools/document/outcomes_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/result/key.hpp"
#include "metrics/result/words.hpp"
#include "metrics/statistics/distributions.hpp"
#include "tools/document/cells.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::StatementFailures;

constexpr double kDoubt = 0.025;  // on each side of an interval of 95 %

/// Whether a file lifecycle, or a try of its transactions, was refused.
bool lost_a_race(const ConfigurationResult& each) {
  return each.given_up.all() > 0 || !each.failures.empty();
}

Row outcome_row(const ConfigurationResult& each) {
  const metrics::Histogram* const latency = each.find(Segment::total_wall);
  Row row = {{metrics::configuration_label(each.planned), {}},
             rate_cell(each.transitions_per_second()),
             rate_cell(each.commits_per_second()),
             milliseconds_cell(latency == nullptr ? 0 : latency->mean()),
             milliseconds_cell(latency == nullptr ? 0 : latency->standard_deviation()),
             percentile_cell(latency, 99),
             percentile_cell(latency, 100),
             failed_cell(each)};
  for (const std::int64_t given_up :
       {each.given_up.busy, each.given_up.conflict, each.given_up.failed}) {
    row.push_back(count_cell(given_up));
  }
  return row;
}

Row lifecycle_row(const ConfigurationResult& each) {
  return {{metrics::configuration_label(each.planned), {}},
          rate_cell(each.iterations_done()),
          failed_cell(each),
          count_cell(each.given_up.busy)};
}

Row failure_row(const ConfigurationResult& each, const StatementFailures& failure) {
  const double mean_ns =
      static_cast<double>(failure.waited_ns) / static_cast<double>(failure.count);
  return {{metrics::configuration_label(each.planned), {}},
          {failure.statement, {}},
          {failure.outcome, {}},
          count_cell(failure.count),
          failure.outcome == "busy" ? count_cell(failure.at_once) : Cell{"-", {}},
          milliseconds_cell(mean_ns),
          milliseconds_cell(static_cast<double>(failure.waited_longest_ns))};
}

/// Which of the failures a busy timeout cannot cure.
void tell_failures(const ConfigurationResult& each, Section& section) {
  std::int64_t busy = 0;
  std::int64_t at_once = 0;
  for (const StatementFailures& failure : each.failures) {
    if (failure.outcome != "busy") continue;
    busy += failure.count;
    at_once += failure.at_once;
  }
  const std::string label = metrics::configuration_label(each.planned);
  const metrics::Words& words = metrics::words_of(each);
  if (busy > 0) {
    section.say(
        "{}: {} attempts met \"database is locked\": {} at once, which no busy_timeout "
        "cures (a transaction that read first and wrote later, or a timeout of 0), and {} "
        "after waiting.",
        label, with_thousands(busy), with_thousands(at_once), with_thousands(busy - at_once));
  }
  const auto tried_again = std::count_if(each.tries.begin(), each.tries.end(),
                                         [](std::int64_t iterations) { return iterations > 0; });
  if (tried_again > 1 || (!each.tries.empty() && each.tries.front() == 0)) {
    section.say("{}: at most {} attempts for one {}; {} {} needed more than one.", label,
                each.tries.size(),
                each.runs_scripts() ? words.iteration : "transaction of a lifecycle",
                with_thousands(static_cast<std::int64_t>(each.iterations_done()) +
                               each.given_up.all() - each.tries.front()),
                words.iterations);
  }
  if (!each.first_failure.empty()) {
    section.add(
        Sentence{fmt::format("{}: an {} failed: {}", label, words.iteration, each.first_failure),
                 Tone::bad});
  }
}

/// A bound of a share, in percent: `1.3`, `98.1`, `100`.
std::string bound_text(double share) {
  constexpr double kTen = 10;
  const double percent = 100 * share;
  return percent < kTen ? fmt::format("{:.2g}", percent) : fmt::format("{:.3g}", percent);
}

}  // namespace

Cell failed_cell(const ConfigurationResult& each) {
  const std::int64_t failed = each.given_up.all();
  const std::int64_t ended = failed + static_cast<std::int64_t>(each.iterations_done());
  if (ended == 0) return {"-", {}};
  const double most = metrics::binomial_upper_limit(failed, ended, kDoubt);
  if (failed == 0) {
    return {fmt::format("0 of {}: at most 1 in {}", with_thousands(ended),
                        with_thousands(std::floor(1 / most))),
            0.0};
  }
  const double least = 1 - metrics::binomial_upper_limit(ended - failed, ended, kDoubt);
  return {fmt::format("{:.3g} % ({} .. {})", 100 * each.failed_share(), bound_text(least),
                      bound_text(most)),
          each.failed_share(), Tone::warning};
}

Section outcomes_section(const RunView& run) {
  Table outcomes{
      "Executions; latency is that of those that were committed, their sleeps included, in ms",
      columns({"configuration", "scripts/s (pgbench's tps)", "commits/s", "latency average",
               "stddev", "P99", "longest", "failed", "busy", "conflict", "other"})};
  Table lifecycles{"File lifecycles; those that were given up had met \"database is locked\"",
                   columns({"configuration", "indexed", "failed", "busy"})};
  Table failures{"Statements that failed, in any attempt; waits in ms",
                 columns({"configuration", "statement", "outcome", "times", "at once", "mean wait",
                          "longest wait"})};
  std::vector<const ConfigurationResult*> told;
  for (const ConfigurationResult& each : run.configurations) {
    if (!each.runs_scripts() && !lost_a_race(each)) continue;
    told.push_back(&each);
    if (each.runs_scripts()) {
      outcomes.rows.push_back(outcome_row(each));
    } else {
      lifecycles.rows.push_back(lifecycle_row(each));
    }
    for (const StatementFailures& failure : each.failures) {
      failures.rows.push_back(failure_row(each, failure));
    }
  }
  Section section{
      (lifecycles.rows.empty() ? "Executions of scripts" : "Lifecycles that lost a race") +
      run.suffix};
  for (Table* const table : {&outcomes, &lifecycles}) {
    if (!table->rows.empty()) section.add(std::move(*table));
  }
  for (const ConfigurationResult* const each : told) {
    tell_failures(*each, section);
  }
  if (!failures.rows.empty()) section.add(std::move(failures));
  return section;
}

}  // namespace walbench::tools
