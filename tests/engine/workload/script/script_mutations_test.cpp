// Would catch: a text that makes the parser crash, hang or run over its stack; a problem that is
// told for a place outside of the file; a script that counts as right and cannot be run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "engine/workload/script/script_client.hpp"
#include "engine/workload/script/setup.hpp"
#include "tests/engine/workload/script/script_support.hpp"

namespace walbench::engine {
namespace {

constexpr std::array<std::string_view, 6> kSeeds = {
    "\\set a random(1, 10 * :scale)\nUPDATE t SET b = :a;\n",
    "-- walbench: expect 1..2 else retry\nSELECT a FROM t \\gset p_\nSELECT :p_a;",
    "\\if :scale > 1 and not 2 is null\n\\sleep 5 ms\n\\else\nBEGIN; END;\n\\endif",
    "\\set x case when 1 then -2.5e1 else ~3 # 4 end\nSELECT ':x', \"a\", $t$b$t$, E'\\'';",
    "CREATE TRIGGER a BEGIN SELECT 1; END; /* a /* b */ */ -- walbench: check SELECT 1",
    "\\set h permute(hash(:client_id), 7)\n\\sleep :h us\nDELETE FROM t WHERE a = :h;"};
constexpr std::array<std::string_view, 24> kPieces = {
    "\\",       "\n",        ":",
    "'",        "\"",        ";",
    "(",        ")",         "--",
    "/*",       "*/",        "$$",
    "\\if 1\n", "\\endif\n", "-- walbench: ",
    "::",       "\xC3",      "9223372036854775808",
    "1e999",    "%",         "<",
    "IS ",      "case ",     ","};

class Mutations {
 public:
  std::string next() {
    std::string text(kSeeds[below(kSeeds.size())]);
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      mutate(text);
    }
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  void mutate(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0: text.insert(at, kPieces[below(kPieces.size())]); break;
      case 1: text.erase(at, 1 + below(8)); break;
      case 2: text.insert(at, text.substr(below(text.size() + 1), below(20))); break;
      case 3: text.insert(at, 1, static_cast<char>(below(256))); break;
      default: text.resize(at);
    }
  }

  std::mt19937_64 random_{1};
};

/// Every statement hits one row, and returns as many columns as are asked for.
class Yes final : public ScriptSession {
 public:
  StatementResult execute(const ScriptStep& step) override {
    row_.assign(
        step.statement != nullptr && step.statement->gset ? step.statement->gset->size() : 0,
        std::int64_t{1});
    return {.rows = 1, .row = row_};
  }

 private:
  std::vector<storage::Value> row_;
};

void run_once(const ScriptSet& set) {
  ScriptClient client(set, 0);
  Yes session;
  client.begin(client.choose());
  run_iteration(client, session, [](std::chrono::nanoseconds) {});
}

TEST(MutatedScripts, AreRefusedOrRun) {
  constexpr int kScripts = 100'000;
  Mutations mutations;
  int right = 0;
  for (int i = 0; i < kScripts; ++i) {
    const std::string text = mutations.next();
    const CompiledScripts result = compile_scripts(plan_of(text));
    for (const ScriptProblem& problem : result.problems) {
      ASSERT_LE(problem.position.line, 1 + std::ranges::count(text, '\n')) << text;
      ASSERT_LE(problem.position.column, text.size() + 1) << text;
    }
    if (!result.problems.empty()) continue;
    ++right;
    ASSERT_NO_THROW(run_once(result.set)) << text;
  }
  EXPECT_GT(right, kScripts / 20);
  EXPECT_LT(right, kScripts / 2);
}

TEST(MutatedSetups, AreRefusedOrTranslated) {
  Mutations mutations;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = mutations.next();
    ASSERT_NO_THROW(compile_setup({"s.sql", text, std::nullopt}, plan_of(""))) << text;
  }
}

/// One problem for each byte would take quadratic time.
TEST(LongScripts, AreReadInOnePass) {
  for (const std::string piece : {"?", "\\x\n", "'", "(", "$a$", "/*", "SELECT :a;", "\\if 1\n",
                                  "-- walbench: expect 1\n", "\\set a 1\n", "E'", "- "}) {
    std::string text;
    while (text.size() < 200'000) {
      text += piece;
    }
    ASSERT_NO_THROW(compile_scripts(plan_of(text))) << piece;
  }
}

}  // namespace
}  // namespace walbench::engine
