// Would catch: a loss that passes, a chance that is called safety, a warning without a remedy, a
// line that no terminal shows whole.

#include "tools/doctor/doctor_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <string>

namespace walbench::tools {
namespace {

using namespace std::chrono_literals;
using storage::CheckOutcome;
using storage::CheckResult;
using storage::DatabaseState;
using storage::JournalMode;
using storage::KillsFound;
using storage::WalResetFound;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr WalResetFound lost_some() {
  return {
      .commits = 181, .updates = 4'525, .checkpoints = 9, .overlaps = 3, .lost = 28, .took = 250ms};
}

TEST(WalResetLine, FailsWithTheNumberThatWasLost) {
  WalResetFound found = lost_some();
  found.integrity = "ok";
  const CheckResult line = wal_reset_line("here", found, true);
  EXPECT_EQ(line.outcome, CheckOutcome::fail);
  EXPECT_EQ(line.seen,
            "here: lost 28 of 4,525 acknowledged updates in 250 ms; integrity_check says ok");
  EXPECT_THAT(line.advice, HasSubstr("3.51.3"));
  EXPECT_EQ(wal_reset_line("here", {.commits = 5, .trouble = "malformed"}, false).outcome,
            CheckOutcome::fail);
}

TEST(WalResetLine, NeverCallsSafeWhatWasNotMet) {
  const WalResetFound none{.commits = 99'646, .overlaps = 4'025, .took = 4s};
  const CheckResult line = wal_reset_line("here", none, false);
  EXPECT_EQ(line.outcome, CheckOutcome::pass);
  EXPECT_EQ(
      line.seen,
      "here: not met in 99,646 commits and 4,025 overlaps; at most one overlap in 1,341 loses "
      "something (95 %)");
  EXPECT_EQ(wal_reset_line("here", none, true).outcome, CheckOutcome::warn)
      << "the version has it all the same";
  const CheckResult nothing = wal_reset_line("here", {.commits = 9}, false);
  EXPECT_EQ(nothing.outcome, CheckOutcome::warn);
  EXPECT_THAT(nothing.advice, HasSubstr("nothing was shown"));
  EXPECT_THAT(wal_reset_line("here", {.overlaps = 5}, false).seen, Not(HasSubstr("%")));
}

TEST(RemedyLine, IsWhatItsTrialWas) {
  const CheckResult full = remedy_line(0, {.commits = 7, .updates = 175, .took = 1s});
  EXPECT_THAT(full.seen, HasSubstr("FULL checkpoints with a busy_timeout: none of 175 updates"));
  EXPECT_THAT(remedy_line(3, {.commits = 7, .took = 1s}).seen, HasSubstr("queue"));
  EXPECT_EQ(remedy_line(3, {.commits = 7}).outcome, CheckOutcome::pass);
  EXPECT_EQ(remedy_line(2, lost_some()).outcome, CheckOutcome::fail);
}

TEST(KillsLine, ClaimsNoMoreThanWasDone) {
  const CheckResult sound = kills_line({.kills = 30, .acknowledged = 118'402}, 30);
  EXPECT_EQ(sound.outcome, CheckOutcome::pass);
  EXPECT_THAT(sound.seen, HasSubstr("30 of 30 writers killed, 118,402 transactions acknowledged"));
  EXPECT_THAT(sound.seen, HasSubstr("a loss of power is another matter"));
  for (const KillsFound& bad :
       {KillsFound{.lost = 2}, KillsFound{.torn = 1}, KillsFound{.trouble = "malformed"}}) {
    EXPECT_EQ(kills_line(bad, 30).outcome, CheckOutcome::fail);
    EXPECT_THAT(kills_line(bad, 30).advice, Not(""));
  }
}

TEST(EmbeddedLines, JudgeBySourceId) {
  const auto old = embedded_lines("app", "2022-12-28 14:03:47 df5c");
  ASSERT_THAT(old, SizeIs(2));
  EXPECT_THAT(old[0].seen, HasSubstr("2022-12-28 14:03:47 df5c, inside app"));
  EXPECT_EQ(old[1].outcome, CheckOutcome::fail);
  EXPECT_EQ(embedded_lines("app", "2026-03-13 10:38:09 737a")[1].outcome, CheckOutcome::pass);
}

TEST(DatabaseLines, WarnOfEachThingThatLooksWrong) {
  const DatabaseState good{.mode = JournalMode::wal,
                           .page_bytes = 4096,
                           .free_pages = 10,
                           .database_bytes = 40'960'000,
                           .wal_bytes = 4'000'000};
  EXPECT_THAT(database_lines(good, 7), SizeIs(1));
  EXPECT_THAT(database_lines(good, 7)[0].seen, HasSubstr("7 frames of it not checkpointed"));
  const auto warning = [&](const auto& change) {
    DatabaseState state = good;
    change(state);
    const auto lines = database_lines(state, 0);
    EXPECT_THAT(lines, SizeIs(2));
    EXPECT_EQ(lines.back().outcome, CheckOutcome::warn);
    EXPECT_THAT(lines.back().advice, Not(""));
    return lines.back().seen;
  };
  EXPECT_THAT(warning([](auto& state) { state.mode = JournalMode::rollback; }),
              HasSubstr("rollback-journal"));
  EXPECT_THAT(warning([](auto& state) { state.wal_bytes = 612'000'000; }), HasSubstr("612.0 MB"));
  EXPECT_THAT(warning([](auto& state) { state.free_pages = 5'000; }), HasSubstr("free pages"));
  EXPECT_THAT(warning([](auto& state) { state.page_bytes = 1024; }), HasSubstr("small"));
  EXPECT_THAT(warning([](auto& state) { state.journal_bytes = 512; }), HasSubstr("-journal"));
  EXPECT_THAT(warning([](auto& state) { state.links = 2; }), HasSubstr("2 names"));
}

TEST(LineText, FitsATerminal) {
  const std::string text = line_text({.name = "sync",
                                      .outcome = CheckOutcome::warn,
                                      .seen = "many words " + std::string(90, 'x') + " and more",
                                      .advice = "do this\x1b[31m"});
  std::istringstream lines(text);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, "sync            WARN many words");
  EXPECT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, std::string(21, ' ') + std::string(90, 'x'));
  EXPECT_THAT(text, HasSubstr("\n                  -> do this\\x1b[31m\n"));
}

TEST(SummaryText, NamesWhatMatters) {
  EXPECT_EQ(summary_text({.path = ".", .results = {{.name = "a"}}, .seconds = 20.6}),
            "nothing found; 21 s.");
  EXPECT_EQ(summary_text({.path = ".",
                          .results = {{.name = "a", .outcome = CheckOutcome::fail},
                                      {.name = "a", .outcome = CheckOutcome::fail},
                                      {.name = "b", .outcome = CheckOutcome::warn},
                                      {.name = "c", .outcome = CheckOutcome::not_checked}},
                          .seconds = 3,
                          .interrupted = true}),
            "2 failed (a), 1 warned (b), 1 not checked (c); interrupted after 3 s.");
}

}  // namespace
}  // namespace walbench::tools
