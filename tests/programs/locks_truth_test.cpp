// Would catch: shares of time and longest holds that are not those of the processes. Writers that
// log their own holds are the truth, also one that no preloaded library could reach. How near the
// figures come is for a quiet machine to show; the bounds here are ten times as wide.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/lock_users.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using testing::StartsWith;

struct Script {
  int hold_ms;
  int pause_ms;
};
constexpr std::array kScripts = {Script{8, 15}, Script{5, 25}, Script{25, 80}};

/// What a writer held between two instants, by its own log.
struct Truth {
  double share = 0;
  double longest_ms = 0;
};

Truth truth_of(const std::string& log, std::int64_t begin, std::int64_t end) {
  std::istringstream lines(log);
  std::string ready;
  lines >> ready;
  Truth truth;
  for (std::int64_t from = 0, to = 0; lines >> from >> to;) {
    const std::int64_t length = std::min(to, end) - std::max(from, begin);
    if (length <= 0) continue;
    truth.share += static_cast<double>(length) / static_cast<double>(end - begin);
    truth.longest_ms = std::max(truth.longest_ms, static_cast<double>(length) / 1e6);
  }
  return truth;
}

struct Case {
  std::string mode;
  std::string program;
};

class LocksTruthTest : public testing::TestWithParam<Case> {};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* const mode : {"wal", "delete"}) {
    all.push_back({mode, WALBENCH_LOCK_USER_PATH});
#ifdef WALBENCH_LOCK_USER_STATIC_PATH
    all.push_back({mode, WALBENCH_LOCK_USER_STATIC_PATH});
#endif
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Writers, LocksTruthTest, testing::ValuesIn(cases()), [](const auto& test) {
  const bool is_static = test.param.program.ends_with("static");
  return fmt::format("{}_{}", test.param.mode, is_static ? "static" : "dynamic");
});

TEST_P(LocksTruthTest, SharesAndLongestHoldsAreThoseOfTheWriters) {
  const ScratchDirectory scratch;
  const auto database = scratch / "app.db";
  make_database(database, GetParam().mode);
  std::vector<std::unique_ptr<LockUser>> writers;
  for (const Script& script : kScripts) {
    writers.push_back(std::make_unique<LockUser>(GetParam().program, database, "write",
                                                 script.hold_ms, script.pause_ms, 5));
  }
  const nlohmann::json told = locks_of(database, {"--for", "2s"});
  const auto begin = told["started_monotonic_ns"].get<std::int64_t>();
  const auto end = begin + std::llround(told["elapsed_ms"].get<double>() * 1e6);

  double shares = told["write_lock_free_share"].get<double>();
  nlohmann::json writing = nlohmann::json::array();
  for (const auto& holding : told["holdings"]) {
    if (holding["lock"] != "write") continue;
    writing.push_back(holding);
    shares += holding["held_share"].get<double>();
  }
  EXPECT_NEAR(shares, 1, 1e-6);
  EXPECT_EQ(told["connected"].size(), GetParam().mode == "wal" ? kScripts.size() : 0U);
  std::size_t named = 0;
  for (const auto& writer : writers) {
    const pid_t writer_pid = writer->pid();
    const Outcome outcome = writer->wait();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    const Truth truth = truth_of(outcome.out, begin, end);
    const nlohmann::json held = find_in(writing, "pid", writer_pid);
    // Others may have starved it, or a look may have been late, on a busy machine.
    if (held.is_null()) {
      EXPECT_LT(truth.share, 0.20) << told.dump(1);
      continue;
    }
    ++named;
    EXPECT_THAT(held["command"].get<std::string>(), StartsWith(GetParam().program));
    const double longest = held["longest_ms"].get<double>();
    const double error = held["longest_error_ms"].get<double>();
    EXPECT_NEAR(held["held_share"].get<double>(), truth.share, 0.20);
    EXPECT_NEAR(longest, truth.longest_ms, error + std::max(20.0, truth.longest_ms / 2));
  }
  EXPECT_GT(named, 0U);
  EXPECT_EQ(named, writing.size()) << "somebody else is said to have written: " << told.dump(1);
}

}  // namespace
}  // namespace walbench::programs
