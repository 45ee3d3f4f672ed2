// Would catch: a file system on which SQLite loses writes and that passes all the same; one that is
// sound and is accused; files that a check leaves behind.

#include "storage/checks/file_system_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/checks/scratch_folder.hpp"
#include "storage/checks/second_process.hpp"
#include "storage/storage_error.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using FileSystemChecks = test_support::TemporaryFolderTest;

class FaultyFileSystem : public test_support::TemporaryFolderTest {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers have a preloaded library of their own";
#endif
  }

  /// What the checks print in a process with this fault.
  std::string found_with(const std::string& fault) const {
    const std::string command = "WALBENCH_FAULT=" + fault + " LD_PRELOAD='" +
                                WALBENCH_FAULTY_CALLS + "' '" + WALBENCH_CHECK_FOLDER + "' '" +
                                directory().string() + "' 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
      text += line.data();
    }
    EXPECT_EQ(::pclose(pipe), 0) << text;
    return text;
  }
};

TEST_F(FileSystemChecks, PassOnALocalDiskAndLeaveNothingBehind) {
  for (const CheckResult& each : {check_locks(directory()), check_shared_mapping(directory()),
                                  check_rename_and_unlink(directory())}) {
    EXPECT_EQ(each.outcome, CheckOutcome::pass) << each.name << ": " << each.seen;
    EXPECT_EQ(each.advice, "");
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FileSystemChecks, PassInMemory) {
  if (file_system_of("/dev/shm").type != "tmpfs") GTEST_SKIP() << "/dev/shm is no tmpfs";
  const ScratchFolder scratch("/dev/shm");
  const metrics::SteadyClock clock;
  for (const CheckResult& each :
       {check_locks(scratch.path()), check_shared_mapping(scratch.path()),
        check_rename_and_unlink(scratch.path()), check_sync(scratch.path(), clock, {})}) {
    EXPECT_EQ(each.outcome, CheckOutcome::pass) << each.name << ": " << each.seen;
  }
}

TEST_F(FileSystemChecks, SyncsEndAfterAStopOrTwoSeconds) {
  const test_support::ManualClock slow(100ms);
  EXPECT_THAT(check_sync(directory(), slow, {}).seen, HasSubstr("P50 100 ms"));
  EXPECT_LT(slow.now_ns(), 10'000'000'000);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_THAT(check_sync(directory(), test_support::ManualClock(20us), stopped.get_token()).seen,
              HasSubstr("max 20 us"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(FileSystemChecks, AFolderWithoutRoomForAFileIsNamed) {
  EXPECT_THROW(check_locks("/nowhere/at/all"), StorageError);
  EXPECT_THROW(check_locks("/proc"), StorageError);
}

TEST_F(FaultyFileSystem, NothingIsFoundWithoutAFault) {
  EXPECT_THAT(found_with("none"), Not(HasSubstr("fail")));
}

TEST_F(FaultyFileSystem, LocksThatAlwaysSucceedFail) {
  const std::string found = found_with("locks");
  EXPECT_THAT(found, HasSubstr("locks: fail: a second process gets a lock that another one holds"));
  EXPECT_THAT(found, HasSubstr("shared memory: pass"));
}

TEST_F(FaultyFileSystem, LocksThatDoNotExistFail) {
  EXPECT_THAT(found_with("no-locks"),
              HasSubstr("locks: fail: a lock that nobody holds is refused"));
}

TEST_F(FaultyFileSystem, APrivateMappingFails) {
  const std::string found = found_with("mapping");
  EXPECT_THAT(found, HasSubstr("shared memory: fail: a mapped write is not seen"));
  EXPECT_THAT(found, HasSubstr("locks: pass"));
}

TEST_F(FaultyFileSystem, ASyncThatDoesNothingIsTooFast) {
  EXPECT_THAT(found_with("sync"), HasSubstr("sync: warn: P50"));
}

TEST(JudgeSync, TellsTheDistributionAndDoubtsTheImpossible) {
  const FileSystem disk{.type = "ext4"};
  const CheckResult good = judge_sync({3ms, 1ms, 2ms}, disk);
  EXPECT_EQ(good.outcome, CheckOutcome::pass);
  EXPECT_THAT(good.seen, HasSubstr("P50 2 ms"));
  EXPECT_THAT(good.seen, HasSubstr("max 3 ms"));
  EXPECT_EQ(judge_sync({15us, 15us}, disk).outcome, CheckOutcome::pass);
  const CheckResult fast = judge_sync({14us, 14us, 9ms}, disk);
  EXPECT_EQ(fast.outcome, CheckOutcome::warn);
  EXPECT_THAT(fast.advice, HasSubstr("too fast"));
  const CheckResult memory = judge_sync({1us}, {.type = "tmpfs"});
  EXPECT_EQ(memory.outcome, CheckOutcome::pass);
  EXPECT_THAT(memory.seen, HasSubstr("nothing outlives a restart"));
}

TEST(JudgeSpace, DoubtsNetworksMissingBarriersAndFullDisks) {
  EXPECT_EQ(judge_space(1e9, {.type = "ext4", .mount_options = "rw,relatime"}).outcome,
            CheckOutcome::pass);
  for (const FileSystem& doubtful : {FileSystem{.type = "nfs4", .mount_options = "rw"},
                                     {.type = "ext4", .mount_options = "rw rw,barrier=0"},
                                     {.type = "xfs", .mount_options = "rw,nobarrier"}}) {
    EXPECT_EQ(judge_space(1e9, doubtful).outcome, CheckOutcome::warn) << doubtful.mount_options;
  }
  EXPECT_THAT(judge_space(99e6, {.type = "ext4"}).advice, HasSubstr("free some space"));
}

TEST_F(FileSystemChecks, AScratchFolderGoesWithItsFiles) {
  {
    const ScratchFolder scratch(directory());
    for (int file = 0; file < 300; ++file) {
      write(scratch.path() / ("file" + std::to_string(file)), "text");
    }
    EXPECT_EQ(names().size(), 301U);
  }
  EXPECT_THAT(names(), IsEmpty());
  EXPECT_THROW(ScratchFolder("/nowhere/at/all"), StorageError);
}

TEST(SecondProcessTest, AnswersUntilItIsKilled) {
  SecondProcess other([](int question) { return question * 2; });
  EXPECT_EQ(other.ask(21), 42);
  EXPECT_EQ(other.ask(4), 8);
  other.kill();
  EXPECT_THROW(static_cast<void>(other.ask(1)), StorageError);
}

}  // namespace
}  // namespace walbench::storage
