// Would catch: shares of time and longest holds that are not those of the processes. Writers that
// log their own holds are the truth, also one that no preloaded library could reach: shares within
// 2 percentage points, the longest hold within 2 ms or 5 %.

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

/// What `locks` told about writers, beside their own logs.
class Comparison {
 public:
  /// Watches three writers for 2 s.
  explicit Comparison(const Case& of) : of_(of) {
    const ScratchDirectory scratch;
    const auto database = scratch / "app.db";
    make_database(database, of.mode);
    for (const Script& script : kScripts) {
      writers_.push_back(std::make_unique<LockUser>(of.program, database, "write", script.hold_ms,
                                                    script.pause_ms, 5));
    }
    told_ = locks_of(database, {"--for", "2s"});
    for (const auto& holding : told_["holdings"]) {
      if (holding["lock"] == "write") writing_.push_back(holding);
    }
    compare();
  }

  /// Nothing if every figure is near enough to the truth, otherwise which is not.
  const std::string& misses() const { return misses_; }

 private:
  void compare() {
    const auto begin = told_["started_monotonic_ns"].get<std::int64_t>();
    const auto end = begin + std::llround(told_["elapsed_ms"].get<double>() * 1e6);
    expect_whole();
    std::size_t named = 0;
    for (const auto& writer : writers_) {
      const pid_t pid = writer->pid();
      const Outcome outcome = writer->wait();
      ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
      const nlohmann::json held = find_in(writing_, "pid", pid);
      const Truth truth = truth_of(outcome.out, begin, end);
      if (!held.is_null()) {
        ++named;
        EXPECT_THAT(held["command"].get<std::string>(), StartsWith(of_.program));
        require_near("share", held["held_share"].get<double>(), truth.share, 0.02);
        require_near("longest", held["longest_ms"].get<double>(), truth.longest_ms,
                     std::max(2.0, truth.longest_ms * 0.05));
      } else if (truth.share > 0.02) {
        misses_ +=
            fmt::format("a writer that held it {:.3f} of the time is missing; ", truth.share);
      }
    }
    EXPECT_EQ(named, writing_.size()) << "somebody else is said to have written: " << told_.dump(1);
  }

  void expect_whole() const {
    double shares = told_["write_lock_free_share"].get<double>();
    for (const auto& holding : writing_) {
      shares += holding["held_share"].get<double>();
    }
    EXPECT_NEAR(shares, 1, 1e-6);
    EXPECT_EQ(told_["connected"].size(), of_.mode == "wal" ? kScripts.size() : 0U);
  }

  void require_near(const char* what, double told, double truth, double bound) {
    if (std::abs(told - truth) <= bound) return;
    misses_ += fmt::format("{} {:.3f} for {:.3f}; ", what, told, truth);
  }

  const Case& of_;
  std::vector<std::unique_ptr<LockUser>> writers_;
  nlohmann::json told_;
  nlohmann::json writing_ = nlohmann::json::array();
  std::string misses_;
};

TEST_P(LocksTruthTest, SharesAndLongestHoldsAreThoseOfTheWriters) {
  // A machine that is busy makes looks late; a figure that is wrong is wrong each time.
  constexpr int kMostTries = 12;
  std::string misses;
  for (int tries = 0; tries < kMostTries && !HasFailure(); ++tries) {
    const std::string missed = Comparison(GetParam()).misses();
    if (missed.empty()) {
      misses.clear();
      break;
    }
    misses += missed + "\n";
  }
  EXPECT_EQ(misses, "");
}

}  // namespace
}  // namespace walbench::programs
