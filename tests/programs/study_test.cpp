// Would catch: a study whose two programs tell different things, whose mitigation files lack what
// is documented, whose verdict passes what failed, or whose profile is of nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kMitigations = {
    "begin-immediate",   "reduced-guards", "select-guard",  "pooled-connection", "constant-retry",
    "shared-connection", "fair-queue",     "writer-thread", "group-commit",      "batch"};

/// A scratch directory with an empty results folder.
class StudyTest : public testing::Test {
 protected:
  StudyTest() { std::filesystem::create_directory(results()); }

  std::filesystem::path results() const { return scratch_ / "results"; }

  Outcome bench(std::vector<std::string> arguments) const {
    return run_bench(arguments, {.directory = scratch_.path()});
  }

  std::vector<std::string> hgrm_files(const std::string& part = "") const {
    std::vector<std::string> paths;
    for (const std::string& name : names_in(results())) {
      if (name.ends_with(".hgrm") && name.find(part) != std::string::npos) {
        paths.push_back((results() / name).string());
      }
    }
    return paths;
  }

  json parsed(const std::string& start, const std::string& end) const {
    for (const std::string& name : names_in(results())) {
      if (name.starts_with(start) && name.ends_with(end)) {
        return json::parse(read_file(results() / name));
      }
    }
    ADD_FAILURE() << "no " << start << "..." << end;
    return {};
  }

  json run_json() const { return parsed("results-2", ".json"); }
  json mitigation_json(const std::string& name) const {
    return parsed("results-mitigation-", "-" + name + ".json");
  }

  ScratchDirectory scratch_;
};

void expect_fields(const json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    EXPECT_TRUE(object.contains(name)) << name;
  }
}

void expect_documented_side(const json& side) {
  EXPECT_EQ(side["repeats_pooled"], 2);
  EXPECT_EQ(side["concurrency"], 2);
  EXPECT_EQ(side["writes"], 2 * 3 * 20) << "of both repeats";
  EXPECT_EQ(side["segments"]["fsm_net_ms"]["count"], 2 * 20);
  EXPECT_TRUE(side["verified"].get<bool>());
}

void expect_documented_mitigation(const json& file, const std::string& name) {
  SCOPED_TRACE(name);
  expect_fields(file, {"schema_version", "timestamp", "seed", "description", "cost", "risk",
                       "environment", "interval_method"});
  EXPECT_EQ(file["mitigation"], name);
  EXPECT_EQ(file["baseline"]["strategy"], "per-file");
  EXPECT_EQ(file["mitigation_run"]["strategy"], name);
  expect_documented_side(file["baseline"]);
  expect_documented_side(file["mitigation_run"]);
  EXPECT_EQ(file["mitigation_run"]["unsaved_peak"], name == "batch" ? 9 : 0);
  for (const char* const repeats : {"baseline_repeats", "mitigation_repeats"}) {
    ASSERT_EQ(file[repeats].size(), 2U);
    expect_fields(file[repeats][1], {"elapsed_seconds", "transitions_per_second"});
    expect_fields(file[repeats][1]["segments"]["lock_wait"], {"p95_ns", "p99_ns", "max_ns"});
  }
  const std::vector<std::string> change = {"before",     "after",  "ratio",  "ratio_low",
                                           "ratio_high", "source", "verdict"};
  for (const char* const segment :
       {"db_total_ms", "lock_wait_ms", "fsm_dispatch_ms", "fsm_net_ms"}) {
    const json& compared = file["comparison"][segment];
    expect_fields(compared, {"baseline_p95", "mitigation_p95", "delta_ms", "delta_pct"});
    for (const char* const statistic : {"p95", "p99", "max"}) {
      expect_fields(compared[statistic], change);
    }
  }
  expect_fields(file["comparison"]["transitions_per_second"], change);
}

TEST_F(StudyTest, EveryMitigationHasItsFilesAndReportTellsWhatBenchTold) {
  const Outcome measured =
      bench({"--files", "20", "--threads", "2", "--profile", "zero", "--mitigation", "all",
             "--repeat", "2", "--mitigate-at", "2:zero", "--results", "results", "--fail-if",
             "max{threads=2}>1h", "--details"});
  ASSERT_EQ(measured.exit_code, 0) << measured.err;
  const std::string told = told_by_bench(measured.out);
  for (const char* const part : {"2 repeats each, in turn", "\n  ranking ", "\n  Recommendation: ",
                                 "max{threads=2}>1h: PASS", "RISK: up to 9 transitions"}) {
    EXPECT_THAT(told, HasSubstr(part));
  }
  const json run = run_json();
  EXPECT_EQ(run["configurations"].size(), 1U) << "mitigations have files of their own";
  expect_fields(run, {"busy_timeout", "recommendation", "scaling", "bottleneck"});
  EXPECT_FALSE(run.contains("gate_report")) << "this is no study";
  for (const std::string& name : kMitigations) {
    EXPECT_THAT(told, HasSubstr("\n  " + name + ": c=2 zero per-file -> "));
    const json file = mitigation_json(name);
    EXPECT_EQ(file["run_id"], run["run_id"]);
    expect_documented_mitigation(file, name);
  }

  std::size_t jsons = 0;
  for (const std::string& name : names_in(results())) {
    if (!name.ends_with(".json")) continue;
    std::filesystem::remove(results() / name);
    ++jsons;
  }
  EXPECT_EQ(jsons, kMitigations.size() + 1);
  std::vector<std::string> files = hgrm_files();
  files.emplace_back("--details");
  const Outcome report = run_report(files);
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_EQ(report.out, told);
  std::ranges::reverse(files);
  EXPECT_EQ(run_report(files).out, report.out) << "in whatever order they are named";
}

TEST_F(StudyTest, OneSideAloneIsSaidToBeAlone) {
  ASSERT_EQ(bench({"--files", "10", "--threads", "2", "--profile", "zero", "--mitigation", "batch",
                   "--repeat", "1", "--mitigate-at", "2:zero", "--quiet"})
                .exit_code,
            0);
  const Outcome before = run_report(hgrm_files(".before-batch."));
  EXPECT_EQ(before.exit_code, 0) << before.err;
  EXPECT_THAT(before.out, HasSubstr("mitigation batch: nothing of its mitigated side was given"));
  const Outcome after = run_report(hgrm_files(".after-batch."));
  EXPECT_EQ(after.exit_code, 0) << after.err;
  EXPECT_THAT(after.out, HasSubstr("mitigation batch: nothing of its baseline was given"));
}

TEST_F(StudyTest, HasAGateReport) {
  // With 20 ms a call threshold 2 leaves these five files 1.3 s.
  const Outcome outcome = bench({"--study", "--files", "5", "--api-delay", "20ms"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string told = told_by_bench(outcome.out);
  const std::size_t begin = told.find("\n  Gate report\n");
  ASSERT_NE(begin, std::string::npos) << told;
  const std::string report = told.substr(begin, told.find("\n\n", begin) - begin);
  std::size_t passes = 0;
  for (std::size_t at = report.find("   PASS  "); at != std::string::npos;
       at = report.find("   PASS  ", at + 1)) {
    ++passes;
  }
  EXPECT_EQ(passes, 3U) << report;
  EXPECT_EQ(run_report(hgrm_files()).out, told);

  const json run = run_json();
  EXPECT_EQ(run["configurations"].size(), 6U);
  ASSERT_EQ(run["gate_report"].size(), 3U);
  for (const json& criterion : run["gate_report"]) {
    expect_fields(criterion, {"criterion", "evidence"});
    EXPECT_TRUE(criterion["passed"].get<bool>()) << criterion["criterion"];
  }
  EXPECT_EQ(run["scaling"].size(), 2U) << "of both profiles";
}

TEST_F(StudyTest, DetailsTellEveryConfigurationInFull) {
  const std::vector<std::string> arguments = {"--files", "10",        "--threads",
                                              "1,2",     "--profile", "zero"};
  const Outcome rows = bench(arguments);
  ASSERT_EQ(rows.exit_code, 0) << rows.err;
  EXPECT_THAT(rows.out, Not(HasSubstr("database verified")));
  EXPECT_THAT(rows.out, HasSubstr("Scaling of zero per-file."));
  std::vector<std::string> files = hgrm_files();
  files.insert(files.begin(), "--details");
  const Outcome report = run_report(files);
  std::vector<std::string> detailed = arguments;
  detailed.emplace_back("--details");
  for (const std::string& text : {bench(detailed).out, report.out}) {
    EXPECT_THAT(text, HasSubstr("c=1 zero per-file: 10 files, database verified"));
    EXPECT_THAT(text, HasSubstr("c=2 zero per-file: 10 files, database verified"));
  }
}

bool is_in_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (std::filesystem::exists(rest.substr(0, end) + "/" + program)) return true;
    rest.erase(0, end + 1);
  }
  return false;
}

TEST_F(StudyTest, AWallProfileLiesBesideTheResults) {
  ASSERT_EQ(bench({"--files", "1", "--threads", "1", "--profile", "zero", "--quiet"}).exit_code, 0);
  const std::string sanitizers = run_json()["environment"]["sanitizers"];
  if (!sanitizers.empty()) GTEST_SKIP() << "the profiler's signals and " << sanitizers;
  std::filesystem::remove_all(results());
  std::filesystem::create_directory(results());

  const Outcome outcome = bench({"--wall-profile", "--files", "40", "--threads", "2", "--profile",
                                 "realistic", "--api-delay", "5ms", "--warmup", "0"});
  if (outcome.exit_code == 2) {
    EXPECT_THAT(outcome.err, StartsWith("bench: --wall-profile: "));
    EXPECT_THAT(names_in(results()), IsEmpty());
    GTEST_SKIP() << outcome.err;
  }
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, Not(HasSubstr("PROFILE"))) << "gperftools' farewell";
  const std::string profile = run_json()["run_id"].get<std::string>() + ".wall.prof";
  EXPECT_THAT(names_in(results()), Contains(profile));
  EXPECT_THAT(names_in(results()), Not(Contains(HasSubstr("partial"))));
  EXPECT_GT(std::filesystem::file_size(results() / profile), 100U);
  EXPECT_THAT(outcome.out, HasSubstr("profile: results/" + profile));
  if (is_in_path("google-pprof")) {
    EXPECT_THAT(outcome.out, HasSubstr("function, by its own samples\n"));
    EXPECT_THAT(outcome.out, HasSubstr("walbench::")) << "functions have their names";
  } else {
    EXPECT_THAT(outcome.out, HasSubstr("to see its functions, install google-perftools"));
  }
}

}  // namespace
}  // namespace walbench::programs
