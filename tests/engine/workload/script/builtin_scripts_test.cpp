// Would catch: built-in scripts or tables that are not those of pgbench, so that numbers are set
// beside published ones that they do not belong to; a lost update that no invariant finds.

#include "engine/workload/script/builtin_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/workload/script/script_client.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/engine/workload/script/script_support.hpp"
#include "tests/engine/workload/script/sqlite_session.hpp"

namespace walbench::engine {
namespace {

using storage::Outcome;

using Scripts = std::vector<const BuiltinScript*>;

Scripts scripts_of(const std::vector<std::string>& names) {
  Scripts scripts;
  for (const std::string& name : names) {
    scripts.push_back(&builtin_script(name));
  }
  return scripts;
}

/// pgbench's tables in a database of their own.
class Bank {
 public:
  explicit Bank(std::int64_t scale) : scale_(scale), connection_(":memory:", nullptr) {
    const storage::Content content = pgbench_content(scale);
    connection_.execute(content.schema_sql);
    connection_.execute("BEGIN");
    storage::Statement insert = connection_.prepare(content.insert_sql);
    for (std::int64_t row = 0; row < content.rows; ++row) {
      SqliteSession::bind(insert, content.row(row));
      EXPECT_EQ(insert.run(), SQLITE_OK);
    }
    connection_.execute("COMMIT");
  }

  /// Runs each script that often; returns how many ended in a commit.
  int run(const Scripts& scripts, int times) {
    ScriptPlan plan{.files = {}, .scale = scale_, .seed = 3};
    for (const BuiltinScript* script : scripts) {
      plan.files.push_back({std::string(script->name), std::string(script->text), 1});
    }
    const ScriptSet set = compiled(plan);
    ScriptClient client(set, 0);
    SqliteSession session(connection_, set);
    int committed = 0;
    for (int i = 0; i < times; ++i) {
      for (const Script& script : set.scripts) {
        client.begin(script);
        const ScriptEnd& end = run_iteration(client, session, [](std::chrono::nanoseconds) {});
        EXPECT_EQ(end.reason, "");
        committed += end.outcome == Outcome::committed ? 1 : 0;
      }
    }
    return committed;
  }

  /// The invariants of these scripts that do not hold.
  std::vector<std::string> broken(const Scripts& scripts) const {
    std::vector<std::string> broken;
    for (const Invariant& each : pgbench_invariants(scripts, scale_)) {
      if (connection_.query_int64(each.sql) != 1) broken.push_back(each.meaning);
    }
    return broken;
  }

  storage::Connection& connection() { return connection_; }

 private:
  std::int64_t scale_;
  storage::Connection connection_;
};

TEST(BuiltinScripts, AreFoundByTheBeginningOfTheirNames) {
  EXPECT_EQ(builtin_script("tpcb").name, "tpcb-like");
  EXPECT_EQ(builtin_script("select-only").name, "select-only");
  EXPECT_THROW(builtin_script("s"), std::invalid_argument);
  EXPECT_THROW(builtin_script(""), std::invalid_argument);
  EXPECT_THROW(builtin_script("other"), std::invalid_argument);
}

TEST(BuiltinScripts, StartFromTheTablesOfPgbench) {
  Bank bank(2);
  const storage::Connection& db = bank.connection();
  EXPECT_EQ(db.query_text("SELECT count(*) || ' ' || min(aid) || ' ' || max(aid) || ' ' || "
                          "min(bid) || ' ' || max(bid) || ' ' || max(abalance) || ' ' || "
                          "min(length(filler)) || trim(max(filler)) FROM pgbench_accounts"),
            "200000 1 200000 1 2 0 84");
  EXPECT_EQ(db.query_text("SELECT group_concat(tid || ':' || bid, ' ') FROM (SELECT * FROM "
                          "pgbench_tellers WHERE tbalance = 0 AND filler IS NULL ORDER BY tid)"),
            "1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 10:1 11:2 12:2 13:2 14:2 15:2 16:2 17:2 18:2 19:2 "
            "20:2");
  EXPECT_EQ(db.query_text("SELECT group_concat(bid || ':' || bbalance) FROM pgbench_branches"),
            "1:0,2:0");
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM pgbench_history"), 0);
  EXPECT_EQ(db.query_int64("SELECT count(*) FROM sqlite_schema WHERE type = 'index'"), 0);
}

TEST(BuiltinScripts, KeepTheirInvariants) {
  const std::vector<std::vector<std::string>> mixes = {{"tpcb"},           {"simple"},
                                                       {"select"},         {"tpcb", "select"},
                                                       {"tpcb", "simple"}, {"simple", "select"}};
  Bank bank(1);
  for (const std::vector<std::string>& mix : mixes) {
    bank.connection().execute(pgbench_reset_sql());
    EXPECT_EQ(bank.run(scripts_of(mix), 20), static_cast<int>(20 * mix.size()));
    EXPECT_THAT(bank.broken(scripts_of(mix)), testing::IsEmpty()) << mix.front();
  }
}

/// Each statement that goes missing, or comes twice, breaks one of them.
TEST(BuiltinScripts, InvariantsFindWhatIsLost) {
  const Scripts tpcb = scripts_of({"tpcb"});
  Bank bank(1);
  bank.run(tpcb, 5);
  for (const std::string wrong :
       {"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 5",
        "UPDATE pgbench_tellers SET tbalance = tbalance + 1 WHERE tid = 5",
        "UPDATE pgbench_branches SET bbalance = bbalance + 1",
        "INSERT INTO pgbench_history (delta) VALUES (1)",
        "DELETE FROM pgbench_accounts WHERE aid = 7"}) {
    bank.connection().execute("BEGIN");
    bank.connection().execute(wrong);
    EXPECT_THAT(bank.broken(tpcb), testing::Not(testing::IsEmpty())) << wrong;
    bank.connection().execute("ROLLBACK");
  }
  EXPECT_THAT(bank.broken(scripts_of({"select"})),
              testing::ElementsAre("the history is empty", "no account changed",
                                   "no teller changed", "no branch changed"));
  EXPECT_THAT(bank.broken(scripts_of({"simple"})),
              testing::ElementsAre("no teller changed", "no branch changed"));
}

}  // namespace
}  // namespace walbench::engine
