#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

#include "storage/sqlite/strategy/group_committer.hpp"
#include "tests/storage/sqlite/strategy/group_harness.hpp"
#include "tests/storage/sqlite/test_database.hpp"
#include "tests/support/manual_clock.hpp"

namespace walbench::storage {

/// A committer over a real database whose clock stands still, so that it lingers for as long as the
/// test wants. Its outcomes are those of the files 0, 1, 2, ...
class CommitterTest : public testing::Test {
 protected:
  static constexpr std::int64_t kFiles = 6;
  static constexpr Axes kGroup = {.connection = ConnectionAxis::shared(),
                                  .begin = BeginAxis::immediate,
                                  .commit = CommitAxis::group()};

  explicit CommitterTest(std::int64_t files = kFiles) : database_(files) {}
  ~CommitterTest() override { stop(); }

  /// Opens the committer; from here on settings_ are fixed.
  GroupCommitter& start() {
    context_.reset(new WriterContext{database_.path(), settings_, axes_,
                                     engine::lifecycle_statements(GuardAxis::where),
                                     &database_.vfs(), &clock_});
    const ConnectionSpy spy;
    committer_.emplace(*context_, resumer_);
    handle_ = ConnectionSpy::latest();
    return *committer_;
  }

  /// Whatever is under way ends as cancelled.
  void stop() {
    if (committer_) committer_->cancel();
    committer_.reset();
  }

  void submit(std::size_t file, std::int64_t version = 0) {
    queue_write(*committer_, clock_, outcomes_[file], version);
  }

  /// Queues the first `count` files' writes as one group and waits until they are decided.
  void commit_group(std::size_t count, std::int64_t version = 0) {
    for (std::size_t file = 0; file < count; ++file) {
      outcomes_[file].decided.store(false);
      outcomes_[file].timings.reset();
      outcomes_[file].failure = nullptr;
    }
    committer_->expect_writers(static_cast<std::int64_t>(count));
    for (std::size_t file = 0; file < count; ++file) {
      submit(file, version);
    }
    ASSERT_TRUE(eventually([&] { return all_decided(outcomes_, count); }));
    committer_->expect_writers(-static_cast<std::int64_t>(count));
  }

  std::size_t decided() const {
    std::size_t count = 0;
    for (const WriteOutcome& outcome : outcomes_) {
      count += outcome.decided.load() ? 1U : 0U;
    }
    return count;
  }

  /// The committer has looked at the clock many times more: it had its chance.
  void let_it_linger() {
    const std::int64_t before = clock_.readings();
    ASSERT_TRUE(eventually([&] { return clock_.readings() > before + 100; }))
        << "it does not linger";
  }

  std::int64_t version_of(std::size_t file) const {
    return reader_.query_int64("SELECT version FROM files WHERE file_path='" +
                               outcomes_[file].path + "'");
  }
  std::int64_t rows_changed() const {
    return reader_.query_int64("SELECT count(*) FROM files WHERE version<>0");
  }

  /// Puts every file where a round_write() of that version finds it.
  void put_all_at(std::int64_t version) const {
    Statement update = reader_.prepare("UPDATE files SET version=?1, gemini_state=?2");
    update.bind(1, version);
    update.bind(2, state_name(round_write("", version).from));
    reader_.check(update.run(), "UPDATE");
  }

  test_support::ManualClock clock_;
  TestDatabase database_;
  Axes axes_ = kGroup;
  ConnectionSettings settings_ = {
      Synchronous::off, std::chrono::seconds(60), {.mode = CheckpointMode::off}};
  RecordingResumer resumer_;
  Connection reader_ = database_.connect_uncounted();
  std::deque<WriteOutcome> outcomes_ = outcomes_of(kFiles);
  std::unique_ptr<WriterContext> context_;
  std::optional<GroupCommitter> committer_;
  sqlite3* handle_ = nullptr;  ///< the committer's connection
};

}  // namespace walbench::storage
