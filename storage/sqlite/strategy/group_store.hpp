#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/strategy/group_committer.hpp"
#include "storage/sqlite/strategy/transaction_writer.hpp"
#include "storage/store.hpp"

namespace walbench::storage {

/// The strategy that suspends: every transaction goes through one GroupCommitter. Sessions
/// are independent of workers.
class GroupStore final : public SuspendingStore {
 public:
  /// As SqliteStore; `resumer` must outlive the store.
  GroupStore(std::string db_path, const ConnectionSettings& settings, const Axes& axes,
             StatementTexts statements, CountingVfs& vfs, const metrics::Clock& clock,
             Resumer& resumer, std::uint64_t seed = 0);

  std::unique_ptr<Session> open_session(std::size_t worker) override;
  std::int64_t flush() override;
  StoreCounts counts() const override;
  void restart_counting() override;
  std::int64_t own_threads() const override { return checkpointer_ ? 2 : 1; }
  void expect_writers(std::int64_t change) override { committer_->expect_writers(change); }
  void cancel() override;

 private:
  // Constant after construction; the order is that of construction.
  std::unique_ptr<Checkpointer> checkpointer_;  ///< null: SQLite checkpoints by itself, or nobody
  WriterContext context_;
  std::unique_ptr<GroupCommitter> committer_;
};

}  // namespace walbench::storage
