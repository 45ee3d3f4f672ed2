// Silent bugs these tests would catch: a run of hours whose last act, telling where it spent its
// time, ends in a crash or in silence because google-pprof is missing or cannot read the profile.

#include "tools/bench/wall_profile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace walbench::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// $PATH is at the end as it was.
class WallProfileTest : public test_support::TemporaryFolderTest {
 protected:
  WallProfileTest() {
    if (const char* const path = std::getenv("PATH")) path_ = path;
  }
  ~WallProfileTest() override { setenv("PATH", path_.c_str(), 1); }

  std::string path_;
};

void expect_how_to_get_them(const std::string& said, const std::string& profile) {
  EXPECT_THAT(said, HasSubstr("google-pprof --text"));
  EXPECT_THAT(said, HasSubstr(profile));
  EXPECT_THAT(said, EndsWith("\n"));
  EXPECT_THAT(said, Not(HasSubstr("samples"))) << "no table of nothing";
}

TEST_F(WallProfileTest, WhatIsNoProfileGivesASentence) {
  for (const auto& [name, text] : {std::pair<std::string, std::string>{"empty.prof", ""},
                                   {"words.prof", "this is no profile\n"},
                                   {"noise.prof", std::string("\x00\xff\x1b[2J\x00\x01", 8)},
                                   {"zeros.prof", std::string(64, '\0')}}) {
    SCOPED_TRACE(name);
    expect_how_to_get_them(top_functions(write(name, text), 20), name);
  }
  expect_how_to_get_them(top_functions(path("missing.prof"), 20), "missing.prof");
}

TEST_F(WallProfileTest, WithoutPprofItSaysHowToGetIt) {
  setenv("PATH", directory().c_str(), 1);
  expect_how_to_get_them(top_functions(write("some.prof", "anything"), 20), "some.prof");
}

/// Puts a program into $PATH that answers as google-pprof does.
TEST_F(WallProfileTest, FunctionsAreToldByTheirOwnSamplesAndWithCallees) {
  const std::filesystem::path pprof = write("google-pprof",
                                            "#!/bin/sh\n"
                                            "cat <<'END'\n"
                                            "Total: 40 samples\n"
                                            "      30  75.0%  75.0%       30  75.0% waits for it\n"
                                            "       6  15.0%  90.0%       36  90.0% calls\n"
                                            "       4  10.0% 100.0%       40 100.0% main\033[2J\n"
                                            "END\n");
  std::filesystem::permissions(pprof, std::filesystem::perms::owner_all);
  setenv("PATH", (directory().string() + ":" + path_).c_str(), 1);
  const std::string said = top_functions(write("some.prof", "anything"), 2);
  const std::size_t second = said.find("function, by samples with its callees");
  ASSERT_NE(second, std::string::npos) << said;
  const std::string by_own = said.substr(0, second);
  const std::string by_callees = said.substr(second);
  EXPECT_LT(by_own.find("waits for it\n"), by_own.find("calls\n")) << by_own;
  EXPECT_THAT(by_own, Not(HasSubstr("main"))) << "two were asked for";
  EXPECT_LT(by_callees.find("main"), by_callees.find("calls\n")) << by_callees;
  EXPECT_THAT(by_callees, Not(HasSubstr("waits for it")));
  EXPECT_THAT(by_callees, HasSubstr("main\\x1b[2J"));
  EXPECT_THAT(said, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace walbench::tools
