// Would catch: a lock of another file, kind or byte that is taken for one of the database's; a
// holder that the kernel does not name and that is lost for it.

#include "storage/sqlite/locks/kernel_locks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <limits>

#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

using testing::ElementsAre;

TEST(LockTable, NamesEachHolderOfTheFile) {
  const char* const table =
      "1: POSIX  ADVISORY  WRITE 4711 fe:00:132047 120 120\n"
      "2: POSIX  ADVISORY  READ  4712 fe:00:132047 123 124\n"
      "2: -> POSIX  ADVISORY  WRITE 4713 fe:00:132047 123 123\n"
      "3: OFDLCK ADVISORY  WRITE -1 fe:00:132047 121 121\n"
      "4: FLOCK  ADVISORY  WRITE 4714 fe:00:132047 0 EOF\n"
      "5: POSIX  ADVISORY  READ  4715 fe:00:132047 0 EOF\n"
      "6: POSIX  ADVISORY  WRITE 4716 fe:01:132047 120 120\n"
      "7: POSIX  ADVISORY  WRITE 4717 fe:00:13204 120 120\n"
      "8: POSIX  ADVISORY\n";
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(locks_in_table(table, makedev(0xfe, 0), 132047),
              ElementsAre(KernelLock{true, 4711, 120, 120}, KernelLock{false, 4712, 123, 124},
                          KernelLock{true, -1, 121, 121}, KernelLock{false, 4715, 0, kEnd}));
}

TEST(LockTable, IsThatOfTheKernel) {
  EXPECT_NO_THROW(static_cast<void>(locks_in_table(read_lock_table(), makedev(0, 0), 0)));
}

TEST(KernelLockTest, CoversItsBytes) {
  const KernelLock lock{true, 1, 123, 124};
  EXPECT_FALSE(lock.covers(122, 1));
  EXPECT_TRUE(lock.covers(123, 1));
  EXPECT_TRUE(lock.covers(124, 510));
  EXPECT_TRUE(lock.covers(0, 124));
  EXPECT_FALSE(lock.covers(125, 1));
}

TEST(LockOn, SaysThatThereAreNoLocksToAskFor) {
  EXPECT_THROW(static_cast<void>(lock_on(-1, 0, 1)), StorageError);
}

}  // namespace
}  // namespace walbench::storage
