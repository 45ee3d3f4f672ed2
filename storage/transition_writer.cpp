#include "storage/transition_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>

#include "storage/probes.hpp"
#include "storage/timestamp.hpp"

namespace walbench::storage {
namespace {

// Parameters of the UPDATE statements; a statement uses those that its columns and guard need.
constexpr int kNow = 1;
constexpr int kNextVersion = 2;
constexpr int kFilePath = 3;
constexpr int kVersion = 4;
constexpr int kFirstAnswer = 5;  ///< remote file id, or the document's id
constexpr int kRemoteUri = 6;

struct Step {
  LifecycleState from;
  LifecycleState to;
  std::string_view answers;  ///< the columns that keep what the API answered
};

constexpr std::array<Step, 6> kSteps = {{
    {LifecycleState::untracked, LifecycleState::uploading, ""},
    {LifecycleState::uploading, LifecycleState::processing,
     "gemini_file_id=?5, gemini_file_uri=?6, upload_timestamp=?1, "},
    {LifecycleState::processing, LifecycleState::indexed, "gemini_store_doc_id=?5, "},
    {LifecycleState::uploading, LifecycleState::failed, "error_message=?5, "},
    {LifecycleState::processing, LifecycleState::failed, "error_message=?5, "},
    {LifecycleState::failed, LifecycleState::untracked, "error_message=NULL, "},
}};
constexpr std::size_t kStepsWithoutFailure = 3;

std::string update_sql(const Step& step, GuardAxis guard) {
  std::string sql = "UPDATE files SET gemini_state='";
  sql.append(state_name(step.to)).append("', ").append(step.answers);
  sql.append("gemini_state_updated_at=?1, version=?2 WHERE file_path=?3");
  if (guard == GuardAxis::where) {
    sql.append(" AND gemini_state='").append(state_name(step.from)).append("'");
  }
  if (guard != GuardAxis::select) sql.append(" AND version=?4");
  return sql;
}

std::size_t step_index(LifecycleState from, LifecycleState to) {
  for (std::size_t index = 0; index < kSteps.size(); ++index) {
    if (kSteps[index].from == from && kSteps[index].to == to) return index;
  }
  throw std::invalid_argument("no write leads from state " + std::string(state_name(from)) +
                              " to " + std::string(state_name(to)));
}

// SQLite's own busy handler sleeps these milliseconds, then the last one for ever.
constexpr std::array<int, 12> kBackoffMs = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};

}  // namespace

/// Rolls back at the end of the scope what was neither committed nor acknowledged.
class TransitionWriter::Transaction {
 public:
  explicit Transaction(TransitionWriter& writer) : writer_(writer) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (writer_.unsaved_ == 0) roll_back();
  }

  // A rollback that fails leaves nothing to do: the error that led here is the one to report.
  void roll_back() {
    writer_.unsaved_ = 0;
    if (writer_.connection_.in_transaction()) static_cast<void>(writer_.rollback_.run());
  }

 private:
  TransitionWriter& writer_;
};

TransitionWriter::TransitionWriter(WriterContext& context)
    : context_(&context), connection_(context.db_path, context.vfs->name()) {
  apply_settings(connection_, context.settings);
  begin_ =
      connection_.prepare(context.axes.begin == BeginAxis::immediate ? "BEGIN IMMEDIATE" : "BEGIN");
  commit_ = connection_.prepare("COMMIT");
  rollback_ = connection_.prepare("ROLLBACK");
  if (context.axes.guard == GuardAxis::select) {
    select_ = connection_.prepare("SELECT gemini_state, version FROM files WHERE file_path=?1");
  }
  for (std::size_t index = 0; index < kStepsWithoutFailure; ++index) {
    updates_[index] = connection_.prepare(update_sql(kSteps[index], context.axes.guard));
  }
}

WriteTimings TransitionWriter::write(const TransitionWrite& write) {
  const metrics::Clock& clock = *context_->clock;
  const ThreadBusyWait waited_before = CountingVfs::thread_busy_wait();
  const std::int64_t started_ns = clock.now_ns();
  WALBENCH_PROBE1(lock_asked, write.file_path.data());

  const GateHold hold(context_->gate);
  Transaction transaction(*this);
  std::int64_t lock_held_ns = 0;
  std::int64_t updated_ns = 0;
  try {
    if (context_->axes.begin == BeginAxis::immediate) {
      begin_immediate();
      lock_held_ns = clock.now_ns();
      connection_.check(guarded_update(write), "UPDATE");
      updated_ns = clock.now_ns();
    } else {
      update_deferred(write, transaction, started_ns);
      lock_held_ns = updated_ns = clock.now_ns();
    }
    WALBENCH_PROBE1(lock_held, write.file_path.data());
    const ThreadBusyWait waited_after = CountingVfs::thread_busy_wait();
    const bool commits = unsaved_ + 1 >= context_->axes.batch;
    if (commits) {
      commit();
    } else {
      leave_uncommitted();
    }
    const std::int64_t committed_ns = clock.now_ns();

    return {.lock_wait_ns = lock_held_ns - started_ns,
            .busy_wait_ns = waited_after.slept_ns - waited_before.slept_ns,
            .statement_ns = updated_ns - lock_held_ns,
            .commit_ns = committed_ns - updated_ns,
            .db_total_ns = committed_ns - started_ns,
            .committed = commits};
  } catch (const SqliteError&) {
    transaction.roll_back();
    throw;
  }
}

std::int64_t TransitionWriter::flush() {
  const GateHold hold(context_->gate);
  if (unsaved_ == 0) return 0;
  Transaction transaction(*this);
  try {
    commit();
  } catch (const SqliteError&) {
    transaction.roll_back();
    throw;
  }
  return 1;
}

void TransitionWriter::begin_immediate() {
  if (unsaved_ == 0) connection_.check(begin_.run(), "BEGIN IMMEDIATE");
}

void TransitionWriter::commit() {
  WALBENCH_PROBE(commit_start);
  connection_.check(commit_.run(), "COMMIT");
  WALBENCH_PROBE(commit_end);
  unsaved_ = 0;
}

void TransitionWriter::leave_uncommitted() {
  ++unsaved_;
  // Only whoever is inside the gate writes this.
  if (unsaved_ > context_->unsaved_peak.load(std::memory_order_relaxed)) {
    context_->unsaved_peak.store(unsaved_, std::memory_order_relaxed);
  }
}

void TransitionWriter::update_deferred(const TransitionWrite& write, Transaction& transaction,
                                       std::int64_t started_ns) {
  std::size_t sleeps = 0;
  for (;;) {
    if (unsaved_ == 0) connection_.check(begin_.run(), "BEGIN");
    const int code = guarded_update(write);
    if (code == SQLITE_OK) return;

    // Only a read-to-write upgrade is refused although waiting would help: SQLite does not call the
    // busy handler there, since the one it would wait for may be waiting for this reader. Whoever
    // has something unsaved holds the lock already.
    const bool upgrade_refused =
        context_->axes.guard == GuardAxis::select && (code & 0xFF) == SQLITE_BUSY && unsaved_ == 0;
    const std::chrono::nanoseconds waited(context_->clock->now_ns() - started_ns);
    if (!upgrade_refused || waited >= context_->settings.busy_timeout ||
        context_->vfs->interrupted()) {
      throw SqliteError(connection_.handle(), code, "UPDATE");
    }
    transaction.roll_back();
    context_->snapshot_retries.fetch_add(1, std::memory_order_relaxed);
    if (code != SQLITE_BUSY_SNAPSHOT) {
      context_->vfs->busy_sleep(1000 * kBackoffMs[std::min(sleeps++, kBackoffMs.size() - 1)]);
    }
  }
}

int TransitionWriter::guarded_update(const TransitionWrite& write) {
  if (context_->axes.guard == GuardAxis::select) {
    const int code = read_and_compare(write);
    if (code != SQLITE_OK) return code;
  }
  const TimestampText now = timestamp_now();
  const int code = bind_update(write, std::string_view(now.data(), now.size() - 1)).run();
  if (code == SQLITE_OK && connection_.changes() != 1) throw OccConflict(write);
  return code;
}

int TransitionWriter::read_and_compare(const TransitionWrite& write) {
  select_.bind(1, write.file_path);
  const int code = select_.try_step();
  const bool as_expected = code == SQLITE_ROW && select_.column_text(0) == state_name(write.from) &&
                           select_.column_int64(1) == write.version;
  select_.reset();
  if (code != SQLITE_ROW && code != SQLITE_DONE) return code;
  if (!as_expected) throw OccConflict(write);
  return SQLITE_OK;
}

Statement& TransitionWriter::bind_update(const TransitionWrite& write, std::string_view now) {
  const std::size_t step = step_index(write.from, write.to);
  Statement& update = updates_[step];
  if (!update.prepared()) {
    update = connection_.prepare(update_sql(kSteps[step], context_->axes.guard));
  }
  update.bind(kNow, now);
  update.bind(kNextVersion, write.version + 1);
  update.bind(kFilePath, write.file_path);
  if (context_->axes.guard != GuardAxis::select) update.bind(kVersion, write.version);
  if (write.to == LifecycleState::processing) {
    update.bind(kFirstAnswer, write.remote_file_id);
    update.bind(kRemoteUri, write.remote_file_uri);
  } else if (write.to == LifecycleState::indexed) {
    update.bind(kFirstAnswer, write.store_doc_id);
  } else if (write.to == LifecycleState::failed) {
    update.bind(kFirstAnswer, write.error_message);
  }
  return update;
}

}  // namespace walbench::storage
