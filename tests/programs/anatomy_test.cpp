// Would catch: an anatomy that report tells otherwise than bench did, or only with the help of the
// JSON; an interval log that is lost or empty where the run was, which is when it is needed; one
// that is published under a name nobody finds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using test_support::eventually;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class AnatomyTest : public BenchFixture {
 protected:
  std::vector<std::string> names_with(const std::string& suffix) const {
    std::vector<std::string> names = names_in(results());
    std::erase_if(names, [&](const std::string& name) { return !name.ends_with(suffix); });
    return names;
  }
  void remove_json() const {
    for (const std::string& name : names_with(".json")) {
      std::filesystem::remove(results() / name);
    }
  }
  Outcome report(const std::string& name) const {
    return run_report({(results() / name).string()});
  }
  Outcome report_details(const std::string& name) const {
    return run_report({(results() / name).string(), "--details"});
  }

  /// A run of which a lifecycle ends every few milliseconds, for as long as a test takes.
  std::vector<std::string> long_run() const {
    return {"--threads", "4",        "--profile", "realistic",  "--api-delay", "2ms",    "--files",
            "20000",     "--warmup", "0",         "--interval", "10ms",        "--quiet"};
  }

  /// The log of a run that is under way, once it holds a few intervals.
  std::string log_under_way() const {
    std::string name;
    EXPECT_TRUE(eventually([&] {
      const std::vector<std::string> logs = names_with(".hlog.partial");
      if (logs.empty()) return false;
      name = logs.front();
      const std::string text = read_file(results() / name);
      return std::ranges::count(text, '\n') > 200;
    })) << "no interval was written";
    return name;
  }
};

TEST_F(AnatomyTest, ReportTellsItFromTheHgrmFilesAlone) {
  for (const std::string strategy : {"pooled-connection", "per-file", "fair-queue"}) {
    SCOPED_TRACE(strategy);
    std::filesystem::remove_all(results());
    std::filesystem::create_directory(results());
    const Outcome outcome = bench({"--threads", "10", "--profile", "zero", "--files", "300",
                                   "--strategy", strategy, "--anatomy"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out,
                AllOf(HasSubstr("share of the mean fsm_net: "), HasSubstr("unexplained"),
                      HasSubstr("Write lock: taken "), HasSubstr(" frames a transaction in "),
                      HasSubstr("Fairness: Jain's index ")));
    const bool waits_in_sqlite = strategy != "fair-queue";
    EXPECT_EQ(outcome.out.find(" asks to sleep for the write lock") != std::string::npos,
              waits_in_sqlite);
    EXPECT_EQ(outcome.out.find("Closing connections took ") != std::string::npos,
              strategy == "per-file");
    remove_json();
    EXPECT_EQ(run_report(hgrm_files()).out, told_by_bench(outcome.out));
  }
}

TEST_F(AnatomyTest, IsInTheJsonOnlyWhereItWasAskedFor) {
  const std::vector<std::string> arguments = {
      "--threads", "4", "--profile", "zero", "--files", "200", "--strategy", "pooled-connection"};
  const Outcome without = bench(arguments);
  ASSERT_EQ(without.exit_code, 0) << without.err;
  EXPECT_THAT(without.out, Not(HasSubstr("Write lock: taken ")));
  EXPECT_THAT(without.out, HasSubstr("share of the mean fsm_net: "));
  std::filesystem::remove_all(results());
  std::filesystem::create_directory(results());

  std::vector<std::string> with = arguments;
  with.emplace_back("--anatomy");
  const Outcome outcome = bench(with);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("Write lock: taken "));
}

TEST_F(AnatomyTest, AnIntervalLogLiesBesideTheResultsAndReportTellsIt) {
  const Outcome outcome =
      bench({"--threads", "10", "--profile", "zero", "--files", "1000", "--strategy",
             "pooled-connection", "--anatomy", "--interval", "50ms"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string run_id = only_json()["run_id"];
  EXPECT_THAT(names_with(".hlog"), ElementsAre(run_id + "-c10-zero-pooled-connection.hlog"));
  EXPECT_THAT(names_with(".partial"), IsEmpty());
  EXPECT_THAT(outcome.err, Not(HasSubstr("interval log so far")));

  const Outcome told = report(names_with(".hlog").front());
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, AllOf(HasSubstr("c=10 zero pooled-connection\n"),
                              HasSubstr("fsm_net, seconds"), Not(HasSubstr("lock_wait, seconds"))));
  EXPECT_THAT(report_details(names_with(".hlog").front()).out,
              AllOf(HasSubstr("fsm_net, seconds"), HasSubstr("lock_wait, seconds"),
                    HasSubstr("sync_wait, seconds")));
}

TEST_F(AnatomyTest, EachConfigurationHasItsIntervalLogAndAMitigationHasNone) {
  const Outcome outcome = bench({"--threads", "1,2", "--profile", "zero", "--files", "60",
                                 "--mitigation", "shared-connection", "--mitigate-at", "2:zero",
                                 "--repeat", "1", "--interval", "1s", "--quiet"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(names_with(".hlog"),
              ElementsAre(EndsWith("-c1-zero-per-file.hlog"), EndsWith("-c2-zero-per-file.hlog")));
  EXPECT_THAT(names_with(".partial"), IsEmpty());
}

TEST_F(AnatomyTest, AfterSigintTheLogSoFarIsThereAndSaysWhere) {
  Program bench(bench_path(), long_run(), options());
  const std::string log = log_under_way();
  bench.send_signal(SIGINT);
  const Outcome outcome = bench.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted: nothing was published"));
  EXPECT_THAT(outcome.err, HasSubstr("interval log so far: results/" + log + "\n"));
  EXPECT_THAT(names_in(results()), ElementsAre(log));
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
  const Outcome told = report(log);
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, AllOf(HasSubstr("c=4 realistic per-file\n"), HasSubstr("fsm_net, seconds"),
                              Not(HasSubstr("cut off"))));
}

TEST_F(AnatomyTest, WhatAKillLeavesOfTheLogCanBeRead) {
  Program bench(bench_path(), long_run(), options());
  const std::string log = log_under_way();
  bench.send_signal(SIGKILL);
  EXPECT_EQ(bench.wait().exit_code, 128 + SIGKILL);
  EXPECT_THAT(names_in(results()), ElementsAre(log));
  const Outcome told = report(log);
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("fsm_net, seconds"));

  // Had it been killed in the middle of a line, that one would be left out.
  const std::string text = read_file(results() / log);
  write_file(results() / "cut.hlog.partial", text.substr(0, text.size() - 20));
  const Outcome cut = report("cut.hlog.partial");
  EXPECT_EQ(cut.exit_code, 0) << cut.err;
  EXPECT_THAT(cut.out, HasSubstr("was left out: the log was cut off"));
}

TEST_F(AnatomyTest, AnIntervalThatIsNoneIsRefused) {
  for (const std::string interval : {"garbage", "", "0", "-1s", "5", "9ms", "1s2"}) {
    SCOPED_TRACE(interval);
    const Outcome outcome =
        bench({"--threads", "1", "--profile", "zero", "--files", "1", "--interval", interval});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, StartsWith("bench: --interval"));
    EXPECT_THAT(outcome.out, IsEmpty());
    expect_nothing_left_over();
  }
}

}  // namespace
}  // namespace walbench::programs
