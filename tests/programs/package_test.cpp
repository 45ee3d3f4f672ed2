// Silent bugs these tests would catch: a flag that --help names and completion or man page does
// not, or the other way round; an installed tree whose commands are not found, or whose signals and
// exit codes are not the programs'.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/programs/program.hpp"

namespace walbench::programs {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using Words = std::set<std::string>;

const fs::path kPages = fs::path(WALBENCH_BINARY_DIR) / "tools/package";

Words words_in(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  Words found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

/// What --help says of one option.
struct Option {
  std::string flag;
  bool takes_value = false;
  Words choices = {};
};

/// Flags are those of --help; what they take is in --print-options.
std::vector<Option> options_of(const std::string& command) {
  const auto run = [&](const std::string& argument) {
    return Program(path_of(command), {argument}, {}).wait();
  };
  const Words helped = words_in(run("--help").out, R"(\n  (?:-h,)?(--[a-z-]+))");
  std::istringstream rows(run("--print-options").out);
  std::vector<Option> options;
  Words listed;
  for (std::string row; std::getline(rows, row);) {
    std::vector<std::string> cells;
    std::istringstream line(row);
    for (std::string cell; std::getline(line, cell, '\t');) {
      cells.push_back(cell);
    }
    if (cells.size() != 8U || !cells[1].starts_with('-')) continue;
    const std::string flag = cells[1] == "-h,--help" ? "--help" : cells[1];
    options.push_back({flag, cells[6] != "nothing", words_in(cells[4], "([^ ]+)")});
    listed.insert(flag);
  }
  EXPECT_GT(options.size(), 3U) << "of " << command << " --print-options";
  EXPECT_EQ(listed, helped) << command;
  return options;
}

Words flags_of(const std::string& command) {
  Words flags;
  for (const Option& option : options_of(command)) {
    flags.insert(option.flag);
  }
  return flags;
}

/// What bash offers in `directory` when the last of these words is to be completed.
Words completed_by_bash(const std::vector<std::string>& words, const fs::path& directory = ".") {
  // compopt tells bash how to show what was found; it is refused outside of a completion.
  std::vector<std::string> arguments = {"--norc", "-c",
                                        "compopt() { :; }; source \"$0\" && COMP_WORDS=(\"$@\") "
                                        "COMP_CWORD=$(($# - 1)) && _walbench &&"
                                        " printf '%s\\n' \"${COMPREPLY[@]}\"",
                                        (kPages / "walbench.bash").string()};
  arguments.insert(arguments.end(), words.begin(), words.end());
  Program bash("/bin/bash", arguments, {.directory = directory});
  const Outcome outcome = bash.wait();
  EXPECT_EQ(outcome.err, "");
  return words_in(outcome.out, "([^\n]+)");
}

class PackageTest : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Commands, PackageTest,
                         testing::Values("bench", "report", "locks", "doctor"),
                         [](const auto& command) { return command.param; });

TEST_P(PackageTest, BashCompletesEveryFlagOfHelpAndNoOther) {
  EXPECT_EQ(completed_by_bash({"walbench", GetParam(), "--"}), flags_of(GetParam()));
}

TEST_P(PackageTest, BashCompletesEveryChoiceAndNoFlagForAValue) {
  for (const Option& option : options_of(GetParam())) {
    if (!option.takes_value) continue;
    SCOPED_TRACE(option.flag);
    for (const Words& offered :
         {completed_by_bash({"walbench", GetParam(), option.flag, ""}),
          completed_by_bash({"walbench", GetParam(), option.flag, "="}),
          completed_by_bash({"walbench", GetParam(), option.flag, "=", ""})}) {
      EXPECT_THAT(offered, Not(Contains(StartsWith("-"))));
      if (option.choices.empty()) continue;
      EXPECT_EQ(offered, option.choices);
    }
  }
}

TEST_P(PackageTest, ZshCompletesEveryFlagOfHelpAndNoOther) {
  const std::string script = read_file(kPages / "_walbench");
  const std::size_t begin = script.find("_walbench_" + GetParam() + "() {");
  ASSERT_NE(begin, std::string::npos);
  const std::string function = script.substr(begin, script.find("\n}\n", begin) - begin);
  Words flags = words_in(function, R"('[*]?(--[a-z-]+)=?\[)");
  flags.merge(words_in(function, R"(\)'\{?(?:-h,)?(--[a-z-]+)\})"));
  flags.merge(words_in(function, R"(\)(--[a-z-]+)\[)"));
  EXPECT_EQ(flags, flags_of(GetParam()));
  for (const Option& option : options_of(GetParam())) {
    for (const std::string& choice : option.choices) {
      const std::size_t at = function.find(option.flag + "=[");
      const std::string line = function.substr(at, function.find('\n', at) - at);
      EXPECT_THAT(words_in(std::regex_replace(line, std::regex(R"(\\:)"), ":"),
                           "([a-z0-9:-]+(?:[.]+[a-z0-9]+)*)"),
                  Contains(choice))
          << option.flag;
    }
    EXPECT_EQ(function.find(option.flag + "=[") != std::string::npos, option.takes_value)
        << option.flag;
  }
}

TEST_P(PackageTest, ManPageDescribesEveryFlagOfHelpAndNoOther) {
  std::string page = read_file(kPages / ("walbench-" + GetParam() + ".1"));
  page = std::regex_replace(page, std::regex(R"(\\-)"), "-");
  const std::size_t begin = page.find(".SH OPTIONS");
  ASSERT_NE(begin, std::string::npos);
  const std::string options = page.substr(begin, page.find(".SH EXIT STATUS") - begin);
  EXPECT_EQ(words_in(options, R"(\.TP\n(?:\\fB-h\\fR, )?\\fB(--[a-z-]+)\\fR)"),
            flags_of(GetParam()));
  EXPECT_THAT(page, HasSubstr("walbench " + GetParam() + " --"));
  EXPECT_THAT(page, Not(ContainsRegex("@[A-Z_]+@"))) << "of the template";
  for (const char* code : {"0", "2", "3", "130"}) {
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB" + std::string(code) + "\\fR\n"));
  }
}

TEST(BashCompletion, OffersCommands) {
  EXPECT_THAT(completed_by_bash({"walbench", ""}),
              UnorderedElementsAre("bench", "report", "locks", "doctor", "help", "-h", "--help",
                                   "--version"));
  EXPECT_THAT(completed_by_bash({"walbench", "r"}), UnorderedElementsAre("report"));
  EXPECT_THAT(completed_by_bash({"walbench", "help", "b"}), UnorderedElementsAre("bench"));
  EXPECT_THAT(completed_by_bash({"walbench", "unknown", ""}), IsEmpty());
}

TEST(BashCompletion, CompletesListsBehindTheirLastComma) {
  EXPECT_THAT(completed_by_bash({"walbench", "bench", "--mitigation", "batch,fair"}),
              UnorderedElementsAre("batch,fair-queue"));
  EXPECT_THAT(completed_by_bash({"walbench", "bench", "--profile", "zero,"}),
              UnorderedElementsAre("zero,zero", "zero,realistic"));
}

TEST(BashCompletion, OffersReportWhatItReads) {
  const ScratchDirectory scratch;
  fs::create_directory(scratch / "results");
  for (const char* name :
       {"a.hgrm", "b.hlog", "c.hlog.partial", "d.hdr", "e.txt", "with space.hgrm"}) {
    write_file(scratch / name, "");
  }
  const Words results = {"a.hgrm", "b.hlog",  "c.hlog.partial",
                         "d.hdr",  "results", "with space.hgrm"};
  EXPECT_EQ(completed_by_bash({"walbench", "report", ""}, scratch.path()), results);
  EXPECT_EQ(completed_by_bash({"walbench", "report", "--compare", ""}, scratch.path()), results);
  EXPECT_THAT(completed_by_bash({"walbench", "bench", "--results", ""}, scratch.path()),
              UnorderedElementsAre("results"));
}

/// The tree as it is installed, below a name with a space.
class InstalledTest : public testing::Test {
 protected:
  void SetUp() override {
    Program cmake(WALBENCH_CMAKE, {"--install", WALBENCH_BINARY_DIR, "--prefix", prefix().string()},
                  {.directory = scratch_.path()});
    const Outcome outcome = cmake.wait();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  fs::path prefix() const { return scratch_ / "a prefix"; }
  fs::path command() const { return prefix() / "bin/walbench"; }
  Program::Options options() const {
    return {.directory = scratch_.path(), .tmpdir = scratch_.path()};
  }
  Outcome run(const std::vector<std::string>& arguments) const {
    return Program(command().string(), arguments, options()).wait();
  }

  ScratchDirectory scratch_;
};

TEST_F(InstalledTest, OneNameAloneGoesOnPath) {
  EXPECT_THAT(names_in(prefix() / "bin"), UnorderedElementsAre("walbench"));
  for (const char* file :
       {"share/man/man1/walbench.1.gz", "share/man/man1/walbench-bench.1.gz",
        "share/man/man1/walbench-report.1.gz", "share/man/man1/walbench-locks.1.gz",
        "share/man/man1/walbench-doctor.1.gz", "share/bash-completion/completions/walbench",
        "share/zsh/vendor-completions/_walbench", "share/doc/walbench/copyright"}) {
    EXPECT_TRUE(fs::exists(prefix() / file)) << file;
  }
}

TEST_F(InstalledTest, CommandsAreThePrograms) {
  for (const char* const command : {"bench", "report", "locks", "doctor"}) {
    const auto program = [&](const std::string& argument) {
      return Program(path_of(command), {argument}, options()).wait().out;
    };
    EXPECT_EQ(run({command, "--version"}).out, program("--version"));
    EXPECT_EQ(run({"help", command}).out, program("--help"));
    EXPECT_THAT(run({"--help"}).out, HasSubstr("\n  " + std::string(command) + " "));
  }
  const Outcome wrong = run({"bench", "--no such flag", "*"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.err, run_bench({"--no such flag", "*"}).err);
  EXPECT_EQ(run({"report", "missing.hgrm"}).exit_code, 3);
}

TEST_F(InstalledTest, ItIsFoundThroughLinks) {
  fs::create_symlink(command(), scratch_ / "link");
  fs::create_symlink("link", scratch_ / "link to link");
  const Outcome outcome =
      Program((scratch_ / "link to link").string(), {"report", "--version"}, options()).wait();
  EXPECT_EQ(outcome.out, run_report({"--version"}).out) << outcome.err;
}

TEST_F(InstalledTest, SignalsReachTheProgram) {
  Program bench(command().string(),
                {"bench", "--threads", "2", "--profile", "realistic", "--api-delay", "1h",
                 "--progress", "always"},
                options());
  ASSERT_TRUE(bench.wait_for_error_text("c=2 realistic per-file\x1b[K"));
  bench.send_signal(SIGINT);
  EXPECT_EQ(bench.wait().exit_code, 130);
}

TEST_F(InstalledTest, HelpIsNoErrorAndWrongUsageDoesNothing) {
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: walbench COMMAND"));
  EXPECT_EQ(run({"help"}).out, help.out);
  EXPECT_THAT(run({"--version"}).out, StartsWith("walbench "));
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{},
                                                {"no-such-command"},
                                                {"--bench"},
                                                {"help", "no-such-command"}}) {
    const Outcome outcome = run(wrong);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, StartsWith("walbench: "));
  }
  EXPECT_THAT(run({"\x1b[31mred\xff"}).err, StartsWith("walbench: there is no command '[31mred'"));
}

}  // namespace
}  // namespace walbench::programs
