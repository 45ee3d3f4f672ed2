#include "storage/sqlite/strategy/transition_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <stdexcept>

#include "storage/sqlite/watch/probes.hpp"

namespace walbench::storage {
namespace {

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

  void roll_back() {
    writer_.unsaved_ = 0;
    writer_.statements_.roll_back();
  }

 private:
  TransitionWriter& writer_;
};

TransitionWriter::TransitionWriter(WriterContext& context)
    : context_(&context),
      statements_(context.db_path, context.vfs->name(), context.settings, context.axes.begin,
                  context.axes.guard) {
  if (context.checkpointer != nullptr) context.checkpointer->watch(statements_.connection());
}

WriteTimings TransitionWriter::write(const TransitionWrite& write) {
  const metrics::Clock& clock = *context_->clock;
  WriteTimings timings;
  const std::int64_t started_ns = clock.now_ns();
  WALBENCH_PROBE1(lock_asked, write.file_path.data());
  std::int64_t updated_ns = 0;
  {
    const QueueTurn hold(context_->queue);
    if (context_->queue != nullptr) timings.queue_wait_ns = clock.now_ns() - started_ns;
    updated_ns = write_inside(write, started_ns, timings);
  }
  const std::int64_t committed_ns = clock.now_ns();
  timings.commit_ns = committed_ns - updated_ns;
  timings.db_total_ns = committed_ns - started_ns;
  return timings;
}

/// The part of write() that the queue protects; returns when the UPDATE was done.
std::int64_t TransitionWriter::write_inside(const TransitionWrite& write, std::int64_t started_ns,
                                            WriteTimings& timings) {
  const metrics::Clock& clock = *context_->clock;
  const ThreadBusyWait waited_before = CountingVfs::thread_busy_wait();
  Transaction transaction(*this);
  try {
    std::int64_t lock_held_ns = 0;
    std::int64_t updated_ns = 0;
    if (context_->axes.begin == BeginAxis::immediate) {
      begin_immediate();
      lock_held_ns = clock.now_ns();
      connection().check(statements_.update(write), "UPDATE");
      updated_ns = clock.now_ns();
    } else {
      update_deferred(write, transaction, started_ns);
      lock_held_ns = updated_ns = clock.now_ns();
    }
    WALBENCH_PROBE1(lock_held, write.file_path.data());
    timings.lock_wait_ns = lock_held_ns - started_ns;
    timings.busy_wait_ns = CountingVfs::thread_busy_wait().slept_ns - waited_before.slept_ns;
    timings.statement_ns = updated_ns - lock_held_ns;
    timings.committed = unsaved_ + 1 >= context_->axes.commit.batch_size();
    if (timings.committed) {
      const ThreadIo io_before = CountingVfs::thread_io();
      commit();
      const ThreadIo io_after = CountingVfs::thread_io();
      timings.checkpoint_wait_ns = io_after.checkpoint_ns - io_before.checkpoint_ns;
      timings.sync_wait_ns = io_after.sync_ns - io_before.sync_ns;
    } else {
      leave_uncommitted();
    }
    return updated_ns;
  } catch (const SqliteError&) {
    transaction.roll_back();
    throw;
  }
}

std::int64_t TransitionWriter::flush() {
  const QueueTurn hold(context_->queue);
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
  if (unsaved_ == 0) connection().check(statements_.begin(), "BEGIN IMMEDIATE");
}

void TransitionWriter::commit() {
  WALBENCH_PROBE(commit_start);
  connection().check(statements_.commit(), "COMMIT");
  WALBENCH_PROBE(commit_end);
  unsaved_ = 0;
}

void TransitionWriter::leave_uncommitted() {
  ++unsaved_;
  // Only whoever is inside the queue writes this.
  if (unsaved_ > context_->unsaved_peak.load(std::memory_order_relaxed)) {
    context_->unsaved_peak.store(unsaved_, std::memory_order_relaxed);
  }
}

void TransitionWriter::update_deferred(const TransitionWrite& write, Transaction& transaction,
                                       std::int64_t started_ns) {
  std::size_t sleeps = 0;
  for (;;) {
    if (unsaved_ == 0) connection().check(statements_.begin(), "BEGIN");
    const int code = statements_.update(write);
    if (code == SQLITE_OK) return;

    // Only a read-to-write upgrade is refused although waiting would help: SQLite does not call the
    // busy handler there, since the one it would wait for may be waiting for this reader. Whoever
    // has something unsaved holds the lock already.
    const bool upgrade_refused =
        context_->axes.guard == GuardAxis::select && (code & 0xFF) == SQLITE_BUSY && unsaved_ == 0;
    const std::chrono::nanoseconds waited(context_->clock->now_ns() - started_ns);
    if (!upgrade_refused || waited >= context_->settings.busy_timeout ||
        context_->vfs->interrupted()) {
      throw SqliteError(connection().handle(), code, "UPDATE");
    }
    transaction.roll_back();
    context_->snapshot_retries.fetch_add(1, std::memory_order_relaxed);
    if (code != SQLITE_BUSY_SNAPSHOT) {
      context_->vfs->busy_sleep(1000 * kBackoffMs[std::min(sleeps++, kBackoffMs.size() - 1)]);
    }
  }
}

}  // namespace walbench::storage
