#include "engine/workload/iteration_totals.hpp"

#include <algorithm>

namespace walbench::engine {
namespace {

void add(std::vector<FailureCounts>& all, const FailureCounts& more) {
  const auto found = std::ranges::find_if(all, [&](const FailureCounts& each) {
    return each.statement == more.statement && each.outcome == more.outcome;
  });
  FailureCounts& into =
      found != all.end() ? *found : all.emplace_back(FailureCounts{more.statement, more.outcome});
  into.count += more.count;
  into.at_once += more.at_once;
  into.waited_ns += more.waited_ns;
  into.waited_longest_ns = std::max(into.waited_longest_ns, more.waited_longest_ns);
}

void add_tries(std::vector<std::int64_t>& tries, std::size_t index, std::int64_t iterations) {
  if (tries.size() <= index) tries.resize(index + 1);
  tries[index] += iterations;
}

}  // namespace

void IterationTotals::add(const IterationOutcome& outcome) {
  counts.add(outcome.counts);
  ++iterations;
  ended[static_cast<std::size_t>(outcome.ended)] += 1;
  add_tries(tries, static_cast<std::size_t>(outcome.tries - 1), 1);
  for (const StatementFailure& failure : outcome.failures) {
    engine::add(failures, {failure.statement, failure.outcome, 1, failure.slept ? 0 : 1,
                           failure.waited_ns, failure.waited_ns});
  }
  if (reason.empty() && !outcome.reason.empty()) reason = outcome.reason;
}

void IterationTotals::add(const IterationTotals& others) {
  counts.add(others.counts);
  iterations += others.iterations;
  for (std::size_t outcome = 0; outcome < ended.size(); ++outcome) {
    ended[outcome] += others.ended[outcome];
  }
  for (std::size_t index = 0; index < others.tries.size(); ++index) {
    add_tries(tries, index, others.tries[index]);
  }
  for (const FailureCounts& failure : others.failures) {
    engine::add(failures, failure);
  }
  if (reason.empty()) reason = others.reason;
}

}  // namespace walbench::engine
