#include "metrics/analysis/breakdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "metrics/duration.hpp"
#include "metrics/result/words.hpp"

namespace walbench::metrics {
namespace {

double mean_of(const ConfigurationResult& configuration, Segment segment) {
  const Histogram* const histogram = configuration.find(segment);
  return histogram == nullptr ? 0 : histogram->mean();
}

}  // namespace

std::string_view spent_name(Spent spent) {
  switch (spent) {
    case Spent::waiting: return "waiting";
    case Spent::working: return "working";
    case Spent::checkpointing: return "checkpointing";
    case Spent::syncing: return "syncing";
  }
  return "?";
}

double Breakdown::share(Spent spent) const {
  double sum = 0;
  for (const BreakdownPart& part : parts) {
    if (part.spent == spent) sum += part.share;
  }
  return sum;
}

std::optional<Breakdown> break_down(const ConfigurationResult& configuration) {
  const auto has = [&](Segment segment) { return configuration.find(segment) != nullptr; };
  const bool writes = has(Segment::lock_wait) && has(Segment::commit);
  if (!has(Segment::fsm_net) || (!writes && !has(Segment::read))) return std::nullopt;
  Breakdown breakdown;
  breakdown.net_ns = mean_of(configuration, Segment::fsm_net);
  if (breakdown.net_ns <= 0) return std::nullopt;
  double sum_ns = 0;
  const auto add = [&](std::string name, Spent spent, double mean_ns) {
    sum_ns += mean_ns;
    if (mean_ns == 0) return;
    breakdown.parts.push_back({std::move(name), spent, mean_ns, mean_ns / breakdown.net_ns});
  };
  const double lock = mean_of(configuration, Segment::lock_wait);
  const double pool = mean_of(configuration, Segment::pool_wait);
  const double queue = mean_of(configuration, Segment::queue_wait);
  const double busy = mean_of(configuration, Segment::busy_wait);
  const double commit = mean_of(configuration, Segment::commit);
  const double checkpoint = mean_of(configuration, Segment::checkpoint_wait);
  const double sync = mean_of(configuration, Segment::sync_wait);
  const bool queued = configuration.planned.commits_in_groups();

  add("hydrate", Spent::working, mean_of(configuration, Segment::fsm_hydrate));
  add("dispatch", Spent::working, mean_of(configuration, Segment::fsm_dispatch));
  add("read", Spent::working, mean_of(configuration, Segment::read));
  add("connection pool", Spent::waiting, pool);
  add("queue", Spent::waiting, queue);
  add("busy handler", Spent::waiting, busy);
  // A queued write waits for its group; otherwise what is left is BEGIN, and the UPDATE inside
  // which SQLite takes the lock.
  add(queued ? "queue" : "lock and update", queued ? Spent::waiting : Spent::working,
      lock - pool - queue - busy);
  add("statement", Spent::working, mean_of(configuration, Segment::statement));
  add(queued ? "group" : "commit", Spent::working, commit - checkpoint - sync);
  add("checkpoint", Spent::checkpointing, checkpoint);
  add("sync", Spent::syncing, sync);
  add("other", Spent::working, mean_of(configuration, Segment::other));
  breakdown.unexplained = (breakdown.net_ns - sum_ns) / breakdown.net_ns;
  return breakdown;
}

std::optional<Fairness> judge_fairness(const ConfigurationResult& configuration) {
  const std::vector<std::int64_t>& counts = configuration.concurrency.lifecycles_per_thread;
  if (configuration.planned.commits_in_groups() || counts.empty()) return std::nullopt;
  double sum = 0;
  double squares = 0;
  for (const std::int64_t count : counts) {
    const auto x = static_cast<double>(count);
    sum += x;
    squares += x * x;
  }
  Fairness fairness;
  if (squares > 0) fairness.jain_index = sum * sum / (static_cast<double>(counts.size()) * squares);

  constexpr std::int64_t kMultiple = 100;
  constexpr std::int64_t kNoticeableNs = 10'000'000;
  const Histogram* const lock = configuration.find(Segment::lock_wait);
  if (lock == nullptr || counts.size() < 2) return fairness;
  const std::int64_t p99_ns = lock->value_at_percentile(99);
  if (lock->max() >= kNoticeableNs && lock->max() / kMultiple >= p99_ns) {
    fairness.barging = fmt::format(
        "barging: 99 of 100 {} wait {} at most for the write lock and the unluckiest {}; who has "
        "just released it takes it again while others starve",
        words_of(configuration).iterations, format_duration(std::chrono::nanoseconds(p99_ns)),
        format_duration(std::chrono::nanoseconds(lock->max())));
  }
  return fairness;
}

std::optional<std::string> missing_concurrency(const ConfigurationResult& configuration) {
  constexpr double kEnough = 0.9;
  const auto asked =
      static_cast<double>(std::min(configuration.planned.threads, configuration.planned.files));
  const double mean = configuration.concurrency.in_flight_mean;
  if (asked <= 0 || mean >= kEnough * asked) return std::nullopt;
  return fmt::format(
      "{:.1f} {} were in flight on average, {:.0f} % of the {:.0f} asked for: threads ran out of "
      "work before others were done, so this is less contention than it says; measure {}",
      mean, words_of(configuration).iterations, 100 * mean / asked, asked,
      words_of(configuration).more);
}

std::optional<double> write_amplification(const ConfigurationResult& configuration) {
  if (configuration.row_bytes_changed == 0) return std::nullopt;
  const WalFigures& wal = configuration.wal;
  return static_cast<double>(wal.bytes_written + wal.db_bytes_written) /
         static_cast<double>(configuration.row_bytes_changed);
}

}  // namespace walbench::metrics
