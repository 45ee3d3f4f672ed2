#include "tools/document/anatomy_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

#include "metrics/analysis/breakdown.hpp"
#include "metrics/duration.hpp"
#include "tools/document/result_tables.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

using metrics::ConfigurationResult;
using metrics::Segment;
using metrics::Spent;

std::string duration(std::int64_t ns) {
  return metrics::format_duration(std::chrono::nanoseconds(ns));
}

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// ---- the bar

struct BarPart {
  Spent spent;
  char mark;
};
constexpr std::array<BarPart, 4> kBarParts = {{{Spent::waiting, '.'},
                                               {Spent::working, '#'},
                                               {Spent::checkpointing, 'c'},
                                               {Spent::syncing, 's'}}};

/// As long for every breakdown; what is there at all gets a mark at least.
std::string bar(const metrics::Breakdown& breakdown) {
  constexpr double kWidth = 50;
  std::string text;
  for (const auto& [spent, mark] : kBarParts) {
    const double share = breakdown.share(spent);
    if (share <= 0) continue;
    // A share above 1 comes of files that do not belong together.
    const auto marks = static_cast<std::size_t>(std::lround(std::min(share, 1.0) * kWidth));
    text.append(std::max<std::size_t>(marks, 1), mark);
  }
  return text;
}

std::string breakdown_lines(const metrics::Breakdown& breakdown) {
  std::string out = "  the mean fsm_net, [" + bar(breakdown) + "]";
  std::string_view separator = ": ";
  for (const auto& [spent, mark] : kBarParts) {
    const double share = breakdown.share(spent);
    if (share <= 0) continue;
    out +=
        fmt::format("{}{} {} {:.1f} %", separator, metrics::spent_name(spent), mark, 100 * share);
    separator = ", ";
  }
  out += "\n   ";
  separator = " ";
  for (const metrics::BreakdownPart& part : breakdown.parts) {
    out += fmt::format("{}{} {:.1f} %", separator, part.name, 100 * part.share);
    separator = " + ";
  }
  return out + fmt::format(" = {} ms (unexplained: {:.2f} %)\n",
                           format_milliseconds(breakdown.net_ns / 1e6),
                           100 * std::abs(breakdown.unexplained));
}

// ---- the write lock

std::string wait_lines(const ConfigurationResult& configuration) {
  const metrics::WriteLockWaits& lock = configuration.write_lock;
  if (lock.waits == 0) return {};
  std::string out = fmt::format(
      "  busy handler: {} waits for the write lock, {:.1f} sleeps each ({} at most), slept {}\n",
      with_thousands(lock.waits), ratio(lock.sleeps, lock.waits), lock.sleeps_most,
      duration(lock.slept_ns));
  if (lock.stale > 0) {
    out += fmt::format(
        "    {} times a writer got the lock, but another had committed just before, so it slept "
        "once "
        "more\n",
        with_thousands(lock.stale));
  }
  if (!lock.has_timeline) return out;
  out += fmt::format(
      "    of that sleep the lock was held by others {:.1f} % and free {:.1f} %; {:.1f} % was "
      "after "
      "the lock had first been free\n"
      "    overtaken while waiting: P50 {}, P99 {}, at most {}\n",
      100 * ratio(lock.held_ns, lock.slept_ns), 100 * ratio(lock.free_ns, lock.slept_ns),
      100 * ratio(lock.missed_ns, lock.slept_ns), lock.overtaken_p50, lock.overtaken_p99,
      lock.overtaken_max);
  return out;
}

std::string lock_line(const ConfigurationResult& configuration) {
  const metrics::WriteLockWaits& lock = configuration.write_lock;
  if (!lock.has_timeline || lock.acquisitions == 0) return {};
  return fmt::format(
      "  write lock: taken {} times, held {:.1f} % of the time, free for {} at most\n",
      with_thousands(lock.acquisitions), 100 * ratio(lock.lock_held_ns, configuration.elapsed_ns),
      duration(lock.lock_free_longest_ns));
}

std::string timeout_line(const ConfigurationResult& configuration) {
  std::string out;
  for (const metrics::TimeoutAdvice& advice : configuration.timeout_advice) {
    const std::string chance = fmt::format("{:.0e}", advice.chance);
    if (advice.timeout_ms) {
      out += fmt::format("{}{} ms for a chance of SQLITE_BUSY of {} a transaction",
                         out.empty() ? "" : ", ", with_thousands(*advice.timeout_ms), chance);
    } else {
      out +=
          fmt::format("{}not enough samples for {} ({} transactions needed)",
                      out.empty() ? "" : ", ", chance, with_thousands(advice.transactions_needed));
    }
  }
  if (out.empty()) return out;
  return fmt::format("  busy_timeout, from {} transactions: {}\n",
                     with_thousands(configuration.timeout_advice.front().transactions), out);
}

// ---- files

std::string io_lines(const ConfigurationResult& configuration) {
  const metrics::WalFigures& wal = configuration.wal;
  if (configuration.commits == 0 || wal.wal_writes == 0) return {};
  std::string out =
      fmt::format("  {:.1f} frames a transaction in {:.1f} writes; {} pages moved by checkpoints",
                  ratio(wal.frames, configuration.commits),
                  ratio(wal.wal_writes, configuration.commits), with_thousands(wal.db_writes));
  if (const auto amplification = metrics::write_amplification(configuration)) {
    out += fmt::format("; {:.0f} bytes written for each byte changed in rows", *amplification);
  }
  out += "\n";
  const metrics::Histogram* const close = configuration.find(Segment::close);
  const metrics::Histogram* const connect = configuration.find(Segment::connect);
  if (close != nullptr && connect != nullptr && connect->mean() > 0) {
    out += fmt::format("  closing connections took {:.0f} % of connect: {} ms a file on average\n",
                       100 * close->mean() / connect->mean(),
                       format_milliseconds(close->mean() / 1e6));
  }
  return out;
}

// ---- fairness

std::string fairness_lines(const ConfigurationResult& configuration) {
  std::string out;
  if (const auto fairness = metrics::judge_fairness(configuration)) {
    out += fmt::format("  fairness: Jain's index {:.3f} over threads", fairness->jain_index);
    // Older files do not say.
    if (configuration.lock_wait_longest_ns > 0) {
      out += fmt::format("; the longest wait of one write {}",
                         duration(configuration.lock_wait_longest_ns));
    }
    out += "\n";
    if (fairness->barging) out += "  " + *fairness->barging + "\n";
  }
  if (const auto missing = metrics::missing_concurrency(configuration)) {
    out += "  CONCURRENCY: " + *missing + "\n";
  }
  return out;
}

}  // namespace

std::string render_anatomy(const ConfigurationResult& configuration) {
  std::string out;
  if (const auto breakdown = metrics::break_down(configuration)) out += breakdown_lines(*breakdown);
  return out + wait_lines(configuration) + lock_line(configuration) + timeout_line(configuration) +
         io_lines(configuration) + fairness_lines(configuration);
}

}  // namespace walbench::tools
