// Silent bugs these tests would catch: a transaction that hit too many rows, or too few, and counts
// as done; a conflict that is counted as a failure of the database, or the other way round.

#include "storage/transaction.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>

#include "storage/storage_error.hpp"

namespace walbench::storage {
namespace {

TEST(ExpectedRows, HoldBetweenTheirBoundsAlone) {
  EXPECT_TRUE(ExpectedRows::any().holds(0));
  EXPECT_TRUE(ExpectedRows::any().holds(1'000'000));
  EXPECT_FALSE(ExpectedRows::exactly(1).holds(0));
  EXPECT_TRUE(ExpectedRows::exactly(1).holds(1));
  EXPECT_FALSE(ExpectedRows::exactly(1).holds(2));
  const ExpectedRows range = {.least = 2, .most = 4};
  EXPECT_FALSE(range.holds(1));
  EXPECT_TRUE(range.holds(2));
  EXPECT_TRUE(range.holds(4));
  EXPECT_FALSE(range.holds(5));
}

TEST(Outcome, IsThatOfTheException) {
  const auto outcome = [](const auto& error) { return outcome_of(std::make_exception_ptr(error)); };
  EXPECT_EQ(outcome_of(nullptr), Outcome::committed);
  EXPECT_EQ(outcome(OccConflict("moved on")), Outcome::conflict);
  EXPECT_EQ(outcome(StorageError("locked", ErrorKind::busy)), Outcome::busy);
  EXPECT_EQ(outcome(GroupNotCommitted("locked", ErrorKind::busy)), Outcome::busy);
  EXPECT_EQ(outcome(StorageError("full", ErrorKind::full)), Outcome::failed);
  EXPECT_EQ(outcome(WriteCancelled()), Outcome::failed);
  EXPECT_EQ(outcome(std::runtime_error("who knows")), Outcome::unknown);
}

}  // namespace
}  // namespace walbench::storage
