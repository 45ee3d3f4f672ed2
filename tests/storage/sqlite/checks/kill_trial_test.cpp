// Would catch: a writer that is never killed; a lost, torn or unexpected transaction that passes;
// processes that are left behind.

#include "storage/sqlite/checks/kill_trial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>

#include "storage/storage_error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;
using KillTrial = test_support::TemporaryFolderTest;

TEST_F(KillTrial, NothingIsLostOnASoundFileSystem) {
  const KillsFound found = try_kills(write("kills.db", ""), 5, 1h, {});
  EXPECT_EQ(found.kills, 5);
  EXPECT_GE(found.acknowledged, 5);
  EXPECT_EQ(found.lost, 0);
  EXPECT_EQ(found.torn, 0);
  EXPECT_EQ(found.trouble, "");
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a writer is still there";
}

TEST_F(KillTrial, AStopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  const KillsFound found = try_kills(write("kills.db", ""), 1'000'000, 1h, stop.get_token());
  EXPECT_EQ(found.kills, 0);
  EXPECT_TRUE(found.sound());
}

TEST_F(KillTrial, EndsInTime) {
  const KillsFound found = try_kills(write("kills.db", ""), 1'000'000, 200ms, {});
  EXPECT_GT(found.kills, 0);
  EXPECT_TRUE(found.sound());
}

TEST_F(KillTrial, NoDatabaseIsNoTrial) {
  EXPECT_THROW(try_kills(directory(), 1, 1h, {}), StorageError);
}

}  // namespace
}  // namespace walbench::storage
