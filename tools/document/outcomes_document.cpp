#include "tools/document/outcomes_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "metrics/result/key.hpp"
#include "metrics/statistics/distributions.hpp"
#include "tools/document/cells.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::StatementFailures;

constexpr double kDoubt = 0.025;  // on each side of an interval of 95 %

/// The share that failed, with what it may be: `2.1 % (1.9 .. 2.3)`, `0 of 75,400: at most 1 in
/// 20,400`.
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
  return {fmt::format("{:.3g} % ({:.2g} .. {:.2g})", 100 * each.failed_share(), 100 * least,
                      100 * most),
          each.failed_share(), Tone::warning};
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
    section.say("{}: at most {} attempts for one execution; {} executions needed more than one.",
                label, each.tries.size(),
                with_thousands(static_cast<std::int64_t>(each.iterations_done()) +
                               each.given_up.all() - each.tries.front()));
  }
  if (!each.first_failure.empty()) {
    section.add(
        Sentence{fmt::format("{}: an execution failed: {}", label, each.first_failure), Tone::bad});
  }
}

}  // namespace

Section outcomes_section(const RunView& run) {
  Section section{"Executions of scripts" + run.suffix};
  Table outcomes{
      "Executions; latency is that of those that were committed, their sleeps included, in ms",
      columns({"configuration", "scripts/s (pgbench's tps)", "commits/s", "latency average",
               "stddev", "P99", "longest", "failed", "busy", "conflict", "other"})};
  Table failures{"Statements that failed, in any attempt; waits in ms",
                 columns({"configuration", "statement", "outcome", "times", "at once", "mean wait",
                          "longest wait"})};
  for (const ConfigurationResult& each : run.configurations) {
    if (!each.runs_scripts()) continue;
    outcomes.rows.push_back(outcome_row(each));
    for (const StatementFailures& failure : each.failures) {
      failures.rows.push_back(failure_row(each, failure));
    }
  }
  if (outcomes.rows.empty()) return section;
  section.add(std::move(outcomes));
  for (const ConfigurationResult& each : run.configurations) {
    if (each.runs_scripts()) tell_failures(each, section);
  }
  if (!failures.rows.empty()) section.add(std::move(failures));
  return section;
}

}  // namespace walbench::tools
