#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/result/beside_process.hpp"
#include "metrics/result/ceiling.hpp"
#include "metrics/result/figure.hpp"
#include "metrics/result/groups_committed.hpp"
#include "metrics/result/settings_read_back.hpp"
#include "metrics/result/stream.hpp"
#include "metrics/result/wal_figures.hpp"
#include "metrics/result/wal_reuse.hpp"
#include "metrics/result/write_lock.hpp"
#include "metrics/slowest_lifecycles.hpp"

namespace walbench::metrics {

/// The name of the built-in workload.
inline constexpr std::string_view kLifecycle = "lifecycle";

/// What was asked of one configuration. Names as on the command line.
struct ConfigurationPlanned {
  std::string workload = std::string(kLifecycle);  ///< or the names of scripts
  std::string scripts = {};         ///< a fingerprint of all that scripts do; empty: there are none
  std::int64_t duration_ns = 0;     ///< after which no iteration starts; 0: `files` decides
  std::int64_t max_tries = 1;       ///< of whatever lost a race; 0: no limit
  std::int64_t retry_delay_ns = 0;  ///< before each further one
  std::int64_t threads = 0;
  std::int64_t readers = 0;           ///< beside them
  std::int64_t hold_snapshot_ns = 0;  ///< by each of their transactions, from its first row on
  std::string beside = {};            ///< somebody else's command that ran meanwhile; empty: none
  std::string as = {};                ///< the stack whose settings it had; empty: none
  std::string profile;
  std::string strategy;
  std::string connection;  ///< the axes
  std::string commit;
  std::string begin;
  std::string guard;
  std::string queue;
  std::string busy_handler = "sqlite";
  std::string schema;
  std::int64_t files = 0;
  std::int64_t transitions_per_file = 0;
  std::string api_delay;          ///< of each API call, as on the command line
  std::int64_t api_delay_ns = 0;  ///< its mean
  double api_fail_rate = 0;
  std::int64_t warmup_files = 0;
  std::string checkpoint = "auto";  ///< who checkpoints: `auto`, `background:full`, `off`
  std::int64_t checkpoint_every_frames = 0;
  std::int64_t wal_cap_frames = 0;  ///< with `background` alone
  std::string library = {};  ///< the file of another SQLite; empty: the one that is installed
  std::string memory_statistics =
      "on";                  ///< whether SQLite keeps account of its memory: `on`, `off`
  std::string pragmas = {};  ///< set beside the settings that have a name: `cache_size=-65536`
  /// The loaded SQLite has the WAL-reset bug, and a checkpoint of this plan may meet it.
  bool wal_reset_exposed = false;
  std::int64_t perturb_ns = 0;  ///< threads paused at random for up to so long; 0: they did not
  std::vector<std::string> varied = {};  ///< see name_what_varies(): `busy-timeout=20ms`
  std::vector<std::string> limits = {};  ///< set by the user for it, as written: see parse_limit()

  /// Whether one committer writes for all.
  bool commits_in_groups() const { return commit.starts_with("group"); }

  bool operator==(const ConfigurationPlanned&) const = default;
};

/// How many API calls a file takes on average where each fails with that probability (0 to below
/// 1): the second call is made again until it succeeds, and each of these times the first one.
constexpr double expected_api_calls_per_file(double fail_rate) {
  const double success = 1 - fail_rate;
  return 1 / success + 1 / (success * success);
}

/// How many lifecycles really ran at once, and on what.
struct ConcurrencyReached {
  std::int64_t os_threads = 0;  ///< that had met when the clock started
  std::int64_t in_flight_peak = 0;
  double in_flight_mean =
      0;  ///< Little's law: time in lifecycles, connections included, by elapsed
  std::vector<std::int64_t> lifecycles_per_thread;
  std::int64_t lifecycles_stolen = 0;

  bool operator==(const ConcurrencyReached&) const = default;
};

/// Iterations that were given up, by their reason.
struct GivenUp {
  std::int64_t busy = 0;      ///< the write lock could not be had
  std::int64_t conflict = 0;  ///< rows had moved on
  std::int64_t failed = 0;    ///< anything else

  std::int64_t all() const { return busy + conflict + failed; }
  bool operator==(const GivenUp&) const = default;
};

/// How often a statement was refused, or hit another number of rows than it must, in any attempt.
struct StatementFailures {
  std::string statement;  ///< where it stands, and its first words
  std::string outcome;    ///< `busy`, `conflict`, `failed`
  std::int64_t count = 0;
  std::int64_t at_once = 0;  ///< without any sleep: no busy timeout cures these
  std::int64_t waited_ns = 0;
  std::int64_t waited_longest_ns = 0;

  bool operator==(const StatementFailures&) const = default;
};

/// What else the machine did during a measurement. Absent if the system does not say it, or if the
/// measurement was too short to tell.
struct MachineLoad {
  std::optional<double> others_cores;  ///< CPUs that other processes and other guests kept busy
  std::optional<double> pressure;      ///< share of the time in which tasks of others waited for a
                                       ///< CPU, or any task waited for memory; 0 to 1

  bool operator==(const MachineLoad&) const = default;
};

/// One configuration as it was measured. A value; all times in nanoseconds unless the name says so.
struct ConfigurationResult {
  ConfigurationPlanned planned;
  SettingsReadBack settings;
  std::int64_t repeats = 1;     ///< measurements pooled in this one; counts and times are sums
  std::int64_t elapsed_ns = 0;  ///< from all threads having met until everything was durable
  std::int64_t elapsed_longest_ns = 0;  ///< of the measurements pooled
  Spans measured_epoch_ns;              ///< when: nanoseconds since 1970 by the system's clock
  std::int64_t indexed_count = 0;
  /// Those that were committed. Absent in files of lifecycles of older versions: there all were.
  std::optional<std::int64_t> iterations;
  GivenUp given_up;
  std::vector<std::int64_t> tries;  ///< how many iterations took one attempt, two, three, ...
  std::vector<StatementFailures> failures;
  std::string first_failure;  ///< why the first iteration failed that did not lose a race
  std::int64_t writes = 0;    ///< transitions written
  std::int64_t commits = 0;   ///< COMMITs that made them durable
  std::int64_t api_calls = 0;
  std::int64_t api_failures = 0;
  std::int64_t occ_conflicts = 0;
  std::int64_t busy_retries = 0;
  std::int64_t busy_longest_us = 0;  ///< what the longest wait for a lock meant to sleep: the least
                                     ///< busy_timeout that would have done
  std::int64_t snapshot_retries = 0;
  std::int64_t lock_wait_longest_ns = 0;  ///< of one write: the longest that a writer starved
  std::int64_t row_bytes_changed = 0;     ///< the new values of the columns that the writes set
  std::int64_t unsaved_peak = 0;          ///< the most transitions acknowledged and not yet durable
  ConcurrencyReached concurrency;
  GroupsCommitted groups;
  WriteLockWaits write_lock;
  OtherLockSleeps other_sleeps;  ///< these and those of write_lock are busy_retries
  WalFigures wal;
  std::optional<BesideProcess> beside;  ///< if one was to run
  std::optional<WalReuse> reuse;        ///< absent in files of older versions
  std::optional<CeilingPoint> ceiling;  ///< where it was measured
  MachineLoad load;
  SlowestLifecycles slowest;
  std::filesystem::path interval_log;  ///< where it lies until it is published; empty: none
  bool verified = false;
  std::string verified_by;     ///< `rows+integrity`, `integrity`, `integrity+checks`
  Stream main;                 ///< writers whose iterations went well: findings are about these
  std::vector<Stream> others;  ///< those with a sample, in the order of the workload's streams
  /// The names of all distributions that were published of it; empty before that.
  std::vector<std::string> published;

  double elapsed_seconds() const { return static_cast<double>(elapsed_ns) / 1e9; }
  bool runs_scripts() const { return planned.workload != kLifecycle; }
  double iterations_done() const {
    if (iterations) return static_cast<double>(*iterations);
    return static_cast<double>(planned.files) * static_cast<double>(repeats);
  }
  /// Of scripts, iterations.
  double transitions_per_second() const {
    return iterations_done() * static_cast<double>(planned.transitions_per_file) /
           elapsed_seconds();
  }
  /// Iterations that were given up, of all that ended; 0 to 1.
  double failed_share() const {
    const auto failed = static_cast<double>(given_up.all());
    return failed == 0 ? 0 : failed / (failed + iterations_done());
  }
  double commits_per_second() const { return static_cast<double>(commits) / elapsed_seconds(); }
  double writes_per_second() const { return static_cast<double>(writes) / elapsed_seconds(); }
  /// The main stream's distribution of that segment, or null if it has no samples.
  const Histogram* find(Segment segment) const { return main.find(segment); }

  /// Every stream, the main one first. Valid until `others` changes.
  std::vector<const Stream*> streams() const;
  std::vector<Stream*> streams();

  /// The names of the distributions that are here: `lock_wait`, `readers.read`.
  std::vector<std::string> distributions() const;
  /// Those that were published with them and are not here.
  std::vector<std::string> missing() const;

  /// The stream of that name (see stream_name()), or null.
  const Stream* find_stream(std::string_view name) const;
  /// The name of one of its streams.
  std::string name_of(const Stream& stream) const { return stream_name(stream.id, main.id); }
};

}  // namespace walbench::metrics
