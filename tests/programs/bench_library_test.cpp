// Silent bugs these tests would catch: a run that is said to be of another SQLite and used the one
// that is installed; an interruption that ends one of two processes; memory that is counted, or
// said to be nothing, after its account was turned off.

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/programs/bench_fixture.hpp"
#include "tests/programs/program.hpp"
#include "tests/support/eventually.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using test_support::eventually;
using testing::HasSubstr;
using testing::IsEmpty;

/// The SQLite that is installed.
fs::path installed() {
  Dl_info info{};
  EXPECT_NE(dladdr(reinterpret_cast<void*>(&sqlite3_libversion), &info), 0);
  return fs::canonical(info.dli_fname);
}

class BenchLibrary : public BenchFixture {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers have a preloaded library of their own";
#endif
    fs::copy_file(installed(), copy_);
  }

  Outcome small_run(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"--threads", "2", "--profile", "zero", "--files", "50"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return bench(arguments);
  }

  const fs::path copy_ = scratch_ / "another-sqlite.so";
};

TEST_F(BenchLibrary, TheRunUsesIt) {
  const Outcome outcome = small_run({"--library", copy_.string(), "--fail-if", "elapsed<0s"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("50 files, database verified"));
  const auto measured = only_json()["configurations"];
  ASSERT_EQ(measured.size(), 1U) << "one of the two processes measures";
  EXPECT_EQ(measured[0]["library"], fs::canonical(copy_).string());
  EXPECT_EQ(measured[0]["settings"]["sqlite_source_id"], sqlite3_sourceid());
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
  EXPECT_EQ(small_run({"--library", copy_.string(), "--fail-if", "elapsed>0s"}).exit_code, 1)
      << "the exit code is passed on";
}

TEST_F(BenchLibrary, TheInstalledOneMayBeNamed) {
  const Outcome outcome = small_run({"--library", installed().string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(only_json()["configurations"][0].contains("library"));
}

TEST_F(BenchLibrary, WhoRunsBesideHasTheInstalledOne) {
  const Outcome outcome = small_run({"--library", copy_.string(), "--beside",
                                     "test -z \"${LD_LIBRARY_PATH+x}${LD_BIND_NOW+x}\" && exit 7"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(only_json()["configurations"][0]["beside"]["exit_code"], 7);
}

TEST_F(BenchLibrary, WhatIsNoneIsRefused) {
  write_file(scratch_ / "text.so", "no library");
  for (const std::string name : {"text.so", "missing.so"}) {
    const Outcome outcome = small_run({"--library", (scratch_ / name).string()});
    EXPECT_EQ(outcome.exit_code, 2) << name;
    EXPECT_THAT(outcome.err, testing::StartsWith("bench: --library: ")) << name;
    EXPECT_THAT(outcome.err, HasSubstr(name));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_THAT(names_in(tmpdir()), IsEmpty());
}

TEST_F(BenchLibrary, AnInterruptionReachesIt) {
  Program running(bench_path(),
                  {"--threads", "2", "--profile", "realistic", "--api-delay", "20ms", "--files",
                   "20000", "--library", copy_.string(), "--progress", "always"},
                  options());
  ASSERT_TRUE(running.wait_for_error_text("c=2 realistic per-file\x1b[K"));
  running.send_signal(SIGINT);
  const Outcome outcome = running.wait();
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("interrupted"));
  EXPECT_TRUE(eventually([&] { return names_in(tmpdir()).empty(); }));
}

class BenchMemory : public BenchFixture {};

TEST_F(BenchMemory, WithoutAnAccountThereIsNoFigure) {
  const Outcome outcome =
      bench({"--threads", "2", "--profile", "zero", "--files", "50", "--memory-statistics", "off"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = only_json();
  EXPECT_FALSE(json.contains("sqlite_memory_peak_bytes"));
  EXPECT_EQ(json["configurations"][0]["memory_statistics"], "off");
}

TEST_F(BenchMemory, IsCountedOtherwise) {
  ASSERT_EQ(bench({"--threads", "2", "--profile", "zero", "--files", "50"}).exit_code, 0);
  const auto json = only_json();
  EXPECT_GT(json["sqlite_memory_peak_bytes"], 0);
  EXPECT_EQ(json["configurations"][0]["memory_statistics"], "on");
}

}  // namespace
}  // namespace walbench::programs
