// Would catch: a script that goes on after a conflict, or leaves its transaction open; a repetition
// with other numbers than the first attempt; a value that changes its type on its way to SQL.

#include "engine/workload/script/script_client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

using storage::Outcome;
using storage::Value;
using testing::ElementsAre;

std::string value_text(const Value& value) {
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* const real = std::get_if<double>(&value)) return fmt::format("{}d", *real);
  if (const auto* const text = std::get_if<std::string_view>(&value)) {
    return fmt::format("'{}'", *text);
  }
  return "null";
}

/// Writes down each step, and gives the answers that it was told to.
class Recorder final : public ScriptSession {
 public:
  StatementResult execute(const ScriptStep& step) override {
    constexpr std::array<std::string_view, 4> kNames = {"begin", "", "commit", "rollback"};
    std::string text(step.statement == nullptr ? kNames[static_cast<std::size_t>(step.kind)]
                                               : step.statement->sql.text());
    for (const Value& value : step.parameters) {
      text += " " + value_text(value);
    }
    steps.push_back(text);
    if (answers.empty()) return {.rows = 1};
    StatementResult answer = answers.front();
    answers.pop_front();
    return answer;
  }

  std::vector<std::string> steps;
  std::deque<StatementResult> answers;
};

/// One script, its client and what came of it.
class ScriptRun {
 public:
  explicit ScriptRun(const std::string& text, std::vector<ScriptDefinition> definitions = {})
      : set_(compiled(plan_of(text, std::move(definitions)))), client_(set_, 7) {}

  const ScriptEnd& run() {
    client_.begin(set_.scripts.front());
    return go();
  }
  const ScriptEnd& repeat() {
    client_.repeat();
    return go();
  }

  Recorder session;

 private:
  const ScriptEnd& go() {
    return run_iteration(client_, session, [this](std::chrono::nanoseconds time) {
      session.steps.push_back(fmt::format("sleep {}", time.count()));
    });
  }

  ScriptSet set_;
  ScriptClient client_;
};

StatementResult rows(std::int64_t count) {
  return {.rows = count};
}
StatementResult refused(Outcome outcome) {
  return {.outcome = outcome, .error = "no"};
}

TEST(ScriptClient, RunsAScriptFromTopToBottom) {
  ScriptRun run(
      "\\set a :client_id * 2\nBEGIN;\nUPDATE t SET x = :a;\n\\sleep 5ms\n\\sleep :a us\nEND;");
  EXPECT_EQ(run.run().outcome, Outcome::committed);
  EXPECT_THAT(run.session.steps, ElementsAre("BEGIN", "UPDATE t SET x = ?1 14", "sleep 5000000",
                                             "sleep 14000", "END"));
}

TEST(ScriptClient, TakesOneBranch) {
  for (const auto& [kind, expected] : std::map<std::string, std::string>{
           {"1", "one"}, {"2", "two"}, {"3", "other"}, {"null", "other"}}) {
    ScriptRun run(
        "\\if :kind = 1\nSELECT one;\n\\elif :kind = 2\nSELECT two;\n\\else\n\\if true\nSELECT "
        "other;\n\\endif\n\\endif\nSELECT last;",
        {{"kind", kind}});
    run.run();
    EXPECT_THAT(run.session.steps, ElementsAre("SELECT " + expected, "SELECT last")) << kind;
  }
}

TEST(ScriptClient, KeepsTheTypesOfValues) {
  ScriptRun run("SELECT i, d, t, n \\gset p_\nSELECT :p_i, :p_d, :p_t, :p_n, :word, :flag;",
                {{"word", "x"}, {"flag", "true"}});
  const std::vector<Value> row = {std::int64_t{5}, 2.0, std::string_view("5"), std::monostate()};
  run.session.answers = {{.rows = 1, .row = row}};
  EXPECT_EQ(run.run().outcome, Outcome::committed);
  EXPECT_EQ(run.session.steps.back(), "SELECT ?1, ?2, ?3, ?4, ?5, ?6 5 2d '5' null 'x' 1");
}

TEST(ScriptClient, NeedsOneRowForGset) {
  for (const std::int64_t count : {0, 2}) {
    ScriptRun run("BEGIN;\nSELECT a FROM t \\gset\nEND;");
    run.session.answers = {rows(0), rows(count)};
    const ScriptEnd& end = run.run();
    EXPECT_EQ(end.outcome, Outcome::failed);
    EXPECT_FALSE(end.may_retry);
    EXPECT_THAT(end.reason, testing::StartsWith("\\gset needs one row of 1 columns, and got"));
    EXPECT_THAT(run.session.steps, ElementsAre("BEGIN", "SELECT a FROM t", "rollback"));
  }
}

struct Miss {
  std::string directive;
  Outcome outcome;
  bool may_retry;
};

TEST(ScriptClient, EndsWhereAnExpectationIsNotMet) {
  const std::vector<Miss> cases = {{"expect 1", Outcome::failed, false},
                                   {"expect 1 else conflict", Outcome::conflict, false},
                                   {"expect 1..1 else retry", Outcome::conflict, true}};
  for (const Miss& each : cases) {
    for (const std::int64_t count : {0, 2}) {
      ScriptRun run("BEGIN;\n-- walbench: " + each.directive +
                    "\nUPDATE t SET x = 1;\nEND;\nSELECT 1;");
      run.session.answers = {rows(0), rows(count)};
      const ScriptEnd& end = run.run();
      EXPECT_EQ(end.outcome, each.outcome);
      EXPECT_EQ(end.may_retry, each.may_retry);
      EXPECT_EQ(end.statement->position, (Position{3, 1}));
      EXPECT_EQ(end.reason, fmt::format("{} rows instead of 1", count));
      EXPECT_THAT(run.session.steps, ElementsAre("BEGIN", "UPDATE t SET x = 1", "rollback"));
    }
  }
}

/// Otherwise nobody could undo it.
TEST(ScriptClient, PutsATransactionAroundALoneWriteWithAnExpectation) {
  const std::string text = "-- walbench: expect 1\nDELETE FROM t;\nDELETE FROM u;";
  ScriptRun good(text);
  EXPECT_EQ(good.run().outcome, Outcome::committed);
  EXPECT_THAT(good.session.steps, ElementsAre("begin", "DELETE FROM t", "commit", "DELETE FROM u"));
  ScriptRun bad(text);
  bad.session.answers = {rows(0), rows(2)};
  EXPECT_EQ(bad.run().outcome, Outcome::failed);
  EXPECT_THAT(bad.session.steps, ElementsAre("begin", "DELETE FROM t", "rollback"));
}

struct Refusal {
  std::size_t step;  ///< 0: BEGIN, 1: UPDATE, 2: COMMIT
  Outcome outcome;
  bool may_retry;
  bool rolls_back;
};

TEST(ScriptClient, RollsBackWhatWasRefused) {
  const std::vector<Refusal> cases = {
      {0, Outcome::busy, true, false},   {1, Outcome::busy, true, true},
      {1, Outcome::failed, false, true}, {1, Outcome::conflict, true, true},
      {2, Outcome::busy, true, true},    {2, Outcome::unknown, false, false}};
  for (const Refusal& each : cases) {
    ScriptRun run("BEGIN;\nUPDATE t SET x = 1;\nEND;\nSELECT 1;");
    run.session.answers.assign(each.step, rows(1));
    run.session.answers.push_back(refused(each.outcome));
    const ScriptEnd& end = run.run();
    EXPECT_EQ(end.outcome, each.outcome);
    EXPECT_EQ(end.may_retry, each.may_retry);
    EXPECT_EQ(end.reason, "no");
    EXPECT_EQ(run.session.steps.back() == "rollback", each.rolls_back) << each.step;
    EXPECT_EQ(run.session.steps.size(), each.step + 1 + (each.rolls_back ? 1 : 0));
  }
}

TEST(ScriptClient, AFailedRollbackDoesNotRepeatItself) {
  ScriptRun run("BEGIN;\nUPDATE t SET x = 1;\nEND;");
  run.session.answers = {rows(0), refused(Outcome::busy), refused(Outcome::failed)};
  EXPECT_EQ(run.run().outcome, Outcome::busy);
  EXPECT_THAT(run.session.steps, ElementsAre("BEGIN", "UPDATE t SET x = 1", "rollback"));
}

TEST(ScriptClient, ExpressionsThatFailNameTheirPlace) {
  ScriptRun run("BEGIN;\n\\set a 1 / (:client_id - 7)\nEND;");
  const ScriptEnd& end = run.run();
  EXPECT_EQ(end.outcome, Outcome::failed);
  EXPECT_EQ(end.reason, "a.sql:2:10: a division by zero");
  EXPECT_THAT(run.session.steps, ElementsAre("BEGIN", "rollback"));
  ScriptRun sleep("\\set t 1.5 + :client_id\n\\sleep :t ms");
  EXPECT_EQ(sleep.run().reason, "a.sql:2:1: 8.5 is not a time to sleep; it must be a whole number");
  ScriptRun none("\\set t -:client_id\n\\sleep :t ms");
  EXPECT_EQ(none.run().outcome, Outcome::failed);
}

TEST(ScriptClient, RepeatsWithTheSameNumbersAndVariables) {
  ScriptRun run("\\set n :n + 1\n\\set r random(1, 1000000000)\nSELECT :n, :r;", {{"n", "0"}});
  run.run();
  run.repeat();
  run.run();
  const std::vector<std::string>& steps = run.session.steps;
  EXPECT_EQ(steps[0], steps[1]);
  EXPECT_THAT(steps[0], testing::StartsWith("SELECT ?1, ?2 1 "));
  EXPECT_THAT(steps[2], testing::StartsWith("SELECT ?1, ?2 2 "));
  EXPECT_NE(steps[0].substr(16), steps[2].substr(16));
}

/// The numbers of a client do not depend on who else runs, or when.
TEST(ScriptClients, DrawTheirOwnNumbers) {
  ScriptPlan plan = plan_of("\\set r random(1, 1000000000)\nSELECT :r;");
  plan.files.push_back({"b.sql", "\\set r random(1, 1000000000)\nSELECT -:r;", 3});
  const ScriptSet set = compiled(plan);
  const auto steps = [&](const std::vector<std::int64_t>& order) {
    std::vector<ScriptClient> clients;
    clients.reserve(3);
    std::vector<Recorder> sessions(3);
    for (std::int64_t i = 0; i < 3; ++i) {
      clients.emplace_back(set, i);
    }
    for (const std::int64_t i : order) {
      ScriptClient& client = clients[static_cast<std::size_t>(i)];
      client.begin(client.choose());
      run_iteration(client, sessions[static_cast<std::size_t>(i)], [](std::chrono::nanoseconds) {});
    }
    return std::vector{sessions[0].steps, sessions[1].steps, sessions[2].steps};
  };
  const auto all = steps({0, 1, 2, 0, 1, 2, 0, 1, 2});
  EXPECT_EQ(all, steps({2, 2, 2, 1, 0, 1, 0, 1, 0}));
  EXPECT_NE(all[0], all[1]);
}

TEST(ScriptClients, ChooseScriptsByTheirWeights) {
  ScriptPlan plan = plan_of("SELECT 1;");
  plan.files.front().weight = 1;
  plan.files.push_back({"b.sql", "SELECT 1;", 0});
  plan.files.push_back({"c.sql", "SELECT 1;", 3});
  const ScriptSet set = compiled(plan);
  ScriptClient client(set, 0);
  std::map<std::string, int> chosen;
  for (int i = 0; i < 10'000; ++i) {
    ++chosen[client.choose().source.name()];
  }
  EXPECT_EQ(chosen.count("b.sql"), 0U);
  EXPECT_NEAR(chosen["a.sql"], 2500, 5 * 43);  // five standard deviations
}

}  // namespace
}  // namespace walbench::engine
