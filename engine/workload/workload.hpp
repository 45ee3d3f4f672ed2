#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/workers/task.hpp"
#include "engine/workers/timer.hpp"
#include "metrics/clock.hpp"
#include "metrics/recording/timing_record.hpp"
#include "metrics/result/stream.hpp"
#include "storage/database.hpp"
#include "storage/storage_error.hpp"
#include "storage/store.hpp"

namespace walbench::engine {

/// Stands for opening a connection where failures name a statement.
inline constexpr std::size_t kConnecting = std::numeric_limits<std::size_t>::max();

/// One statement that was refused, or hit another number of rows than it must.
struct StatementFailure {
  std::size_t statement = 0;  ///< its index among the workload's, or kConnecting
  storage::Outcome outcome = storage::Outcome::failed;
  bool slept = false;          ///< it waited in the busy handler before
  std::int64_t waited_ns = 0;  ///< how long it took to fail

  bool operator==(const StatementFailure&) const = default;
};

/// Counts over iterations.
struct IterationCounts {
  std::int64_t writes = 0;
  std::int64_t commits = 0;  ///< fewer than the writes if a batch commits several
  std::int64_t api_calls = 0;
  std::int64_t api_failures = 0;
  std::int64_t row_bytes_changed = 0;     ///< the new values of the columns that writes set
  std::int64_t lock_wait_longest_ns = 0;  ///< of one write

  void add(const IterationCounts& other);
};

/// The result of one iteration.
struct IterationOutcome {
  metrics::TimingRecord record;  ///< every segment but `connect`
  /// Samples that have no room in `record`: of other streams, of failed attempts, and of
  /// transactions beyond its few.
  std::vector<metrics::TimingRecord> further_records;
  IterationCounts counts;
  storage::Outcome ended = storage::Outcome::committed;
  std::int64_t tries = 1;  ///< the most that anything took which was repeated by itself
  std::vector<StatementFailure> failures;  ///< of every attempt
  std::string reason;  ///< a sentence, if it failed for a reason that is no lost race

  /// Adds the sample of one more transaction; there may be any number of them.
  void add_transition(std::int64_t ns) {
    if (record.is_full()) further_records.push_back(record.take_transitions());
    record.add_transition(ns);
  }

  /// Moves all of its samples to that stream.
  void set_stream(std::size_t stream) {
    record.set_stream(stream);
    for (metrics::TimingRecord& further : further_records) {
      further.set_stream(stream);
    }
  }
};

/// The surroundings of an iteration; they outlive it.
struct IterationContext {
  storage::Session& session;
  const metrics::Clock& clock;
  Timer* timer = nullptr;  ///< where to wait without a thread; null: on the calling one
  bool warm_up = false;    ///< nothing that it does counts
  const std::stop_token* end = nullptr;  ///< once requested, no further write begins; may be null
  std::int64_t no_retry_after_ns = std::numeric_limits<std::int64_t>::max();  ///< by the clock

  /// Throws storage::WriteCancelled if the run is to end.
  void go_on() const {
    if (end != nullptr && end->stop_requested()) throw storage::WriteCancelled();
  }
};

/// The state of the database after a run.
struct Verification {
  std::int64_t rows = 0;
  std::int64_t rows_finished = 0;        ///< in the state that iterations end in
  std::int64_t rows_right = 0;           ///< every column is as the last acknowledged write left it
  std::string first_wrong;               ///< the first row and column that is not; or empty
  std::string integrity = "not asked";   ///< `ok`, or the engine's complaint about its file
  std::vector<std::string> broken = {};  ///< what must hold and does not, a sentence each

  /// Every seeded row exists and is right, everything holds, and the file is sound.
  bool passed(std::int64_t seeded) const {
    return rows == seeded && rows_right == seeded && broken.empty() && integrity == "ok";
  }
};

/// What those of one role do again and again. Thread safe.
class Iterations {
 public:
  Iterations() = default;
  Iterations(const Iterations&) = delete;
  Iterations& operator=(const Iterations&) = delete;
  virtual ~Iterations() = default;

  /// The streams that its iterations record; a timing record carries an index into this list. The
  /// first is the main one: iterations that went well, which findings are about. Names differ.
  virtual std::vector<metrics::StreamId> streams() const = 0;

  /// Every statement that its transactions use.
  virtual storage::StatementTexts statements() const = 0;

  /// One iteration. `number` is 0 .. the number of rows - 1 and runs once after a reset. Throws
  /// what the session throws; `outcome` is then incomplete.
  virtual Task iterate(std::int64_t number, IterationContext context,
                       IterationOutcome& outcome) const = 0;

  /// Ends an iteration that got no connection, because the database was locked: says in which of
  /// streams() its samples belong. `counts`: it was no warm-up.
  virtual void never_began(std::int64_t number, bool counts, IterationOutcome& outcome) const = 0;

  /// How messages name an iteration.
  virtual std::string name_of(std::int64_t number) const = 0;

  /// How results name a statement of statements().
  virtual std::string name_of_statement(std::size_t index) const {
    return statements().at(index).sql;
  }
};

/// A workload: rows to start with, iterations, and what must be true afterwards. Only its
/// implementation knows its tables. Thread safe.
class Workload : public Iterations {
 public:
  virtual storage::Content content() const = 0;

  /// What `readers` readers do beside those who write. They record streams of the role `readers`
  /// alone, the first of them for what went well.
  virtual std::unique_ptr<Iterations> readers(std::size_t readers) const = 0;

  /// The rows that verify() finds if nothing is missing.
  virtual std::int64_t rows() const = 0;
  /// What verify() looks at, for results.
  virtual std::string verified_by() const { return "rows+integrity"; }

  /// The transactions of an iteration that goes well, and nothing else of it; null if they depend
  /// on what comes back.
  virtual std::unique_ptr<storage::PlainIteration> plain_iteration(std::int64_t number) const = 0;

  /// The SQL that puts every row back to where iterations start; empty if they may start anywhere.
  virtual std::string reset_sql() const = 0;

  /// Looks at every row, after every iteration has run once.
  virtual Verification verify(storage::Database& database, const std::stop_token& stop) const = 0;
};

}  // namespace walbench::engine
