#include "storage/sqlite/strategy/transaction_writer.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

#include "metrics/splitmix.hpp"
#include "storage/probes.hpp"

namespace walbench::storage {
namespace {

SqliteError after_sleeping(SqliteError refusal, std::int64_t slept_ns) {
  refusal.set_slept_ns(slept_ns);
  return refusal;
}

}  // namespace

PreparedConnection WriterContext::connect() {
  const ThreadBusyWait waited_before = CountingVfs::thread_busy_wait();
  try {
    return open_connection();
  } catch (SqliteError& refusal) {
    refusal.set_slept_ns(CountingVfs::thread_busy_wait().slept_ns - waited_before.slept_ns);
    throw;
  }
}

PreparedConnection WriterContext::open_connection() {
  const bool shared = axes.commit.is_group() || axes.commit.batch_size() > 1;
  std::uint64_t own_seed = seed + connections.fetch_add(1, std::memory_order_relaxed);
  auto busy_handler = std::make_unique<BusyHandler>(
      axes.busy_handler, settings.busy_timeout, metrics::splitmix64(own_seed),
      [this](std::chrono::nanoseconds delay, bool is_first) {
        return vfs->busy_sleep(delay, is_first);
      });
  PreparedConnection opened(db_path, vfs->name(), settings, axes.begin, statements, shared,
                            std::move(busy_handler));
  if (checkpointer != nullptr) checkpointer->watch(opened.connection());
  return opened;
}

/// Rolls back at the end of the scope what was neither committed nor acknowledged.
class TransactionWriter::OpenTransaction {
 public:
  explicit OpenTransaction(TransactionWriter& writer) : writer_(writer) {}
  OpenTransaction(const OpenTransaction&) = delete;
  OpenTransaction& operator=(const OpenTransaction&) = delete;
  ~OpenTransaction() {
    if (writer_.unsaved_ == 0) roll_back();
  }

  void roll_back() {
    writer_.unsaved_ = 0;
    writer_.connection_.roll_back();
  }

 private:
  TransactionWriter& writer_;
};

TransactionWriter::TransactionWriter(WriterContext& context)
    : context_(&context), connection_(context.connect()) {}

WriteTimings TransactionWriter::write(const Transaction& transaction) {
  const metrics::Clock& clock = *context_->clock;
  WriteTimings timings;
  const std::int64_t started_ns = clock.now_ns();
  WALBENCH_PROBE1(lock_asked, transaction.subject.data());
  std::int64_t run_ns = 0;
  {
    const QueueTurn hold(context_->queue);
    if (context_->vfs->interrupted()) throw WriteCancelled();
    if (context_->queue != nullptr) timings.queue_wait_ns = clock.now_ns() - started_ns;
    run_ns = write_inside(transaction, started_ns, timings);
  }
  const std::int64_t committed_ns = clock.now_ns();
  timings.commit_ns = committed_ns - run_ns;
  timings.db_total_ns = committed_ns - started_ns;
  return timings;
}

/// The part of write() that the queue protects; returns when the statements were done.
std::int64_t TransactionWriter::write_inside(const Transaction& transaction,
                                             std::int64_t started_ns, WriteTimings& timings) {
  const metrics::Clock& clock = *context_->clock;
  const ThreadBusyWait waited_before = CountingVfs::thread_busy_wait();
  OpenTransaction open(*this);
  try {
    std::int64_t lock_held_ns = 0;
    std::int64_t run_ns = 0;
    if (context_->axes.begin == BeginAxis::immediate) {
      begin_unless_open("BEGIN IMMEDIATE");
      lock_held_ns = clock.now_ns();
      run_immediate(transaction);
      run_ns = clock.now_ns();
    } else {
      run_deferred(transaction, open, started_ns);
      lock_held_ns = run_ns = clock.now_ns();
    }
    WALBENCH_PROBE1(lock_held, transaction.subject.data());
    timings.lock_wait_ns = lock_held_ns - started_ns;
    timings.busy_wait_ns = CountingVfs::thread_busy_wait().slept_ns - waited_before.slept_ns;
    timings.statement_ns = run_ns - lock_held_ns;
    timings.committed = unsaved_ + 1 >= context_->axes.commit.batch_size();
    if (timings.committed) {
      const CommitWaits waits = commit();
      timings.checkpoint_wait_ns = waits.checkpoint_ns;
      timings.sync_wait_ns = waits.sync_ns;
    } else {
      leave_uncommitted();
    }
    return run_ns;
  } catch (const SqliteError& refusal) {
    open.roll_back();
    throw after_sleeping(context_->vfs->explain(refusal),
                         CountingVfs::thread_busy_wait().slept_ns - waited_before.slept_ns);
  }
}

std::int64_t TransactionWriter::flush() {
  const QueueTurn hold(context_->queue);
  if (unsaved_ == 0) return 0;
  OpenTransaction open(*this);
  try {
    commit();
  } catch (const SqliteError& refusal) {
    open.roll_back();
    throw context_->vfs->explain(refusal);
  }
  return 1;
}

void TransactionWriter::begin_unless_open(const char* operation) {
  if (unsaved_ == 0) connection().check(connection_.begin(), operation);
}

CommitWaits TransactionWriter::commit() {
  CommitWaits waits;
  connection().check(connection_.commit(waits), "COMMIT");
  unsaved_ = 0;
  return waits;
}

void TransactionWriter::leave_uncommitted() {
  ++unsaved_;
  // Only the thread inside the queue writes this.
  if (unsaved_ > context_->unsaved_peak.load(std::memory_order_relaxed)) {
    context_->unsaved_peak.store(unsaved_, std::memory_order_relaxed);
  }
}

void TransactionWriter::run_immediate(const Transaction& transaction) {
  const Refusal refusal = connection_.run(transaction);
  if (refusal.refused()) throw connection_.error_of(transaction, refusal);
}

void TransactionWriter::run_deferred(const Transaction& transaction, OpenTransaction& open,
                                     std::int64_t started_ns) {
  std::int64_t sleeps = 0;
  for (;;) {
    begin_unless_open("BEGIN");
    const Refusal refusal = connection_.run(transaction);
    if (!refusal.refused()) return;

    // Only a read-to-write upgrade is refused although waiting would help: SQLite does not call the
    // busy handler for it, since the writer it would wait for may be waiting for this reader. A
    // connection with something unsaved holds the lock already.
    const bool upgrade_refused =
        refusal.statement > 0 && (refusal.code & 0xFF) == SQLITE_BUSY && unsaved_ == 0;
    const std::chrono::nanoseconds waited(context_->clock->now_ns() - started_ns);
    if (!upgrade_refused || waited >= context_->settings.busy_timeout ||
        context_->vfs->interrupted()) {
      throw connection_.error_of(transaction, refusal);
    }
    open.roll_back();
    context_->snapshot_retries.fetch_add(1, std::memory_order_relaxed);
    if (refusal.code != SQLITE_BUSY_SNAPSHOT) {
      connection_.busy_pause(sleeps++);
    }
  }
}

}  // namespace walbench::storage
