#include "storage/sqlite/strategy/sqlite_store.hpp"

#include <stdexcept>
#include <utility>

#include "storage/sqlite/strategy/stepped_writer.hpp"

namespace walbench::storage {
namespace {

/// Writes through a connection of the store's.
class KeptConnectionSession final : public Session {
 public:
  explicit KeptConnectionSession(TransactionWriter& writer)
      : writer_(writer), steps_(writer.context(), writer.prepared()) {}

  bool times_statement_apart() const override { return writer_.times_statement_apart(); }
  bool has_queue() const override { return writer_.has_queue(); }

  PendingWrite apply(const Transaction& transaction) override {
    return PendingWrite(writer_.write(transaction));
  }
  SteppedSession* steps() override { return &steps_; }
  std::optional<ConnectTimings> close() override { return std::nullopt; }

 private:
  TransactionWriter& writer_;
  SteppedWriter steps_;
};

/// Borrows a connection of a pool when it is first needed, and gives it back at the end. The wait
/// for it counts as one for the write lock.
class PooledSession final : public Session {
 public:
  PooledSession(ConnectionPool& pool, WriterContext& context) : pool_(pool), context_(context) {}
  PooledSession(const PooledSession&) = delete;
  PooledSession& operator=(const PooledSession&) = delete;
  ~PooledSession() override { give_back(); }

  bool times_statement_apart() const override {
    return context_.axes.begin == BeginAxis::immediate;
  }
  bool has_queue() const override { return context_.queue != nullptr; }
  bool has_pool() const override { return true; }

  PendingWrite apply(const Transaction& transaction) override {
    const std::int64_t waited_ns = borrow();
    WriteTimings timings = writer_->write(transaction);
    timings.pool_wait_ns = waited_ns;
    timings.lock_wait_ns += waited_ns;
    timings.db_total_ns += waited_ns;
    return PendingWrite(timings);
  }
  SteppedSession* steps() override {
    const std::int64_t waited_ns = borrow();
    if (!steps_) steps_.emplace(context_, writer_->prepared());
    steps_->add_pool_wait(waited_ns);
    return &*steps_;
  }
  std::optional<ConnectTimings> close() override {
    give_back();
    return std::nullopt;
  }

 private:
  /// Has a connection; returns how long that took.
  std::int64_t borrow() {
    if (writer_ != nullptr) return 0;
    const std::int64_t asked_ns = context_.clock->now_ns();
    writer_ = &pool_.borrow();
    return context_.clock->now_ns() - asked_ns;
  }
  void give_back() {
    steps_.reset();
    if (writer_ != nullptr) pool_.give_back(*std::exchange(writer_, nullptr));
  }

  ConnectionPool& pool_;
  WriterContext& context_;
  TransactionWriter* writer_ = nullptr;  ///< null: none is borrowed
  std::optional<SteppedWriter> steps_;
};

/// Opens a connection, writes through it, and closes it.
class OwnConnectionSession final : public Session {
 public:
  explicit OwnConnectionSession(WriterContext& context)
      : clock_(*context.clock),
        started_ns_(clock_.now_ns()),
        writer_(std::make_unique<TransactionWriter>(context)),
        steps_(std::in_place, context, writer_->prepared()) {
    connect_ns_ = clock_.now_ns() - started_ns_;
  }

  bool times_statement_apart() const override { return writer_->times_statement_apart(); }
  bool has_queue() const override { return writer_->has_queue(); }

  PendingWrite apply(const Transaction& transaction) override {
    return PendingWrite(writer_->write(transaction));
  }
  SteppedSession* steps() override { return &*steps_; }

  std::optional<ConnectTimings> close() override {
    const std::int64_t closing_ns = clock_.now_ns();
    steps_.reset();
    writer_.reset();
    const std::int64_t close_ns = clock_.now_ns() - closing_ns;
    return ConnectTimings{connect_ns_ + close_ns, close_ns};
  }

 private:
  const metrics::Clock& clock_;
  std::int64_t started_ns_;
  std::int64_t connect_ns_ = 0;
  std::unique_ptr<TransactionWriter> writer_;
  std::optional<SteppedWriter> steps_;
};

std::size_t kept_connections(ConnectionAxis connection, std::size_t workers) {
  if (connection == ConnectionAxis::per_file()) return 0;
  return static_cast<std::size_t>(connection.most_open(static_cast<std::int64_t>(workers)));
}

}  // namespace

SqliteStore::SqliteStore(std::string db_path, const ConnectionSettings& settings, const Axes& axes,
                         StatementTexts statements, std::size_t workers, CountingVfs& vfs,
                         const metrics::Clock& clock, std::uint64_t seed)
    : queue_(make_queue(axes.queue)),
      checkpointer_(make_checkpointer(db_path, settings, vfs)),
      context_{
          std::move(db_path),  settings, axes, std::move(statements), &vfs, &clock, queue_.get(),
          checkpointer_.get(), seed} {
  if (const auto found = contradiction(axes)) {
    throw std::invalid_argument(std::string(found->reason));
  }
  for (std::size_t index = 0; index < kept_connections(axes.connection, workers); ++index) {
    writers_.emplace_back(context_);
    if (axes.connection.is_pool()) pool_.give_back(writers_.back());
  }
}

std::unique_ptr<Session> SqliteStore::open_session(std::size_t worker) {
  context_.vfs->rethrow_failure();
  if (writers_.empty()) return std::make_unique<OwnConnectionSession>(context_);
  if (context_.axes.connection.is_pool()) return std::make_unique<PooledSession>(pool_, context_);
  return std::make_unique<KeptConnectionSession>(writers_[worker % writers_.size()]);
}

std::int64_t SqliteStore::flush() {
  std::int64_t commits = 0;
  for (TransactionWriter& writer : writers_) {
    commits += writer.flush();
  }
  context_.vfs->rethrow_failure();
  if (checkpointer_) checkpointer_->rethrow_failure();
  return commits;
}

void SqliteStore::cancel() {
  if (queue_) queue_->cancel();
  pool_.cancel();
  context_.vfs->interrupt_waits();
}

StoreCounts SqliteStore::counts() const {
  return {.snapshot_retries = context_.snapshot_retries.load(std::memory_order_relaxed),
          .unsaved_peak = context_.unsaved_peak.load(std::memory_order_relaxed),
          .capped_checkpoints = checkpointer_ ? checkpointer_->capped() : 0,
          .groups = {}};
}

void SqliteStore::restart_counting() {
  context_.snapshot_retries.store(0, std::memory_order_relaxed);
  context_.unsaved_peak.store(0, std::memory_order_relaxed);
  if (checkpointer_) checkpointer_->restart_counting();
}

}  // namespace walbench::storage
