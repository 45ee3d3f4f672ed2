// Would catch: trials that do not show the WAL-reset bug in a SQLite that has it; remedies that are
// recommended and lose all the same; a sound SQLite accused; a trial that a stop does not end.

#include "storage/sqlite/checks/wal_reset_trial.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "storage/sqlite/checks/loaded_library.hpp"
#include "storage/wal_reset.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;

class WalResetTrialTest : public test_support::TemporaryFolderTest {
 protected:
  WalResetFound found(const WalResetTrial& trial, std::chrono::nanoseconds longest,
                      const std::stop_token& stop = {}) const {
    return try_wal_reset(trial, write("trial.db", ""), longest, stop);
  }
  const bool has_bug_ = has_wal_reset_bug(loaded_library().version_number);
};

TEST_F(WalResetTrialTest, ShowsTheBugInBothTopologiesWhereItIs) {
  // Met within 1 s nearly always; with a mended SQLite it would take all of this time.
  const std::chrono::seconds longest(has_bug_ ? 60 : 2);
  for (const WalResetTrial& trial : {kCheckpointBeside, kAutomaticCheckpoints}) {
    const WalResetFound bug = found(trial, longest);
    EXPECT_EQ(bug.trouble, "");
    EXPECT_GT(bug.commits, 0);
    if (has_bug_) {
      EXPECT_GT(bug.overlaps, 0);
      EXPECT_GT(bug.lost, 0) << bug.commits << " commits, " << bug.overlaps << " overlaps";
      EXPECT_EQ(bug.integrity, "ok") << "and that is why nobody notices";
    } else {
      EXPECT_EQ(bug.lost, 0);
    }
    std::filesystem::remove(path("trial.db"));
  }
}

TEST_F(WalResetTrialTest, RemediesLoseNothing) {
  for (const WalResetTrial& trial : kWalResetRemedies) {
    const WalResetFound remedy = found(trial, 500ms);
    EXPECT_FALSE(remedy.met()) << remedy.lost << remedy.trouble;
    EXPECT_GT(remedy.commits, 0);
    EXPECT_GT(remedy.checkpoints, 0);
    EXPECT_EQ(remedy.overlaps, 0) << "no commit starts the WAL over during a checkpoint";
    std::filesystem::remove(path("trial.db"));
  }
}

TEST_F(WalResetTrialTest, AStopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  WalResetTrial harmless = kCheckpointBeside;
  harmless.beside = CheckpointKind::full;
  EXPECT_LT(found(harmless, 1h, stop.get_token()).took, 10s);
}

}  // namespace
}  // namespace walbench::storage
