// Silent bugs these tests would catch: an error of SQLite that is swallowed or loses its code; a
// statement that stays half run and keeps its lock; text that is cut or read past its end.

#include "storage/sqlite/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "tests/storage/sqlite/test_database.hpp"

namespace walbench::storage {
namespace {

using testing::HasSubstr;

class Sqlite : public testing::Test {
 protected:
  Sqlite() { connection_.execute("CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT UNIQUE)"); }

  TestDatabase database_;
  Connection connection_ = database_.connect_uncounted();
};

TEST_F(Sqlite, AMissingFileIsNotCreated) {
  const std::string missing = database_.path() + ".missing";
  try {
    const Connection connection(missing, nullptr);
    ADD_FAILURE() << "opened a file that does not exist";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.code(), SQLITE_CANTOPEN);
    EXPECT_THAT(error.what(), HasSubstr("'" + missing + "'"));
  }
  EXPECT_FALSE(size_on_disk(missing).has_value());
}

TEST_F(Sqlite, AnUnknownVfsIsAnError) {
  EXPECT_THROW(Connection(database_.path(), "no such vfs"), SqliteError);
}

TEST_F(Sqlite, AnErrorNamesTheOperationTheReasonAndTheCode) {
  connection_.execute("INSERT INTO t VALUES(1, 'a')");
  try {
    connection_.execute("INSERT INTO t VALUES(2, 'a')");
    ADD_FAILURE() << "the constraint did not hold";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.extended_code(), SQLITE_CONSTRAINT_UNIQUE);
    EXPECT_EQ(error.code(), SQLITE_CONSTRAINT);
    EXPECT_THAT(error.what(), HasSubstr("INSERT INTO t VALUES(2, 'a')"));
    EXPECT_THAT(error.what(), HasSubstr("UNIQUE constraint failed: t.v"));
    EXPECT_THAT(error.what(), HasSubstr("code " + std::to_string(SQLITE_CONSTRAINT_UNIQUE)));
  }
}

TEST_F(Sqlite, StepThrowsWithTheExtendedCodeAndResets) {
  connection_.execute("INSERT INTO t VALUES(1, 'a')");
  Statement insert = connection_.prepare("INSERT INTO t VALUES(?1, ?2)");
  insert.bind(1, std::int64_t{1});
  insert.bind(2, std::string_view("b"));
  try {
    insert.step();
    ADD_FAILURE() << "the constraint did not hold";
  } catch (const SqliteError& error) {
    EXPECT_EQ(error.extended_code(), SQLITE_CONSTRAINT_PRIMARYKEY);
    EXPECT_THAT(error.what(), HasSubstr("UNIQUE constraint failed: t.k"));
  }
  // A statement that was not reset would refuse to be bound.
  insert.bind(1, std::int64_t{2});
  EXPECT_FALSE(insert.step());
}

TEST_F(Sqlite, RunHandsBackTheExtendedCodeAndResets) {
  Statement insert = connection_.prepare("INSERT INTO t VALUES(?1, 'same')");
  insert.bind(1, std::int64_t{1});
  EXPECT_EQ(insert.run(), SQLITE_OK);
  insert.bind(1, std::int64_t{2});
  EXPECT_EQ(insert.run(), SQLITE_CONSTRAINT_UNIQUE);
  insert.bind(1, std::int64_t{3});
  EXPECT_EQ(insert.run(), SQLITE_CONSTRAINT_UNIQUE);
}

TEST_F(Sqlite, RowsComeOneByOneWithTheirWholeText) {
  const std::string with_zero("x\0y", 3);
  Statement insert = connection_.prepare("INSERT INTO t VALUES(?1, ?2)");
  insert.bind(1, INT64_MIN);
  insert.bind(2, with_zero);
  insert.step();
  insert.reset();
  insert.bind(1, INT64_MAX);
  insert.bind(2, std::string_view{});
  insert.step();

  Statement select = connection_.prepare("SELECT k, v FROM t ORDER BY k");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.column_int64(0), INT64_MIN);
  EXPECT_EQ(select.column_text(1), with_zero);
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.column_int64(0), INT64_MAX);
  EXPECT_EQ(select.column_text(1), "") << "a view of nothing is stored as null and read as empty";
  EXPECT_FALSE(select.step());
  EXPECT_EQ(connection_.query_int64("SELECT count(*) FROM t WHERE v IS NULL"), 1);
}

TEST_F(Sqlite, AViewThatEndsInTheMiddleOfATextIsNotReadOn) {
  const std::string text = "front-back";
  Statement insert = connection_.prepare("INSERT INTO t VALUES(1, ?1)");
  insert.bind(1, std::string_view(text).substr(0, 5));
  insert.step();
  EXPECT_EQ(connection_.query_text("SELECT v FROM t"), "front");
}

TEST_F(Sqlite, BindingAParameterThatIsNotThereIsAnError) {
  Statement insert = connection_.prepare("INSERT INTO t VALUES(?1, 'x')");
  EXPECT_THROW(insert.bind(2, std::int64_t{1}), SqliteError);
  EXPECT_THROW(insert.bind(2, std::string_view("a")), SqliteError);
}

TEST_F(Sqlite, WrongSqlIsAnErrorWhenPreparedAndWhenExecuted) {
  EXPECT_THROW(connection_.prepare("SELEKT 1"), SqliteError);
  EXPECT_THROW(connection_.execute("SELEKT 1"), SqliteError);
  EXPECT_THROW(connection_.query_text("SELECT v FROM nowhere"), SqliteError);
}

TEST_F(Sqlite, QueriesAnswerWithTheFirstColumnOfTheFirstRow) {
  EXPECT_EQ(connection_.query_text("SELECT 'a', 'b' UNION ALL SELECT 'c', 'd'"), "a");
  EXPECT_EQ(connection_.query_int64("SELECT 7, 8"), 7);
  EXPECT_EQ(connection_.query_text("SELECT 'a' WHERE 0"), "");
  EXPECT_EQ(connection_.query_int64("SELECT 5 WHERE 0"), 0);
}

TEST_F(Sqlite, ChangesLeaveOutWhatTriggersChanged) {
  connection_.execute(
      "INSERT INTO t VALUES(1,'a'),(2,'b'),(3,'c');"
      "CREATE TRIGGER touch AFTER UPDATE OF k ON t BEGIN UPDATE t SET v=v||'!'; END");
  connection_.execute("UPDATE t SET k=10 WHERE k=1");
  EXPECT_EQ(connection_.changes(), 1);
  connection_.execute("UPDATE t SET k=11 WHERE k=99");
  EXPECT_EQ(connection_.changes(), 0);
}

TEST_F(Sqlite, KnowsWhetherItIsInATransaction) {
  EXPECT_FALSE(connection_.in_transaction());
  connection_.execute("BEGIN");
  EXPECT_TRUE(connection_.in_transaction());
  connection_.execute("ROLLBACK");
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(Sqlite, ClosingAConnectionRollsItsTransactionBackAndReleasesItsLocks) {
  {
    const Connection other = database_.connect_uncounted();
    other.execute("BEGIN IMMEDIATE");
    other.execute("INSERT INTO t VALUES(1, 'never committed')");
  }
  EXPECT_NO_THROW(connection_.execute("BEGIN IMMEDIATE"));
  EXPECT_EQ(connection_.query_int64("SELECT count(*) FROM t"), 0);
}

TEST_F(Sqlite, EveryTypeOfValueComesBackAsItWasBound) {
  const std::array<std::byte, 3> bytes = {std::byte{1}, std::byte{0}, std::byte{255}};
  Statement echo = connection_.prepare("SELECT ?1, ?2, ?3, ?4, ?5");
  echo.bind(1, std::int64_t{-7});
  echo.bind_real(2, 2.5);
  echo.bind(3, std::string_view("text"));
  echo.bind_blob(4, bytes);
  echo.bind_null(5);
  ASSERT_TRUE(echo.step());
  EXPECT_EQ(echo.columns(), 5);
  EXPECT_EQ(std::get<std::int64_t>(echo.column(0)), -7);
  EXPECT_EQ(std::get<double>(echo.column(1)), 2.5);
  EXPECT_EQ(std::get<std::string_view>(echo.column(2)), "text");
  EXPECT_TRUE(std::ranges::equal(std::get<std::span<const std::byte>>(echo.column(3)), bytes));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(echo.column(4)));
  EXPECT_TRUE(echo.only_reads());
  EXPECT_FALSE(connection_.prepare("DELETE FROM t").only_reads());
}

TEST(SqliteErrorKind, FollowsFromThePrimaryCodeAndKnowsWhatHelps) {
  struct Meant {
    int code;
    ErrorKind kind;
    Remedy remedy;
  };
  for (const Meant& meant : {Meant{SQLITE_BUSY_SNAPSHOT, ErrorKind::busy, Remedy::wait_longer},
                             Meant{SQLITE_FULL, ErrorKind::full, Remedy::free_space},
                             Meant{SQLITE_CANTOPEN, ErrorKind::cannot_open, Remedy::none},
                             Meant{SQLITE_NOMEM, ErrorKind::other, Remedy::less_memory},
                             Meant{SQLITE_IOERR_FSYNC, ErrorKind::io, Remedy::none},
                             Meant{SQLITE_READONLY, ErrorKind::readonly, Remedy::none},
                             Meant{SQLITE_INTERRUPT, ErrorKind::interrupted, Remedy::none},
                             Meant{SQLITE_CONSTRAINT, ErrorKind::statement, Remedy::none}}) {
    const SqliteError error(nullptr, meant.code, "COMMIT");
    EXPECT_EQ(error.kind(), meant.kind) << error.what();
    EXPECT_EQ(error.remedy(), meant.remedy) << error.what();
  }
}

}  // namespace
}  // namespace walbench::storage
