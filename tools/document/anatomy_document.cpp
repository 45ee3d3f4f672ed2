#include "tools/document/anatomy_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "metrics/analysis/agreement.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/outcomes_document.hpp"
#include "tools/program/text.hpp"

namespace walbench::tools {
namespace {

/// `exit code 1 and 'Error: no such table'`
std::string end_of(const metrics::BesideProcess& process) {
  std::string text = "an error";
  if (process.exit_code) text = fmt::format("exit code {}", *process.exit_code);
  if (process.signal) text = fmt::format("signal {}", *process.signal);
  if (!process.last_error.empty()) text += fmt::format(" and '{}'", process.last_error);
  return text;
}

using metrics::ConfigurationFindings;
using metrics::ConfigurationResult;
using metrics::Segment;

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Collects sentences.
class Story {
 public:
  template <typename... Values>
  void tell(fmt::format_string<Values...> text, Values&&... values) {
    sentences_.push_back({fmt::format(text, std::forward<Values>(values)...)});
  }
  std::vector<Sentence> sentences() && { return std::move(sentences_); }

 private:
  std::vector<Sentence> sentences_;
};

void tell_threads(const ConfigurationResult& configuration, Story& story) {
  const metrics::ConcurrencyReached& reached = configuration.concurrency;
  story.tell("{}, in flight {} at most and {:.1f} on average.",
             counted(static_cast<std::size_t>(reached.os_threads), "OS thread"),
             reached.in_flight_peak, reached.in_flight_mean);
  if (reached.lifecycles_per_thread.empty()) return;
  const auto [least, most] = std::ranges::minmax(reached.lifecycles_per_thread);
  story.tell("{} to {} {} a thread, {} stolen.", with_thousands(least), with_thousands(most),
             metrics::words_of(configuration).iterations,
             with_thousands(reached.lifecycles_stolen));
}

// ---- the write lock

void tell_waits(const metrics::WriteLockWaits& lock, Story& story) {
  if (lock.waits == 0) return;
  story.tell(
      "Busy handler: {} waits for the write lock, {:.1f} sleeps each ({} at most), slept {}.",
      with_thousands(lock.waits), ratio(lock.sleeps, lock.waits), lock.sleeps_most,
      duration_text(lock.slept_ns));
  if (lock.stale > 0) {
    story.tell(
        "{} times a writer got the lock, but another had committed just before, so it slept "
        "once more.",
        with_thousands(lock.stale));
  }
  if (!lock.has_timeline) return;
  story.tell(
      "During that sleep the lock was held by others {:.1f} % and free {:.1f} %; {:.1f} % "
      "came after the lock had first been free.",
      100 * ratio(lock.held_ns, lock.slept_ns), 100 * ratio(lock.free_ns, lock.slept_ns),
      100 * ratio(lock.missed_ns, lock.slept_ns));
  story.tell("Overtaken while waiting: P50 {}, P99 {}, at most {}.", lock.overtaken_p50,
             lock.overtaken_p99, lock.overtaken_max);
}

void tell_lock(const ConfigurationResult& configuration, Story& story) {
  const metrics::WriteLockWaits& lock = configuration.write_lock;
  if (!lock.has_timeline || lock.acquisitions == 0) return;
  story.tell("Write lock: taken {} times, held {:.1f} % of the time, free for {} at most.",
             with_thousands(lock.acquisitions),
             100 * ratio(lock.lock_held_ns, configuration.elapsed_ns),
             duration_text(lock.lock_free_longest_ns));
}

void tell_timeouts(const ConfigurationFindings& findings, Story& story) {
  for (const metrics::TimeoutAdvice& advice : findings.timeouts) {
    const std::string one_in = with_thousands(1 / advice.chance);
    const std::string from = with_thousands(advice.transactions);
    if (advice.timeout_ms) {
      story.tell(
          "Fewer than one transaction in {} asks to sleep {} ms or longer for the write lock (95 % "
          "limit, from {} transactions).",
          one_in, with_thousands(*advice.timeout_ms), from);
    } else {
      story.tell(
          "How long one transaction in {} asks to sleep for the write lock cannot be told from {} "
          "transactions; {} are needed.",
          one_in, from, with_thousands(advice.transactions_needed));
    }
  }
}

// ---- files

void tell_files(const ConfigurationResult& configuration, Story& story) {
  const metrics::WalFigures& wal = configuration.wal;
  story.tell("WAL: {} at start, {} at end; {} written in {} frames.",
             format_bytes(wal.size_start_bytes), format_bytes(wal.size_end_bytes),
             format_bytes(wal.bytes_written), with_thousands(wal.frames));
  if (const auto& reuse = configuration.reuse) {
    story.tell("It started over {} times, and could not {} times because somebody was reading.",
               with_thousands(reuse->restarts), with_thousands(reuse->refused));
  }
  story.tell("{} checkpoints moved {} into the database.", with_thousands(wal.checkpoints),
             format_bytes(wal.db_bytes_written));
  if (wal.checkpoints_capped > 0) {
    story.tell("{} of the checkpoints were made by a commit at the WAL's cap.",
               with_thousands(wal.checkpoints_capped));
  }
  if (configuration.commits == 0 || wal.wal_writes == 0) return;
  story.tell("{:.1f} frames a transaction in {:.1f} writes; {} pages moved by checkpoints.",
             ratio(wal.frames, configuration.commits), ratio(wal.wal_writes, configuration.commits),
             with_thousands(wal.db_writes));
  const metrics::Histogram* const close = configuration.find(Segment::close);
  const metrics::Histogram* const connect = configuration.find(Segment::connect);
  if (close == nullptr || connect == nullptr || connect->mean() <= 0) return;
  story.tell("Closing connections took {:.0f} % of connect: {} ms each on average.",
             100 * close->mean() / connect->mean(), milliseconds_text(close->mean()));
}

void tell_fairness(const ConfigurationResult& configuration,
                   const std::optional<metrics::Fairness>& fairness, Story& story) {
  if (!fairness) return;
  story.tell("Fairness: Jain's index {:.3f} over threads; the longest wait of one write {}.",
             fairness->jain_index, duration_text(configuration.lock_wait_longest_ns));
  if (fairness->barging) story.tell("{}.", *fairness->barging);
}

// ---- counts

void tell_counts(const ConfigurationResult& configuration, const ConfigurationFindings& findings,
                 Story& story) {
  story.tell("The busy handler slept {} times; stale snapshots retried {}, OCC conflicts {}.",
             with_thousands(configuration.busy_retries),
             with_thousands(configuration.snapshot_retries),
             with_thousands(configuration.occ_conflicts));
  if (!configuration.runs_scripts() && configuration.iterations) {
    story.tell("Lifecycles that failed, with 95 % confidence: {}.",
               failed_cell(configuration).text);
  }
  for (const metrics::Stream* const stream : configuration.streams()) {
    const std::string name = configuration.name_of(*stream);
    story.tell("Samples{}: {} produced = {} recorded + {} out of range.",
               name.empty() ? "" : " of " + name, with_thousands(stream->samples_produced),
               with_thousands(stream->samples_recorded),
               with_thousands(stream->samples_out_of_range));
  }
  if (configuration.groups.groups > 0) {
    const metrics::GroupsCommitted& groups = configuration.groups;
    story.tell("{} groups of {:.1f} writes on average, P50 {}, {} at most.",
               with_thousands(groups.groups), groups.size_mean(), groups.size_p50, groups.size_max);
  }
  if (configuration.ceiling) {
    const metrics::CeilingPoint& ceiling = *configuration.ceiling;
    story.tell(
        "{} of the ceiling: {} writes/s of {} ({} .. {}) that one thread writes raw, {} in a "
        "transaction.",
        ceiling_cell(findings.ceiling_share).text,
        with_thousands(configuration.writes_per_second()),
        with_thousands(ceiling.writes_per_second), with_thousands(ceiling.least_per_second),
        with_thousands(ceiling.most_per_second), with_thousands(ceiling.group_size));
  }
  if (configuration.planned.api_fail_rate > 0) {
    story.tell("API: {} calls, {} failed and were retried; {} transitions written.",
               with_thousands(configuration.api_calls), with_thousands(configuration.api_failures),
               with_thousands(configuration.writes));
  }
}

}  // namespace

std::vector<Sentence> warnings_about(const ConfigurationResult& configuration,
                                     const ConfigurationFindings& findings) {
  std::vector<Sentence> warnings;
  const auto warn = [&warnings](std::string text) {
    Sentence& warning = warnings.emplace_back();
    warning.text = std::move(text);
    warning.tone = Tone::warning;
  };
  if (!configuration.verified) warn("the database was NOT VERIFIED");
  if (configuration.unsaved_peak > 0) {
    warn(fmt::format(
        "RISK: up to {} {} were acknowledged and not yet durable; a crash would have "
        "lost them",
        with_thousands(configuration.unsaved_peak), metrics::words_of(configuration).writes));
  }
  if (const auto& beside = configuration.beside; beside && beside->failed()) {
    warn(fmt::format("the process beside it ended early, with {}", end_of(*beside)));
  }
  for (const std::string& contradiction : metrics::disagreements(configuration)) {
    warn("FIGURES DISAGREE: " + contradiction + "; this is a defect of walbench, please report it");
  }
  if (metrics::locks_unseen(configuration)) {
    warn(
        "LOCKS: with locking_mode exclusive no lock was seen, so that waits for the write lock are "
        "not counted");
  }
  if (findings.loaded) warn("LOADED: " + *findings.loaded);
  if (findings.ceiling_share && findings.ceiling_share->moved()) {
    warn(
        fmt::format("the ceiling moved: {} of it were reached, which nothing can do; the machine "
                    "was slower when the raw writes were measured, so that share says nothing",
                    percent_cell(findings.ceiling_share->share).text));
  }
  if (findings.missing_concurrency) warn("CONCURRENCY: " + *findings.missing_concurrency);
  constexpr std::int64_t kEnough = 1000;
  const metrics::Histogram* const net = configuration.find(Segment::fsm_net);
  if (net != nullptr && net->total_count() < kEnough) {
    warn(
        fmt::format("{} samples are too few for a P99.9, which one of them decides; measure {} or "
                    "more with {}",
                    with_thousands(net->total_count()), with_thousands(kEnough),
                    configuration.runs_scripts() ? "--duration or --iterations" : "--files"));
  }
  return warnings;
}

std::vector<Sentence> anatomy_of(const ConfigurationResult& configuration,
                                 const ConfigurationFindings& findings) {
  Story story;
  tell_threads(configuration, story);
  tell_waits(configuration.write_lock, story);
  tell_lock(configuration, story);
  tell_timeouts(findings, story);
  tell_files(configuration, story);
  tell_fairness(configuration, findings.fairness, story);
  tell_counts(configuration, findings, story);
  return std::move(story).sentences();
}

}  // namespace walbench::tools
