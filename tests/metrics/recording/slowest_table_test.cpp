// Silent bugs these tests would catch: parts of usual lifecycles told as those of the slowest; a
// slowest one that is left out; sums that do not add up to fsm_net.

#include "metrics/recording/slowest_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace walbench::metrics {
namespace {

TimingRecord lifecycle(std::int64_t lock_wait_ns, std::int64_t commit_ns) {
  TimingRecord record;
  record.set(Segment::lock_wait, lock_wait_ns);
  record.set(Segment::commit, commit_ns);
  record.set(Segment::fsm_net, lock_wait_ns + commit_ns);
  return record;
}

TEST(SlowestTable, HasThePartsOfTheSlowestHundredth) {
  SlowestTable table;
  for (int count = 0; count < 990; ++count) {
    table.add(lifecycle(10, 1000));
  }
  for (int count = 0; count < 10; ++count) {
    table.add(lifecycle(1'000'000 + 50'000 * count, 7));
  }
  const SlowestLifecycles slowest = table.slowest();
  EXPECT_EQ(slowest.count, 10);
  EXPECT_EQ(slowest.lock_wait_ns, 10'000'000 + 50'000 * 45);
  EXPECT_EQ(slowest.commit_ns, 70);
  EXPECT_EQ(slowest.net_ns, slowest.lock_wait_ns + slowest.commit_ns);
}

TEST(SlowestTable, OfARowThatIsNotNeededWholeAShareIsTaken) {
  SlowestTable table;
  for (int count = 0; count < 400; ++count) {
    table.add(lifecycle(300, 100));
  }
  EXPECT_EQ(
      table.slowest(),
      (SlowestLifecycles{.count = 4, .net_ns = 1600, .lock_wait_ns = 1200, .commit_ns = 400}));
}

TEST(SlowestTable, IsOneOfFewAndNoneOfNone) {
  SlowestTable table;
  EXPECT_EQ(table.slowest(), SlowestLifecycles());
  TimingRecord attempt;
  attempt.set(Segment::attempt, 1'000'000'000);
  table.add(attempt);
  EXPECT_EQ(table.slowest().count, 0) << "an attempt is no lifecycle";
  table.add(lifecycle(5, 6));
  EXPECT_EQ(table.slowest().count, 1);
}

// Every value has a row, and larger ones never an earlier row.
TEST(SlowestTable, OrdersAnyTwoThatDifferByMoreThanARow) {
  for (int bits = 0; bits < 63; ++bits) {
    const std::int64_t value = std::int64_t{1} << bits;
    SlowestTable table;
    table.add(lifecycle(0, value));
    table.add(lifecycle(value - 1 - value / 16, 0));
    EXPECT_EQ(table.slowest().commit_ns, value) << bits;
  }
}

}  // namespace
}  // namespace walbench::metrics
