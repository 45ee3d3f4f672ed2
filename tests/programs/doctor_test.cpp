// Silent bugs these tests would catch: a SQLite that loses commits and passes, or a sound one that
// fails; a fault of a file system that is not caught; a check that changes the database, or leaves
// files or processes behind, also when it is interrupted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>

#include "storage/wal_reset.hpp"
#include "tests/programs/fixed_sqlite.hpp"
#include "tests/programs/lock_users.hpp"
#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

bool loaded_has_bug() {
  return storage::has_wal_reset_bug(sqlite3_libversion_number());
}

class DoctorTest : public testing::Test {
 protected:
  Outcome doctor(std::vector<std::string> arguments, const std::string& fault = {}) const {
    arguments.push_back(scratch_.path().string());
    Program::Options options;
    options.tmpdir = scratch_.path().string();
    if (!fault.empty()) {
      options.environment = {{"LD_PRELOAD", WALBENCH_FAULTY_CALLS}, {"WALBENCH_FAULT", fault}};
    }
    return run_doctor(arguments, options);
  }

  ScratchDirectory scratch_;
};

/// The lines of a text as they were before they were wrapped, for where that is depends on figures.
std::string unwrapped(const std::string& text) {
  return std::regex_replace(text, std::regex("\n +"), " ");
}

class FaultyDoctorTest : public DoctorTest {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "sanitizers have a preloaded library of their own";
#endif
  }
};

TEST_F(DoctorTest, JudgesTheLoadedLibraryByWhatItLoses) {
  const Outcome outcome = doctor({});
  EXPECT_EQ(outcome.exit_code, loaded_has_bug() ? 1 : 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("SQLite          PASS " + std::string(SQLITE_VERSION)));
  for (const char* const check : {"locks  ", "shared memory", "rename", "kill -9"}) {
    EXPECT_THAT(outcome.out, ContainsRegex("\n" + std::string(check) + " +PASS "));
  }
  EXPECT_THAT(outcome.out, HasSubstr("30 of 30 writers killed"));
  if (loaded_has_bug()) {
    const std::string told = unwrapped(outcome.out);
    EXPECT_THAT(told, ContainsRegex("WAL reset +FAIL a committer beside PASSIVE[^0-9]+"
                                    "lost [0-9,]+ of [0-9,]+ acknowledged updates"));
    // Threads must meet for it, which a sanitizer or other load can keep them from.
    EXPECT_THAT(told, ContainsRegex("WAL reset +(FAIL|WARN) 4 writers with automatic "
                                    "checkpoints: (lost [0-9,]+|not met in [0-9,]+) "));
    EXPECT_THAT(told, HasSubstr("remedy          PASS FULL checkpoints"));
    EXPECT_THAT(told, Not(ContainsRegex("remedy +FAIL")));
  }
  EXPECT_THAT(names_in(scratch_.path()), IsEmpty());
}

TEST_F(DoctorTest, LoadsAnotherLibraryAndFindsNothing) {
  const Outcome fixed = fixed_sqlite();
  if (fixed.exit_code != 0) GTEST_SKIP() << "there is no fixed SQLite here: " << fixed.out;
  const Outcome outcome = doctor({"--library", fixed.out});
  if (outcome.err.find("built with a SQLite of its own") != std::string::npos) {
    GTEST_SKIP() << outcome.err;
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("from\n                     " + fixed.out));
  EXPECT_THAT(unwrapped(outcome.out), ContainsRegex("WAL reset +PASS a committer beside PASSIVE "
                                                    "checkpoints: not met in [0-9,]+ commits"));
  EXPECT_THAT(unwrapped(outcome.out),
              ContainsRegex("WAL reset +PASS 4 writers with automatic checkpoints: "
                            "not met in [0-9,]+ commits"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("safe")));
  EXPECT_THAT(names_in(scratch_.path()), IsEmpty());
}

TEST_F(DoctorTest, RefusesALibraryThatIsNone) {
  write_file(scratch_ / "text.so", "text");
  write_file(scratch_ / "broken.so", "2022-12-28 14:03:47 " + std::string(64, 'a'));
  for (const auto& [name, why] :
       std::map<std::string, std::string>{{"missing.so", "cannot read"},
                                          {"text.so", "no source id stands in it"},
                                          {"broken.so", "cannot be loaded as libsqlite3: "}}) {
    const Outcome outcome = doctor({"--library", (scratch_ / name).string()});
    EXPECT_EQ(outcome.exit_code, 3) << name;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_THAT(outcome.err, StartsWith("doctor: "));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_THAT(names_in(scratch_.path()), ElementsAre("broken.so", "text.so"));
}

TEST_F(DoctorTest, JudgesAnApplicationByTheSourceIdInIt) {
  const std::string hash(60, 'a');
  write_file(scratch_ / "old",
             "\x7f"
             "ELF 2022-12-28 14:03:47 " +
                 hash + "alt1");
  const Outcome old = doctor({"--of", (scratch_ / "old").string()});
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_THAT(old.out, HasSubstr(hash + "alt1, inside"));
  EXPECT_THAT(old.out, HasSubstr("WAL reset       FAIL by its source id it has the bug"));
  write_file(scratch_ / "new", "2026-06-03 19:12:13 " + hash + "1a24");
  EXPECT_EQ(doctor({"--of", (scratch_ / "new").string()}).exit_code, 0);
  write_file(scratch_ / "none", "nothing");
  const Outcome none = doctor({"--of", (scratch_ / "none").string()});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.out, HasSubstr("no source id stands in"));
}

TEST_F(DoctorTest, TellsTheSameInEveryFormat) {
  write_file(scratch_ / "old", "2022-12-28 14:03:47 " + std::string(64, 'a'));
  const std::vector<std::string> of = {"--of", (scratch_ / "old").string(), "--format"};
  const auto in_format = [&](const std::string& format) {
    std::vector<std::string> arguments = of;
    arguments.push_back(format);
    const Outcome outcome = doctor(arguments);
    EXPECT_EQ(outcome.exit_code, 1) << format << outcome.err;
    return outcome.out;
  };
  const nlohmann::json json = nlohmann::json::parse(in_format("json"), nullptr, false);
  EXPECT_EQ(json["path"], scratch_.path().string());
  const std::string lines = in_format("table");
  const std::string markdown = in_format("markdown");
  EXPECT_THAT(markdown, StartsWith("# doctor " + scratch_.path().string()));
  EXPECT_THAT(markdown, HasSubstr("1 failed (WAL reset)"));
  EXPECT_EQ(json["checks"].size(), 8U);
  for (const auto& check : json["checks"]) {
    const auto name = check["name"].get<std::string>();
    const auto outcome = check["outcome"].get<std::string>();
    EXPECT_THAT(lines, ContainsRegex("(^|\n)" + name + " +" + outcome));
    EXPECT_THAT(markdown, HasSubstr("| " + name + " | " + outcome + " | "));
  }
}

TEST_F(DoctorTest, LooksAtADatabaseAndChangesNothing) {
  const fs::path database = scratch_ / "app.db";
  make_database(database, "wal");
  const LockUser reader(WALBENCH_LOCK_USER_PATH, database, "read", 60'000, 0, 100);
  std::map<std::string, std::string> before;
  for (const std::string& name : names_in(scratch_.path())) {
    before[name] = read_file(scratch_ / name);
  }
  EXPECT_EQ(before.size(), 3U) << "with -wal and -shm";
  write_file(scratch_ / "new", "2026-06-03 19:12:13 " + std::string(64, 'a'));
  const Outcome outcome = run_doctor({database.string(), "--of", (scratch_ / "new").string()}, {});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("database        PASS WAL mode, 8,192 B"));
  fs::remove(scratch_ / "new");
  for (const auto& [name, bytes] : before) {
    EXPECT_EQ(read_file(scratch_ / name), bytes) << name;
  }
  EXPECT_EQ(names_in(scratch_.path()).size(), 3U);
}

TEST_F(DoctorTest, WhatCannotBeCheckedIsASentence) {
  write_file(scratch_ / "text", std::string(5000, 't'));
  for (const char* const name : {"text", "missing", "text/below"}) {
    const Outcome outcome = run_doctor({(scratch_ / name).string()});
    EXPECT_EQ(outcome.exit_code, 3) << name;
    EXPECT_THAT(outcome.err, StartsWith("doctor: "));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_EQ(run_doctor({"/proc"}).exit_code, 3);
  EXPECT_EQ(run_doctor({"a", "b"}).exit_code, 2);
}

TEST_F(DoctorTest, AnInterruptionEndsItSoonAndLeavesNothing) {
  for (const auto wait : {0ms, 100ms, 1500ms, 3000ms}) {
    Program program(doctor_path(), {scratch_.path().string()}, {});
    while (!program.blocks(SIGINT)) {
      std::this_thread::sleep_for(1ms);
    }
    std::this_thread::sleep_for(wait);
    const auto asked = std::chrono::steady_clock::now();
    program.send_signal(SIGINT);
    const Outcome outcome = program.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 20s);
    EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("interrupted after"));
    EXPECT_THAT(names_in(scratch_.path()), IsEmpty());
  }
}

TEST_F(FaultyDoctorTest, CatchesEachFaultOfAFileSystem) {
  // An application's SQLite, so that the loaded one need not be tried each time.
  write_file(scratch_ / "new", "2026-06-03 19:12:13 " + std::string(64, 'a'));
  const std::vector<std::string> fast = {"--of", (scratch_ / "new").string()};
  for (const auto& [fault, line] :
       std::map<std::string, std::string>{{"locks", "locks +FAIL a second process gets a lock"},
                                          {"mapping", "shared memory +FAIL a mapped write"},
                                          {"writes", "kill -9 +FAIL "}}) {
    const Outcome outcome = doctor(fast, fault);
    EXPECT_EQ(outcome.exit_code, 1) << fault << outcome.err;
    EXPECT_THAT(outcome.out, ContainsRegex(line)) << fault;
  }
  const Outcome sync = doctor(fast, "sync");
  EXPECT_EQ(sync.exit_code, 0);
  EXPECT_THAT(sync.out, ContainsRegex("sync +WARN "));
  EXPECT_THAT(sync.out, HasSubstr("1 warned (sync)"));
}

}  // namespace
}  // namespace walbench::programs
