#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "storage/sqlite/strategy/connection_pool.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "storage/store.hpp"

namespace walbench::storage {

/// The strategies that block the calling thread: every point in the axes. An iteration gets its
/// connection from the connection axis, its turn from the queue axis, and its BEGIN from the begin
/// axis.
class SqliteStore final : public Store {
 public:
  /// Opens the connections that outlive an iteration: one a worker, one in all, or none. The
  /// database must exist; `vfs` and `clock` must outlive the store. Throws SqliteError,
  /// SettingsMismatch; std::invalid_argument for axes that contradict each other.
  SqliteStore(std::string db_path, const ConnectionSettings& settings, const Axes& axes,
              StatementTexts statements, std::size_t workers, CountingVfs& vfs,
              const metrics::Clock& clock, std::uint64_t seed = 0);

  std::unique_ptr<Session> open_session(std::size_t worker) override;
  std::int64_t flush() override;
  StoreCounts counts() const override;
  void restart_counting() override;
  std::int64_t own_threads() const override { return checkpointer_ ? 1 : 0; }
  void cancel() override;

 private:
  // Constant after construction.
  std::unique_ptr<WriterQueue> queue_;
  std::unique_ptr<Checkpointer> checkpointer_;  ///< null: SQLite checkpoints by itself, or nobody
  // Its counter is safe from any thread, the rest is constant after construction.
  WriterContext context_;
  // Each used by its worker alone; of a pool by whoever borrows it; if all share one, by whoever is
  // inside the queue.
  std::deque<TransactionWriter> writers_;
  ConnectionPool pool_;  ///< has all of them, or none
};

}  // namespace walbench::storage
