#include "storage/sqlite/strategy/group_store.hpp"

#include <utility>

namespace walbench::storage {
namespace {

class GroupSession final : public Session {
 public:
  GroupSession(GroupCommitter& committer, const metrics::Clock& clock)
      : committer_(committer), clock_(clock) {}

  PendingWrite apply(const Transaction& transaction) override {
    return PendingWrite(committer_, clock_, transaction);
  }
  /// A group's statements are part of its commit.
  bool times_statement_apart() const override { return false; }
  bool has_queue() const override { return false; }
  std::optional<ConnectTimings> close() override { return std::nullopt; }

 private:
  GroupCommitter& committer_;
  const metrics::Clock& clock_;
};

}  // namespace

GroupStore::GroupStore(std::string db_path, const ConnectionSettings& settings, const Axes& axes,
                       StatementTexts statements, CountingVfs& vfs, const metrics::Clock& clock,
                       Resumer& resumer, std::uint64_t seed)
    : checkpointer_(make_checkpointer(db_path, settings, vfs)),
      context_{std::move(db_path),  settings, axes, std::move(statements), &vfs, &clock, nullptr,
               checkpointer_.get(), seed},
      committer_(std::make_unique<GroupCommitter>(context_, resumer)) {}

std::unique_ptr<Session> GroupStore::open_session(std::size_t /*worker*/) {
  context_.vfs->rethrow_failure();
  return std::make_unique<GroupSession>(*committer_, *context_.clock);
}

void GroupStore::cancel() {
  committer_->cancel();
  context_.vfs->interrupt_waits();
}

std::int64_t GroupStore::flush() {
  context_.vfs->rethrow_failure();
  if (checkpointer_) checkpointer_->rethrow_failure();
  return 0;
}

StoreCounts GroupStore::counts() const {
  StoreCounts counts;
  counts.groups = committer_->figures();
  if (checkpointer_) counts.capped_checkpoints = checkpointer_->capped();
  return counts;
}

void GroupStore::restart_counting() {
  committer_->restart_counting();
  if (checkpointer_) checkpointer_->restart_counting();
}

}  // namespace walbench::storage
